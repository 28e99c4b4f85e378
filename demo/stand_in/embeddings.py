"""Embeddings as OpenAI serves them: which words a text has, each at a place that a hash gives it."""

import json
from hashlib import blake2b
from typing import Any

from demo.stand_in.complaint import ComplaintError, no_model
from demo.stand_in.words import words

SIZE = 256


def embedded(body: bytes) -> dict[str, Any]:
    """The answer to a request; raises ComplaintError for what OpenAI would refuse."""
    raw = json.loads(body)
    texts = raw.get("input")
    if raw.get("model") == "missing-model":
        raise no_model(raw["model"])
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise ComplaintError(400, "Invalid value for 'input': expected a list of texts.", param="input")
    data = [{"object": "embedding", "index": place, "embedding": _vector(text)} for place, text in enumerate(texts)]
    tokens = sum(-(-len(text) // 4) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": raw.get("model"), "usage": usage}


def _vector(text: str) -> list[float]:
    found = [0.0] * SIZE
    for word in words(text):
        found[int.from_bytes(blake2b(word.encode(), digest_size=2).digest()) % SIZE] += 1.0
    return found
