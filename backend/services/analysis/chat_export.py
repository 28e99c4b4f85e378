"""Chat export: the ground truths of a version as files for fine-tuning, one part to train on and the rest to test.

The parts are those of `--split`, so that `evaluate --split` judges the taught model on what it never saw. A text in
both parts is only in the test. Files are private, because they hold texts of tasks.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from backend.adapters.files.atomic_output import replacing
from backend.adapters.files.private import private_file, private_folder
from backend.adapters.label_studio.client import LabelStudioClient
from backend.domain.chat.request import ChatRequest
from backend.domain.chat.request_builder import RequestBuilder
from backend.domain.chat.training_line import training_line
from backend.domain.dataset.split import DEV, Split
from backend.domain.dataset.subset import Subset
from backend.domain.outcome import Failure
from backend.domain.pictures.loading import shown_files
from backend.domain.prompts.version import PromptVersion
from backend.domain.same_text import folded
from backend.errors import OutputError, PromptError
from backend.services.dataset.resolved_version import ResolvedVersion
from backend.services.dataset.task_selection import TaskSelection, ground_truths

HALF = Split(DEV, 0.5)
NO_REQUEST = "can't be asked about"
NO_ANSWER = "hold a ground truth that is not an answer to the prompt"
IN_TEST = "are in the test part with the same text"
OWN = "have a ground truth made from the prompt's own predictions (left out of the test part)"
EXAMPLE = "are examples of the prompt (left out of the test part)"
UNKNOWN = "have a label that the labelling config lacks"
UNSEEN = "have only annotations that nobody looked at"


@dataclass(frozen=True, slots=True)
class ChatExportOptions:
    """folder: where the files go
    split: the part of the ground truths to train on, or its rest to test on
    truth: which annotations count, see `domain.dataset.ground_truth.truth_of`
    licence: of the data, for the notes; "" if nobody said
    """

    folder: Path
    split: Split = HALF
    truth: str = "ground-truth"
    licence: str = ""

    @property
    def train(self) -> Split:
        return self.split if self.split.part == DEV else self.split.rest


@dataclass(frozen=True, slots=True)
class ChatExport:
    """Numbers of lines, and why tasks are left out -> how many."""

    train: int
    test: int
    left_out: Mapping[str, int] = field(default_factory=dict)


class ChatExporter:
    """`builder`: makes the requests of the version."""

    def __init__(self, studio: LabelStudioClient, resolved: ResolvedVersion, builder: RequestBuilder) -> None:
        self._studio = studio
        self._resolved = resolved
        self._builder = builder
        self._left_out = Counter[str]()

    def export(self, options: ChatExportOptions) -> ChatExport:
        """Writes `train.jsonl`, `test.jsonl` and `README.md`.

        Raises PromptError for a version that shows files, SubsetError for a part without ground truths, OutputError
        when the folder can't be written to.
        """
        version = self._resolved.version
        if shown_files(self._resolved.schema.inputs, version.variables):
            raise PromptError(f"{version.tag} shows files, and chat lines hold texts alone: export it as csv or jsonl.")
        test = dict(self._lines(self._truths(options, options.train.rest, version)))
        test_texts = {folded(user) for user, _ in test.values()}
        lines = self._lines(self._truths(options, options.train))
        train = {task: line for task, line in lines if self._unseen(line, test_texts)}
        exported = ChatExport(len(train), len(test), dict(self._left_out))
        files = {"train.jsonl": _text(train), "test.jsonl": _text(test)}
        _write(options.folder, files | {"README.md": self._notes(exported, options)})
        return exported

    def _unseen(self, line: tuple[str, str], test_texts: set[str]) -> bool:
        copied = folded(line[0]) in test_texts
        self._left_out[IN_TEST] += copied
        return not copied

    def _truths(self, options: ChatExportOptions, split: Split, *judged: PromptVersion) -> TaskSelection:
        subset = Subset("ground-truth", truth=options.truth, split=split)
        selection = ground_truths(self._studio, self._resolved.project, self._resolved.schema, subset, judged)
        out = selection.left_out
        counts = {OWN: len(out.self_predicted), EXAMPLE: len(out.examples), UNSEEN: len(out.unseen)}
        self._left_out.update(counts | {UNKNOWN: len({task for ids in out.unknown_labels.values() for task in ids})})
        return selection

    def _lines(self, selection: TaskSelection) -> Iterator[tuple[int, tuple[str, str]]]:
        """Task id, and the user's message with the whole line."""
        truths = {truth.task_id: truth.answer for truth in selection.truths}
        for page in selection.pages:
            for task, (_, request) in zip(page, self._builder.requests(page), strict=True):
                schema = self._builder.schema.for_task(task.contents)
                if not isinstance(request, ChatRequest) or isinstance(schema, Failure):
                    self._left_out[NO_REQUEST] += 1
                elif (line := training_line(request, truths[task.id], schema)) is None:
                    self._left_out[NO_ANSWER] += 1
                else:
                    yield task.id, (request.user, line)

    def _notes(self, exported: ChatExport, options: ChatExportOptions) -> str:
        counts = {"train.jsonl": (exported.train, options.train), "test.jsonl": (exported.test, options.train.rest)}
        return training_notes(self._resolved.version, counts, exported.left_out, options.licence)


def _text(lines: Mapping[int, tuple[str, str]]) -> str:
    return "".join(f"{line}\n" for _, line in lines.values())


def _write(folder: Path, files: Mapping[str, str]) -> None:
    try:
        private_folder(folder)
    except OSError as error:
        raise OutputError(f"{folder} can't be made ({type(error).__name__}): choose a folder of yours.") from None
    for name, text in files.items():
        with replacing(folder / name) as file:
            private_file(Path(file.name))
            file.write(text.encode())
        private_file(folder / name)


NO_LICENCE = (
    "Nobody said (`export --licence`). The texts and their labels are under the terms under which you have them: check "
    "that these allow training before you use or share the files."
)
NOTES = """# Ground truths of {version} for fine-tuning

Chat JSON lines: the messages that {version} (project {project}) sends about a task, and as the assistant's
message the ground truth in the form of its answer.

{lines}

Left out:

{missing}

## Licence

{licence}

## What comes next

1. Train on `train.jsonl`, and serve the model behind an OpenAI-compatible address.
2. Save the same prompt with it: `ls-prompts show {tag} --plain > {file}`, then
   `ls-prompts save {name} --file {file} --model NAME`.
3. Judge both on what it never saw: `ls-prompts evaluate {new} --split {test}`, then
   `ls-prompts compare {tag} {new} --split {test}`.
"""


def training_notes(
    version: PromptVersion, counts: Mapping[str, tuple[int, Split]], left_out: Mapping[str, int], licence: str
) -> str:
    """Markdown.

    counts: file -> number of its lines, and the part of the ground truths that it holds; the test comes last
    left_out: why tasks are left out -> how many
    """
    lines = [
        f"- `{name}`: {number:,} lines, the ground truths in `{split}`" for name, (number, split) in counts.items()
    ]
    missing = [f"- {number:,} tasks {reason}" for reason, number in left_out.items() if number]
    return NOTES.format(
        version=version.tag,
        project=version.project,
        lines="\n".join(lines),
        missing="\n".join(missing or ["- nothing"]),
        licence=licence or NO_LICENCE,
        tag=quote(version.tag),
        name=quote(version.name),
        new=quote(f"{version.name}@N"),
        file=quote(f"{version.name}.taught.md"),
        test=list(counts.values())[-1][1],
    )
