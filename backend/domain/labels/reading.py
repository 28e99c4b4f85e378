"""What a model reads of a task where that is not the data itself: texts in which it marks something.

HTML is read as the browser shows it and a dialogue with the numbers of its turns, because quotes are taken from that.
Where nothing is marked in them, they are read as they stand in the task.
"""

from dataclasses import replace

from backend.domain.labels.schema import LabelSchema
from backend.domain.task import Task


def as_read(task: Task, schema: LabelSchema) -> Task:
    """`task` with what a model reads in place of the texts that are marked; itself when it reads them as they are."""
    read = {name: text for field in schema.fields for name, text in field.read(task.data).items()}
    return replace(task, read=read) if read else task
