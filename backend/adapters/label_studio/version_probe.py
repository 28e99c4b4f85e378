"""Which version of Label Studio answers at an address, without a token and without a long wait."""


def label_studio_version(url: str, patience_s: float) -> str | None:
    """None when nothing answers within `patience_s` seconds, or something else does."""
    import httpx

    try:
        answer = httpx.get(f"{url.rstrip('/')}/api/version", timeout=patience_s, trust_env=False)
        release = answer.json()["release"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError):
        return None
    return release if isinstance(release, str) else None
