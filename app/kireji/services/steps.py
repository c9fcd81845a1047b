"""Blocking work in steps, each in a thread, so that cancelling happens between them and never in one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def step(work: Callable[[], T]) -> T:
    """Run `work` in a thread. When the await is cancelled, the step is waited for first: what it uses may be closed
    as soon as this returns or raises.

    Raises:
        Exception: Whatever `work` raises.
    """
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait((running,))
        if not running.cancelled():
            running.exception()  # seen: it is not reported as never retrieved
        raise
