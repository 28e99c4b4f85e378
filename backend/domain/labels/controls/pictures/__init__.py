"""Controls that mark places in a picture."""
