"""Key combinations held everywhere on macOS: Carbon's RegisterEventHotKey, which needs no permission.

No other key is seen. Presses come through the application's own event loop, on the GUI thread. Untried on a Mac; the
calls and numbers are those of CarbonEvents.h and CarbonEventsCore.h.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_int32, c_uint32, c_ulong, c_void_p
from types import MappingProxyType
from typing import Any, ClassVar

from kireji.core.errors import HotkeyError, HotkeyTaken, HotkeyUnavailable
from kireji.core.native import Fields, Signatures, mac_framework
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut
from kireji.core.words import say
from kireji.desktop.keyboard_macos import Typed, key_code, present_layout

EXISTS = -9878
OPTION_ONLY = -9868
NOT_HANDLED = -9874
_EXCLUSIVE = 1
"""Without it macOS lets several programs hold one chord and tells all of them, so that "taken" would never be seen."""

MODIFIERS: Mapping[str, int] = MappingProxyType({"Super": 0x0100, "Shift": 0x0200, "Alt": 0x0800, "Ctrl": 0x1000})
"""Super is the Command key."""


def four(code: str) -> int:
    """A four-character code as Carbon counts it."""
    return int.from_bytes(code.encode("ascii"), "big")


SIGNATURE = four("krji")
KEYBOARD_CLASS, PRESSED = four("keyb"), 5
DIRECT_OBJECT, HOT_KEY_ID = four("----"), four("hkid")


class HotKeyId(Structure):
    """EventHotKeyID."""

    _fields_: ClassVar[Fields] = [("signature", c_uint32), ("id", c_uint32)]


class EventType(Structure):
    """EventTypeSpec."""

    _fields_: ClassVar[Fields] = [("event_class", c_uint32), ("kind", c_uint32)]


HANDLER = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_void_p)
"""EventHandlerProcPtr: next handler, event, our own pointer."""

CARBON: Signatures = MappingProxyType(
    {
        "GetEventDispatcherTarget": ((), c_void_p),
        "InstallEventHandler": (
            (c_void_p, HANDLER, c_ulong, POINTER(EventType), c_void_p, POINTER(c_void_p)),
            c_int32,
        ),
        "RemoveEventHandler": ((c_void_p,), c_int32),
        "RegisterEventHotKey": ((c_uint32, c_uint32, HotKeyId, c_void_p, c_uint32, POINTER(c_void_p)), c_int32),
        "UnregisterEventHotKey": ((c_void_p,), c_int32),
        "GetEventParameter": (
            (c_void_p, c_uint32, c_uint32, POINTER(c_uint32), c_ulong, POINTER(c_ulong), c_void_p),
            c_int32,
        ),
    }
)


def load() -> Any:
    """Carbon.

    Raises:
        OSError: This is no macOS.
    """
    return mac_framework("Carbon", CARBON)


class MacHotkeys:
    """Chords held through Carbon. On the GUI thread only.

    Args:
        post: Calls a function on the GUI thread, once what runs there now has returned.
        carbon: Gives the library.
        layout: Gives the keyboard's present layout.
    """

    def __init__(
        self,
        post: Callable[[Callable[[], None]], None],
        carbon: Callable[[], Any] = load,
        layout: Callable[[], Typed | None] = present_layout,
    ) -> None:
        self._post = post
        self._load = carbon
        self._layout = layout
        self._carbon: Any = None
        self._handler: tuple[Any, c_void_p] | None = None
        self._held: dict[int, Callable[[], None]] = {}
        self._next = 1

    @property
    def name(self) -> str:
        return "macOS hot key"

    def availability(self) -> Availability:
        """Whether chords can be held here."""
        try:
            self._opened()
        except HotkeyUnavailable as problem:
            return Availability(False, problem.message, problem.hint)
        return Availability(True)

    def register(
        self, shortcut: Shortcut, pressed: Callable[[], None], lost: Callable[[HotkeyError], None] | None = None
    ) -> MacRegistration:
        """Hold `shortcut` until it is released.

        Args:
            shortcut: The chord; letters and signs are looked up in the layout of this moment.
            pressed: Runs where `post` calls.
            lost: Never called: macOS takes no chord away.

        Raises:
            HotkeyTaken: Another program holds it, or an earlier registration here does.
            HotkeyUnavailable: This keyboard has no such key, or macOS refuses the chord.
        """
        carbon = self._opened()
        code, modifiers = chord(shortcut, self._layout())
        number, self._next = self._next, self._next + 1
        reference = c_void_p()
        problem = carbon.RegisterEventHotKey(
            code,
            modifiers,
            HotKeyId(SIGNATURE, number),
            carbon.GetEventDispatcherTarget(),
            _EXCLUSIVE,
            byref(reference),
        )
        if problem:
            raise _refusal(shortcut, problem)
        self._held[number] = pressed
        return MacRegistration(lambda: self._give_back(number, reference))

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

    def _give_back(self, number: int, reference: c_void_p) -> None:
        if self._held.pop(number, None) is not None:
            self._carbon.UnregisterEventHotKey(reference)

    def _opened(self) -> Any:
        if self._handler is None:
            try:
                self._carbon = self._load()
            except OSError as problem:
                raise HotkeyUnavailable(
                    say("macOS does not offer global shortcuts to this program."),
                    say("Use the menu bar's menu."),
                    detail=str(problem),
                ) from problem
            self._handler = self._install()
        return self._carbon

    def _install(self) -> tuple[Any, c_void_p]:
        """One handler for all chords; what is returned must stay alive as long as it is installed."""
        handler, kinds, reference = HANDLER(self._came), EventType(KEYBOARD_CLASS, PRESSED), c_void_p()
        problem = self._carbon.InstallEventHandler(
            self._carbon.GetEventDispatcherTarget(), handler, 1, byref(kinds), None, byref(reference)
        )
        if problem:
            raise HotkeyUnavailable(
                say("macOS does not tell this program of shortcuts."),
                say("Start Kireji again."),
                detail=f"OSStatus {problem}",
            )
        return handler, reference

    def _came(self, _following: int | None, event: int | None, _own: int | None) -> int:
        """Carbon tells of a press; nothing may be raised into it."""
        pressed = HotKeyId()
        problem = self._carbon.GetEventParameter(
            event, DIRECT_OBJECT, HOT_KEY_ID, None, ctypes.sizeof(pressed), None, byref(pressed)
        )
        if problem or pressed.signature != SIGNATURE:
            return NOT_HANDLED
        number = int(pressed.id)
        self._post(lambda: self._deliver(number))
        return 0

    def _deliver(self, number: int) -> None:
        if (pressed := self._held.get(number)) is not None:  # else it was given back meanwhile
            pressed()


class MacRegistration:
    """A held chord.

    Args:
        give_back: Ends it.
    """

    def __init__(self, give_back: Callable[[], None]) -> None:
        self._give_back: Callable[[], None] | None = give_back

    def release(self) -> None:
        """Give the chord back; harmless a second time."""
        if self._give_back is not None:
            give_back, self._give_back = self._give_back, None
            give_back()


def chord(shortcut: Shortcut, typed: Typed | None) -> tuple[int, int]:
    """Key code and modifiers.

    Args:
        shortcut: The chord.
        typed: The keyboard's layout.

    Raises:
        HotkeyUnavailable: This keyboard has no such key.
    """
    found = key_code(shortcut.key, typed)
    if found is None:
        raise HotkeyUnavailable(
            say("This keyboard has no key for {shortcut}.", shortcut=shortcut),
            say("Choose another shortcut in Settings."),
        )
    code, shifted = found
    modifiers = MODIFIERS["Shift"] if shifted else 0
    for name in shortcut.modifiers:
        modifiers |= MODIFIERS[name]
    return code, modifiers


def _refusal(shortcut: Shortcut, problem: int) -> HotkeyError:
    if problem == EXISTS:
        return HotkeyTaken(
            say("{shortcut} is already used by another program.", shortcut=shortcut),
            say("Choose another shortcut in Settings."),
        )
    if problem == OPTION_ONLY and not {"Ctrl", "Super"} & set(shortcut.modifiers):
        return HotkeyUnavailable(
            say("macOS 15.0 and 15.1 refuse shortcuts with Option alone."),
            say("Add Control or Command in Settings, or update macOS."),
        )
    return HotkeyUnavailable(
        say("{shortcut} cannot be held here.", shortcut=shortcut),
        say("Choose another shortcut in Settings."),
        detail=f"OSStatus {problem}",
    )


def _nothing() -> None:
    """What the press of a chord does that is only tried."""
