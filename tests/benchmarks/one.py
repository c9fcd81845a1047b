"""One benchmark by its name, in a process of its own."""

from __future__ import annotations

import importlib

from tests.benchmarks.table import Row


def measure_one(name: str) -> list[Row]:
    """The rows of a benchmark.

    Args:
        name: Of its module.
    """
    return list(importlib.import_module(f"tests.benchmarks.{name}").measure())
