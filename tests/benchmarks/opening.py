"""Opening a long conversation from a real history in the real window."""

from __future__ import annotations

from tests.benchmarks.table import Row


def opening() -> list[Row]:
    return []
