"""The prompt nobody wrote: it must pass the checks that written ones pass."""

from backend.core.default_prompt import auto_tag, default_template, default_version
from backend.core.labels.config import read_config
from backend.core.prompts import check_template
from backend.core.tasks import Task
from tests.scripted import CONFIG

TWO = CONFIG.replace("<Text ", '<Header value="$title"/><Text ')


def test_one_text_stands_bare_and_several_with_their_names():
    assert default_template(read_config(CONFIG)).endswith("\n\n{text}")
    assert default_template(read_config(TWO)).endswith("\n\ntitle: {title}\ntext: {text}")


def test_it_passes_the_check_of_templates():
    schema = read_config(TWO)
    assert check_template(default_template(schema), schema.variables) == schema.variables


def test_it_renders():
    schema = read_config(CONFIG)
    assert str(default_version(schema, 7, "m").render(Task(1, {"text": "{text}"}))).endswith("\n\n{text}")


def test_a_changed_config_or_model_has_another_tag():
    schema, other = read_config(CONFIG), read_config(CONFIG.replace("Bad", "Awful"))
    found = {auto_tag(default_version(s, 7, m)) for s in (schema, other) for m in ("a", "b")}
    assert len(found) == 4
    assert all(tag.startswith("auto@") and len(tag) == 13 for tag in found)
