import subprocess
import sys

import pytest

from backend.domain.prompts.task_placeholders import task_placeholders


def test_one_variable_stands_alone() -> None:
    assert task_placeholders(("text",)) == "{text}"


def test_several_variables_are_named_lines() -> None:
    assert task_placeholders(("title", "text")) == "title: {title}\ntext: {text}"


def test_words_of_the_config_around_a_variable_are_kept() -> None:
    assert task_placeholders(("text",), ("Review: {text}",)) == "Review: {text}"
    assert task_placeholders(("title", "text"), ("{title} says {text}",)) == "{title} says {text}"


@pytest.mark.slow
def test_asking_does_not_need_what_reads_prompt_files() -> None:
    code = "import sys; import backend.services.runs.run_worker; print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "False\n"
