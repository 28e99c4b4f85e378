"""One outside system each, and the only importer of its library."""
