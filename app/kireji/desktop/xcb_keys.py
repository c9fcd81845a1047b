"""What holding a key combination needs of libxcb.

The keyboard's mapping is read by libxcb's own requests, so that libxcb-keysyms may be missing. Layouts are those of
xcb/xproto.h and xcb/xkb.h.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator
from ctypes import POINTER, Structure, c_uint, c_uint8, c_uint16, c_uint32, c_void_p
from types import MappingProxyType
from typing import Any, ClassVar

from kireji.core.native import Fields, Signatures, declared
from kireji.desktop.xcb import Connection, Cookie

KEY_PRESS = 2
MAPPING_NOTIFY = 34
BAD_ACCESS = 10
_FROZEN, _ASYNC = 0, 1
_CORE_KEYBOARD = 0x100
_MODIFIERS = 0xFF
_KEY_EVENT = struct.Struct("=BBxxI20xH")
"""Type, keycode, server time, modifiers and buttons of xcb_key_press_event_t."""


class MappingReply(Structure):
    """Keyboard and modifier mapping replies: 32 bytes of head, then the list."""

    _fields_: ClassVar[Fields] = [
        ("type", c_uint8), ("per", c_uint8), ("sequence", c_uint16), ("length", c_uint32), ("pad", c_uint8 * 24),
    ]  # fmt: skip


class ControlsReply(Structure):
    """The start of xcb_xkb_get_controls_reply_t."""

    _fields_: ClassVar[Fields] = [
        ("type", c_uint8), ("device", c_uint8), ("sequence", c_uint16), ("length", c_uint32),
        ("mouse_button", c_uint8), ("groups", c_uint8), ("wrap", c_uint8), ("internal_mask", c_uint8),
        ("ignore_mask", c_uint8), ("internal_real", c_uint8), ("ignore_real", c_uint8), ("pad", c_uint8),
        ("internal_virtual", c_uint16), ("ignore_virtual", c_uint16),
        ("repeat_delay", c_uint16), ("repeat_interval", c_uint16),
    ]  # fmt: skip


KEY_SIGNATURES: Signatures = MappingProxyType(
    {
        "xcb_grab_key_checked": ((c_void_p, c_uint8, c_uint32, c_uint16, c_uint8, c_uint8, c_uint8), Cookie),
        "xcb_ungrab_key_checked": ((c_void_p, c_uint8, c_uint32, c_uint16), Cookie),
        "xcb_grab_keyboard": ((c_void_p, c_uint8, c_uint32, c_uint32, c_uint8, c_uint8), Cookie),
        "xcb_discard_reply": ((c_void_p, c_uint), None),
        "xcb_ungrab_keyboard": ((c_void_p, c_uint32), Cookie),
        "xcb_get_keyboard_mapping": ((c_void_p, c_uint8, c_uint8), Cookie),
        "xcb_get_keyboard_mapping_reply": ((c_void_p, Cookie, c_void_p), POINTER(MappingReply)),
        "xcb_get_modifier_mapping": ((c_void_p,), Cookie),
        "xcb_get_modifier_mapping_reply": ((c_void_p, Cookie, c_void_p), POINTER(MappingReply)),
    }
)
XKB_SIGNATURES: Signatures = MappingProxyType(
    {
        "xcb_xkb_use_extension": ((c_void_p, c_uint16, c_uint16), Cookie),
        "xcb_xkb_use_extension_reply": ((c_void_p, Cookie, c_void_p), c_void_p),
        "xcb_xkb_get_controls": ((c_void_p, c_uint16), Cookie),
        "xcb_xkb_get_controls_reply": ((c_void_p, Cookie, c_void_p), POINTER(ControlsReply)),
    }
)


class KeyConnection(Connection):
    """A connection that reads the keyboard's mapping and holds chords. Closing it gives back every grab.

    Args:
        display: As in DISPLAY.

    Raises:
        DisplayUnreachable: No X server answers there.
        OSError: libxcb is not installed.
    """

    def __init__(self, display: str) -> None:
        super().__init__(display, KEY_SIGNATURES)
        self._xkb: Any = None

    def keyboard(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """Every keycode with its keysyms: without and with Shift, then the same for the second layout, then more."""
        first, last = self._setup.contents.min_keycode, self._setup.contents.max_keycode
        cookie = self._xcb.xcb_get_keyboard_mapping(self._handle, first, last - first + 1)
        reply = self._xcb.xcb_get_keyboard_mapping_reply(self._handle, cookie, None)
        per, symbols = self._list(reply, c_uint32, reply.contents.length if reply else 0)
        return tuple((first + at // per, tuple(symbols[at : at + per])) for at in range(0, len(symbols), per or 1))

    def modifiers(self) -> tuple[frozenset[int], ...]:
        """The keycodes of each of the eight modifiers: Shift, Lock, Control, Mod1 to Mod5."""
        cookie = self._xcb.xcb_get_modifier_mapping(self._handle)
        reply = self._xcb.xcb_get_modifier_mapping_reply(self._handle, cookie, None)
        per, codes = self._list(reply, c_uint8, reply.contents.per * 8 if reply else 0)
        return tuple(frozenset(codes[at * per : (at + 1) * per]) - {0} for at in range(8))

    def grab(self, chords: frozenset[tuple[int, int]]) -> tuple[frozenset[tuple[int, int]], int]:
        """Hold keycodes with modifiers; all requests are sent before the first answer is awaited.

        Returns:
            What is held now, and the X error of what is not (0 when all is held).
        """
        cookies = [
            (chord, self._xcb.xcb_grab_key_checked(self._handle, 0, self.root, chord[1], chord[0], _ASYNC, _ASYNC))
            for chord in sorted(chords)
        ]
        errors = {chord: self.checked(cookie) for chord, cookie in cookies}
        return frozenset(chord for chord, error in errors.items() if not error), max(errors.values(), default=0)

    def ungrab(self, chords: frozenset[tuple[int, int]]) -> None:
        """Give them back; the X server has done so when this returns."""
        cookies = [self._xcb.xcb_ungrab_key_checked(self._handle, key, self.root, mask) for key, mask in chords]
        for cookie in cookies:
            self.checked(cookie)

    def freeze_keyboard(self) -> None:
        """Let the X server keep what is typed until `release_keyboard`; then it goes to whoever has the focus.

        For a moment after a held chord was pressed. Nobody reads these keys meanwhile, we neither.
        """
        cookie = self._xcb.xcb_grab_keyboard(self._handle, 0, self.root, 0, _ASYNC, _FROZEN)
        self._xcb.xcb_discard_reply(self._handle, cookie.sequence)
        self.flush()

    def release_keyboard(self) -> None:
        """End the grab of the whole keyboard that begins with a held chord, so that other keys go where they belong."""
        self._xcb.xcb_ungrab_keyboard(self._handle, 0)
        self.flush()

    def events(self) -> Iterator[tuple[int, int, int, int]]:
        """What has come, without waiting: type, keycode, modifiers, server time in milliseconds."""
        for event in self.raw_events():
            kind, keycode, at, state = _KEY_EVENT.unpack_from(event)
            yield kind & 0x7F, keycode, state & _MODIFIERS, at

    def repeat_timing(self) -> tuple[int, int] | None:
        """Milliseconds until a held key repeats, and between repeats; None where the server does not say."""
        if self._xkb is None:
            try:
                self._xkb = declared(ctypes.CDLL("libxcb-xkb.so.1"), XKB_SIGNATURES)
            except OSError:
                return None
            cookie = self._xkb.xcb_xkb_use_extension(self._handle, 1, 0)
            self._free(self._xkb.xcb_xkb_use_extension_reply(self._handle, cookie, None))
        cookie = self._xkb.xcb_xkb_get_controls(self._handle, _CORE_KEYBOARD)
        reply = self._xkb.xcb_xkb_get_controls_reply(self._handle, cookie, None)
        if not reply:
            return None
        timing = (int(reply.contents.repeat_delay), int(reply.contents.repeat_interval))
        self._free(reply)
        return timing

    def _list(self, reply: Any, kind: Any, length: int) -> tuple[int, list[int]]:
        """The list behind a mapping reply, and how many of it belong to one key."""
        if not reply:
            return 0, []
        start = ctypes.addressof(reply.contents) + ctypes.sizeof(MappingReply)
        values = list((kind * length).from_address(start))
        per = int(reply.contents.per)
        self._free(reply)
        return per, values
