"""Page words: sentences that name commands and their options, as somebody reads them on the page."""

import re

WORDS: tuple[tuple[str, str], ...] = (
    (
        r"save the prompt again \(`.*?`\) and use the new version\. `compare`, `results` and `report` still read what "
        r"is stored\.",
        "save the prompt again from its draft and use the new version. What is stored can still be read.",
    ),
    (r"give it more, `ls-prompts resume [^`]+`", "give it more"),
    (r"`ls-prompts resume [^`]+`, with more than that, continues it", "more than that continues it"),
    (r"`ls-prompts resume[^`]*` (continues it|goes on|collects it|starts another)", r"Resume on its page \1"),
    (
        r"`ls-prompts watch [^`]+` to wait for it, `ls-prompts cancel [^`]+` to stop it",
        "see its page",
    ),
    (r"`ls-prompts watch [^`]+`", "its page shows how far it is"),
    (r"`ls-prompts cancel [^`]+` (to stop it|cancels it)", "Stop on its page ends it"),
    (r"`ls-prompts draw \d+[^`]*` draws (more )?tasks to label", r"Label 20 at random draws \1tasks to label"),
    (r"`ls-prompts push [^`]+` brings them up to date", "get the predictions for all tasks"),
    (r"`ls-prompts evaluate [^`]+` first", "evaluate it first"),
    (r"`ls-prompts run [^`]+ --on sample`", "run it on a sample"),
    (r", like --ids 3,7-12", ", like 3, 7-12"),
    (r", like --budget (\d)", r", like \1"),
    (r"set --sample-size to 1 or more", "ask for 1 or more"),
    (r"leave out --budget", "leave the budget empty"),
    (r"draw a sample without --stratify", "take the sample another way"),
    (r"; --rejected takes its ([\d,]+) unusable answers", r"; tick the box to take its \1 unusable answers"),
    (r"leave --swap out", "choose another confidence"),
    (r"choose another model with --model", "choose another model"),
    (r"or with more, `ls-prompts keep-up [^`]+`", "or with a larger budget"),
    (r"`ls-prompts keep-up [^`]+` goes on", "turn it on again to go on"),
    (r": `ls-prompts keep-up [^`]+` gives it", ""),
    (r"; `ls-prompts withdraw [^`]+ --take-over` deletes them too", "; delete them in Label Studio"),
    (r": `ls-prompts connect [^`]+` or `ls-prompts run [^`]+` first", ": get the predictions for all tasks first"),
    (r", or (include them with --accepted|take the latest annotations with --truth any)", ""),
    (r", or evaluate them too, [^,]+, with --leave-one-out", ""),
    (r"save the prompt without --embed", "save the prompt with other examples"),
)
_WORDS = [(re.compile(pattern), words) for pattern, words in WORDS]


def in_page_words(sentence: str) -> str:
    """The sentence with what the page calls a command or an option; others stay as they are."""
    for pattern, words in _WORDS:
        sentence = pattern.sub(words, sentence)
    return sentence
