"""One file per kind of control, each a class of the protocol in `base`."""
