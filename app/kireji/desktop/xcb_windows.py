"""What looking at windows and moving data between programs needs of libxcb. Layouts are those of xcb/xproto.h."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from ctypes import POINTER, c_int16, c_uint8, c_uint16, c_uint32, c_void_p
from types import MappingProxyType
from typing import NamedTuple, cast

from kireji.core.geometry import Rect
from kireji.core.native import Signatures
from kireji.desktop.xcb import Connection, Cookie

PROPERTY_NOTIFY, SELECTION_NOTIFY = 28, 31
NEW_VALUE = 0
ANY_TYPE = 0
_INPUT_ONLY, _INPUT_OUTPUT = 2, 1
_EVENT_MASK = 1 << 11
_PROPERTY_CHANGE = 1 << 22
_VIEWABLE = 2
_LIST = 32
"""Bytes before the list of a reply."""

WINDOW_SIGNATURES: Signatures = MappingProxyType(
    {
        "xcb_generate_id": ((c_void_p,), c_uint32),
        "xcb_query_tree": ((c_void_p, c_uint32), Cookie),
        "xcb_get_window_attributes": ((c_void_p, c_uint32), Cookie),
        "xcb_get_geometry": ((c_void_p, c_uint32), Cookie),
        "xcb_translate_coordinates": ((c_void_p, c_uint32, c_uint32, c_int16, c_int16), Cookie),
        "xcb_get_property": ((c_void_p, c_uint8, c_uint32, c_uint32, c_uint32, c_uint32, c_uint32), Cookie),
        "xcb_create_window": (
            (c_void_p, c_uint8, c_uint32, c_uint32, c_int16, c_int16, c_uint16, c_uint16, c_uint16, c_uint16, c_uint32,
             c_uint32, POINTER(c_uint32)),
            Cookie,
        ),
        "xcb_delete_property": ((c_void_p, c_uint32, c_uint32), Cookie),
        "xcb_get_selection_owner": ((c_void_p, c_uint32), Cookie),
        "xcb_convert_selection": ((c_void_p, c_uint32, c_uint32, c_uint32, c_uint32, c_uint32), Cookie),
    }
)  # fmt: skip


class Property(NamedTuple):
    """What a window says under a name.

    Args:
        type: The atom of its type; 0 when there is no such property.
        format: Bits of one element: 8, 16 or 32.
        data: Its bytes.
        left: Bytes that were not asked for.
    """

    type: int = 0
    format: int = 0
    data: bytes = b""
    left: int = 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """Its elements where they are of 32 bits; else empty."""
        return struct.unpack(f"={len(self.data) // 4}I", self.data) if self.format == 32 else ()


class Attributes(NamedTuple):
    """What kind of window it is.

    Args:
        shown: It and all that it lies in are mapped, and it has pixels.
        unmanaged: It is kept from the window manager (override-redirect), as menus are.
    """

    shown: bool
    unmanaged: bool


class WindowConnection(Connection):
    """A connection that asks about windows: `ask_…` sends, `reply` and the function below it read the answer.

    Args:
        display: As in DISPLAY.

    Raises:
        DisplayUnreachable: No X server answers there.
        OSError: libxcb is not installed.
    """

    def __init__(self, display: str) -> None:
        super().__init__(display, WINDOW_SIGNATURES)

    def owner_of(self, window: int) -> int:
        """What all windows of one client have in common: the part of the number that the server gave it."""
        return window & ~int(self._setup.contents.id_mask)

    def ask_tree(self, window: int) -> Cookie:
        return cast(Cookie, self._xcb.xcb_query_tree(self._handle, window))

    def ask_attributes(self, window: int) -> Cookie:
        return cast(Cookie, self._xcb.xcb_get_window_attributes(self._handle, window))

    def ask_geometry(self, window: int) -> Cookie:
        return cast(Cookie, self._xcb.xcb_get_geometry(self._handle, window))

    def ask_position(self, window: int) -> Cookie:
        """Where its inner corner lies on the root."""
        return cast(Cookie, self._xcb.xcb_translate_coordinates(self._handle, window, self.root, 0, 0))

    def ask_selection_owner(self, selection: int) -> Cookie:
        return cast(Cookie, self._xcb.xcb_get_selection_owner(self._handle, selection))

    def ask_property(self, window: int, name: int, size: int, *, delete: bool = False, offset: int = 0) -> Cookie:
        """At most `size` bytes of a property, whatever its type.

        Args:
            window: Whose.
            name: Its atom.
            size: A multiple of four.
            delete: Delete it once all of it has been read.
            offset: Where to begin; a multiple of four.
        """
        units = (offset // 4, size // 4)
        return cast(Cookie, self._xcb.xcb_get_property(self._handle, int(delete), window, name, ANY_TYPE, *units))

    def create_hidden(self) -> int:
        """A window that is never shown and hears when its properties change."""
        window = int(self._xcb.xcb_generate_id(self._handle))
        mask = c_uint32(_PROPERTY_CHANGE)
        at = (-10, -10, 1, 1)
        self._xcb.xcb_create_window(self._handle, 0, window, self.root, *at, 0, _INPUT_ONLY, 0, _EVENT_MASK, mask)
        return window

    def delete_property(self, window: int, name: int) -> None:
        self._xcb.xcb_delete_property(self._handle, window, name)

    def convert_selection(self, requestor: int, selection: int, target: int, into: int) -> None:
        """Ask the selection's owner to write it in the form `target` into our window's property `into`."""
        self._xcb.xcb_convert_selection(self._handle, requestor, selection, target, into, 0)


def read_tree(reply: bytes | None) -> tuple[int, Sequence[int]]:
    """Its parent and its children, lowest first."""
    if reply is None:
        return 0, ()
    parent, count = struct.unpack_from("=IH", reply, 12)
    return parent, struct.unpack_from(f"={count}I", reply, _LIST)


def read_attributes(reply: bytes | None) -> Attributes:
    if reply is None:
        return Attributes(shown=False, unmanaged=False)
    kind, state, unmanaged = struct.unpack_from("=H", reply, 12)[0], reply[26], reply[27]
    return Attributes(state == _VIEWABLE and kind == _INPUT_OUTPUT, bool(unmanaged))


def read_geometry(reply: bytes | None) -> Rect:
    """Where it lies in its parent, without the border that the X server may draw; no size when it has gone."""
    if reply is None:
        return Rect(0, 0, 0, 0)
    x, y, width, height, border = struct.unpack_from("=hhHHH", reply, 12)
    return Rect(x + border, y + border, width, height)


def read_position(reply: bytes | None) -> tuple[int, int] | None:
    if reply is None:
        return None
    x, y = struct.unpack_from("=hh", reply, 12)
    return x, y


def read_number(reply: bytes | None) -> int:
    """The window that owns a selection; 0 for none."""
    return 0 if reply is None else int(struct.unpack_from("=I", reply, 8)[0])


def read_property(reply: bytes | None) -> Property:
    if reply is None:
        return Property()
    kind, left, count = struct.unpack_from("=III", reply, 8)
    bits = reply[1]
    return Property(kind, bits, reply[_LIST : _LIST + count * bits // 8], left)
