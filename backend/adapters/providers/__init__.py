"""The model's server: chat completions, embeddings, batches and prices."""
