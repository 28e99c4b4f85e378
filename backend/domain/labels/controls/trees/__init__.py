"""Controls that hold paths in a tree of choices."""
