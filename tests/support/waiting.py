"""Waiting for what has no event of its own."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

_AT_ONCE = 50
"""Turns of the loop in which nearly everything comes that needs no time of its own."""
_PAUSE = 0.002
"""Seconds between two looks after that, which leave the processor to those that are waited for."""


async def until_true(condition: Callable[[], object]) -> None:
    """Let the loop run until something holds; the test's own time limit ends a wait that never does."""
    for turn in itertools.count():
        if condition():
            return
        await asyncio.sleep(0 if turn < _AT_ONCE else _PAUSE)
