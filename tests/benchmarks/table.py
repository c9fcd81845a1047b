"""The one table of all measurements."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured goal.

    Args:
        what: The measurement.
        goal: As promised.
        floor: What the floor or peer is, with its value in this run.
        measured: With its unit.
        ratio: Measured over floor, or over an absolute goal.
        met: Whether the goal holds.
    """

    what: str
    goal: str
    floor: str
    measured: str
    ratio: str
    met: bool


def machine() -> str:
    """What it was measured on, without names or paths."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, Xvfb"


def render(rows: Sequence[Row]) -> str:
    """A Markdown table, which the README carries as it is."""
    lines = [
        "| What | Goal | Floor in the same run | Measured | Ratio | Met |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        met = "yes" if row.met else "**no**"
        lines.append(f"| {row.what} | {row.goal} | {row.floor} | {row.measured} | {row.ratio} | {met} |")
    return "\n".join(lines)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
