"""The server: the ML backend for Label Studio, its health and its metrics."""
