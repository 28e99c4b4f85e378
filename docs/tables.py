"""The tables of settings, commands and profiles in the docs, made from the code, and the figures of `make bench-trust`:
`python docs/tables.py` writes them.

A test compares them with the code, and with what the benchmark printed.
"""

import re
from pathlib import Path

import click
from pydantic.fields import FieldInfo

from backend.domain.connections.profiles import API_KEY, PROFILES, Profile
from backend.interfaces.cli.commands import SECTIONS, commands
from backend.settings import Settings

NL2 = "\n\n"
DOCS = Path(__file__).resolve().parent
SETTINGS, COMMANDS = DOCS / "reference" / "settings.md", DOCS / "reference" / "commands.md"
PROFILE_PAGE = DOCS / "set-up" / "profiles.md"
FIGURES = DOCS.parent / "benchmarks" / "trust" / "figures.txt"
"""What `make bench-trust` printed last."""
_FIGURES = re.compile("<!-- figures: (\\w+) -->")
PAGES = (
    SETTINGS,
    COMMANDS,
    PROFILE_PAGE,
    *(p for p in sorted(DOCS.rglob("*.md")) if _FIGURES.search(p.read_text("utf-8"))),
)


def settings_table() -> str:
    rows = [f"| `{name.upper()}` | {_default(name, field)} | {field.description} |" for name, field in _fields()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def commands_list() -> str:
    """A chapter for each section of `ls-prompts --help`, with the usage and the options of each command."""
    known = commands()
    chapters = [
        NL2.join([f"## {title}", *(_command(known[name]) for name in names if not known[name].hidden)])
        for title, names in SECTIONS.items()
    ]
    return NL2.join(chapters)


def _command(command: click.Command) -> str:
    with click.Context(command, info_name=f"ls-prompts {command.name}") as context:
        usage = " ".join(command.collect_usage_pieces(context))
        records = [one.get_help_record(context) for one in command.params if isinstance(one, click.Option)]
    first = _escaped((command.help or "").split(NL2)[0])
    options = [f"- `{names}`: {_escaped(meaning)}" for names, meaning in filter(None, records)]
    return NL2.join([f"### {command.name}", f"`ls-prompts {command.name} {usage}`", first, "\n".join(options)]).rstrip()


def _escaped(text: str) -> str:
    """Without what Markdown would read as emphasis or a tag, code apart."""
    return re.sub(r"(`[^`]*`)|([*<])", lambda match: match[1] or {"*": r"\*", "<": "&lt;"}[match[2]], text)


def servers_table() -> str:
    rows = [f"| `{p.name}` | {p.title} | `{p.address}` | {_guessed_from(p)} | {_key(p)} |" for p in PROFILES]
    return "\n".join(["| profile | server | address | guessed from | key in |", "|---|---|---|---|---|", *rows])


def abilities_table() -> str:
    head = "| profile | response formats | log-probabilities | thinking | batches | pictures | files | rate limits |"
    rows = [f"| `{p.name}` | {' | '.join(_abilities(p))} |" for p in PROFILES]
    return "\n".join([head, "|" + "---|" * 8, *rows])


def _guessed_from(profile: Profile) -> str:
    if profile.port:
        return f"port {profile.port} of this machine"
    return ", ".join(f"`{host}`" for host in profile.hosts) or "`/deployments/` in the path"


def _key(profile: Profile) -> str:
    header = "`api-key`" if profile.key == API_KEY else "`Authorization`"
    return header + "".join(f", with `{name}={value}`" for name, value in profile.query.items())


def _abilities(profile: Profile) -> list[str]:
    """The cells of a row."""
    formats = ", ".join(f"`{name}`" for name in profile.formats)
    if "response_format" in profile.ignored:
        formats = "ignored"
    alternatives = {0: "none", None: "learnt"}.get(profile.alternatives, f"{profile.alternatives} alternatives")
    mask = f", {profile.mask} the mask" if profile.mask else ""
    taken = [
        {True: "yes", False: "no", None: "learnt"}[one] for one in (profile.batch, profile.pictures, profile.files)
    ]
    effort, rates = (f"`{name}`" if name else "" for name in (profile.effort, profile.rates and f"{profile.rates}*"))
    return [formats or "learnt", alternatives + mask, effort, *taken, rates]


def replaced(text: str, name: str, content: str) -> str:
    """`text` with everything between the two comments of that name replaced by `content`."""
    pattern = rf"(<!-- {name} -->\n).*?(\n?<!-- /{name} -->)"
    return re.sub(pattern, lambda match: f"{match[1]}{content}\n<!-- /{name} -->", text, flags=re.DOTALL)


def filled(text: str) -> str:
    tables = {
        "settings": settings_table,
        "commands": commands_list,
        "servers": servers_table,
        "abilities": abilities_table,
    }
    for name, table in tables.items():
        text = replaced(text, name, table())
    for measure in _FIGURES.findall(text):
        text = replaced(text, f"figures: {measure}", f"```\n{figures()[measure]}\n```")
    return text


def figures() -> dict[str, str]:
    """Measure -> its lines."""
    sections = FIGURES.read_text(encoding="utf-8").removeprefix("# ").split("\n# ")
    return {name: rows.strip("\n") for name, _, rows in (section.partition("\n") for section in sections)}


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _default(name: str, field: FieldInfo) -> str:
    if name == "data_dir":
        return "the user's data folder"
    return (
        ""
        if field.default is None
        else f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
    )


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
