"""Label Studio over its REST API."""
