"""Enhance: which ground truths a search for a better prompt has, and its run in the record.

As a run it has a budget, is listed, can be watched and canceled; the same search begun again goes on with the same run.
"""

from backend.core.runs import Run
from backend.core.search import Halves, Known, check_halves, divide
from backend.core.subsets import Subset
from backend.edges import evolution
from backend.edges.process import is_running, this_process
from backend.edges.run_store import Order
from backend.errors import NoTruthsError, RunError
from backend.flows.baseline import ground_truths
from backend.flows.budget import REASON, OverBudget, check_budget, check_embeddings
from backend.flows.ending import Canceled, Interrupted, noted_end
from backend.flows.hands import only_one
from backend.flows.progress import Progress
from backend.flows.prompts import Bound
from backend.flows.pulse import Pulse
from backend.flows.runs import PATIENCE_S, Runs
from backend.flows.search import Enhanced, Session, Teaching, Wish
from backend.logs import about


class Enhancer:
    def __init__(self, runs: Runs, teaching: Teaching) -> None:
        self._runs = runs
        self._teaching = teaching

    def enhance(self, bound: Bound, wish: Wish, progress: Progress) -> Enhanced:
        """Searches, judges and saves what is better.

        Raises SubsetError for ground truths that can't judge, SettingsError without gepa, a key or a price for the
        budget, ProviderError when model or teacher answer nothing, RunError when it is canceled or at its budget.
        """
        halves = self._halves(bound)
        check_embeddings(wish.budget, bound.version)
        for model in (bound.version.model, wish.search.teacher):
            check_budget(wish.budget, model, self._runs.labelling.pricing)
        run = self._begin(bound, wish)
        record = self._runs.record
        if not record.claim(run.id, this_process(), is_running):
            raise RunError(f"Run {run.id} is not free: `ls-prompts watch {run.id}`.")
        self._runs.store.patience_s = PATIENCE_S
        pulse = Pulse(lambda seconds: record.beat(run.id, seconds))
        try:
            with about(run=run.id), noted_end(record, run.id), pulse:
                return Session(self._runs, self._teaching, run, bound, wish).work(halves, pulse, progress)
        except (Canceled, Interrupted, OverBudget):
            raise _stopped(record.run(run.id), wish) from None

    def _halves(self, bound: Bound) -> Halves | None:
        """None without ground truth. Truths accepted from the prompt's own predictions are among them: they flatter
        the base only, and without them a rewrite that breaks what was right could seem better."""
        try:
            base = ground_truths(self._runs.studio, bound.project, bound.schema, Subset("ground-truth"))
        except NoTruthsError:
            return None
        evolution.check()
        truths = {truth.task_id: truth.answer for truth in base.truths}
        halves = divide([Known(task, truths[task.id]) for page in base.pages for task in page], bound.version)
        check_halves(halves, bound.schema)
        return halves

    def _begin(self, bound: Bound, wish: Wish) -> Run:
        """The run of this very search that did not come to its end, or a new one."""
        tag, search, record = bound.version.tag, str(wish.search), self._runs.record
        for run in record.runs(tag):
            only_one(run)
        for run in record.runs(tag):
            if (run.subset, run.budget) == (search, wish.budget) and run.status != "completed":
                if run.reason == REASON:
                    raise _stopped(run, wish)
                record.reopen(run.id)
                return record.run(run.id)
        order = Order(tag, bound.project.id, search, push=False, budget=wish.budget)
        return record.create(order, only_one)


def _stopped(run: Run, wish: Wish) -> RunError:
    again = f"ls-prompts enhance {run.tag} --teacher {wish.search.teacher} --rounds {wish.search.rounds}"
    if run.reason == REASON:
        more = f"{again} --budget {2 * (run.budget or 0):g}"
        return OverBudget(
            f"Search {run.id} stopped at its budget of {run.budget or 0:g} USD; what came is kept and not paid for "
            f"again: `{more}`, or another larger budget, goes on."
        )
    again += "" if run.budget is None else f" --budget {run.budget:g}"
    return RunError(f"Search {run.id} was stopped; what came is kept: `{again}` goes on.")
