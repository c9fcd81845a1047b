"""The backup of each day, while the program runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kireji.services.application import Services

_FIRST_LOOK = 180.0
"""Seconds after the start before anything is loaded or copied for it."""


async def back_up_daily(services: Services, tell: Callable[[str], None]) -> None:
    """Make it when it is due and no answer streams.

    Args:
        services: The use cases.
        tell: Says why one could not be made.
    """
    await asyncio.sleep(_FIRST_LOOK)
    await services.backups().keep_up(lambda: services.chat.live.running > 0, tell)
