"""Search for a better prompt with `gepa` (reflective prompt evolution, Agrawal et al. 2025): which prompt to rewrite
next, on which items, and which rewrites to keep.

It asks no model: scores and rewrites come from a PromptLearner. It is deterministic: the same learner and seed give the
same questions in the same order.
"""

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from backend.errors import SettingsError

if TYPE_CHECKING:
    from gepa.core.adapter import EvaluationBatch
    from gepa.core.data_loader import DataLoader
    from gepa.core.state import GEPAState
    from gepa.proposer.reflective_mutation.base import CandidateSelector
    from gepa.strategies.batch_sampler import BatchSampler
    from gepa.strategies.proposal_sampling import ProposalTask

WRONG, RIGHT = 8, 4
"""Most items of a round: those the prompt got wrong, to learn from, and right ones, which a rewrite should keep."""
_TEXT = "prompt"


class PromptLearner(Protocol):
    """Scores and rewrites prompts. Items are numbered from 0."""

    def score(self, text: str, items: Sequence[int]) -> list[float]:
        """The score of a prompt on each item, from 0 to 1."""

    def rewrite(self, text: str, items: Sequence[int]) -> str | None:
        """A better prompt, as far as these items show; None if there is none."""


def check() -> None:
    """Raises SettingsError if gepa is not installed."""
    try:
        import gepa  # noqa: F401
    except ImportError:
        raise SettingsError("The search needs gepa: pip install 'open-prompts[enhance]'.") from None


def evolve(first: str, learner: PromptLearner, items: int, rounds: int, seed: int) -> str:
    """The prompt with the highest mean score over all items; `first` if no rewrite is better.

    Raises what the learner raises.
    """
    from gepa.api import optimize

    numbers = list(range(items))
    try:
        result: Any = optimize(
            seed_candidate={_TEXT: first},
            trainset=numbers,
            valset=numbers,
            adapter=cast(Any, _Adapter(learner)),  # whose protocol is generic in a way mypy does not follow
            sampling_strategy=_Mistakes(random.Random(seed)),  # noqa: S311
            stop_callbacks=[lambda state: _is_over(state, rounds)],
            logger=_Silent(),
            track_best_outputs=False,
            seed=seed,
        )
    except _Through as passed:
        raise passed.error from None
    return str(result.best_candidate[_TEXT])


class _Through(BaseException):
    """Carries the learner's exceptions through gepa, which catches some and logs the texts of others."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Silent:
    """gepa logs prompts and items, which must never be logged."""

    def log(self, message: str) -> None:
        return


class _Adapter:
    """A PromptLearner in the form that gepa needs."""

    def __init__(self, learner: PromptLearner) -> None:
        self._learner = learner

    def evaluate(
        self, batch: list[int], candidate: dict[str, str], capture_traces: bool = False
    ) -> "EvaluationBatch[int, float]":
        from gepa.core.adapter import EvaluationBatch

        try:
            scores = self._learner.score(candidate[_TEXT], batch)
        except BaseException as error:
            raise _Through(error) from None
        return EvaluationBatch(list(scores), scores, list(batch) if capture_traces else None)

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: "EvaluationBatch[int, float]", components_to_update: list[str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        return {_TEXT: [{"item": item} for item in eval_batch.trajectories or ()]}

    def propose_new_texts(
        self,
        candidate: dict[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Any]]],
        components_to_update: list[str],
    ) -> dict[str, str]:
        """Empty, which costs nothing more, if there is no rewrite."""
        try:
            text = self._learner.rewrite(candidate[_TEXT], [record["item"] for record in reflective_dataset[_TEXT]])
        except BaseException as error:
            raise _Through(error) from None
        return {} if text is None else {_TEXT: text}


class _Mistakes:
    """Chooses items that the prompt got wrong.

    gepa draws three items at random; for a good prompt most of them are right, and such a round is wasted.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def sample_tasks(
        self,
        state: "GEPAState[Any, int]",
        candidate_selector: "CandidateSelector",
        batch_sampler: "BatchSampler[int, int]",
        trainset: "DataLoader[int, int]",
    ) -> "list[ProposalTask[int, int]]":
        from gepa.strategies.proposal_sampling import ProposalTask

        parent = candidate_selector.select_candidate_idx(state)
        scores = sorted(state.prog_candidate_val_subscores[parent].items())
        wrong = [item for item, score in scores if score < 1]
        right = [item for item, score in scores if score >= 1]
        if not wrong:
            return []
        items = sorted(self._some(wrong, WRONG) + self._some(right, RIGHT))
        return [ProposalTask(parent, state.program_candidates[parent], items, trainset.fetch(items))]

    def _some(self, items: list[int], most: int) -> list[int]:
        return self._chance.sample(items, min(most, len(items)))


def _is_over(state: "GEPAState[Any, int]", rounds: int) -> bool:
    """After that many rounds, or when nothing is wrong any more."""
    return state.i + 1 >= rounds or max(state.program_full_scores_val_set) >= 1
