"""Where the pointer is on an X11 desktop, asked of the server without Qt."""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Mapping
from ctypes import c_uint32, c_void_p
from types import MappingProxyType

from kireji.core.native import Signatures
from kireji.desktop.xcb import Connection, Cookie

log = logging.getLogger(__name__)

SIGNATURES: Signatures = MappingProxyType({"xcb_query_pointer": ((c_void_p, c_uint32), Cookie)})
_ROOT_X = 16
"""Where root_x and root_y stand in xcb_query_pointer_reply_t (xcb/xproto.h)."""
_PATIENCE = 2.0


class X11Pointer:
    """Asks when called.

    Args:
        environ: Names the display.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __call__(self) -> tuple[int, int] | None:
        """In the desktop's own pixels; None when no X server tells. May block for two seconds."""
        if not (display := self._environ.get("DISPLAY", "")):
            return None
        try:
            connection = _Pointing(display)
        except OSError as problem:
            log.info("the pointer is not found: %s", problem)
            return None
        try:
            return connection.pointer(time.monotonic() + _PATIENCE)
        except TimeoutError:
            return None
        finally:
            connection.close()


class _Pointing(Connection):
    def __init__(self, display: str) -> None:
        super().__init__(display, SIGNATURES)

    def pointer(self, deadline: float) -> tuple[int, int] | None:
        reply = self.reply(self._xcb.xcb_query_pointer(self._handle, self.root), deadline)
        if reply is None:
            return None
        x, y = struct.unpack_from("=hh", reply, _ROOT_X)
        return int(x), int(y)
