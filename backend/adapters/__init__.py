"""One folder per outside system, the only importer of its library."""
