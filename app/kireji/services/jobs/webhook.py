"""Tells the person's address."""

from __future__ import annotations

from typing import Protocol


class Webhook(Protocol):
    """Sends what is still to be told."""

    async def due(self) -> float:
        """Seconds until something is to be told."""

    async def deliver(self) -> None:
        """Send what is due."""
