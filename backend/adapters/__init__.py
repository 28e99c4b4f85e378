"""One folder per outside system, the only importers of its library."""
