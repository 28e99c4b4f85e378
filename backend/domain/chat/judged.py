"""Judged attempts: all answers to one request, each read once, with the verdict that counts.

The verdict travels with the attempts, from the place that asks to the outcome.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.domain.answer import Answer
from backend.domain.chat.answer_spec import AnswerSpec
from backend.domain.chat.repeats import runs_on
from backend.domain.chat.request import MAX_ATTEMPTS, ChatRequest, Completion
from backend.domain.chat.response_parser import is_cut, read
from backend.domain.outcome import Rejection


@dataclass(frozen=True, slots=True)
class Judged:
    """`verdict` and `completion`: the first usable attempt with its Answer, else the last one with its Rejection; both
    are None without attempts."""

    spec: AnswerSpec
    attempts: tuple[Completion, ...] = ()
    verdict: Answer | Rejection | None = None
    completion: Completion | None = None

    def plus(self, attempt: Completion) -> "Judged":
        """With one more attempt, which is read only if it can count."""
        attempts = (*self.attempts, attempt)
        if self.verdict is not None and not isinstance(self.verdict, Rejection):
            return replace(self, attempts=attempts)
        return Judged(self.spec, attempts, read(attempt, self.spec), attempt)

    def is_settled(self, most: int = MAX_ATTEMPTS) -> bool:
        """Whether to stop asking: there is an Answer, `most` attempts were made, or the next would be the same.

        It would be the same if the model refused, or if its server puts text where no answer is. More attempts than
        usual are set by a user who wants to ask again in spite of that.
        """
        if isinstance(self.verdict, Rejection):
            return len(self.attempts) >= most or (most <= MAX_ATTEMPTS and self._is_final(self.verdict))
        return self.verdict is not None

    def settles(self, request: ChatRequest) -> bool:
        """Whether to stop asking `request`, to which these are all answers."""
        return self.is_settled(_most_attempts(request, self.attempts))

    def _is_final(self, verdict: Rejection) -> bool:
        elsewhere = self.completion is not None and self.completion.elsewhere is not None
        return verdict.reason == "refused" or (verdict.reason == "empty" and elsewhere)


def judge(attempts: Iterable[Completion], spec: AnswerSpec) -> Judged:
    judged = Judged(spec)
    for attempt in attempts:
        judged = judged.plus(attempt)
    return judged


def is_done(request: ChatRequest, attempts: Sequence[Completion]) -> bool:
    """Whether to stop asking `request`. `attempts`: all answers to it."""
    return judge(attempts, request.template.spec).settles(request)


def _most_attempts(request: ChatRequest, attempts: Sequence[Completion]) -> int:
    """One more if the first answer may have been cut at the bound that we set."""
    bound, first = request.template.bound, next(iter(attempts), None)
    ours = bound is not None and first is not None and is_cut(first) and 0 < first.completion_tokens <= bound
    return request.template.attempts + (ours and not runs_on(first.text) if first else 0)
