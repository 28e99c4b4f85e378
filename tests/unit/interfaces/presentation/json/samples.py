"""One result of each kind that `--json` prints, made by hand where a model or Label Studio would be needed."""

from dataclasses import replace

from backend.advice import Notice
from backend.domain.action import Action
from backend.domain.answer import Labels
from backend.domain.audit.votes import votes
from backend.domain.calibration.calibrators import Logistic
from backend.domain.calibration.cascade_tradeoff import AnswerPair, tradeoff
from backend.domain.calibration.fit import Calibration
from backend.domain.calibration.reliability import Bin, Reliability
from backend.domain.calibration.threshold import Threshold
from backend.domain.calibration.wrong_share import WrongShare
from backend.domain.canary import Canary
from backend.domain.chat.request import Completion
from backend.domain.connections.abilities import AbilityResult
from backend.domain.connections.connection import StoredConnection
from backend.domain.connections.learnt_format import LearntFormat
from backend.domain.dataset.draw import TruthBasis
from backend.domain.dataset.ground_truth import NOTHING, LeftOut
from backend.domain.dataset.split import Split
from backend.domain.dataset.subset import Subset
from backend.domain.keep_up import KeepUp, KeepUpState
from backend.domain.metrics.agreement import agreement
from backend.domain.metrics.comparison import compare
from backend.domain.metrics.confusions import Confusion
from backend.domain.metrics.evaluation import evaluation
from backend.domain.metrics.human_agreement import MultipleAnnotation, human_agreement
from backend.domain.metrics.label_shares import LabelShare
from backend.domain.metrics.quality_gate import GateCheck
from backend.domain.metrics.summary import summarise
from backend.domain.optimize.looks import CountedLook
from backend.domain.optimize.search import GroundTruthHalves, LabeledTask, SearchOptions
from backend.domain.outcome import Failure, Outcome, Rejection, Usage
from backend.domain.prompts.differences import Difference
from backend.domain.prompts.examples import Example, Examples
from backend.domain.public_id import PublicId
from backend.domain.runs.cost_estimate import Estimate
from backend.domain.runs.run import Run, TaskCounts
from backend.domain.task import Task
from backend.services.analysis.audit import Audit, MarkedTask, SuspectTruth
from backend.services.analysis.calibrate import CalibrationResult, MeasuredConfidence
from backend.services.analysis.cascades import CascadeResult
from backend.services.analysis.compare import ComparisonResult
from backend.services.analysis.confidence_threshold import ConfidenceThreshold
from backend.services.analysis.results import TaskResult
from backend.services.analysis.shares import ShareEstimate
from backend.services.analysis.votes import VoteResult
from backend.services.canary import CanaryResult
from backend.services.dataset.drawing import DrawnTasks
from backend.services.dataset.label_configs import Relabelled
from backend.services.health_checks import HealthCheck
from backend.services.optimize.feedback import TriedRewrite
from backend.services.optimize.session import OptimizationResult, SearchCost
from backend.services.predictions.sync import PushResult
from backend.services.predictions.version_predictions import ProjectPredictions
from backend.services.run_control.status import RunStatus
from backend.services.runs.options import RunResult
from backend.services.setup.connection_check import ConnectionCheck
from backend.services.try_task import TryResult
from tests.scripted import sure_of, version
from tests.unit.domain.metrics.test_classification import REJECTION, SINGLE
from tests.unit.domain.metrics.test_comparison import TRUTHS, A, said

BASIS = TruthBasis((1, 2, 3), (1, 2), (4,))
LEFT_OUT = LeftOut((7,), (8,), {"Refund": (9, 10)}, (11,), (12,), {"hidden": (1, 2)})
GROUND_TRUTHS = Subset("ground-truth", split=Split("dev", 0.5))
EXAMPLES = Examples(2, "similar", (Example(3, {"text": "so good"}, {"mood": "Good"}),), "some-embedder")
VERSION = replace(
    version(definitions={"mood": {"Good": "a smile"}}, examples=EXAMPLES), note="shorter", created="2026-01-01T09:00:00"
)
SAVED_BY = PublicId(70, 1, "ann@example.com")
ACTION = Action("mood@1", "annotate", 12, "2026-01-02T09:00:00", 2, "bob@example.com")
RUN = Run("1f3a9c04", "mood@1", 7, GROUND_TRUTHS, True, False, "completed", "", "2026-01-01", 5, "", 0.0, 61.26, 2.5)
STATUS = RunStatus(replace(RUN, status="failed", reason="It stopped."), TaskCounts(5, 3, 1, 1, 6, 2, 0.5, 0.25, 0.75))
USAGE = Usage(120, 4, 0.002, 0.5)
OUTCOMES = [replace(one, confidences=sure_of(0.75), usage=USAGE, sent=1) for one in said(["a", "b", REJECTION, "a"])]
OUTCOMES += [Outcome(4, Failure("timeout", "It took too long."), sent=1)]
FINISHED = RunResult(RUN, GROUND_TRUTHS, summarise(OUTCOMES), 1.23456, OUTCOMES, TRUTHS, None, PushResult(3, 2, 1, 4))
EVALUATION = evaluation(OUTCOMES, TRUTHS, SINGLE, LEFT_OUT)
EVALUATED = replace(FINISHED, evaluation=EVALUATION, pushed=None)
CHECKS = [GateCheck("accuracy >= 0.85", False, "0.667 of 3 outputs")]

ANSWERED = Outcome(345, {"mood": Labels(("Good",))}, "d" * 64, sure_of(0.9, {"mood": 0.9}), USAGE, 1)
ATTEMPT = Completion("d" * 64, 0, "some-model", '{"mood": "Good"}', "stop", False, 120, 4, 0, 0.5)
TRIED = TryResult([{"role": "user", "content": "How is this? so good"}], (ATTEMPT,), ANSWERED)
REJECTED = replace(TRIED, outcome=replace(ANSWERED, verdict=Rejection("not_json", "It is not JSON."), confidences=None))
FAILED = TryResult([], (), Outcome(345, Failure("timeout", "It took too long.")))


def compared(*tags: str, truths: int = 20) -> ComparisonResult:
    """The first version is wrong on eight tasks of twenty, the others on one; without `truths` they only agree."""
    letters = ["b" * 8 + "a" * 12, "a" * 19 + "b", "a" * 18 + "bb"]
    outcomes = {tag: said(text) for tag, text in zip(tags, letters, strict=False)}
    comparison = compare(outcomes, TRUTHS[:truths], SINGLE)
    pairs = [(pair.first, pair.second) for pair in comparison.pairs]
    agreed = {pair: agreement(outcomes[pair[0]], outcomes[pair[1]], SINGLE) for pair in pairs}
    return ComparisonResult(
        versions=tags,
        subset=GROUND_TRUTHS,
        truths=truths,
        comparison=comparison,
        agreements={} if truths else agreed,
        summaries={tag: summarise(found) for tag, found in outcomes.items()},
        links={},
        left_out=LEFT_OUT,
        differences=dict.fromkeys(pairs, (Difference("prompt"), Difference("model", "small", "large"))),
        project=7,
        basis=replace(BASIS, chosen=(1, 9)) if truths else None,
        looks={pairs[0]: CountedLook(2, frozenset({1}))} if truths else {},
    )


RELIABILITY = Reliability(20, (Bin(0.8, 1.0, 20, 0.9, 0.7, (0.48, 0.85)),), 0.21, (0.1, 0.3), 0.2, 0.08, 0.15, None)
MEASURED = MeasuredConfidence(RELIABILITY, Calibration(20, Logistic(0.5, -0.25)), RELIABILITY)
UNKNOWN = MeasuredConfidence(replace(RELIABILITY, ece=None), Calibration(2, None, "Too little ground truth."), None)
CALIBRATED = CalibrationResult("mood@1", MEASURED, {"mood": UNKNOWN}, True, False, LEFT_OUT, BASIS, 7)
THRESHOLD = ConfidenceThreshold("mood@1", Threshold(0.95, 0.8, 0.5, 0.98, 0.951, 120), 0.79, LEFT_OUT, BASIS, 7)
WRONG_SHARE = replace(THRESHOLD, lowest=WrongShare(0.05, 0.8, 120, 60, 2, 0.0491))
NO_THRESHOLD = ConfidenceThreshold(
    "mood@1", Threshold(0.95, None, 0.0, None, None, 0, reason="Too few."), None, LEFT_OUT, TruthBasis((1, 2)), 7
)

SHARES = ShareEstimate(
    "mood@1", 7, 20, 18, 12, (LabelShare("Good", 0.7, 0.6, (0.5, 0.7), 8, by_truths=True),), BASIS, LEFT_OUT
)
DRAWN = DrawnTasks(7, (3, 1), (1,), 20, 5)

MARKED = MarkedTask(9, ("a", "b"), "http://studio/9")
AUDIT = Audit(
    truths=3,
    left_out=LEFT_OUT,
    versions=("mood@1", "mood@2"),
    stale=("old@1",),
    suspects=(SuspectTruth(7, "a", "b", 0.91, ("mood@1",), True, "http://studio/7"),),
    confusions=(Confusion("mood", "a", "b", 3),),
    duplicates=((MARKED, MARKED),),
    disagreements=(MARKED,),
)
HALVES = GroundTruthHalves((LabeledTask(Task(1, {}), A),), (LabeledTask(Task(2, {}), A),), 1)
REWRITES = (TriedRewrite("Better: {text}", "kept", "It is better.", 5, 3, 6), TriedRewrite(None, "it is empty"))
ENHANCED = OptimizationResult(
    run=RUN,
    base=version(),
    search=SearchOptions("some-teacher"),
    text="Better: {text}",
    reasons="It is better.",
    tried=REWRITES,
    halves=HALVES,
    learned=(3, 5),
    comparison=compared("mood@1", "rewrite").comparison,
    look=CountedLook(2, frozenset({2})),
    cost=SearchCost(0.5, None, 0.25),
    saved=VERSION,
)
NOT_ENHANCED = replace(ENHANCED, text=None, halves=None, learned=None, comparison=None, look=None, saved=None, tried=())

ESTIMATE = Estimate(100, 20, (8000, 9000), (400, 900), (0.01, 0.02), "o200k_base", (100, 200))
RESULT = TaskResult(345, "so good", "Good", None, "not_json: It is not JSON.", None, "http://studio/345")
LEARNT = LearntFormat("a", "json_object", ("logprobs", "seed"), 5, True, False, True, "2026-01-01T09:00:00+00:00")
CONNECTION = StoredConnection(
    "groq",
    "https://user:key@groq.test/v1?key=k",
    None,
    "encrypted",
    20.0,
    8,
    0.05,
    0.08,
    30.0,
    6000.0,
    "groq",
    created="2026-01-01T09:00:00+00:00",
)
FOUND = (
    AbilityResult("text", True, "", 0.5),
    AbilityResult("seed", None, "not asked"),
    AbilityResult("batches", False, "no", None),
)
CONNECTION_CHECK = ConnectionCheck(
    "groq", "https://groq.test/v1", ("a", "b"), "a", 0.25, (100, 8), 0.001, FOUND, "groq", (30.0, None), LEARNT
)
CHECK = HealthCheck("Label Studio", True, Notice("http://studio, version 1.23.0"))
PREDICTIONS = ProjectPredictions({"mood@1": 3, "": 1}, 5, 2)
KEEP_UP = KeepUpState(KeepUp(7, True, 2.0, 40, "mood@1", "", "2026-11-29", 1, "ann@example.com"), 0.5, 3, ("1f3a9c04",))
PUSHED = PushResult(3, 2, 1, 4)
RELABELLED = Relabelled(7, "mood", "Refund", "Reimbursement", 12, ("mood@1",))
RENAMES = {"mood": {"Refund": "Reimbursement"}}

VOTED = VoteResult(
    SINGLE,
    votes({"mood@1": said("aab"), "mood@2": said("aba")}, TRUTHS[:2], SINGLE),
    missing={"mood@1": 0, "mood@2": 1},
    links={task: f"http://studio.test/projects/7/data?task={task}" for task in (1, 2)},
    left_out=NOTHING,
)
PEOPLE = human_agreement([MultipleAnnotation(n, {1: "a", 2: "a" if n % 4 else "b"}, "a") for n in range(20)])
CANARY = CanaryResult("mood@1", Canary(49, 9, 8, 1), 1, ("some-model",), ("some-model-2",))
CASCADE_PAIRS = [AnswerPair(n, 1 - n / 400, n % 7 != 5, (0.001, 0.01), (n % 9 > 0, n % 11 > 0)) for n in range(20)]
CASCADE = CascadeResult(
    VERSION,
    replace(VERSION, number=2, model="dear", connection="other"),
    tradeoff(CASCADE_PAIRS, 0.3),
    project_tasks=40,
    differences=(Difference("model", "m", "other/dear"),),
    left_out=NOTHING,
)
