"""What stands where a system offers nothing of a kind: each says so instead of failing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kireji.core.desktop_ports import ClipboardContent, Notice
from kireji.core.errors import ClipboardError, KirejiError
from kireji.core.geometry import DesktopWindow
from kireji.core.ports import Availability
from kireji.core.words import say


class NoClipboard:
    """No clipboard can be read here.

    Args:
        reason: Why not, in one sentence.
        hint: What to do about it.
    """

    def __init__(self, reason: str, hint: str) -> None:
        self._reason = reason
        self._hint = hint

    async def read(self) -> ClipboardContent:
        raise ClipboardError(self._reason, self._hint)

    def selection_availability(self) -> Availability:
        return Availability(False, self._reason, self._hint)

    async def read_selection(self) -> str:
        raise ClipboardError(self._reason, self._hint)


class NoNotifier:
    """No notifications here."""

    async def availability(self) -> Availability:
        return Availability(False, say("This desktop has no notifications."))

    async def notify(self, notice: Notice, clicked: Callable[[str], None] | None = None) -> bool:
        return False

    async def aclose(self) -> None:
        """Nothing to give back."""


class NoAutostart:
    """Nothing is known of starting with the session here."""

    def availability(self) -> Availability:
        return Availability(
            False, say("Kireji cannot enter itself into this system's start."), say("Enter it by hand.")
        )

    def enabled(self) -> bool:
        return False

    def set(self, on: bool) -> None:
        raise KirejiError(say("Kireji cannot enter itself into this system's start."), say("Enter it by hand."))


class NoWindows:
    """Where other windows lie cannot be known here."""

    async def windows(self) -> Sequence[DesktopWindow]:
        return ()
