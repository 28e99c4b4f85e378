"""Page words: sentences that name commands and their options, as somebody reads them on the page."""

import re

from backend.interfaces.presentation.advice import Advice, Remark

ADVICE = {
    Advice.DRAW: "Label 20 at random draws tasks to label.",
    Advice.LIST_DRAWN: "Label 20 at random lists them.",
    Advice.DRAW_MORE: "Label 20 at random draws more tasks to label.",
}
WORDS: tuple[tuple[str, str], ...] = (
    (
        r"save the prompt again \(`.*?`\) and use the new version\. `compare`, `results` and `report` still read what "
        r"is stored\.",
        "save the prompt again from its draft and use the new version. What is stored can still be read.",
    ),
    (r"give it more, `ls-prompts resume [^`]+`", "give it more"),
    (r"`ls-prompts resume [^`]+`, with more than that, continues it", "more than that continues it"),
    (
        r"`ls-prompts resume[^`]*` (continues it|goes on|collects it|waits for it|starts another)",
        r"Resume on its page \1",
    ),
    (
        r"`ls-prompts watch [^`]+` to wait for it, `ls-prompts cancel [^`]+` to stop it",
        "see its page",
    ),
    (r"`ls-prompts watch [^`]+`( to wait for it)?", "its page shows how far it is"),
    (r"`ls-prompts cancel [^`]+` (to stop it|cancels it)", "Stop on its page ends it"),
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
    # Runs and their tasks
    (r"; then `ls-prompts retry [^`]+` asks them again", "; then Ask again on the run's page"),
    (r"; `ls-prompts retry` asks again", "; Ask again on the run's page"),
    (r", then `ls-prompts resume [^`]+`", ", then Resume on the run's page"),
    (r"`ls-prompts run [^`]+` starts another", "Run the version to start another"),
    (r"`ls-prompts evaluate [^`]+` asks about them", "run it on the ground truths"),
    (r": `ls-prompts try`", ": try it on some tasks in the draft"),
    (r"see `ls-prompts results --failed`", "see the tasks without an answer in its results"),
    (r": `ls-prompts results --failed`", ": look at the tasks without an answer in its results"),
    (r"`ls-prompts results VERSION --wrong` lists", "the results of a version list"),
    (r"use --on all or --on view:ID", "take all tasks or a tab of the Data Manager"),
    (r"without --(batch|budget)", r"without a \1"),
    (r"leave --batch out", "run it without a batch"),
    (r"give a smaller --processes", "use fewer processes"),
    # Searches
    (r"run the same `ls-prompts enhance [^`]+` again to continue it", "begin the same search again to continue it"),
    (r"The same `ls-prompts enhance [^`]+`", "The same search"),
    (r"`ls-prompts enhance [^`]+`, or another larger budget, continues it", "a search with more continues it"),
    (r"`ls-prompts enhance [^`]+` continues it", "the same search continues it"),
    # Predictions
    (r"(then|when it has less to do,) run `ls-prompts push [^`]+`", r"\1 get the predictions for all tasks"),
    (r"until `ls-prompts push [^`]+` completes this", "until you get the predictions for all tasks"),
    (r"`ls-prompts use` selects another version", "use another version for annotators"),
    (r"`ls-prompts use VERSION` selects one", "use one for annotators first"),
    # Prompts
    (r"\. Make one with `ls-prompts save`", ""),
    (r" \(`ls-prompts models`\)", ""),
    (r"name it with --then MODEL", "name one"),
    (r"name another model with --then", "name another second model"),
    (r"save the winner with --then", "save the winner with the second model"),
    (r"leave --below out", "leave the threshold out"),
    (r"give --below a number", "give a number"),
    (r"save it with another --confidence", "save it with another confidence"),
    (r"save (it|the prompt) with `--confidence samples:(\d+)`", r"save \1 with \2 samples as its confidence"),
    (r"or with `--confidence none`", "or without a confidence"),
    (r"in the form that `ls-prompts show --plain` writes", "in the form in which they are kept"),
    (r"(select them again|choose new ones) with --examples", r"\1"),
    (
        r"--embed needs the name of an embedding model, and --select similar",
        "An embedding model is needed for examples that are similar, and for no others",
    ),
    (r"with another --embed", "with another embedding model"),
    (r"a version without --embed", "a version without embeddings"),
    (r", or take (others with --split|them from all with --split all)", ""),
    # Connections
    (r"give --price-in and --price-out to `(ls-prompts connect-model [^`]+)`", r"give its prices to `\1`"),
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
