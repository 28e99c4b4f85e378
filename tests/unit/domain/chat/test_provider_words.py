"""A provider's words as people may read them: never the key, a task's text, control characters or pages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.chat.provider_words import quotable

TEXTS = "How is this?\nJohn Smith, card 4929 1234 5678, said: I love it!\nBob"
KEY = "sk-very-secret-0123456789"


@pytest.mark.parametrize(
    "message",
    [
        "Model needs the header X-Team to be set",
        "This model's maximum context length is 512 tokens. However, you requested 700.",
        "'logprobs' is not available: set it to null.",
        "Модель не поддерживает это",
    ],
)
def test_what_is_the_providers_own_stays_as_it_is(message: str) -> None:
    assert quotable(message, TEXTS, KEY) == message


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Invalid prompt: I love it!", "Invalid prompt: …!"),
        ("Invalid prompt: john   SMITH, card\n4929 1234 5678 is odd", "Invalid prompt: … is odd"),
        (r"Bad: \"said: I love it!\\nBob\" in messages[1]", "Bad: … in messages[1]"),
        ("Unknown word 'Smith' here", "Unknown word '…' here"),
        ("Bob", ""),
        ("Number 4929 refused", "Number … refused"),
        (f"Key {KEY} has no header", "Key has no header"),
        ("Key sk-very…6789 or Bearer abcdefghijkl", "Key sk-very…6789 or …"),
        ("\x1b[31mred\x00\u202e text\r\n", "[31mred text"),
    ],
)
def test_what_repeats_a_text_or_the_key_is_cut_out(message: str, shown: str) -> None:
    assert quotable(message, TEXTS, KEY) == shown


def test_texts_in_scripts_without_spaces_are_found_too() -> None:
    assert quotable("输入无效：我喜欢它", "我喜欢它", "") == "输入无效：…"
    assert quotable(r"Invalid: \u6211\u559c\u6b22\u5b83", "我喜欢它", "") == "Invalid: …"


PATIENT = "患者は東京都千代田区在住の山田太郎さんで糖尿病と診断されました"
THAI = "คนไข้ชื่อสมชาย ใจดี อยู่ที่กรุงเทพมหานคร"


@pytest.mark.parametrize(
    ("message", "texts", "shown"),
    [
        (f"Invalid input: '{PATIENT[:20]}...' was rejected", PATIENT, "Invalid input: '…...' was rejected"),
        (f"Invalid input: '{PATIENT[4:9]}", PATIENT, "Invalid input: '…"),
        (f"{PATIENT[12:17]}は送れません", PATIENT, "…は送れません"),
        ("包含王小明的信息", "病人王小明住在北京", "包含…的信息"),
        ("名字: 李明", "李明，28岁，北京", "名字: …"),
        (f"Refused: {THAI[3:17]}", THAI, "Refused: …"),
        ("'홍길동' 거부", "홍길동은 서울에 산다", "'…' 거부"),
    ],
)
def test_a_part_of_a_text_in_a_script_without_spaces_is_found(message: str, texts: str, shown: str) -> None:
    assert quotable(message, texts) == shown


def test_a_text_in_such_a_script_leaves_the_providers_own_words() -> None:
    assert quotable("输入无效，请重试", PATIENT) == "输入无效，请重试"
    assert quotable("ข้อความไม่ถูกต้อง", THAI) == "ข้อความไม่ถูกต้อง"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Bad: 'said: I love it, Maximil...'", "Bad: '…...'"),
        ("Card 49291234 refused", "Card … refused"),
        ("Bad: Joh…", "Bad: ……"),
        ("Please wait...", "Please wait..."),
    ],
)
def test_a_word_that_the_provider_cut_is_found(message: str, shown: str) -> None:
    assert quotable(message, "John said: I love it, Maximilian. My card: 4929123456781234") == shown


@given(st.text("東京都千代田区在住のさん", min_size=12, max_size=40), st.data())
def test_no_three_syllables_of_a_text_are_left(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 3))
    end = data.draw(st.integers(start + 3, len(text)))
    assert quotable(f"Refused: {text[start:end]} (400)", text) == "Refused: … (400)"


def test_it_is_short() -> None:
    assert len(quotable("no " * 100_000, "", "")) == 200
    assert quotable("", TEXTS, KEY) == quotable("…!", TEXTS, KEY) == ""


@given(st.text(), st.lists(st.from_regex(r"[a-z]{4,9}", fullmatch=True), min_size=2, max_size=30), st.data())
def test_no_two_words_of_a_text_side_by_side_are_left(message: str, words: list[str], data: st.DataObject) -> None:
    """Whatever stands around them."""
    place = data.draw(st.integers(0, len(words) - 2))
    echo = " ".join(words[place:])
    shown = quotable(f"Refused: {echo} {message}", " ".join(words), "")
    assert echo not in shown or echo in message
    assert len(shown) <= 200


@given(st.text(), st.text(), st.from_regex(r"[!-~]{8,40}", fullmatch=True))
def test_a_key_is_never_shown_and_nothing_raises(before: str, after: str, key: str) -> None:
    shown = quotable(f"{before} {key} {after}", "", key)
    assert key not in shown
    assert all(letter.isprintable() for letter in shown)
    assert not re.search(r"\s\s", shown)
