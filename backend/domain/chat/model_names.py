"""Names of models, as servers list them: whether a model is listed, and which names are similar.

A name that is not listed may still be valid: some services list only some of the names that they accept.
"""

import difflib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from backend.advice import Advice, Notice
from backend.domain.urls import public_url

MOST_NAMED = 5
LONGEST = 200
INCOMPLETE = (".azure.com", ".azure-api.net", "api.anthropic.com", "aiplatform.googleapis.com")
"""Hosts that list something else than what they answer to: Azure's deployments have names of their own, Anthropic's
aliases (`…-latest`) are not listed, nor are Vertex AI's models."""


def lists_all(host: str) -> bool:
    """Whether a server at this host lists every name that it accepts, as far as is known."""
    return not host.lower().endswith(INCOMPLETE)


def is_listed(model: str, names: Sequence[str]) -> bool:
    """Whether a server that lists these names accepts `model`, exactly or in one of the usual short forms.

    `NAME` for Ollama's `NAME:latest`, `NAME` for Gemini's `models/NAME`, `NAME:free` or `NAME:groq` for a router's
    `NAME`, and any name that matches a proxy's pattern, like `openai/*`.
    """
    spellings = {model, f"{model}:latest", f"models/{model}", model.partition(":")[0]}
    if spellings & set(names):
        return True
    return any("*" in name and fnmatchcase(model, name) for name in names)


def nearest_names(model: str, names: Sequence[str]) -> list[str]:
    """A few of `names`, the most similar to `model` first; the first names if none is similar."""
    alike = difflib.get_close_matches(model, names, n=MOST_NAMED, cutoff=0.5)
    return [*alike, *(name for name in names if name not in alike)][:MOST_NAMED]


def doubt(model: str, names: Sequence[str], base_url: str) -> Notice | None:
    """What to say about a model that the server at `base_url` does not list in `names`; None if the server may accept
    it."""
    if not names or not lists_all(urlsplit(base_url).hostname or "") or is_listed(model, names):
        return None
    near = ", ".join(nearest_names(model, names))
    sentence = f"{public_url(base_url)} does not list model '{model}': it has {near}"
    if len(names) <= MOST_NAMED:
        return Notice(f"{sentence}.")
    return Notice(f"{sentence} and {len(names) - MOST_NAMED:,} more.", Advice.LIST_MODELS)


def names_of(entry: Any) -> list[str]:
    """The names of one model that a server lists: servers such as llama.cpp list aliases beside its id."""
    names = dict.fromkeys([entry.id, *(getattr(entry, "aliases", None) or [])])
    return [name[:LONGEST] for name in names if isinstance(name, str) and name]
