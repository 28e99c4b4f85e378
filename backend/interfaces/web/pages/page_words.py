"""Page words: sentences that name commands and their options, as somebody reads them on the page."""

import re

from backend.advice import Advice, Remark

ADVICE = {
    Advice.DRAW: "Label 20 at random draws tasks to label.",
    Advice.LIST_DRAWN: "Label 20 at random lists them.",
    Advice.DRAW_MORE: "Label 20 at random draws more tasks to label.",
}
WORDS: tuple[tuple[str, str], ...] = (
    (
        r"`ls-prompts resume[^`]*` (continues it|goes on|collects it|waits for it|starts another)",
        r"Resume on its page \1",
    ),
    (r"`ls-prompts watch [^`]+`( to wait for it)?", "its page shows how far it is"),
    (r"`ls-prompts cancel [^`]+` (to stop it|cancels it)", "Stop on its page ends it"),
    (r"`ls-prompts push [^`]+` brings them up to date", "get the predictions for all tasks"),
    (r"; --rejected takes its ([\d,]+) unusable answers", r"; tick the box to take its \1 unusable answers"),
    (r"or with more, `ls-prompts keep-up [^`]+`", "or with a larger budget"),
    (r"`ls-prompts keep-up [^`]+` goes on", "turn it on again to go on"),
    (r": `ls-prompts keep-up [^`]+` gives it", ""),
    (r"; `ls-prompts withdraw [^`]+ --take-over` deletes them too", "; delete them in Label Studio"),
    (r": `ls-prompts connect [^`]+` or `ls-prompts run [^`]+` first", ": get the predictions for all tasks first"),
    (r"; then `ls-prompts retry [^`]+` asks them again", "; then Ask again on the run's page"),
    (r"; `ls-prompts retry` asks again", "; Ask again on the run's page"),
    (r", then `ls-prompts resume [^`]+`", ", then Resume on the run's page"),
    (r"`ls-prompts run [^`]+` starts another", "Run the version to start another"),
    (r": `ls-prompts try`", ": try it on some tasks in the draft"),
    (r"see `ls-prompts results --failed`", "see the tasks without an answer in its results"),
    (r": `ls-prompts results --failed`", ": look at the tasks without an answer in its results"),
    (r"The same `ls-prompts enhance [^`]+`", "The same search"),
    (r"(then|when it has less to do,) run `ls-prompts push [^`]+`", r"\1 get the predictions for all tasks"),
    (r"until `ls-prompts push [^`]+` completes this", "until you get the predictions for all tasks"),
    (r"`ls-prompts use` selects another version", "use another version for annotators"),
    (r"`ls-prompts use VERSION` selects one", "use one for annotators first"),
    (r"\. Make one with `ls-prompts save`", ""),
    (r" \(`ls-prompts models`\)", ""),
    (r"save (it|the prompt) with `--confidence samples:(\d+)`", r"save \1 with \2 samples as its confidence"),
    (r"or with `--confidence none`", "or without a confidence"),
    (r"in the form that `ls-prompts show --plain` writes", "in the form in which they are kept"),
    (r"give a token with --key-env", "give the connection a token"),
)
_WORDS = [(re.compile(pattern), words) for pattern, words in WORDS]


def on_page(remark: Remark) -> str:
    """A remark with what its advice means on the page."""
    return remark.said_with(ADVICE)


def in_page_words(sentence: str) -> str:
    """The sentence with what the page calls a command or an option; others stay as they are."""
    for pattern, words in _WORDS:
        sentence = pattern.sub(words, sentence)
    return sentence
