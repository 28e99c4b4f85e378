"""Agreement of people with each other and with a version."""

from typing import TYPE_CHECKING, Any

from backend.interfaces.presentation.json.plain import plain

if TYPE_CHECKING:
    from backend.domain.metrics.human_agreement import HumanAgreement


def people_json(version: str, found: "HumanAgreement") -> dict[str, Any]:
    """`stands_in`: null where it is not decided, with the `reason`; `no_worse_than`: so many of `tested` people."""
    test = found.test
    return {
        "version": version,
        "tasks": found.tasks,
        "drawn": found.drawn,
        "people": found.people,
        "among_people": found.among_people,
        "among_people_ci": plain(found.among_people_ci),
        "with_model": found.with_model,
        "with_model_ci": plain(found.with_model_ci),
        "difference": found.difference,
        "difference_ci": plain(found.difference_ci),
        "alpha": found.alpha,
        "alpha_ci": plain(found.alpha_ci),
        "stands_in": None if test is None else test.passed,
        "no_worse_than": None if test is None else test.won,
        "tested": None if test is None else test.people,
        "reason": found.reason,
    }
