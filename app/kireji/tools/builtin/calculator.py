"""The tool that calculates."""

from __future__ import annotations

from kireji.plugins import tool
from kireji.tools.builtin import arithmetic


@tool(read_only=True, open_world=False, seconds=10)
def calculate(expression: str) -> str:
    """Calculate exactly: + - * / // ^ % !, brackets, sqrt, log, trigonometry in radians, round, mean and more.

    Args:
        expression: Such as (3.5 + 1/3)^2, 19% of 240 or comb(49, 6).
    """
    return arithmetic.calculate(expression)
