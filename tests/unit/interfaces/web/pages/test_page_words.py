"""What a person on the page reads instead of commands and options; the sentences are those that the program says."""

from dataclasses import replace

import pytest

from backend.advice import Advice, Notice
from backend.domain.dataset.ground_truth import LeftOut
from backend.domain.dataset.subset import Subset, parse_subset
from backend.domain.keep_up import KeepUp, spent_up
from backend.domain.runs.stop_reason import BUDGET, StopKind
from backend.engine.budgets.budget_rules import check_larger, known_price
from backend.errors import PromptsError
from backend.interfaces.web.pages.page_words import in_page_words, on_page
from backend.services.dataset.task_selection import why_none
from backend.services.prompts.resolver import _changed
from backend.services.run_control.termination import notice_of
from tests.scripted import version
from tests.unit.services.run_control.test_recent_statuses import RUN

BOUNDED = replace(RUN, budget=2.0, reason=BUDGET.sentence, stop=StopKind.BUDGET)


def told(sentence: object) -> str:
    words = in_page_words(str(sentence))
    assert "ls-prompts" not in words
    assert "--" not in words
    return words


@pytest.mark.parametrize("advice", [Advice.DRAW, Advice.LIST_DRAWN, Advice.DRAW_MORE])
def test_the_page_draws_tasks_with_a_button(advice: Advice) -> None:
    words = on_page(Notice("Few were drawn.", advice, {"project": 12, "size": 30}))
    assert words.startswith("Few were drawn. Label 20 at random ")
    assert told(words) == words


def test_the_page_says_an_advice_that_it_has_no_button_for_in_plain_words() -> None:
    assert on_page(Notice("One left out.", Advice.RELABEL)) == f"One left out. {Advice.RELABEL.value}"


@pytest.mark.parametrize("kind", StopKind, ids=lambda kind: kind.name)
def test_why_a_run_ended_names_no_command(kind: StopKind) -> None:
    notice = notice_of(replace(RUN, reason="It ended.", stop=kind))
    assert told(on_page(notice)).startswith("It ended.")


def test_a_run_whose_process_is_gone_goes_on_with_a_button() -> None:
    assert on_page(notice_of(replace(RUN, reason="It is gone.", stop=StopKind.ABANDONED))) == (
        "It is gone. Resume continues it."
    )


def test_a_changed_config_leads_to_the_draft() -> None:
    said = told(_changed(replace(version(project=7), name="two words")))
    assert "save the prompt again and use the new version" in said
    assert "two words@" in said


def test_what_was_asked_for_wrongly_is_said_in_words_of_the_form() -> None:
    with pytest.raises(PromptsError) as ids:
        parse_subset("ids")
    assert told(ids.value) == "Which tasks? Add their ids, like 3,7-12."
    with pytest.raises(PromptsError) as size:
        parse_subset("sample", size=0)
    assert "ask for 1 or more" in told(size.value)
    with pytest.raises(PromptsError) as more:
        check_larger(1.0, BOUNDED)
    assert told(more.value).endswith("of 2 USD: a larger budget continues it.")
    for connection in ("default", "groq"):
        with pytest.raises(PromptsError) as price:
            known_price(lambda _model, _connection: lambda *_: None, "x", connection, 1, 1)
        assert told(price.value).endswith("or leave the budget out.")


def test_why_new_tasks_wait_is_said_in_words_of_the_form() -> None:
    assert told(spent_up(KeepUp(7, True, 2.0, 1, "a@1", "", "", 1, ""))).endswith(
        "it goes on after midnight UTC, or with a larger budget."
    )


@pytest.mark.parametrize(
    "left_out",
    [LeftOut(self_predicted=(1,)), LeftOut(examples=(1,)), LeftOut(unknown_labels={"Refund": (1,)}), LeftOut()],
    ids=["made of predictions", "examples", "unknown labels", "none at all"],
)
def test_why_there_is_no_ground_truth_names_no_option(left_out: LeftOut) -> None:
    told(why_none(7, Subset("ground-truth"), left_out))


def test_other_sentences_stay_as_they_are() -> None:
    sentence = "Label Studio is away: see `ls-prompts doctor`."
    assert in_page_words(sentence) == sentence
