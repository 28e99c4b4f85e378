"""llama.cpp's own endpoint beside the OpenAI-compatible ones: how many requests its server works on at once."""

PATIENCE_S = 5.0
_MOST = 4096


def slots(base_url: str, api_key: str | None) -> int | None:
    """From `/props` (llama.cpp, tools/server/README.md); None if another server answers, or none."""
    import httpx  # a tenth of a second, which most commands need not wait for

    root = base_url.rstrip("/").removesuffix("/v1")
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        answer = httpx.get(f"{root}/props", headers=headers, timeout=PATIENCE_S, trust_env=False)
        number = answer.json()["total_slots"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError):
        return None
    return number if isinstance(number, int) and 1 <= number <= _MOST else None
