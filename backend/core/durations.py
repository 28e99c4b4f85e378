"""Durations as people say them in a sentence."""


def duration(seconds: float) -> str:
    """`40 seconds`, `5 minutes`, `25 minutes`: whole seconds below two minutes, whole minutes from there on."""
    number, unit = (round(seconds), "second") if seconds < 120 else (round(seconds / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
