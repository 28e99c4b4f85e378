"""Controls that mark spans of a text, what is said of spans, and relations between them."""
