"""What may be answered and what may be asked about, read from a labelling config."""
