"""Agreement of people with each other and with a version."""

from typing import TYPE_CHECKING, Any

from backend.interfaces.presentation.json.plain import plain

if TYPE_CHECKING:
    from backend.domain.metrics.human_agreement import HumanAgreement


def people_json(version: str, agreement: "HumanAgreement") -> dict[str, Any]:
    """`stands_in`: null where it is not decided, with the `reason`; `no_worse_than`: so many of `tested` people."""
    test = agreement.test
    return {
        "version": version,
        "tasks": agreement.tasks,
        "drawn": agreement.drawn,
        "people": agreement.people,
        "among_people": agreement.among_people,
        "among_people_ci": plain(agreement.among_people_ci),
        "with_model": agreement.with_model,
        "with_model_ci": plain(agreement.with_model_ci),
        "difference": agreement.difference,
        "difference_ci": plain(agreement.difference_ci),
        "alpha": agreement.alpha,
        "alpha_ci": plain(agreement.alpha_ci),
        "stands_in": None if test is None else test.passed,
        "no_worse_than": None if test is None else test.won,
        "tested": None if test is None else test.people,
        "reason": agreement.reason,
    }
