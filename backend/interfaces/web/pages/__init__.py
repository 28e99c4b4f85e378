"""The page: what people do with prompts in a browser."""
