"""The type of options that take a share or a confidence."""

from math import isnan
from typing import Any

import click


class Share(click.FloatRange):
    """A number from 0 to 1. NaN, which is neither below nor above any bound, is none."""

    name = "share"

    def __init__(self, between: bool = False) -> None:
        """between: whether 0 and 1 themselves are left out"""
        super().__init__(0, 1, min_open=between, max_open=between)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number
