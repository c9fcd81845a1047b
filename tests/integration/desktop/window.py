"""An X11 window of known pixels, straight through libxcb."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_int16, c_uint8, c_uint16, c_uint32, c_void_p

from kireji.core.geometry import Rect
from kireji.core.native import declared
from kireji.desktop.xcb import SIGNATURES, Cookie

_MORE = {
    "xcb_generate_id": ((c_void_p,), c_uint32),
    "xcb_create_window": (
        (
            c_void_p,
            c_uint8,
            c_uint32,
            c_uint32,
            c_int16,
            c_int16,
            c_uint16,
            c_uint16,
            c_uint16,
            c_uint16,
            c_uint32,
            c_uint32,
            c_void_p,
        ),
        Cookie,
    ),
    "xcb_map_window": ((c_void_p, c_uint32), Cookie),
    "xcb_create_gc": ((c_void_p, c_uint32, c_uint32, c_uint32, c_void_p), Cookie),
    "xcb_put_image_checked": (
        (
            c_void_p,
            c_uint8,
            c_uint32,
            c_uint32,
            c_uint16,
            c_uint16,
            c_int16,
            c_int16,
            c_uint8,
            c_uint8,
            c_uint32,
            c_char_p,
        ),
        Cookie,
    ),
}
_OVERRIDE_REDIRECT, _Z_PIXMAP, _INPUT_OUTPUT = 512, 2, 1


@contextmanager
def window(display: str, place: Rect, pixels: bytes) -> Iterator[None]:
    """Show `pixels` (blue, green, red, unused) at `place`, above everything, without borders."""
    xcb = declared(declared(ctypes.CDLL("libxcb.so.1"), SIGNATURES), _MORE)
    connection = xcb.xcb_connect(display.encode(), ctypes.byref(c_int()))
    root = xcb.xcb_setup_roots_iterator(xcb.xcb_get_setup(connection)).data.contents.root
    shown, context = xcb.xcb_generate_id(connection), xcb.xcb_generate_id(connection)
    at, size = (place.x, place.y), (place.width, place.height)
    xcb.xcb_create_window(
        connection, 0, shown, root, *at, *size, 0, _INPUT_OUTPUT, 0, _OVERRIDE_REDIRECT, ctypes.byref(c_uint32(1))
    )
    xcb.xcb_map_window(connection, shown)
    xcb.xcb_create_gc(connection, context, shown, 0, None)
    drawn = xcb.xcb_put_image_checked(connection, _Z_PIXMAP, shown, context, *size, 0, 0, 0, 24, len(pixels), pixels)
    assert not xcb.xcb_request_check(connection, drawn)
    try:
        yield
    finally:
        xcb.xcb_disconnect(connection)
