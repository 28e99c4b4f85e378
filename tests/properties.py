"""How many random cases a property is tried on."""

from hypothesis import settings

QUICK = "quick"
"""The profile of `make check`, which the decorator `settings` would overrule."""
COMPARED = 200
"""Cases of a comparison with a library, which takes milliseconds for each: a wrong formula is wrong in most of them."""


def cases(number: int) -> settings:
    """A decorator for tests: `number` cases, or no more than the profile has where that is the quick one."""
    quick = settings.get_current_profile_name() == QUICK
    return settings(max_examples=min(number, settings().max_examples) if quick else number, deadline=None)
