"""The tool that converts units."""

from __future__ import annotations

from kireji.plugins import tool
from kireji.tools.builtin import measures


@tool(read_only=True, open_world=False, seconds=20)
def convert_units(value: float, unit: str, to: str) -> str:
    """Convert between units of measurement, also compound ones, temperatures and data sizes. No currencies.

    Args:
        value: How many.
        unit: Such as miles, °C, km/h, GiB or kg*m/s^2.
        to: Unit that is wanted.
    """
    return measures.convert(value, unit, to)
