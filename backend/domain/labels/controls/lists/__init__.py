"""Controls that say something of each item of a list: an order, buckets, any other value."""
