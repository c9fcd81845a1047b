"""The few calls of libxcb that holding a key combination needs, through ctypes.

Only libxcb itself is used (Qt's X11 plugin needs it anyway): the keyboard's mapping is read by its own requests, so
that libxcb-keysyms may be missing. Layouts are those of xcb/xproto.h and xcb/xkb.h.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping
from ctypes import POINTER, Structure, c_char_p, c_int, c_uint, c_uint8, c_uint16, c_uint32, c_void_p
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

KEY_PRESS = 2
MAPPING_NOTIFY = 34
BAD_ACCESS = 10
_ASYNC = 1
_CORE_KEYBOARD = 0x100

Fields: TypeAlias = "list[tuple[str, Any]]"


class Cookie(Structure):
    """What a request gives back, to ask for its reply or error with."""

    _fields_: ClassVar[Fields] = [("sequence", c_uint)]


class Setup(Structure):
    """The start of xcb_setup_t."""

    _fields_: ClassVar[Fields] = [
        ("status", c_uint8), ("pad0", c_uint8), ("major", c_uint16), ("minor", c_uint16), ("length", c_uint16),
        ("release", c_uint32), ("id_base", c_uint32), ("id_mask", c_uint32), ("motion", c_uint32),
        ("vendor_len", c_uint16), ("max_request", c_uint16), ("roots_len", c_uint8), ("formats_len", c_uint8),
        ("image_order", c_uint8), ("bit_order", c_uint8), ("unit", c_uint8), ("pad", c_uint8),
        ("min_keycode", c_uint8), ("max_keycode", c_uint8),
    ]  # fmt: skip


class Screen(Structure):
    """The start of xcb_screen_t."""

    _fields_: ClassVar[Fields] = [("root", c_uint32)]


class ScreenIterator(Structure):
    """xcb_screen_iterator_t."""

    _fields_: ClassVar[Fields] = [("data", POINTER(Screen)), ("rem", c_int), ("index", c_int)]


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


class Event(Structure):
    """What key and mapping events and errors have in common.

    For keys `detail` is the keycode and `state` the modifiers that were down; for errors `detail` is the error's
    number; a mapping event has nothing there.
    """

    _fields_: ClassVar[Fields] = [
        ("type", c_uint8), ("detail", c_uint8), ("sequence", c_uint16), ("time", c_uint32), ("pad", c_uint32 * 5),
        ("state", c_uint16), ("pad1", c_uint16),
    ]  # fmt: skip


SIGNATURES: Mapping[str, tuple[tuple[Any, ...], Any]] = MappingProxyType(
    {
        "xcb_connect": ((c_char_p, POINTER(c_int)), c_void_p),
        "xcb_disconnect": ((c_void_p,), None),
        "xcb_connection_has_error": ((c_void_p,), c_int),
        "xcb_get_file_descriptor": ((c_void_p,), c_int),
        "xcb_get_setup": ((c_void_p,), POINTER(Setup)),
        "xcb_setup_roots_iterator": ((POINTER(Setup),), ScreenIterator),
        "xcb_screen_next": ((POINTER(ScreenIterator),), None),
        "xcb_flush": ((c_void_p,), c_int),
        "xcb_poll_for_event": ((c_void_p,), POINTER(Event)),
        "xcb_request_check": ((c_void_p, Cookie), POINTER(Event)),
        "xcb_grab_key_checked": ((c_void_p, c_uint8, c_uint32, c_uint16, c_uint8, c_uint8, c_uint8), Cookie),
        "xcb_ungrab_key_checked": ((c_void_p, c_uint8, c_uint32, c_uint16), Cookie),
        "xcb_ungrab_keyboard": ((c_void_p, c_uint32), Cookie),
        "xcb_get_keyboard_mapping": ((c_void_p, c_uint8, c_uint8), Cookie),
        "xcb_get_keyboard_mapping_reply": ((c_void_p, Cookie, c_void_p), POINTER(MappingReply)),
        "xcb_get_modifier_mapping": ((c_void_p,), Cookie),
        "xcb_get_modifier_mapping_reply": ((c_void_p, Cookie, c_void_p), POINTER(MappingReply)),
    }
)
XKB_SIGNATURES: Mapping[str, tuple[tuple[Any, ...], Any]] = MappingProxyType(
    {
        "xcb_xkb_use_extension": ((c_void_p, c_uint16, c_uint16), Cookie),
        "xcb_xkb_use_extension_reply": ((c_void_p, Cookie, c_void_p), c_void_p),
        "xcb_xkb_get_controls": ((c_void_p, c_uint16), Cookie),
        "xcb_xkb_get_controls_reply": ((c_void_p, Cookie, c_void_p), POINTER(ControlsReply)),
    }
)


def declared(library: Any, signatures: Mapping[str, tuple[tuple[Any, ...], Any]]) -> Any:
    """`library` with the types of all its calls set."""
    for name, (arguments, result) in signatures.items():
        call = getattr(library, name)
        call.argtypes = arguments
        call.restype = result
    return library


class DisplayUnreachable(OSError):
    """There is no X server at this address, or it does not let us in."""


class Connection:
    """One private connection to an X server. Closing it gives back every grab it holds.

    Args:
        display: As in DISPLAY.

    Raises:
        DisplayUnreachable: No X server answers there.
        OSError: libxcb is not installed.
    """

    def __init__(self, display: str) -> None:
        self._xcb = declared(ctypes.CDLL("libxcb.so.1"), SIGNATURES)
        self._free = ctypes.CDLL(None).free
        self._free.argtypes, self._free.restype = (c_void_p,), None
        number = c_int()
        self._handle: int | None = self._xcb.xcb_connect(display.encode(), ctypes.byref(number))
        if self._xcb.xcb_connection_has_error(self._handle):
            self.close()
            raise DisplayUnreachable(f"no X server answers at {display!r}")
        self._setup = self._xcb.xcb_get_setup(self._handle)
        roots = self._xcb.xcb_setup_roots_iterator(self._setup)
        for _ in range(number.value):
            self._xcb.xcb_screen_next(ctypes.byref(roots))
        self._root = roots.data.contents.root
        self._xkb: Any = None

    @property
    def descriptor(self) -> int:
        """The socket, readable when events have come."""
        return int(self._xcb.xcb_get_file_descriptor(self._handle))

    @property
    def broken(self) -> bool:
        return self._handle is None or bool(self._xcb.xcb_connection_has_error(self._handle))

    def close(self) -> None:
        """Disconnect; harmless a second time."""
        if self._handle is not None:
            self._xcb.xcb_disconnect(self._handle)
            self._handle = None

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
            (chord, self._xcb.xcb_grab_key_checked(self._handle, 0, self._root, chord[1], chord[0], _ASYNC, _ASYNC))
            for chord in sorted(chords)
        ]
        errors = {chord: self._checked(cookie) for chord, cookie in cookies}
        return frozenset(chord for chord, error in errors.items() if not error), max(errors.values(), default=0)

    def ungrab(self, chords: frozenset[tuple[int, int]]) -> None:
        """Give them back; the X server has done so when this returns."""
        cookies = [self._xcb.xcb_ungrab_key_checked(self._handle, key, self._root, mask) for key, mask in chords]
        for cookie in cookies:
            self._checked(cookie)

    def release_keyboard(self) -> None:
        """End the grab of the whole keyboard that begins with a held chord, so that other keys go where they belong."""
        self._xcb.xcb_ungrab_keyboard(self._handle, 0)
        self._xcb.xcb_flush(self._handle)

    def events(self) -> Iterator[tuple[int, int, int, int]]:
        """What has come, without waiting: type, detail, modifiers, server time in milliseconds."""
        while self._handle is not None and (event := self._xcb.xcb_poll_for_event(self._handle)):
            content = event.contents
            result = (content.type & 0x7F, content.detail, content.state & 0xFF, content.time)
            self._free(event)
            yield result

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

    def _checked(self, cookie: Cookie) -> int:
        error = self._xcb.xcb_request_check(self._handle, cookie)
        if not error:
            return 0
        number = int(error.contents.detail)
        self._free(error)
        return number

    def _list(self, reply: Any, kind: Any, length: int) -> tuple[int, list[int]]:
        """The list behind a mapping reply, and how many of it belong to one key."""
        if not reply:
            return 0, []
        start = ctypes.addressof(reply.contents) + ctypes.sizeof(MappingReply)
        values = list((kind * length).from_address(start))
        per = int(reply.contents.per)
        self._free(reply)
        return per, values
