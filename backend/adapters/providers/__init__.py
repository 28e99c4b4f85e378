"""The model's server: chat completions, embeddings, batches and prices."""

from backend.adapters.providers.deferred_packages import defer
from backend.adapters.tls import make_late

defer("openai.types")  # before openai is imported
make_late("aiohttp.connector")  # before aiohttp is
