"""The model's server: chat completions, embeddings, batches and prices."""

from backend.adapters.providers.deferred_packages import defer

defer("openai.types")  # before openai is imported
