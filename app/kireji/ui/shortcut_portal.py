"""Asks a desktop that hands out chords itself, and passes on what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kireji.core.capturing import BIND_BY_HAND, Target
from kireji.core.desktop_ports import ShortcutPortal
from kireji.core.errors import HotkeyError, HotkeyUnavailable
from kireji.core.shortcuts import Shortcut
from kireji.core.words import say
from kireji.ui.aio import TaskScope
from kireji.ui.shortcut import GlobalShortcuts


class PortalChords:
    """Carries wishes to the portal, one at a time: a later wish takes the place of one that is not answered yet.

    Args:
        portal: The desktop.
        shortcuts: Gets the answers and the presses.
        on_error: Told of faults of our own.
    """

    def __init__(
        self, portal: ShortcutPortal, shortcuts: GlobalShortcuts, on_error: Callable[[BaseException], None]
    ) -> None:
        self._portal = portal
        self._shortcuts = shortcuts
        self._scope = TaskScope("shortcut portal", on_error)

    def ask(self, wanted: Mapping[Target, Shortcut]) -> None:
        """Ask for all chords at once; an empty mapping gives all back."""
        self._scope.restart(self._bind(wanted), name="bind")

    async def aclose(self) -> None:
        """Ask for nothing more, and end the session with the desktop."""
        await self._scope.aclose()
        await self._portal.aclose()

    async def _bind(self, wanted: Mapping[Target, Shortcut]) -> None:
        try:
            available = await self._portal.availability()
            if not available.ok:
                raise HotkeyUnavailable(available.reason, available.hint or say(BIND_BY_HAND))
            bound = await self._portal.bind(wanted, self._shortcuts.press, self._shortcuts.answered)
        except HotkeyError as error:
            self._shortcuts.refused(error)
        else:
            self._shortcuts.answered(bound)
