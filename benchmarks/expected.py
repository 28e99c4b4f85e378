"""What a benchmark was to get. Anything else ends it, with a sentence: its figures would be about something else."""

from typing import TypeVar

T = TypeVar("T")


def expected(value: object, kind: type[T]) -> T:
    """The value. Raises SystemExit if it is of another kind, such as None."""
    if not isinstance(value, kind):
        raise SystemExit(f"The benchmark got {value!r} instead of a {kind.__name__}.")
    return value
