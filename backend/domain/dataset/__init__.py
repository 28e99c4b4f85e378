"""Which tasks are asked about, and which ground truths are known for them."""
