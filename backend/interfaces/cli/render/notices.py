"""Notices as the command line says them: an advice is a command or an option."""

from shlex import quote

from backend.advice import Advice, Notice
from backend.domain.dataset.subset import Subset

ADVICE = {
    Advice.INCLUDE_OWN: "--accepted includes them.",
    Advice.LEAVE_ONE_OUT: "--leave-one-out includes them.",
    Advice.RELABEL: "If it was renamed, `ls-prompts relabel OLD NEW` includes them.",
    Advice.RELABEL_ALL: "If they were renamed, `ls-prompts relabel OLD NEW` includes the ground truths.",
    Advice.RELABEL_EACH: (
        "if labels were renamed, `ls-prompts relabel OLD NEW`, for each of them, makes the results readable."
    ),
    Advice.EACH_CONTROL: "`ls-prompts evaluate` has the scores of each control.",
    Advice.DRAW: "`ls-prompts draw {project}` draws tasks to label.",
    Advice.LIST_DRAWN: "`ls-prompts draw {project}` lists them.",
    Advice.DRAW_MORE: "`ls-prompts draw {project} --size {size}` draws more tasks to label.",
    Advice.LIST_MODELS: "`ls-prompts models` lists all.",
    Advice.SET_PRICES: (
        "Set prices for this connection, `ls-prompts connect-model {connection} --price-in USD --price-out USD` (per "
        "million tokens; 0 for a model on a machine of your own)."
    ),
    Advice.MARK_TRUTHS: (
        "open an annotated task in Label Studio and press the star (Set as Ground Truth), or take the latest "
        "annotations with --truth any."
    ),
    Advice.MARK_MORE: "mark more, or take others with --split.",
    Advice.MARK_OTHERS: ("mark more, or evaluate them too, each with the other examples only, with --leave-one-out."),
    Advice.ANNOTATE_OTHERS: "annotate other tasks by hand, or include them with --accepted.",
    Advice.FEWER_EXAMPLES: "ask for fewer, mark more, or take them from all with --split all.",
    Advice.RUN_ON_TRUTHS: "`ls-prompts evaluate {tag}{subset}` asks about them.",
    Advice.RUN_ON_SAMPLE: "`ls-prompts run {tag} --on sample` asks about some.",
    Advice.LIST_WRONG: ("`ls-prompts results VERSION --wrong` lists the answers that differ from the ground truths."),
    Advice.RESUME: "`ls-prompts resume {run}` continues it.",
    Advice.RESUME_REST: "`ls-prompts resume {run}` asks about the rest; `ls-prompts results {tag} --missing` lists it.",
    Advice.COLLECT_OR_CANCEL: "`ls-prompts resume {run}` collects it, `ls-prompts cancel {run}` cancels it.",
    Advice.SEARCH_AGAIN: "The same `ls-prompts enhance {tag}` continues it.",
    Advice.ANOTHER_RUN: "`ls-prompts run {tag}` starts another.",
    Advice.START_WORKER: "`ls-prompts worker` starts one.",
    Advice.RAISE_MONTH: (
        "`ls-prompts connect-model {connection} --monthly-budget USD` raises it; next month (UTC) has its own."
    ),
    Advice.RAISE_AND_RESUME: (
        "`ls-prompts resume {run}` continues it next month (UTC), or after `ls-prompts connect-model NAME "
        "--monthly-budget USD`."
    ),
    Advice.RAISE_AND_SEARCH: (
        "The same `ls-prompts enhance {tag}` continues it next month (UTC), or after `ls-prompts connect-model NAME "
        "--monthly-budget USD`."
    ),
    Advice.COMPLETE_PUSH: "`ls-prompts push {tag}` completes this.",
    Advice.CONNECT: "`ls-prompts connect-model {connection} --base-url {url}`, then `ls-prompts resume {run}`.",
    Advice.CHECK_SERVER: "`ls-prompts doctor` says what fits this server.",
    Advice.LIST_FAILED: "`ls-prompts results --failed` lists these tasks.",
    Advice.LIST_RUNS: "`ls-prompts runs` lists them.",
    Advice.WAIT: "`ls-prompts watch {run}` to wait for it.",
    Advice.WAIT_OR_CANCEL: "`ls-prompts watch {run}` to wait for it, `ls-prompts cancel {run}` to stop it.",
    Advice.WAIT_CANCEL_OR_FORCE: (
        "`ls-prompts watch {run}` to wait for it, `ls-prompts cancel {run}` to stop it, or remove the connection with "
        "--force."
    ),
    Advice.LARGER_BUDGET: "`ls-prompts resume {run} --budget USD`, with more than that, continues it.",
    Advice.LARGER_SEARCH: (
        "`ls-prompts enhance {tag} --teacher {teacher} --rounds {rounds} --budget {usd}`, or another larger budget, "
        "continues it."
    ),
    Advice.SAME_SEARCH: "`ls-prompts enhance {tag} --teacher {teacher} --rounds {rounds}` continues it.",
    Advice.SAME_SEARCH_WITHIN: (
        "`ls-prompts enhance {tag} --teacher {teacher} --rounds {rounds} --budget {usd}` continues it."
    ),
    Advice.PUSH_AGAIN: "then run `ls-prompts push {tag}`.",
    Advice.NO_BUDGET: "or leave out --budget.",
    Advice.IDS_ALONE: "--ids needs --on ids, so leave out one of the two.",
    Advice.DRAW_FIRST: "`ls-prompts draw {project}`, and label those first.",
    Advice.DRAW_INSTEAD: "label tasks that `ls-prompts draw {project} --size N` draws at random instead.",
    Advice.RUN_FIRST: "`ls-prompts run {tag}` asks about tasks.",
    Advice.RUN_ON_ALL: "`ls-prompts run {tag} --on all` asks about all.",
    Advice.RUN_BOTH: (
        "`ls-prompts run {first} --on sample --sample-size 300 --no-push` and `ls-prompts run {second} --on sample "
        "--sample-size 300 --no-push` ask about the same ones."
    ),
    Advice.RAISE_BUDGET: "raise --budget.",
    Advice.TAKE_REJECTED: "--rejected takes its {number} unusable answers.",
    Advice.CANCEL_FIRST: "`ls-prompts cancel {run}`, then forget again.",
    Advice.LIST_RENAMES: "`ls-prompts relabel --project {project}` lists what is.",
    Advice.NAME_PROJECT: "add --project ID.",
    Advice.NAME_CONTROL: "add --control with one of them.",
    Advice.WRITE_REPORT: "`ls-prompts report VERSION -o {path}` writes one.",
    Advice.START_SERVER: "start the server (`ls-prompts serve`), or give its address with --backend-url.",
    Advice.START_BACKEND: (
        "start it (`ls-prompts serve`), and give the address at which Label Studio reaches it (not localhost, if Label "
        "Studio is in a container)."
    ),
    Advice.GIVE_BACKEND_URL: (
        "give the address at which Label Studio reaches it, like `ls-prompts connect {project} --backend-url "
        "http://host:9090`."
    ),
    Advice.CONNECT_OR_RUN: (
        "`ls-prompts connect {project} --backend-url URL` or `ls-prompts run {tag} --on all` first."
    ),
    Advice.MORE_WORKERS: "leave out --processes, and start more workers instead.",
    Advice.SAVE_ONE: "make one with `ls-prompts save`.",
    Advice.NAME_ITS_PROJECT: (
        "say which project it is for, with --project ID or a line 'project: ID' in its file's header."
    ),
    Advice.SAVE_ELSEWHERE: (
        "save it under another name (a file's name is its prompt's), or as a version of this one with --project "
        "{project}."
    ),
    Advice.NAME_SECOND: "name the second with --then MODEL, or leave out --below auto.",
    Advice.SAVE_EACH_MODEL: (
        "save one without --then, ask it about a sample of tasks, as the other model, and save the cascade then."
    ),
    Advice.USE_ONE: "`ls-prompts use VERSION` selects one.",
    Advice.SAVE_AGAIN: (
        "save the prompt again (`ls-prompts show {tag} --plain > prompt.txt; ls-prompts save {name} --file "
        "prompt.txt`) and use the new version. `compare`, `results` and `report` still read what is stored."
    ),
    Advice.USE_ANOTHER: "`ls-prompts use` another version, or `ls-prompts disconnect {project}`, before deleting it.",
    Advice.ADD_CONNECTION: (
        "add it with `ls-prompts connect-model {connection} --base-url URL`, or see `ls-prompts connections`."
    ),
    Advice.GIVE_PRICES: "give its prices to `ls-prompts connect-model {connection}`, or leave out --budget.",
    Advice.GIVE_ADDRESS: "give its address with --base-url.",
    Advice.GIVE_ACCESS: "give a token with --key-env.",
    Advice.EXPORT_KEY: "export the key as a variable and name that with --key-env, or store it with --store-key.",
    Advice.VERTEX_ADDRESS: "with --google-auth give an address of https://REGION-aiplatform.googleapis.com.",
    Advice.BOTH_PRICES: "give both --price-in and --price-out (USD per million tokens), or neither.",
    Advice.KEY_APART: "give the key with --key-env or --store-key.",
    Advice.KEY_AGAIN: ("give it again with --store-key, so that it is sent to another address only if you want that."),
    Advice.KEY_AFTER_CHANGE: (
        "give the key again with `ls-prompts connect-model {connection} --store-key`, or set the former SECRET_KEY."
    ),
    Advice.STORED_KEYS: (
        "set it to the output of `openssl rand -hex 32`, or name an environment variable with --key-env."
    ),
}


def in_commands(notice: Notice) -> str:
    """The sentence, then the command or option that follows the advice."""
    return notice.said_with(ADVICE, _in_shell)


def _in_shell(detail: object) -> str:
    return options_of(detail) if isinstance(detail, Subset) else quote(str(detail))


def options_of(subset: Subset) -> str:
    """The options of `evaluate` that take the ground truths of this subset, each after a blank."""
    options = [" --truth any"] * (subset.truth == "any")
    options += [f" --split {subset.split}"] * (subset.split is not None)
    return "".join([*options, " --accepted" * subset.accepted, " --leave-one-out" * subset.leave_one_out])
