"""Page words: sentences that name commands and their options, as somebody reads them on the page."""

import re

from backend.advice import Advice, Notice

ADVICE = {
    Advice.DRAW: "Label 20 at random draws tasks to label.",
    Advice.LIST_DRAWN: "Label 20 at random lists them.",
    Advice.DRAW_MORE: "Label 20 at random draws more tasks to label.",
    Advice.RESUME: "Resume continues it.",
    Advice.PUSH_AGAIN: "then get the predictions for all tasks.",
    Advice.COMPLETE_PUSH: "Get the predictions for all tasks to complete this.",
    Advice.TAKE_REJECTED: "tick the box to take its {number} unusable answers.",
    Advice.CONNECT_OR_RUN: "get the predictions for all tasks first.",
    Advice.RAISE_AND_RESUME: "Resume goes on next month (UTC), or once whoever runs the server has raised it.",
}
WORDS: tuple[tuple[str, str], ...] = (
    (r"`ls-prompts push [^`]+` brings them up to date", "get the predictions for all tasks"),
    (r": `ls-prompts keep-up [^`]+` gives it", ""),
    (r"; `ls-prompts withdraw [^`]+ --take-over` deletes them too", "; delete them in Label Studio"),
    (r"`ls-prompts use` selects another version", "use another version for annotators"),
    (r"save (it|the prompt) with `--confidence samples:(\d+)`", r"save \1 with \2 samples as its confidence"),
    (r"or with `--confidence none`", "or without a confidence"),
)
_WORDS = [(re.compile(pattern), words) for pattern, words in WORDS]


def on_page(notice: Notice) -> str:
    """A notice with what its advice means on the page."""
    return in_page_words(notice.said_with(ADVICE))


def in_page_words(sentence: str) -> str:
    """The sentence with what the page calls a command or an option; others stay as they are."""
    for pattern, words in _WORDS:
        sentence = pattern.sub(words, sentence)
    return sentence
