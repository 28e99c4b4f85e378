"""Which tasks are asked about, and what is known to be right about them."""
