"""A second X client: what another program on the same screen sees and does."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import BadAccess, CatchError, ConnectionClosedError
from Xlib.ext import xtest
from Xlib.protocol.event import ClientMessage


class XClient:
    """Reads pixels, presses keys and looks at windows through a connection of its own.

    Args:
        name: DISPLAY.
    """

    def __init__(self, name: str) -> None:
        self._display = Display(name)
        self._root = self._display.screen().root

    def close(self) -> None:
        with suppress(ConnectionClosedError):  # the server may have been ended on purpose
            self._display.close()

    def server_process(self) -> int:
        """The X server's process id, as the system knows the other end of our connection."""
        peer = self._display.display.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return int(struct.unpack("3i", peer)[0])

    def pixel(self, x: int, y: int) -> int:
        """The colour on the screen, as 0xRRGGBB."""
        image = self._root.get_image(x, y, 1, 1, X.ZPixmap, 0xFFFFFFFF)
        return int.from_bytes(image.data[:3], "little")

    def pixels(self, x: int, y: int, width: int, height: int) -> bytes:
        """Blue, green, red, unused per pixel."""
        data: bytes = self._root.get_image(x, y, width, height, X.ZPixmap, 0xFFFFFFFF).data
        return data

    def press_chord(self, *keys: str) -> None:
        """Press keys in order and let them go again in reverse."""
        codes = [self._display.keysym_to_keycode(XK.string_to_keysym(key)) for key in keys]
        for code in codes:
            xtest.fake_input(self._display, X.KeyPress, code)
        for code in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()

    def click(self, x: int, y: int) -> None:
        """Press and let go the left button at a place on the screen."""
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        xtest.fake_input(self._display, X.ButtonPress, 1)
        xtest.fake_input(self._display, X.ButtonRelease, 1)
        self._display.sync()

    def press(self, key: str) -> None:
        """Press a key and keep it down."""
        self._fake(X.KeyPress, self._display.keysym_to_keycode(XK.string_to_keysym(key)))

    def release_modifiers(self) -> None:
        """Let go of all modifiers that are down, as far as the X server knows."""
        down = self._display.query_keymap()
        for code in {code for codes in self._display.get_modifier_mapping() for code in codes if code}:
            if down[code // 8] & 1 << code % 8:
                self._fake(X.KeyRelease, code)

    def _fake(self, kind: int, code: int) -> None:
        xtest.fake_input(self._display, kind, code)
        self._display.sync()

    def chord_is_held(self, key: str, modifiers: int) -> bool:
        """Whether another client holds the chord.

        Asks by trying to take it. The X server hears nobody else meanwhile, so that a program which wants it at this
        very moment is not refused.
        """
        code = self._display.keysym_to_keycode(XK.string_to_keysym(key))
        refused = CatchError(BadAccess)
        self._display.grab_server()
        try:
            self._root.grab_key(code, modifiers, False, X.GrabModeAsync, X.GrabModeAsync, onerror=refused)
            self._root.ungrab_key(code, modifiers)
        finally:
            self._display.ungrab_server()
            self._display.sync()
        return refused.get_error() is not None

    def hold_chord(self, key: str, modifiers: int) -> Callable[[], None]:
        """Take a chord as another program does; the result gives it back."""
        code = self._display.keysym_to_keycode(XK.string_to_keysym(key))
        self._root.grab_key(code, modifiers, False, X.GrabModeAsync, X.GrabModeAsync)
        self._display.sync()

        def release() -> None:
            self._root.ungrab_key(code, modifiers)
            self._display.sync()

        return release

    def tray_owner(self) -> int:
        """The window that hosts the tray; 0 when there is none."""
        owner = self._display.get_selection_owner(self._display.intern_atom("_NET_SYSTEM_TRAY_S0"))
        return int(owner.id) if owner else 0

    def tray_icons(self) -> int:
        """How many icons are shown in the tray: windows that said they can be embedded, and are visible."""
        embeddable = self._display.intern_atom("_XEMBED_INFO")
        return sum(1 for window in self.windows() if embeddable in window.list_properties())

    def tray_icon_place(self) -> tuple[int, int]:
        """The middle of the first icon in the tray, in the screen's pixels."""
        embeddable = self._display.intern_atom("_XEMBED_INFO")
        icon = next(window for window in self.windows() if embeddable in window.list_properties())
        size, corner = icon.get_geometry(), self._root.translate_coords(icon, 0, 0)
        return corner.x + size.width // 2, corner.y + size.height // 2

    def active_window(self) -> int:
        """The window that keys go to, as the window manager says (EWMH); 0 when none has them."""
        found = self._root.get_full_property(self._display.intern_atom("_NET_ACTIVE_WINDOW"), X.AnyPropertyType)
        return int(found.value[0]) if found and found.value else 0

    def ask_to_close(self, window: Any) -> None:
        """What the cross of a window does: the window manager asks the program to close it (EWMH)."""
        kind = self._display.intern_atom("_NET_CLOSE_WINDOW")
        message = ClientMessage(window=window, client_type=kind, data=(32, [X.CurrentTime, 2, 0, 0, 0]))
        self._root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self._display.sync()

    def is_shown(self, window: int) -> bool:
        """Whether the window of that number and all that it lies in are mapped."""
        found = self._display.create_resource_object("window", window)
        return bool(found.get_attributes().map_state == X.IsViewable)

    def take_away(self, window: int) -> None:
        """Unmap another program's window, as a window manager does."""
        self._display.create_resource_object("window", window).unmap()
        self._display.sync()

    def windows(self) -> Iterator[Any]:
        """Every mapped window, depth first."""
        waiting = [self._root]
        while waiting:
            window = waiting.pop()
            for child in window.query_tree().children:
                if child.get_attributes().map_state == X.IsViewable:
                    yield child
                    waiting.append(child)


@contextmanager
def x_client(name: str) -> Iterator[XClient]:
    """An `XClient` that is closed at the end."""
    client = XClient(name)
    try:
        yield client
    finally:
        client.close()


def wait_until(condition: Callable[[], object], what: str, seconds: float = 20.0, every: float = 0.02) -> None:
    """Look every so many seconds until `condition` holds; fails naming what did not come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s for: {what}")
        pause(every)


def pause(seconds: float) -> None:
    """Let other programs settle, where nothing that can be seen says when they have."""
    if seconds:
        time.sleep(seconds)  # noqa: TID251 - there is no loop here; the other program is another process
