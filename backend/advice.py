"""What somebody may do next, as data: each interface says in its own words how that is done.

A `Notice`, and so every error, may hold one of these. The command line names a command or an option, the API a field,
the page a button; where an interface has no words of its own for it, the value is said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, unique


@unique
class Advice(Enum):
    """What a reader may do next. The value says it without the words of any interface."""

    # of caveats
    INCLUDE_OWN = "They can be counted too."
    RELABEL_ALL = "If they were renamed, the ground truths count once the new names are known."
    LEAVE_ONE_OUT = "They can be counted too, each with the other examples only."
    RELABEL = "If it was renamed, they count once the new name is known."
    EACH_CONTROL = "An evaluation has the scores of each control."
    DRAW = "Tasks that are drawn at random, and labelled, stand for all of it."
    LIST_DRAWN = "Their labels are missing."
    DRAW_MORE = "More tasks can be drawn at random and labelled."
    # about models and connections
    LIST_MODELS = "The list of its models has them all."
    SET_PRICES = "Give its connection the prices (per million tokens; 0 for a model on a machine of your own)."
    # of errors: ground truths
    MARK_TRUTHS = "open an annotated task in Label Studio and press the star (Set as Ground Truth)."
    MARK_MORE = "mark more."
    MARK_OTHERS = "mark other tasks."
    ANNOTATE_OTHERS = "annotate other tasks by hand."
    FEWER_EXAMPLES = "ask for fewer, or mark more."
    RUN_ON_TRUTHS = "run it on the ground truths first."
    RUN_ON_SAMPLE = "run it on a sample first."
    RELABEL_EACH = "if labels were renamed, the results can be read once the new names are known."
    LIST_WRONG = "the results of a version list the answers that differ from the ground truths."
    # about runs, as whole sentences that follow a sentence: of caveats, of ends of runs and of errors
    RESUME = "Resume it to go on."
    RESUME_REST = "Resume the run to ask about the rest."
    COLLECT_OR_CANCEL = "Resume the run to collect the answers, or cancel it."
    SEARCH_AGAIN = "Begin the same search again to continue it."
    ANOTHER_RUN = "Start another run of its version."
    START_WORKER = "Where the server runs, one has to be started."
    RAISE_MONTH = "Raise it, or wait for next month (UTC)."
    RAISE_AND_RESUME = "Raise it, or wait for next month (UTC), then resume the run."
    RAISE_AND_SEARCH = "Raise it, or wait for next month (UTC), then begin the same search again."
    COMPLETE_PUSH = "Push the predictions again to complete this."
    CONNECT = "Have the connection lead there again, then resume the run."
    CHECK_SERVER = "A check of the server says what fits it."
    LIST_FAILED = "Its results list these tasks."
    LIST_RUNS = "See the list of runs."
    # about runs, as the part of a sentence that follows a colon or a comma: of errors only
    WAIT = "wait until it has ended."
    WAIT_OR_CANCEL = "wait until it has ended, or cancel it."
    WAIT_CANCEL_OR_FORCE = "wait until it has ended, or cancel it first."
    LARGER_BUDGET = "a larger budget continues it."
    LARGER_SEARCH = "the same search with a larger budget continues it."
    SAME_SEARCH = "the same search continues it."
    SAME_SEARCH_WITHIN = "the same search with the same budget continues it."
    PUSH_AGAIN = "then push the predictions again."
    NO_BUDGET = "or leave the budget out."
    # of errors: what was chosen, and where it is done
    IDS_ALONE = "leave out one of the two."
    DRAW_FIRST = "draw tasks at random, and label those first."
    DRAW_INSTEAD = "label tasks that are drawn at random instead."
    RUN_FIRST = "run it first."
    RUN_ON_ALL = "run it on all tasks first."
    RUN_BOTH = "run both on the same sample first."
    RAISE_BUDGET = "a larger budget is needed."
    TAKE_REJECTED = "its unusable answers can be asked about again, too."
    CANCEL_FIRST = "cancel it, then forget again."
    LIST_RENAMES = "see which labels are."
    NAME_PROJECT = "say which project is meant."
    NAME_CONTROL = "say which of them is meant."
    WRITE_REPORT = "write the report first."
    START_SERVER = "start the server, or give its address."
    START_BACKEND = (
        "start it, and give the address at which Label Studio reaches it (not localhost, if Label Studio is in a "
        "container)."
    )
    GIVE_BACKEND_URL = "give the address at which Label Studio reaches it."
    CONNECT_OR_RUN = "connect the server to the project, or run the version on all tasks first."
    MORE_WORKERS = "start more workers, and no processes beside this one."
    # versions
    SAVE_ONE = "none is saved yet."
    NAME_ITS_PROJECT = "say which project it is for."
    SAVE_ELSEWHERE = "save it under another name, or as a version of this one in its project."
    NAME_SECOND = "name the second, or leave the threshold out."
    SAVE_EACH_MODEL = (
        "save one with that model alone, ask it about a sample of tasks, as the other model, and save the cascade then."
    )
    USE_ONE = "use one for annotators first."
    SAVE_AGAIN = "save the prompt again and use the new version. What is stored can still be read."
    USE_ANOTHER = "let them get another version before deleting it."
    # connections
    ADD_CONNECTION = "add it, or choose another one."
    GIVE_PRICES = "give its connection the prices, or leave the budget out."
    GIVE_ADDRESS = "give its address."
    GIVE_ACCESS = "give the connection a token."
    EXPORT_KEY = "export the key as a variable and give its name, or have the key stored."
    VERTEX_ADDRESS = "give an address of https://REGION-aiplatform.googleapis.com."
    BOTH_PRICES = "give both (USD per million tokens), or neither."
    KEY_APART = "give the key apart from it."
    KEY_AGAIN = "give it again, so that it is sent to another address only if you want that."
    KEY_AFTER_CHANGE = "give the key again, or set the former SECRET_KEY."
    STORED_KEYS = "set it to the output of `openssl rand -hex 32`."


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and what to do about it, if anything.

    details: what an interface needs to say how, such as `project`, its number, or `run`, its id
    """

    sentence: str
    advice: Advice | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence if self.advice is None else f"{self.sentence} {self.advice.value}"

    def said_with(self, ways: Mapping[Advice, str], show: Callable[[object], str] = str) -> str:
        """With the words of an interface; with the advice's own where these have none for it.

        ways: how each advice is followed there, with the names of details in braces
        show: how it writes a detail
        """
        way = None if self.advice is None else ways.get(self.advice)
        if way is None:
            return str(self)
        return f"{self.sentence} {way.format(**{name: show(value) for name, value in self.details.items()})}"
