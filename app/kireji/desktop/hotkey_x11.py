"""Key combinations held everywhere on X11: passive grabs of those chords alone, on one private connection.

No other key is seen. Under XWayland such a grab works only while an X window has the focus, so a Wayland session counts
as unavailable; there the desktop's own settings can run `kireji capture`.
"""

from __future__ import annotations

import logging
import select
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from kireji.core.capturing import BIND_BY_HAND
from kireji.core.errors import HotkeyError, HotkeyTaken, HotkeyUnavailable
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut
from kireji.core.words import mark, say
from kireji.desktop.chords_x11 import chords, is_repeat
from kireji.desktop.xcb import DisplayUnreachable
from kireji.desktop.xcb_keys import BAD_ACCESS, KEY_PRESS, MAPPING_NOTIFY, KeyConnection

log = logging.getLogger(__name__)

Watch: TypeAlias = Callable[[int, Callable[[], None]], Callable[[], None]]
"""`watch(descriptor, ready)` calls `ready` whenever the descriptor is readable, and returns what ends that."""

_ANOTHER = mark("Choose another shortcut in Settings.")

_MOVES, _MOVE_SECONDS = 5, 0.02
"""How often, and how far apart, a chord is tried after a change of the layout: the other program that holds it there
may be about to move to another key itself."""

_FREEZE_SECONDS = 0.12
"""How long the X server keeps what is typed after a press: until then the overlay has the focus, and the first words of
a question reach it instead of the program below. Shorter than any keyboard waits before a held key repeats: repeats
that come meanwhile would be stamped late and count as presses."""

_LONGEST_REPEAT = 3000
"""Milliseconds; no keyboard waits longer before a held key repeats."""


class X11Hotkeys:
    """Passive key grabs.

    Args:
        environ: The process's environment: DISPLAY, WAYLAND_DISPLAY, XDG_SESSION_TYPE.
        watch: How to be told that a descriptor is readable; a QSocketNotifier in the program, so that presses count
            from the moment QApplication exists, before any loop runs.
    """

    def __init__(self, environ: Mapping[str, str], watch: Watch) -> None:
        self._environ = environ
        self._watch = watch
        self._grabs: _Grabs | None = None

    @property
    def name(self) -> str:
        return "X11 key grab"

    def availability(self) -> Availability:
        """Whether chords can be held here; connects to the X server to know."""
        try:
            self._connect().close()
        except HotkeyUnavailable as problem:
            return Availability(False, problem.message, problem.hint)
        return Availability(True)

    def register(
        self, shortcut: Shortcut, pressed: Callable[[], None], lost: Callable[[HotkeyError], None] | None = None
    ) -> X11Registration:
        """Hold `shortcut` until it is released; `pressed` and `lost` run where `watch` calls.

        Raises:
            HotkeyTaken: Another program holds it, or an earlier registration here does.
            HotkeyUnavailable: This keyboard has no such key, or grabs do not work here.
        """
        if self._grabs is None or self._grabs.over:
            self._grabs = _Grabs(self._connect(), self._watch, self._keep_keys)
        return self._grabs.hold(shortcut, pressed, lost)

    def free(self, candidates: Sequence[Shortcut]) -> Sequence[Shortcut]:
        """Those that could be held now, in their order: each is held for a moment, on a connection of its own."""
        try:
            connection = self._connect()
        except HotkeyUnavailable:
            return ()
        keyboard, modifiers = connection.keyboard(), connection.modifiers()
        wanted = {shortcut: chords(keyboard, modifiers, shortcut) for shortcut in candidates}
        held, _ = connection.grab(_union(wanted.values()))
        connection.ungrab(held)
        connection.close()
        return tuple(shortcut for shortcut in wanted if wanted[shortcut] and wanted[shortcut] <= held)

    def _keep_keys(self) -> None:
        freezing = threading.Thread(target=_freeze, args=(self._environ["DISPLAY"],), daemon=True, name="keys")
        freezing.start()

    def _connect(self) -> KeyConnection:
        if sys.platform != "linux":
            raise HotkeyUnavailable(say("Global shortcuts are not supported on this system yet."), say(BIND_BY_HAND))
        if self._environ.get("WAYLAND_DISPLAY") or self._environ.get("XDG_SESSION_TYPE") == "wayland":
            raise HotkeyUnavailable(
                say("Programs cannot hold a key combination in this Wayland session."), BIND_BY_HAND
            )
        display = self._environ.get("DISPLAY", "")
        if not display:
            raise HotkeyUnavailable(
                say("There is no display to hold a key combination on."), say("Start Kireji from a desktop.")
            )
        try:
            return KeyConnection(display)
        except DisplayUnreachable as problem:
            raise HotkeyUnavailable(
                say("The display {display} cannot be reached.", display=display),
                say("Check that the desktop is running."),
            ) from problem
        except OSError as problem:
            raise HotkeyUnavailable(
                say("The library libxcb is missing."), say("Install libxcb1, or: ") + BIND_BY_HAND
            ) from problem


class _Press(NamedTuple):
    """A press of the chord: the server's time in milliseconds, and whether it was auto-repeat."""

    time: int
    repeated: bool


class X11Registration:
    """A held chord.

    Args:
        owner: Holds it.
        shortcut: What is held.
        held: Its keycodes and modifiers.
        pressed: Called once per press, however long the keys are held.
        lost: Called when it is held no longer.
    """

    def __init__(
        self,
        owner: _Grabs,
        shortcut: Shortcut,
        held: frozenset[tuple[int, int]],
        pressed: Callable[[], None],
        lost: Callable[[HotkeyError], None] | None,
    ) -> None:
        self.shortcut = shortcut
        self.held = held
        self.pressed = pressed
        self.lost = lost
        self.last: _Press | None = None
        self._owner = owner

    def release(self) -> None:
        """Give the chord back: when this returns another program can take it. Harmless a second time."""
        self._owner.release(self)


class _Grabs:
    """All chords that are held, on one connection, which is closed with the last of them.

    Args:
        connection: Open.
        watch: As for `X11Hotkeys`.
        keep_keys: Called at each press: what is typed next is kept for who has the focus soon.
    """

    def __init__(self, connection: KeyConnection, watch: Watch, keep_keys: Callable[[], None]) -> None:
        self._connection = connection
        self._keep_keys = keep_keys
        self._keyboard = connection.keyboard()
        self._modifiers = connection.modifiers()
        self._registrations: list[X11Registration] = []
        self._lost: list[tuple[X11Registration, HotkeyError]] = []
        self._stop: Callable[[], None] | None = watch(connection.descriptor, self.ready)

    @property
    def over(self) -> bool:
        """Nothing can be held through it any more."""
        return self._stop is None

    def hold(
        self, shortcut: Shortcut, pressed: Callable[[], None], lost: Callable[[HotkeyError], None] | None
    ) -> X11Registration:
        """Raises HotkeyTaken or HotkeyUnavailable."""
        try:
            held = self._take(shortcut)
        except HotkeyError:
            self._close_if_empty()
            raise
        registration = X11Registration(self, shortcut, held, pressed, lost)
        self._registrations.append(registration)
        self.ready()  # what was read while waiting for replies would make no descriptor readable
        return registration

    def release(self, registration: X11Registration) -> None:
        if registration not in self._registrations:
            return
        self._registrations.remove(registration)
        if not self._connection.broken:
            self._connection.ungrab(registration.held)
        self._close_if_empty()

    def ready(self) -> None:
        """Take in all that has come."""
        pressed = self._drain()
        if self._connection.broken and not self.over:
            log.warning("the X server has gone, and the shortcuts with it")
            problem = HotkeyUnavailable(say("The display has gone."), say("Start Kireji from a desktop."))
            self._lost += ((registration, problem) for registration in self._registrations)
            self._registrations.clear()
        lost, self._lost = self._lost, []
        if lost:
            self._close_if_empty()
        for registration, reason in lost:
            if registration.lost is not None:
                registration.lost(reason)
        for registration in pressed:
            registration.pressed()

    def _take(self, shortcut: Shortcut) -> frozenset[tuple[int, int]]:
        wanted = chords(self._keyboard, self._modifiers, shortcut)
        if not wanted:
            raise HotkeyUnavailable(say("This keyboard has no key for {shortcut}.", shortcut=shortcut), say(_ANOTHER))
        if any(wanted & registration.held for registration in self._registrations):
            raise HotkeyTaken(say("{shortcut} is already used by Kireji itself.", shortcut=shortcut), say(_ANOTHER))
        held, error = self._connection.grab(wanted)
        if error:
            self._connection.ungrab(held)
            raise _refusal(shortcut, error)
        return held

    def _drain(self) -> list[X11Registration]:
        """Handle all that has come; returns whose chord was pressed, once for each press."""
        presses: list[X11Registration] = []
        remapped = True
        while remapped:
            remapped = False
            for kind, detail, modifiers, time in self._connection.events():
                if kind == MAPPING_NOTIFY:
                    remapped = True
                elif kind == KEY_PRESS:
                    presses += self._press((detail, modifiers), time)
            if remapped and not self._connection.broken:
                self._retake()
        return presses

    def _press(self, chord: tuple[int, int], time: int) -> list[X11Registration]:
        for registration in self._registrations:
            if chord in registration.held:
                press = _Press(time, repeated=self._repeats(registration.last, time))
                registration.last = press
                # The chord has become a grab of the whole keyboard: keys typed from now on belong to others.
                self._connection.release_keyboard()
                if press.repeated:
                    return []
                self._keep_keys()
                return [registration]
        return []

    def _repeats(self, last: _Press | None, time: int) -> bool:
        """Whether a press at `time` is the keyboard's auto-repeat.

        Once the keyboard is given back the release of the key is not seen, so it is told by its time: repeats come
        exactly when the X server's own clock says, and it stamps them.
        """
        if last is None or (time - last.time) & 0xFFFFFFFF > _LONGEST_REPEAT:
            return False
        return is_repeat(last.repeated, (time - last.time) & 0xFFFFFFFF, self._connection.repeat_timing())

    def _retake(self) -> None:
        """Hold every chord on the keys it is on now, after the layout changed.

        A chord whose key is not on the new layout stays where it is: it is still the same key under the finger.
        """
        self._keyboard, self._modifiers = self._connection.keyboard(), self._connection.modifiers()
        moves: dict[X11Registration, frozenset[tuple[int, int]]] = {}
        for registration in self._registrations:
            wanted = chords(self._keyboard, self._modifiers, registration.shortcut)
            if wanted and wanted != registration.held:
                moves[registration] = wanted
        self._connection.ungrab(_union(entry.held for entry in moves))
        for registration, wanted in moves.items():
            registration.held = frozenset()
            self._move(registration, wanted)

    def _move(self, registration: X11Registration, wanted: frozenset[tuple[int, int]]) -> None:
        missing, error = wanted, 0
        for attempt in range(_MOVES):
            if attempt:
                select.select([], [], [], _MOVE_SECONDS)
            gained, error = self._connection.grab(missing)
            missing -= gained
            if not error:
                registration.held = wanted
                return
        self._connection.ungrab(wanted - missing)
        self._registrations.remove(registration)
        log.warning("after a change of the keyboard's layout %s cannot be held", registration.shortcut)
        self._lost.append((registration, _refusal(registration.shortcut, error)))

    def _close_if_empty(self) -> None:
        if not self._registrations and self._stop is not None:
            self._stop()
            self._stop = None
            self._connection.close()


def _freeze(display: str) -> None:
    """Let the X server keep what is typed for a moment, then give it to whoever has the focus.

    In a thread and on a connection of its own: what holds up the windows does not hold up the keyboard, the X server
    ends it by itself should this process die, and the events of the chords stay where they are waited for.
    """
    try:
        connection = KeyConnection(display)
    except OSError:
        return  # the display goes away; the keys with it
    connection.freeze_keyboard()
    select.select([], [], [], _FREEZE_SECONDS)
    connection.release_keyboard()
    connection.close()


def _refusal(shortcut: Shortcut, error: int) -> HotkeyError:
    if error == BAD_ACCESS:
        return HotkeyTaken(say("{shortcut} is already used by another program.", shortcut=shortcut), say(_ANOTHER))
    return HotkeyUnavailable(
        say("{shortcut} cannot be held here.", shortcut=shortcut), say(_ANOTHER), detail=f"X {error}"
    )


def _union(sets: Iterable[frozenset[tuple[int, int]]]) -> frozenset[tuple[int, int]]:
    return frozenset(chord for each in sets for chord in each)
