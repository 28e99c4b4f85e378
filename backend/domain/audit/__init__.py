"""Ground truths that may be wrong."""
