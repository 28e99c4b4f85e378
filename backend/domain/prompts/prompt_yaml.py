"""How prompt files write and read YAML: texts as blocks, examples a line each, and no aliases."""

import re
from collections import Counter
from collections.abc import Collection
from typing import Any

import yaml

_MAP = "tag:yaml.org,2002:map"
_TEXT, _NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"


class Blank:
    """An empty value; `null` or quotes would have to be deleted before writing."""


class Block(str):
    """A text that stands as it is below its name, where YAML can write it so."""


class Row(dict[str, Any]):
    """A mapping on one line."""


class Dumper(yaml.SafeDumper):
    """YAML treats some characters as line ends; these survive only in double quotes."""

    ends = re.compile("[\x85\u2028\u2029]")


class LineDumper(Dumper):
    """All line ends are written as escapes."""

    ends = re.compile("[\n\x85\u2028\u2029]")


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT, text, style='"' if dumper.ends.search(text) else None)


Dumper.add_representer(str, _text)


def _block(dumper: Dumper, text: Block) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT, text, style='"' if dumper.ends.search(text) else "|")


Dumper.add_representer(Block, _block)
Dumper.add_representer(Row, lambda dumper, row: dumper.represent_mapping(_MAP, row.items(), flow_style=True))
Dumper.add_representer(Blank, lambda dumper, _: dumper.represent_scalar(_NULL, ""))


class PlainLoader(yaml.SafeLoader):
    """YAML without aliases: a few lines with aliases can expand to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("alias")
        return super().compose_node(parent, index)


def repeated(mapping: yaml.MappingNode) -> str | None:
    """A name that stands twice in a mapping; None for none."""
    count = Counter(key.value for key, _ in mapping.value if isinstance(key, yaml.ScalarNode))
    return next((str(name) for name, times in count.items() if times > 1), None)


def as_texts(mapping: yaml.MappingNode, names: Collection[str]) -> None:
    """Has the values with these names read as they are written: YAML would read `no` as false, and 1.10 as 1.1."""
    for key, value in mapping.value:
        if key.value in names and isinstance(value, yaml.ScalarNode) and value.tag != _NULL:
            value.tag = _TEXT
