"""A key combination held everywhere on X11: a passive grab of that chord alone, on a private connection.

No other key is seen. Under XWayland such a grab works only while an X window has the focus, so a Wayland session counts
as unavailable; there the desktop's own settings can run `kireji capture`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import NamedTuple, TypeAlias

from kireji.core.errors import HotkeyTaken, HotkeyUnavailable
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut
from kireji.desktop.keysyms import ALT, NUM_LOCK, SUPER, keysyms
from kireji.desktop.xcb import BAD_ACCESS, KEY_PRESS, MAPPING_NOTIFY, Connection, DisplayUnreachable

log = logging.getLogger(__name__)

Watch: TypeAlias = Callable[[int, Callable[[], None]], Callable[[], None]]
"""`watch(descriptor, ready)` calls `ready` whenever the descriptor is readable, and returns what ends that."""

_SHIFT, _LOCK, _CONTROL, _MOD1, _MOD4 = 1, 2, 4, 8, 64
_HINT = "Bind the command 'kireji capture' to a key in your desktop's keyboard settings."


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

    def register(self, shortcut: Shortcut, pressed: Callable[[], None]) -> X11Registration:
        """Hold `shortcut` until it is released; `pressed` runs where `watch` calls.

        Raises:
            HotkeyTaken: Another program holds it, or an earlier registration here does.
            HotkeyUnavailable: This keyboard has no such key, or grabs do not work here.
        """
        with ExitStack() as undo:
            connection = self._connect()
            undo.callback(connection.close)
            registration = X11Registration(connection, shortcut, pressed, self._watch)
            undo.pop_all()
        return registration

    def _connect(self) -> Connection:
        if sys.platform != "linux":
            raise HotkeyUnavailable("Global shortcuts are not supported on this system yet.", _HINT)
        if self._environ.get("WAYLAND_DISPLAY") or self._environ.get("XDG_SESSION_TYPE") == "wayland":
            raise HotkeyUnavailable("Programs cannot hold a key combination in this Wayland session.", _HINT)
        display = self._environ.get("DISPLAY", "")
        if not display:
            raise HotkeyUnavailable("There is no display to hold a key combination on.", "Start Kireji from a desktop.")
        try:
            return Connection(display)
        except DisplayUnreachable as problem:
            raise HotkeyUnavailable(
                f"The display {display} cannot be reached.", "Check that the desktop is running."
            ) from problem
        except OSError as problem:
            raise HotkeyUnavailable("The library libxcb is missing.", "Install libxcb1, or: " + _HINT) from problem


class X11Registration:
    """A held chord with its own connection, which no other registration shares.

    Args:
        connection: Open; closed by `release`.
        shortcut: What to hold.
        pressed: Called once per press, however long the keys are held.
        watch: As for `X11Hotkeys`.
    """

    def __init__(self, connection: Connection, shortcut: Shortcut, pressed: Callable[[], None], watch: Watch) -> None:
        self._connection = connection
        self._shortcut = shortcut
        self._pressed = pressed
        self._last: _Press | None = None
        self._held = self._take()
        self._stop: Callable[[], None] | None = watch(connection.descriptor, self._ready)
        self._ready()  # what was read while waiting for replies would make no descriptor readable

    def release(self) -> None:
        """Give the chord back: when this returns another program can take it. Harmless a second time."""
        if self._stop is None:
            return
        self._stop()
        self._stop = None
        if not self._connection.broken:
            self._connection.ungrab(self._held)
        self._connection.close()

    def _take(self) -> frozenset[tuple[int, int]]:
        wanted = _chords(self._connection, self._shortcut)
        if not wanted:
            raise HotkeyUnavailable(
                f"This keyboard has no key for {self._shortcut}.", "Choose another shortcut in Settings."
            )
        held, error = self._connection.grab(wanted)
        if error:
            self._connection.ungrab(held)
            if error == BAD_ACCESS:
                raise HotkeyTaken(
                    f"{self._shortcut} is already used by another program.", "Choose another shortcut in Settings."
                )
            raise HotkeyUnavailable(
                f"{self._shortcut} cannot be held here.", "Choose another shortcut in Settings.", detail=f"X {error}"
            )
        return held

    def _ready(self) -> None:
        presses = self._drain()
        if self._connection.broken and self._stop is not None:
            log.warning("the X server has gone, and %s with it", self._shortcut)
            self._stop()
            self._stop = None
            self._connection.close()
        for _ in range(presses):
            self._pressed()

    def _drain(self) -> int:
        """Take in all that has come; returns how often the chord was pressed."""
        presses, remapped = 0, True
        while remapped:
            remapped = False
            for kind, detail, time in self._connection.events():
                if kind == MAPPING_NOTIFY:
                    remapped = True
                elif kind == KEY_PRESS and any(detail == keycode for keycode, _ in self._held):
                    # The chord has become a grab of the whole keyboard: keys typed from now on belong to others.
                    self._connection.release_keyboard()
                    press = _Press(time, repeated=self._repeats(time))
                    presses += not press.repeated
                    self._last = press
            if remapped:
                self._retake()
        return presses

    def _repeats(self, time: int) -> bool:
        """Whether a press at `time` is the keyboard's auto-repeat.

        Once the keyboard is given back the release of the key is not seen, so it is told by its time: repeats come
        exactly when the X server's own clock says, and it stamps them.
        """
        last = self._last
        if last is None or (time - last.time) & 0xFFFFFFFF > _LONGEST_REPEAT:
            return False
        return is_repeat(last.repeated, (time - last.time) & 0xFFFFFFFF, self._connection.repeat_timing())

    def _retake(self) -> None:
        """Hold the chord on the keys it is on now, after the layout changed."""
        wanted = _chords(self._connection, self._shortcut)
        if wanted == self._held or not wanted or self._connection.broken:
            return
        self._connection.ungrab(self._held - wanted)
        gained, error = self._connection.grab(wanted - self._held)
        self._held = (self._held & wanted) | gained
        if error:
            log.warning("after a change of the keyboard's layout another program holds %s", self._shortcut)


class _Press(NamedTuple):
    """A press of the chord: the server's time in milliseconds, and whether it was auto-repeat."""

    time: int
    repeated: bool


_LONGEST_REPEAT = 3000
_EARLY, _LATE = 10, 60
"""Milliseconds around its due time in which a press counts as auto-repeat: a busy server is late, hardly ever early. A
real second press in just that moment is taken for one, so the window is kept small."""


def is_repeat(after_repeat: bool, elapsed: int, timing: tuple[int, int] | None) -> bool:
    """Whether a press comes from holding the key.

    Args:
        after_repeat: The press before was a repeat itself.
        elapsed: Milliseconds since the press before.
        timing: Delay of the first repeat and distance of the others; None when unknown.
    """
    if timing is None:
        return elapsed <= 1000
    delay, interval = timing
    if after_repeat:
        return elapsed <= interval + _LATE
    return delay - _EARLY <= elapsed <= delay + _LATE


def _chords(connection: Connection, shortcut: Shortcut) -> frozenset[tuple[int, int]]:
    """Keycodes with modifier masks for `shortcut`, each with and without CapsLock and NumLock."""
    keyboard = connection.keyboard()
    modifiers = connection.modifiers()
    masks = {
        "Ctrl": _CONTROL,
        "Shift": _SHIFT,
        "Alt": _mask(keyboard, modifiers, ALT) or _MOD1,
        "Super": _mask(keyboard, modifiers, SUPER) or _MOD4,
    }
    plain = 0
    for name in shortcut.modifiers:
        plain |= masks[name]
    num_lock = _mask(keyboard, modifiers, (NUM_LOCK,))
    keys = _keycodes(keyboard, shortcut.key)
    return frozenset(
        (keycode, plain | extra | locks) for keycode, extra in keys for locks in {0, _LOCK, num_lock, _LOCK | num_lock}
    )


def _keycodes(keyboard: tuple[tuple[int, tuple[int, ...]], ...], key: str) -> frozenset[tuple[int, int]]:
    """Where `key` is, and whether it needs Shift there.

    A letter or digit names the key it is printed on. A sign names the character, so that Ctrl++ is Ctrl+Shift and the
    key with = and + on an American keyboard.
    """
    names = keysyms(key)
    for column in range(4):  # two layouts of two levels each; further levels need AltGr
        found = [code for code, symbols in keyboard if len(symbols) > column and symbols[column] in names]
        if found:
            shifted = _SHIFT if column % 2 and not key.isalnum() else 0
            return frozenset((code, shifted) for code in found)
    return frozenset()


def _mask(
    keyboard: tuple[tuple[int, tuple[int, ...]], ...], modifiers: tuple[frozenset[int], ...], names: tuple[int, ...]
) -> int:
    """The modifier bit that a key such as NumLock sets; 0 when it sets none."""
    codes = {code for code, symbols in keyboard if set(symbols) & set(names)}
    return next((1 << number for number, held in enumerate(modifiers) if number > 2 and held & codes), 0)
