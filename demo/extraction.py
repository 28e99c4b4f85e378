"""The second job: details of messages, with four kinds of controls on one text. Each step checks what it claims."""

from typing import Any

from demo import inbox
from demo.job import Job

KINDS = {"labels", "choices", "textarea", "rating"}


class Extraction:
    def __init__(self, job: Job) -> None:
        self._job = job

    def do(self) -> int:
        """All steps; the project's number. Raises DemoError at the first that fails."""
        tasks = inbox.tasks()
        project = self._job.new_project(inbox.TITLE, inbox.config(), tasks)
        tag = self._job.save("details", project, inbox.DATA / "prompt.txt")
        self._job.command("evaluate", tag)
        self._job.command("run", tag, "--on", "all")
        self._job.command("use", tag)
        texts = self._job.texts(project)
        predictions = self._job.check_predictions(project, tag, len(tasks))
        self.check_regions([(texts[prediction.task], prediction.result) for prediction in predictions])
        return project

    def check_regions(self, predicted: list[tuple[str, list[dict[str, Any]]]]) -> None:
        """`predicted`: the text of a task and the regions of its prediction, as Label Studio stores them."""
        kinds = {region["type"] for _, regions in predicted for region in regions}
        self._job.expect(kinds == KINDS, f"there should be regions of {sorted(KINDS)}, not of {sorted(kinds)}")
        marks = [
            (text, region["value"]) for text, regions in predicted for region in regions if "start" in region["value"]
        ]
        misplaced = [mark["text"] for text, mark in marks if text[mark["start"] : mark["end"]] != mark["text"]]
        self._job.expect(not misplaced, f"every mark should be where its text is, unlike {misplaced}")
