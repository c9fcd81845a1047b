"""Key combinations held everywhere on Windows: RegisterHotKey, on a thread that does nothing but wait for them.

No other key is seen. Windows tells the thread that registered, so registering, waiting and giving back happen on one
thread of their own, which sleeps in GetMessageW; a filter in Qt's loop would run Python for every event instead.
Untried on Windows; the calls are those of winuser.h.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from ctypes import POINTER, Structure, byref, c_int, c_int16, c_int32, c_size_t, c_ssize_t, c_uint32, c_void_p, c_wchar
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from kireji.core.errors import HotkeyError, HotkeyTaken, HotkeyUnavailable
from kireji.core.native import Fields, Library, Signatures, windows_library
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut
from kireji.core.words import say

T = TypeVar("T")
log = logging.getLogger(__name__)

ALREADY_REGISTERED = 1409
WM_QUIT, WM_APP, WM_HOTKEY = 0x0012, 0x8000, 0x0312
_NO_REPEAT = 0x4000
_SHIFT, _CANCEL, _F12 = 4, 0x03, 0x7B
_PATIENCE = 5.0
"""Seconds until a thread that does not answer counts as dead; it answers in well under a millisecond."""

MODIFIERS: Mapping[str, int] = MappingProxyType({"Alt": 1, "Ctrl": 2, "Shift": _SHIFT, "Super": 8})
KEYS: Mapping[str, int] = MappingProxyType(
    {
        "Backspace": 0x08, "Tab": 0x09, "Return": 0x0D, "Pause": 0x13, "Escape": 0x1B, "Space": 0x20, "PageUp": 0x21,
        "PageDown": 0x22, "End": 0x23, "Home": 0x24, "Left": 0x25, "Up": 0x26, "Right": 0x27, "Down": 0x28,
        "Print": 0x2C, "Insert": 0x2D, "Delete": 0x2E, "Menu": 0x5D,
        **{f"F{number}": 0x6F + number for number in range(1, 25)},
        **{sign: ord(sign) for sign in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    }
)  # fmt: skip
"""Virtual key codes of winuser.h. They name letters, not places: Windows moves them with the keyboard's layout."""


class Message(Structure):
    """MSG."""

    _fields_: ClassVar[Fields] = [
        ("window", c_void_p), ("message", c_uint32), ("w", c_size_t), ("l", c_ssize_t), ("time", c_uint32),
        ("x", c_int32), ("y", c_int32),
    ]  # fmt: skip


USER32: Signatures = MappingProxyType(
    {
        "RegisterHotKey": ((c_void_p, c_int, c_uint32, c_uint32), c_int),
        "UnregisterHotKey": ((c_void_p, c_int), c_int),
        "GetMessageW": ((POINTER(Message), c_void_p, c_uint32, c_uint32), c_int),
        "PeekMessageW": ((POINTER(Message), c_void_p, c_uint32, c_uint32, c_uint32), c_int),
        "PostThreadMessageW": ((c_uint32, c_uint32, c_size_t, c_ssize_t), c_int),
        "VkKeyScanW": ((c_wchar,), c_int16),
    }
)
KERNEL32: Signatures = MappingProxyType({"GetCurrentThreadId": ((), c_uint32)})


def load() -> tuple[Library, Library]:
    """user32 and kernel32.

    Raises:
        OSError: This is no Windows.
    """
    return windows_library("user32", USER32), windows_library("kernel32", KERNEL32)


class Win32Hotkeys:
    """Chords held through RegisterHotKey.

    Args:
        post: Calls a function on the GUI thread, from any thread.
        libraries: Gives user32 and kernel32.
    """

    def __init__(
        self, post: Callable[[Callable[[], None]], None], libraries: Callable[[], tuple[Library, Library]] = load
    ) -> None:
        self._post = post
        self._load = libraries
        self._thread: _HotkeyThread | None = None
        self._held: dict[int, Win32Registration] = {}
        self._next = 1

    @property
    def name(self) -> str:
        return "Windows hot key"

    def availability(self) -> Availability:
        """Whether chords can be held here."""
        try:
            self._opened()
        except HotkeyUnavailable as problem:
            return Availability(False, problem.message, problem.hint)
        return Availability(True)

    def register(
        self, shortcut: Shortcut, pressed: Callable[[], None], lost: Callable[[HotkeyError], None] | None = None
    ) -> Win32Registration:
        """Hold `shortcut` until it is released; `pressed` and `lost` run where `post` calls.

        Raises:
            HotkeyTaken: Another program holds it, or an earlier registration here does.
            HotkeyUnavailable: This keyboard has no such key, or Windows keeps it for itself.
        """
        thread = self._opened()
        modifiers, key = chord(shortcut, thread.user32)
        number, self._next = self._next, self._next % 0xBFFF + 1
        while number in self._held:
            number, self._next = self._next, self._next % 0xBFFF + 1
        registration = Win32Registration(self, number, pressed, lost)
        self._held[number] = registration
        error = thread.run(lambda: thread.hold(number, modifiers | _NO_REPEAT, key))
        if error:
            del self._held[number]
            raise _refusal(shortcut, error)
        return registration

    def free(self, candidates: Sequence[Shortcut]) -> Sequence[Shortcut]:
        """Those that could be held now, found by holding each for a moment."""
        found = []
        for shortcut in candidates:
            try:
                self.register(shortcut, _nothing).release()
            except HotkeyError:
                continue
            found.append(shortcut)
        return tuple(found)

    def close(self) -> None:
        """Give everything back and end the thread; a later registration starts another."""
        self._held.clear()
        if self._thread is not None:
            self._thread.end()
            self._thread = None

    def give_back(self, number: int) -> None:
        """For a registration: end it. When this returns another program can take the chord."""
        if self._held.pop(number, None) is not None and (thread := self._thread) is not None:
            try:
                thread.run(lambda: thread.let_go(number))
            except HotkeyUnavailable as problem:
                log.warning("a shortcut could not be given back: %s", problem)

    def _opened(self) -> _HotkeyThread:
        if self._thread is None:
            try:
                user32, kernel32 = self._load()
            except OSError as problem:
                raise HotkeyUnavailable(
                    say("Windows does not offer global shortcuts to this program."),
                    say("Use the tray's menu."),
                    detail=str(problem),
                ) from problem
            self._thread = _HotkeyThread(user32, kernel32, self._came, self._died)
        return self._thread

    def _came(self, number: int) -> None:
        """On the thread: a press."""

        def deliver() -> None:
            if (registration := self._held.get(number)) is not None:  # else it was given back meanwhile
                registration.pressed()

        self._post(deliver)

    def _died(self) -> None:
        """On the thread: it ends though nobody asked it to."""

        def tell() -> None:
            lost, self._held, self._thread = list(self._held.values()), {}, None
            for registration in lost:
                registration.tell_lost()

        self._post(tell)


class Win32Registration:
    """A held chord.

    Args:
        owner: Holds it.
        number: Its number there.
        pressed: Called once per press.
        lost: Called when Windows took it away.
    """

    def __init__(
        self,
        owner: Win32Hotkeys,
        number: int,
        pressed: Callable[[], None],
        lost: Callable[[HotkeyError], None] | None,
    ) -> None:
        self._owner: Win32Hotkeys | None = owner
        self._number = number
        self.pressed = pressed
        self._lost = lost

    def release(self) -> None:
        """Give the chord back; harmless a second time."""
        if self._owner is not None:
            owner, self._owner = self._owner, None
            owner.give_back(self._number)

    def tell_lost(self) -> None:
        """It is over, and nobody gave it back."""
        self._owner = None
        if self._lost is not None:
            self._lost(HotkeyUnavailable(say("Windows has stopped telling of shortcuts."), say("Start Kireji again.")))


class _HotkeyThread:
    """The thread that registers and waits; it lives as long as the program.

    Args:
        user32: The calls.
        kernel32: The calls.
        came: Called on the thread with the number of a pressed chord.
        died: Called on the thread when it can wait no longer.
    """

    def __init__(
        self, user32: Library, kernel32: Library, came: Callable[[int], None], died: Callable[[], None]
    ) -> None:
        self.user32 = user32
        self._kernel32 = kernel32
        self._came = came
        self._died = died
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        started: Future[int] = Future()
        self._thread = threading.Thread(target=self._work, args=(started,), name="hotkeys", daemon=True)
        self._thread.start()
        self._id = started.result(_PATIENCE)

    def run(self, call: Callable[[], T]) -> T:
        """Make a call on the thread, where all of RegisterHotKey must happen.

        Raises:
            HotkeyUnavailable: The thread is dead.
        """
        result: Future[T] = Future()

        def job() -> None:
            try:
                result.set_result(call())
            except Exception as problem:  # noqa: BLE001 - carried over to the caller, whole
                result.set_exception(problem)

        self._jobs.put(job)
        self.user32.calls.PostThreadMessageW(self._id, WM_APP, 0, 0)
        try:
            return result.result(_PATIENCE)
        except TimeoutError as problem:
            raise HotkeyUnavailable(
                say("Windows does not answer about shortcuts."), say("Start Kireji again.")
            ) from problem

    def hold(self, number: int, modifiers: int, key: int) -> int:
        """On the thread: take a chord; 0 or the number of the error."""
        if self.user32.calls.RegisterHotKey(None, number, modifiers, key):
            return 0
        return self.user32.last_error() or -1

    def let_go(self, number: int) -> None:
        """On the thread: give a chord back."""
        self.user32.calls.UnregisterHotKey(None, number)

    def end(self) -> None:
        """Let the thread end, and with it all that it holds."""
        self.user32.calls.PostThreadMessageW(self._id, WM_QUIT, 0, 0)
        self._thread.join(_PATIENCE)

    def _work(self, started: Future[int]) -> None:
        message = Message()
        # A thread has no queue before it looks into it; what was posted earlier would be lost.
        self.user32.calls.PeekMessageW(byref(message), None, WM_APP, WM_APP, 0)
        started.set_result(self._kernel32.calls.GetCurrentThreadId())
        while (got := self.user32.calls.GetMessageW(byref(message), None, 0, 0)) > 0:
            if message.message == WM_HOTKEY:
                self._came(int(message.w))
            elif message.message == WM_APP:
                self._jobs.get()()
        if got < 0:
            log.warning("waiting for shortcuts failed with error %s", self.user32.last_error())
            self._died()


def chord(shortcut: Shortcut, user32: Library) -> tuple[int, int]:
    """Modifiers and virtual key code.

    Args:
        shortcut: The chord.
        user32: Knows on which key a sign is.

    Raises:
        HotkeyUnavailable: This keyboard has no such key, or Windows keeps it for itself.
    """
    modifiers = 0
    for name in shortcut.modifiers:
        modifiers |= MODIFIERS[name]
    if shortcut.key == "Pause" and "Ctrl" in shortcut.modifiers:
        return modifiers, _CANCEL  # the keyboard sends Break for Ctrl+Pause
    key = KEYS.get(shortcut.key, 0)
    if not key:
        shift, key = _key_of_sign(shortcut.key, user32.calls)
        modifiers |= shift
    if not key:
        raise HotkeyUnavailable(
            say("This keyboard has no key for {shortcut}.", shortcut=shortcut),
            say("Choose another shortcut in Settings."),
        )
    if key == _F12 and not modifiers:
        raise HotkeyUnavailable(say("Windows keeps F12 for debuggers."), say("Choose another shortcut in Settings."))
    return modifiers, key


def _key_of_sign(sign: str, calls: Any) -> tuple[int, int]:
    """Extra modifiers and virtual key code of a sign in the present layout; 0, 0 when it has none."""
    character = sign.lower()
    if len(character) != 1 or ord(character) > 0xFFFF:
        return 0, 0
    found = int(calls.VkKeyScanW(character))
    key, state = found & 0xFF, found >> 8 & 0xFF
    if found == -1 or state & ~1:  # it takes AltGr, which is Ctrl+Alt
        return 0, 0
    return (_SHIFT if state & 1 and not sign.isalnum() else 0), key


def _refusal(shortcut: Shortcut, error: int) -> HotkeyError:
    """What a person is told when Windows says no."""
    hint = say("Choose another shortcut in Settings.")
    if "Super" in shortcut.modifiers:
        hint = say("Windows keeps most combinations with the Windows key for itself. ") + hint
    elif shortcut.key == "Print":
        hint = (
            say("Windows 11 opens its own capture with this key; Settings, Accessibility, Keyboard changes that. ")
            + hint
        )
    if error == ALREADY_REGISTERED:
        return HotkeyTaken(say("{shortcut} is already used by another program.", shortcut=shortcut), hint)
    return HotkeyUnavailable(
        say("{shortcut} cannot be held here.", shortcut=shortcut), hint, detail=f"Windows error {error}"
    )


def _nothing() -> None:
    """What the press of a chord does that is only tried."""
