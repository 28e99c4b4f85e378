"""Resolves the outcome of a task from its stored completions. Everything that people see is computed here.

Numbers that may be the beginning of others: `1` where 10 is possible too.

A text ends with its closing quote, whose probability counts. A number ends where something else begins: only that tells
`1` from `10`.
"""

from collections.abc import Collection, Mapping, Sequence
from statistics import fmean

from backend.domain.answer import Answer, names_of, number_of
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.judged import Judged, judge
from backend.domain.chat.request import Completion
from backend.domain.labels.comparisons import OTHER_SIDE, comparisons
from backend.domain.labels.schema import LabelSchema
from backend.domain.outcome import Confidence, DeferredConfidence, Failure, Outcome, Rejection, Usage, total_usd
from backend.domain.prompts.confidence_option import vote
from backend.domain.resolution.logprob_confidence import Counted, confidence
from backend.domain.resolution.pricing import Pricing, cost_of
from backend.domain.resolution.span_confidence import confidence_of_marks, marking_alone, with_scores


def open_numbers(answer: Answer, spec: AnswerSpec) -> Collection[str]:
    """The controls that hold such a number."""
    fields = spec.fields if isinstance(spec, LabelSchema) else ()
    held = ((field, number_of(answer.get(field.name))) for field in fields)
    return [field.name for field, number in held if number is not None and _may_go_on(number, field.known_classes)]


def _may_go_on(number: int | float, possible: Sequence[str]) -> bool:
    """`possible`: all numbers that are possible; none where there is no end of them."""
    text = str(number)
    return not possible or any(other != text and other.startswith(text) for other in possible)


def resolve(
    task_id: int,
    samples: Sequence[Sequence[Completion]],
    spec: AnswerSpec,
    pricing: Pricing,
    both_orders: bool = False,
    sent: int | None = None,
) -> Outcome | None:
    """The Outcome of stored completions: the attempts of each sample (mostly one sample). None if a sample has no
    attempt. See `outcome_of`."""
    return outcome_of(task_id, [judge(attempts, spec) for attempts in samples], pricing, both_orders, sent)


def outcome_of(
    task_id: int, samples: Sequence[Judged], pricing: Pricing, both_orders: bool = False, sent: int | None = None
) -> Outcome | None:
    """The same, of attempts that were read before.

    samples: at least one, all with one spec
    both_orders: whether they are the two orders of what is compared
    sent: number of requests sent for it now; None where none was to be sent, so that nothing is reused either
    """
    verdicts = [sample.verdict for sample in samples if sample.verdict is not None]
    counted = [sample.completion for sample in samples if sample.completion is not None]
    if len(verdicts) < len(samples):
        return None
    spec = samples[0].spec
    verdict, confidences = _decided(verdicts, counted, spec, both_orders)
    answers = tuple(answer for answer in verdicts if not isinstance(answer, Rejection))
    seconds = None if any(completion.batch for completion in counted) else max(c.seconds for c in counted)
    return Outcome(
        task_id,
        verdict,
        counted[0].digest,
        confidences=confidences,
        usage=usage_of([attempt for sample in samples for attempt in sample.attempts], seconds, pricing),
        sent=sent or 0,
        reused=sent == 0,
        logprobs=any(completion.logprobs is not None for completion in counted),
        orders=answers if both_orders and len(answers) == len(samples) else (),
    )


def _decided(
    verdicts: Sequence[Answer | Rejection], counted: Sequence[Completion], spec: AnswerSpec, both_orders: bool
) -> tuple[Answer | Rejection, Confidence | DeferredConfidence | None]:
    if len(verdicts) > 1 and not both_orders:
        verdict, agreement = vote(verdicts)
        return verdict, _of_several(agreement, spec)
    verdict = joined(verdicts, spec) if both_orders else verdicts[0]
    if isinstance(verdict, Rejection):
        return verdict, None

    def compute() -> Confidence | None:
        pairs = zip(verdicts, counted, strict=True)
        of_orders = [_confidence_of(verdict, completion, spec) for verdict, completion in pairs]
        return _of_several(mean_confidence(of_orders, spec) if both_orders else of_orders[0], spec)

    return verdict if both_orders else with_scores(verdict, counted[0]), DeferredConfidence(compute)


def _of_several(combined: Confidence | None, spec: AnswerSpec) -> Confidence | None:
    """Of one control it is that of the whole."""
    return combined if combined is None or len(spec.names) > 1 else Confidence(combined.joint, {})


def _confidence_of(verdict: Answer | Rejection, completion: Completion, spec: AnswerSpec) -> Confidence | None:
    if isinstance(verdict, Rejection):
        return None
    if keys := spec.probable(verdict):
        return confidence(completion, Counted(keys, open_numbers(verdict, spec), spec.allowed))
    return confidence_of_marks(verdict, completion, marking_alone(verdict, spec))


def has_probability(answer: Answer, spec: AnswerSpec) -> bool:
    """Whether log-probabilities say anything about the answer, if they are there."""
    return bool(spec.probable(answer) or marking_alone(answer, spec))


def failed(task_id: int, failure: Failure, digest: str | None = None, sent: int = 0) -> Outcome:
    return Outcome(task_id, failure, digest, sent=sent)


def usage_of(attempts: Sequence[Completion], seconds: float | None, pricing: Pricing) -> Usage:
    """Tokens and cost of all attempts together; the cost is None if one price is unknown."""
    counted = all(completion.prompt_tokens for completion in attempts)  # 0 is stored where the provider did not count
    return Usage(
        prompt_tokens=sum([c.prompt_tokens for c in attempts]) if counted else None,
        completion_tokens=sum([c.completion_tokens for c in attempts]) if counted else None,
        cost_usd=total_usd([cost_of(completion, pricing) for completion in attempts]),
        seconds=seconds,
    )


def joined(verdicts: Sequence[Answer | Rejection], spec: AnswerSpec) -> Answer | Rejection:
    """Of two verdicts: the first order's and the other one's, as it was said there.

    Models prefer a side whatever stands there (Zheng et al. 2023, "Judging LLM-as-a-Judge"). An answer that does not
    turn with the inputs says nothing of them, and is not used. All else is as the first order has it.
    """
    first, second = verdicts
    if isinstance(first, Rejection) or isinstance(second, Rejection):
        return first if isinstance(first, Rejection) else second
    for name in _compared(spec):
        side, other = side_of(first, name), side_of(second, name)
        if side is not None and OTHER_SIDE.get(side) != other:
            return Rejection("inconsistent", _why(name, side, other))
    return first


def side_of(answer: Answer, control: str) -> str | None:
    """`left` or `right`; None where the control is not on the screen."""
    return next(iter(names_of(answer.get(control))), None)


def _why(name: str, side: str, other: str | None) -> str:
    if other is None:
        return f"'{name}' is '{side}', and nothing when the two are exchanged."
    return f"'{name}' is '{side}' in both orders, whichever of the two stands there."


def _compared(spec: AnswerSpec) -> list[str]:
    return [control.name for control in comparisons(spec)] if isinstance(spec, LabelSchema) else []


def mean_confidence(of_orders: Sequence[Confidence | None], spec: AnswerSpec) -> Confidence | None:
    """Of an answer that both orders agree on: that of the first, where that of a side is the mean of both orders.

    A comparison that only one order has on the screen has no side in the first: its confidence stays as it is there.
    """
    first, second = of_orders
    if first is None or second is None:
        return None
    both = [name for name in _compared(spec) if name in first.controls and name in second.controls]
    means = {name: fmean((first.controls[name], second.controls[name])) for name in both}
    return Confidence(_whole(first, means), {**first.controls, **means})


def _whole(first: Confidence, means: Mapping[str, float]) -> float:
    joint = first.joint
    for name, mean in means.items():
        joint = joint / first.controls[name] * mean if first.controls[name] else 0.0
    return min(1.0, joint)
