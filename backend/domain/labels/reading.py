"""What a model reads of a task where that is not the data itself: texts in which it marks something, lists, tables.

HTML is read as the browser shows it and a dialogue with the numbers of its turns, because quotes are taken from that.
Where nothing is marked in them, they are read as they stand in the task. Lists of items and tables are always read as
lines.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.domain.labels.controls.base import Control
    from backend.domain.labels.inputs.read_inputs import ReadInput
    from backend.domain.labels.schema import LabelSchema
    from backend.domain.task import Task


def as_read(task: "Task", schema: "LabelSchema") -> "Task":
    """`task` with what a model reads in place of its data; itself when it reads that as it is."""
    readers: tuple[ReadInput | Control, ...] = (*schema.inputs, *schema.fields)
    read = {name: text for reader in readers for name, text in reader.read(task.contents).items()}
    return replace(task, read=read) if read else task
