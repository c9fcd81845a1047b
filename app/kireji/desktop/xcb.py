"""A connection to an X server through libxcb and ctypes; what each subject asks of it stands in xcb_keys, xcb_windows.

Only libxcb itself is used (Qt's X11 plugin needs it anyway). Replies and events are read as bytes; their layouts are
those of xcb/xproto.h.
"""

from __future__ import annotations

import ctypes
import select
import struct
import time
from collections.abc import Iterator, Sequence
from ctypes import POINTER, Structure, c_char_p, c_int, c_uint, c_uint8, c_uint16, c_uint32, c_void_p
from types import MappingProxyType
from typing import ClassVar

from kireji.core.native import Fields, Signatures, declared

_HEAD = 32
"""Bytes of every event, and of every reply before its list."""


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


SIGNATURES: Signatures = MappingProxyType(
    {
        "xcb_connect": ((c_char_p, POINTER(c_int)), c_void_p),
        "xcb_disconnect": ((c_void_p,), None),
        "xcb_connection_has_error": ((c_void_p,), c_int),
        "xcb_get_file_descriptor": ((c_void_p,), c_int),
        "xcb_get_setup": ((c_void_p,), POINTER(Setup)),
        "xcb_setup_roots_iterator": ((POINTER(Setup),), ScreenIterator),
        "xcb_screen_next": ((POINTER(ScreenIterator),), None),
        "xcb_flush": ((c_void_p,), c_int),
        "xcb_poll_for_event": ((c_void_p,), c_void_p),
        "xcb_poll_for_reply": ((c_void_p, c_uint, POINTER(c_void_p), POINTER(c_void_p)), c_int),
        "xcb_request_check": ((c_void_p, Cookie), c_void_p),
        "xcb_intern_atom": ((c_void_p, c_uint8, c_uint16, c_char_p), Cookie),
    }
)


class DisplayUnreachable(OSError):
    """There is no X server at this address, or it does not let us in."""


class Connection:
    """One private connection to an X server. Closing it gives back all that it holds there.

    Args:
        display: As in DISPLAY.
        signatures: Further calls of libxcb that are needed.

    Raises:
        DisplayUnreachable: No X server answers there.
        OSError: libxcb is not installed.
    """

    def __init__(self, display: str, signatures: Signatures = MappingProxyType({})) -> None:
        self._xcb = declared(declared(ctypes.CDLL("libxcb.so.1"), SIGNATURES), signatures)
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
        self.root = int(roots.data.contents.root)

    @property
    def descriptor(self) -> int:
        """The socket, readable when events or replies have come."""
        return int(self._xcb.xcb_get_file_descriptor(self._handle))

    @property
    def broken(self) -> bool:
        return self._handle is None or bool(self._xcb.xcb_connection_has_error(self._handle))

    def close(self) -> None:
        """Disconnect; harmless a second time."""
        if self._handle is not None:
            self._xcb.xcb_disconnect(self._handle)
            self._handle = None

    def flush(self) -> None:
        """Send what was asked for."""
        self._xcb.xcb_flush(self._handle)

    def atoms(self, names: Sequence[str], deadline: float) -> dict[str, int]:
        """The numbers of names, all asked for at once; raises TimeoutError."""
        cookies = [
            (name, self._xcb.xcb_intern_atom(self._handle, 0, len(name.encode()), name.encode())) for name in names
        ]
        replies = ((name, self.reply(cookie, deadline)) for name, cookie in cookies)
        return {name: struct.unpack_from("=I", reply, 8)[0] for name, reply in replies if reply is not None}

    def reply(self, cookie: Cookie, deadline: float) -> bytes | None:
        """The whole reply to a request; None when it was refused or the connection broke.

        Args:
            cookie: What the request gave back.
            deadline: In the time of `time.monotonic`.

        Raises:
            TimeoutError: The server has not answered by then.
        """
        found, error = c_void_p(), c_void_p()
        self.flush()
        arguments = (cookie.sequence, ctypes.byref(found), ctypes.byref(error))
        while not self._xcb.xcb_poll_for_reply(self._handle, *arguments):
            self.wait(deadline)
        if error.value:
            self._free(error)
        if not found.value:
            return None
        length = struct.unpack("=I", ctypes.string_at(found.value + 4, 4))[0]
        result = ctypes.string_at(found.value, _HEAD + 4 * length)
        self._free(found)
        return result

    def raw_events(self) -> Iterator[bytes]:
        """The events that have come, without waiting; an error of a request counts as an event of type 0."""
        while self._handle is not None and (event := self._xcb.xcb_poll_for_event(self._handle)):
            content = ctypes.string_at(event, _HEAD)
            self._free(event)
            yield content

    def wait(self, deadline: float) -> None:
        """Wait until the server has sent something; raises TimeoutError."""
        remaining = deadline - time.monotonic()
        if remaining <= 0 or not select.select([self.descriptor], [], [], remaining)[0]:
            raise TimeoutError("the X server does not answer")

    def checked(self, cookie: Cookie) -> int:
        """The number of the error that a request without a reply met; 0 for none."""
        error = self._xcb.xcb_request_check(self._handle, cookie)
        if not error:
            return 0
        number = ctypes.string_at(error, 2)[1]
        self._free(error)
        return number
