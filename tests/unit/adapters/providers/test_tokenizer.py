"""tiktoken is used where its files are, and never reaches for the network."""

import base64
import hashlib
from pathlib import Path

import pytest

from backend.adapters.providers.tokenizer import encoder_for

tiktoken = pytest.importorskip("tiktoken", reason="tiktoken is an optional extra")


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    return tmp_path


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4", "stand-in", "", "\x00"])
def test_without_files_there_is_no_encoder_and_no_request(model: str) -> None:
    from tiktoken import load

    before = load.read_file
    assert encoder_for(model) is None
    assert load.read_file is before


def test_with_its_file_texts_are_counted(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ranks = b"".join(base64.b64encode(bytes([byte])) + b" %d\n" % byte for byte in range(256))
    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    (empty_cache / hashlib.sha1(address.encode()).hexdigest()).write_bytes(ranks)
    monkeypatch.setattr("tiktoken.load.check_hash", lambda *_: True)
    encoder = encoder_for("gpt-4o-mini")
    assert encoder is not None
    assert (encoder.name, encoder.count("naïve <|endoftext|>")) == ("o200k_base", 20)
