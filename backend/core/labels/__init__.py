"""What may be answered and asked about, read from a labelling config. One small file per kind of control."""
