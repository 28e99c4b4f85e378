"""Where a file of the backend is tested: in its mirror in `tests/unit`, or by a test that is named here.

Write the mirror of a new file. Those named here do nothing without a Label Studio, a server or a terminal, so that a
journey reaches them, or only describe what others do. A unit test is named for what it imports, at most by one file in
between, or for what its own mirror does.
"""

import ast
from functools import cache
from pathlib import Path

from backend.interfaces.cli.commands import PLACES

ROOT = Path(__file__).resolve().parents[1]
UNDESCRIBED = ("__init__.py", "backend/adapters/database/migrations/")
"""Empty files; migrations, which `test_engine.py` and `test_earlier_record.py` run."""

JOURNEYS = {
    "test_api": (
        "adapters/database/authors",
        "adapters/database/tables/public_ids",
        "adapters/label_studio/clients",
        "adapters/label_studio/credential",
        "adapters/label_studio/token_refresh",
        "app/database",
        "app/studio",
        "domain/person",
        "domain/prompts/prompt_row",
        "domain/public_id",
        *(f"interfaces/web/api/{name}" for name in ("call", "paging", "prompts")),
        *(f"interfaces/web/api/{name}" for name in ("routes", "shapes", "versions")),
        "services/analysis/answered_tasks",
        "services/analysis/stored_evaluation",
    ),
    "test_api_connections": ("interfaces/web/api/connections",),
    "test_api_endpoints": ("interfaces/web/api/open_prompts",),
    "test_api_outside": (
        "domain/outside_answer",
        "interfaces/web/api/outside",
        "services/analysis/outside_results",
    ),
    "test_background": (
        "interfaces/cli/commands/runs",
        "services/run_control/waiting",
    ),
    "test_batch": ("services/runs/batch/request_files",),
    "test_budget": ("engine/budgets/budget_rules", "interfaces/cli/options/run_options"),
    "test_cascade": (
        "interfaces/cli/options/cascade",
        "services/analysis/cascades",
        "services/runs/cascade_estimation",
    ),
    "test_confidence": ("services/analysis/confidence_threshold",),
    "test_connect": (
        "adapters/label_studio/backends",
        "interfaces/cli/commands/projects",
        "interfaces/web/wsgi",
        "services/live_predictions",
        "services/projects",
    ),
    "test_draw": (
        "adapters/label_studio/views",
        "interfaces/cli/commands/shares",
        "services/analysis/shares",
        "services/dataset/drawing",
    ),
    "test_enhance": (
        "interfaces/web/api/refinements",
        "services/dataset/counted_looks",
        "services/optimize/feedback",
    ),
    "test_evaluation": (
        "interfaces/cli/commands/evaluate",
        "interfaces/cli/options/quality_gate",
        "interfaces/cli/render/evaluation",
        "services/analysis/votes",
    ),
    "test_examples": ("interfaces/cli/options/few_shot", "services/prompts/few_shot_selection"),
    "test_keep_up": (
        "app/keep_up",
        "domain/keep_up",
        "interfaces/web/keep_up",
    ),
    "test_main_job": (
        "domain/project",
        "adapters/label_studio/predictions",
        *(f"app/{name}" for name in ("app", "checks", "connections", "operations", "projects")),
        *(f"app/{name}" for name in ("prompts", "results", "runs", "server", "status", "work")),
        "container/connections",
        "container/container",
        "container/models",
        "container/database",
        "container/runs",
        "container/status",
        "interfaces/cli/commands/predictions",
        "interfaces/cli/commands/run",
        "interfaces/cli/options/task_selection",
        "interfaces/cli/render/try_task",
        "services/dataset/resolved_version",
        "services/prompts/draft",
        "services/prompts/resolver",
        "services/prompts/saving",
        "services/prompts/versions",
        "services/runs/options",
        "services/runs/pusher",
        "services/runs/sync_session",
        "services/runs/task_labeler",
        "services/try_task",
    ),
    "test_ownership": ("services/predictions/ownership",),
    "test_page": tuple(
        f"interfaces/web/pages/{name}"
        for name in ("comparing", "draft", "following", "results", "routes", "running", "page_request")
    ),
    "test_page_labelling": (
        "interfaces/web/pages/auditing",
        "interfaces/web/pages/labelling",
        "services/dataset/truth_marking",
    ),
    "test_page_results": ("app/estimates", "interfaces/web/pages/downloads", "services/analysis/result_sources"),
    "test_readme": ("interfaces/cli/commands/draft", "services/prompt_drafting"),
    "test_relabel": (
        "interfaces/cli/commands/relabel",
        "interfaces/presentation/differences",
        "services/dataset/label_configs",
    ),
    "test_report": (
        "interfaces/cli/commands/report",
        "services/analysis/export",
        "services/analysis/report",
    ),
    "test_setup": (
        "interfaces/cli/commands/models",
        "services/health_checks",
        "services/setup/address",
        "services/setup/model_server",
        "services/setup/reach",
    ),
    "test_rescored": ("adapters/label_studio/lone_predictions",),
    "test_terminal": ("interfaces/cli/render/console",),
    "test_workers": ("adapters/redis/worker",),
}
"""Journey -> the files that it reaches."""

UNITS = {
    "unit/adapters/database/projects/test_project_data": ("domain/held",),
    "unit/adapters/database/test_pruning": ("domain/runs/pruning",),
    "unit/services/dataset/test_truth_selection": ("domain/annotated_task",),
    "test_gunicorn": (
        "gunicorn_config",
        "interfaces/web/body_memory",
        "interfaces/web/pending_connections",
        "interfaces/web/worker",
    ),
    "test_architecture": ("adapters/label_studio/sdk_internals",),
    "unit/domain/labels/controls/test_base": ("domain/labels/controls/registry",),
    "unit/adapters/database/test_engine": tuple(
        f"adapters/database/tables/{name}"
        for name in (
            "base",
            "completions",
            "keep_ups",
            "model_connections",
            "outside_answers",
            "predictions",
            "prompts",
            "runs",
            "trust",
        )
    ),
    "unit/adapters/providers/test_chat_completions": (
        "adapters/providers/capped_body",
        "adapters/providers/connection_errors",
        "adapters/providers/model_connection",
        "adapters/providers/refusals",
        "adapters/providers/written_documents",
    ),
    "unit/adapters/web/test_files": ("adapters/web/file_answer",),
    "unit/services/pictures/test_loader": ("domain/text_file",),
    "unit/domain/prompts/test_prompt_file": ("domain/prompts/prompt_yaml",),
    "unit/domain/chat/test_request": ("domain/chat/request_builder", "domain/chat/request_resources"),
    "unit/domain/labels/controls/spans/test_attributes": ("domain/labels/controls/spans/marking",),
    "unit/domain/labels/controls/spans/test_labels": (
        "domain/labels/controls/spans/quoted_span",
        "domain/labels/controls/spans/span_regions",
        "domain/labels/controls/spans/span_words",
    ),
    "unit/domain/labels/controls/values/test_choices": (
        "domain/labels/controls/label_lookup",
        "domain/labels/controls/labeled",
        "domain/labels/controls/region_value",
        "domain/labels/controls/task_choices",
        "domain/labels/controls/wording",
    ),
    "unit/domain/labels/controls/values/test_number": ("domain/labels/controls/values/numeric",),
    "unit/domain/labels/controls/lists/test_ranker": (
        "domain/labels/controls/lists/buckets",
        "domain/labels/controls/lists/build_ranker",
        "domain/labels/controls/model_list",
        "domain/labels/controls/lists/over_list",
    ),
    "unit/domain/labels/controls/lists/test_item_choices": ("domain/labels/controls/lists/item_objects",),
    "unit/domain/labels/controls/lists/test_repeated": (
        "domain/labels/controls/lists/build_repeated",
        "domain/labels/for_task",
        "domain/repeated",
    ),
    "unit/domain/labels/controls/spans/test_relations": (
        "domain/labels/controls/spans/span_index",
        "domain/labels/related",
        "domain/relations",
    ),
    "unit/domain/labels/controls/values/test_text_area": ("domain/answer", "domain/labels/controls/entered_value"),
    "unit/domain/labels/inputs/test_repeated": ("domain/labels/inputs/repeater",),
    "unit/domain/labels/inputs/test_lists": (
        "domain/labels/inputs/read_inputs",
        "domain/labels/inputs/tables",
    ),
    "unit/domain/pictures/test_loading": ("adapters/providers/message_parts",),
    "unit/domain/metrics/controls/test_measures": (
        "domain/metrics/controls/measure",
        "domain/metrics/controls/text_match",
    ),
    "unit/engine/test_request_executor": (
        "domain/chat/model",
        "engine/executor_counts",
        "engine/failure_handling",
        "engine/observer",
        "engine/stored_model",
    ),
    "unit/adapters/database/projects/test_actions": ("domain/action",),
    "unit/interfaces/presentation/json/test_public_json": tuple(
        f"interfaces/presentation/json/{name}"
        for name in (
            "canary",
            "cascade",
            "connections",
            "evaluation",
            "optimization",
            "people",
            "plain",
            "projects",
            "prompts",
            "runs",
            "votes",
        )
    ),
    "unit/interfaces/cli/test_main": (
        "__main__",
        "errors",
        "interfaces/cli/commands/open_page",
        "interfaces/cli/commands/prompts",
    ),
    "unit/interfaces/cli/options/test_model_choice": ("interfaces/cli/options/option_group",),
    "unit/interfaces/web/api/test_openapi": ("interfaces/web/api/answers",),
    "unit/interfaces/web/test_connection": ("interfaces/web/admission",),
    "unit/interfaces/web/test_daily_limit": ("engine/budgets/daily_limit", "engine/budgets/reserved_run"),
    "unit/services/test_forget": ("interfaces/cli/commands/forget",),
    "unit/test_settings": ("env_file",),
}
"""Test whose name is another -> the files that it tests."""

COMMANDS = {f"backend.interfaces.cli.commands.{place.partition('.')[0]}" for place in PLACES.values()}
LISTS = "backend.domain.labels.controls.lists"
TABLES = {
    "tests/installation.py": COMMANDS,
    "backend/interfaces/cli/commands/__init__.py": COMMANDS,
    "backend/domain/labels/config.py": {f"{LISTS}.build_ranker", f"{LISTS}.build_repeated"},
}
"""File -> modules that it uses by a table: commands by their names, controls by their tags."""
STARTED = {"backend/__main__.py": 'with_name("ls-prompts")', "backend/gunicorn_config.py": "_wsgi:app"}
"""File that runs in a process of its own -> the words of the test that start it."""

REACHED = {f"tests/journeys/{test}.py": files for test, files in JOURNEYS.items()} | {
    f"tests/{test}.py": files for test, files in UNITS.items()
}
NAMED = [f"backend/{file}.py" for files in REACHED.values() for file in files]


def mirror(path: Path) -> Path:
    inside = path.relative_to(ROOT / "backend")
    return ROOT / "tests" / "unit" / inside.with_name(f"test_{inside.name}")


def untested(named: list[str]) -> list[str]:
    """Files with neither a mirror nor a named test."""
    files = {str(path.relative_to(ROOT)): path for path in sorted(ROOT.glob("backend/**/*.py"))}
    described = {name: path for name, path in files.items() if not any(part in name for part in UNDESCRIBED)}
    return [name for name, path in described.items() if not mirror(path).exists() and name not in named]


def test_every_file_of_the_backend_has_a_mirror_or_a_named_test() -> None:
    assert untested(NAMED) == []


def test_what_is_named_exists_once_and_has_no_mirror() -> None:
    assert [name for name in [*NAMED, *REACHED] if not (ROOT / name).exists()] == []
    assert sorted(set(NAMED)) == sorted(NAMED)
    assert [name for name in NAMED if mirror(ROOT / name).exists()] == []


@cache
def imports(name: str) -> frozenset[str]:
    """Files that a file imports, wherever in it, and those that it uses by a table."""
    if not (ROOT / name).is_file():
        return frozenset()
    modules = set(TABLES.get(name, ()))
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    places = [module.replace(".", "/") for module in modules if module.startswith(("backend", "tests"))]
    files = (f"{place}{end}" for place in places for end in (".py", "/__init__.py"))
    return frozenset(file for file in files if (ROOT / file).is_file())


def is_near(test: str, file: str) -> bool:
    """Whether the test, or the file that it mirrors, imports the file or what imports it."""
    subject = test.replace("tests/unit/", "backend/").replace("/test_", "/")
    direct = imports(test) | {subject} | imports(subject)
    return file in direct or any(file in imports(between) for between in imports(test) | {subject})


def test_a_unit_test_is_near_the_files_that_it_is_named_for() -> None:
    units = [(f"tests/{test}.py", f"backend/{file}.py") for test, files in UNITS.items() for file in files]
    far = [(test, file) for test, file in units if file not in STARTED and not is_near(test, file)]
    assert far == []
    texts = {file: (ROOT / test).read_text(encoding="utf-8") for test, file in units if file in STARTED}
    assert {file for file, words in STARTED.items() if words in texts[file]} == set(STARTED)


def test_a_test_that_has_nothing_to_do_with_a_file_is_far() -> None:
    assert is_near("tests/unit/domain/labels/controls/values/test_number.py", "backend/domain/labels/controls/base.py")
    assert not is_near("tests/unit/services/test_forget.py", "backend/domain/labels/controls/lists/buckets.py")


def test_a_file_that_is_in_neither_is_found() -> None:
    assert set(untested(NAMED[1:])) - set(untested(NAMED)) == {NAMED[0]}
