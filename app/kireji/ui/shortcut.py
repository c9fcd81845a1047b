"""The global shortcut: held from the first moment, changed and paused while the program runs."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, QSocketNotifier

from kireji.core.desktop_ports import HotkeyBackend, Registration
from kireji.core.errors import HotkeyError, HotkeyTaken
from kireji.core.publisher import Publisher
from kireji.core.shortcuts import Shortcut


class ShortcutStatus(enum.Enum):
    """What became of the chord."""

    HELD = "held"
    PAUSED = "paused"
    NONE = "none"
    TAKEN = "taken"
    UNAVAILABLE = "unavailable"


class ShortcutState(NamedTuple):
    """The truth about the chord.

    Args:
        chord: As people write it; empty when none is wanted.
        status: What became of it.
        sentence: What happened and what to do, when it is not held.
    """

    chord: str
    status: ShortcutStatus
    sentence: str = ""


class GlobalShortcut:
    """Owns the registration of the capture chord.

    Presses before there is a receiver are kept as one press and delivered when the receiver is set.

    Args:
        backend: How chords are held here.
        chord: As in the settings; empty holds none.
        paused: Begin released.
    """

    def __init__(self, backend: HotkeyBackend, chord: str, *, paused: bool = False) -> None:
        self._backend = backend
        self._registration: Registration | None = None
        self._receiver: Callable[[], None] | None = None
        self._waiting = False
        self._state = ShortcutState(chord, ShortcutStatus.NONE)
        self.pressed: Publisher[None] = Publisher()
        self.changed: Publisher[ShortcutState] = Publisher()
        self._hold(chord, paused=paused)

    def state(self) -> ShortcutState:
        """What holds now."""
        return self._state

    def receive(self, receiver: Callable[[], None]) -> None:
        """Deliver presses to `receiver` from now on, and the one that waited."""
        self._receiver = receiver
        if self._waiting:
            self._waiting = False
            receiver()

    def change(self, chord: str) -> str:
        """Hold another chord; the old one stays when the new one cannot be held.

        Returns:
            Empty when it is held, else the sentence that says why not.
        """
        before = self._state
        if chord == before.chord and before.status is ShortcutStatus.HELD:
            return ""
        self.release()
        self._hold(chord, paused=False)
        problem = self._state.sentence
        if self._state.status in (ShortcutStatus.TAKEN, ShortcutStatus.UNAVAILABLE) and before.chord != chord:
            self._hold(before.chord, paused=before.status is ShortcutStatus.PAUSED)
        self.changed.publish(self._state)
        return problem

    def pause(self, paused: bool) -> None:
        """Release the chord for other programs, or hold it again."""
        self.release()
        self._hold(self._state.chord, paused=paused)
        self.changed.publish(self._state)

    def release(self) -> None:
        """Give the chord back."""
        if self._registration is not None:
            self._registration.release()
            self._registration = None

    def _hold(self, chord: str, *, paused: bool) -> None:
        shortcut = Shortcut.parse(chord) if chord else None
        if shortcut is None:
            self._state = ShortcutState(chord, ShortcutStatus.NONE)
            return
        if paused:
            self._state = ShortcutState(chord, ShortcutStatus.PAUSED)
            return
        try:
            self._registration = self._backend.register(shortcut, self._press)
        except HotkeyError as error:
            taken = isinstance(error, HotkeyTaken)
            status = ShortcutStatus.TAKEN if taken else ShortcutStatus.UNAVAILABLE
            self._state = ShortcutState(chord, status, error.sentence)
        else:
            self._state = ShortcutState(chord, ShortcutStatus.HELD)

    def _press(self) -> None:
        self.pressed.publish(None)
        if self._receiver is None:
            self._waiting = True
        else:
            self._receiver()


def watch_descriptor(parent: QObject) -> Callable[[int, Callable[[], None]], Callable[[], None]]:
    """A function that calls back when a file descriptor can be read, on Qt's loop; its result ends that."""

    def watch(descriptor: int, ready: Callable[[], None]) -> Callable[[], None]:
        notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read, parent)
        notifier.activated.connect(ready)

        def stop() -> None:
            notifier.setEnabled(False)
            notifier.deleteLater()

        return stop

    return watch
