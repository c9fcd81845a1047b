"""A desktop that hands out chords itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from kireji.core.capturing import Target
from kireji.core.desktop_ports import BoundShortcut
from kireji.core.errors import HotkeyUnavailable
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut


class FakeShortcutPortal:
    """Answers when a test lets it.

    Attributes:
        asked: Every wish, in order.
        answer: What it gives; what is missing is bound as it was asked for.
        failure: Raised instead when set.
        answers: Whether it answers at all.
        closed: Whether the session was ended.
    """

    name = "fake portal"

    def __init__(self) -> None:
        self.asked: list[Mapping[Target, Shortcut]] = []
        self.answer: dict[Target, BoundShortcut] = {}
        self.failure: HotkeyUnavailable | None = None
        self.available = Availability(True)
        self.answers = asyncio.Event()
        self.answers.set()
        self.closed = False
        self.pressed: Callable[[Target, str], None] | None = None
        self.changed: Callable[[Mapping[Target, BoundShortcut]], None] | None = None

    async def availability(self) -> Availability:
        return self.available

    async def bind(
        self,
        wanted: Mapping[Target, Shortcut],
        pressed: Callable[[Target, str], None],
        changed: Callable[[Mapping[Target, BoundShortcut]], None],
    ) -> Mapping[Target, BoundShortcut]:
        self.asked.append(wanted)
        self.pressed, self.changed = pressed, changed
        await self.answers.wait()
        if self.failure is not None:
            raise self.failure
        return {action: self.answer.get(action, BoundShortcut(True, str(chord))) for action, chord in wanted.items()}

    async def aclose(self) -> None:
        self.closed = True
