"""Where other programs' windows lie on X11, as the window manager says (EWMH)."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from kireji.core.geometry import DesktopWindow, Rect
from kireji.desktop.threads import in_daemon_thread
from kireji.desktop.xcb import Cookie
from kireji.desktop.xcb_windows import (
    Attributes,
    Property,
    WindowConnection,
    read_attributes,
    read_geometry,
    read_position,
    read_property,
    read_tree,
)

log = logging.getLogger(__name__)

_PATIENCE = 0.8
"""Seconds for all questions to the X server."""

_MOST = 1000
"""Windows that are looked at: more is a fault of some program, and nobody can pick among them."""

_TITLE = 200
"""Characters of a title that are kept."""

_DEEPEST = 5
"""Frames around a window that are looked through for the one that lies on the desktop."""

_SMALLEST = 3
"""Pixels; smaller windows are no place to point at, but notes of programs to each other."""

_WIDEST = 1000
"""Pixels of a frame or a shadow; more is nonsense."""

_EVERYWHERE = 0xFFFFFFFF
"""The number of the desktop for windows that are on all of them."""

_ATOMS = (
    "_NET_CLIENT_LIST_STACKING", "_NET_CURRENT_DESKTOP", "_NET_FRAME_EXTENTS", "_GTK_FRAME_EXTENTS", "_NET_WM_STATE",
    "_NET_WM_STATE_HIDDEN", "_NET_WM_DESKTOP", "_NET_WM_NAME", "WM_NAME", "_NET_WM_PID", "WM_CLIENT_MACHINE",
    "_NET_WM_WINDOW_TYPE", "_NET_WM_WINDOW_TYPE_DESKTOP", "UTF8_STRING",
)  # fmt: skip

_ASKED = (
    "_NET_FRAME_EXTENTS", "_GTK_FRAME_EXTENTS", "_NET_WM_STATE", "_NET_WM_DESKTOP", "_NET_WM_NAME", "WM_NAME",
    "_NET_WM_PID", "WM_CLIENT_MACHINE", "_NET_WM_WINDOW_TYPE",
)  # fmt: skip

Read = TypeVar("Read")


class _Seen(NamedTuple):
    """All that is known of one window."""

    window: int
    attributes: Attributes
    rect: Rect
    properties: Mapping[str, Property]

    def numbers(self, name: str) -> tuple[int, ...]:
        return self.properties[name].numbers

    def edges(self, name: str) -> tuple[int, ...] | None:
        """Left, right, top, bottom as a program says; None when it says nothing that can be meant."""
        found = self.numbers(name)
        return found if len(found) == 4 and all(edge <= _WIDEST for edge in found) else None


class X11WindowLister:
    """Asks the X server through a connection that is kept.

    Args:
        environ: The process's environment: DISPLAY.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._lock = threading.Lock()
        self._connection: WindowConnection | None = None
        self._atoms: Mapping[str, int] = {}
        self._closing = False

    async def windows(self) -> Sequence[DesktopWindow]:
        """The visible ones without our own, topmost first; empty when the X server cannot be asked. Never raises."""
        self._closing = False
        try:
            async with asyncio.timeout(_PATIENCE + 0.1):  # connecting itself cannot be given a limit
                return await in_daemon_thread(self._list)
        except TimeoutError:
            log.warning("the X server does not say where windows are")
            return ()

    def close(self) -> None:
        """Disconnect; a later question connects again. Never waits: a question that is asked just now disconnects."""
        self._closing = True
        if self._lock.acquire(blocking=False):
            self._drop()
            self._lock.release()

    def _list(self) -> Sequence[DesktopWindow]:
        deadline = time.monotonic() + _PATIENCE
        if not self._lock.acquire(timeout=_PATIENCE):
            return ()
        try:
            for _ in range(2):  # the connection may be of an X server that was started anew since
                connection = self._connected(deadline)
                found = _Desktop(connection, self._atoms, deadline).windows()
                if not connection.broken:
                    return found
                self._drop()
        except OSError as problem:  # among them TimeoutError and DisplayUnreachable
            log.warning("the windows cannot be listed: %s", problem)
            self._drop()
        finally:
            if self._closing:
                self._drop()
            self._lock.release()
        return ()

    def _connected(self, deadline: float) -> WindowConnection:
        if self._connection is None:
            self._connection = WindowConnection(self._environ.get("DISPLAY", ""))
            self._atoms = self._connection.atoms(_ATOMS, deadline)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Desktop:
    """One look at all windows: few rounds of questions, each sent whole before its first answer is awaited.

    Args:
        connection: Open.
        atoms: Numbers of `_ATOMS`.
        deadline: In the time of `time.monotonic`.
    """

    def __init__(self, connection: WindowConnection, atoms: Mapping[str, int], deadline: float) -> None:
        self._connection = connection
        self._atoms = atoms
        self._deadline = deadline

    def windows(self) -> Sequence[DesktopWindow]:
        """Raises TimeoutError."""
        if len(self._atoms) < len(_ATOMS):
            return ()
        ask = self._connection
        listed = ask.ask_property(ask.root, self._atoms["_NET_CLIENT_LIST_STACKING"], 4 * _MOST)
        current = ask.ask_property(ask.root, self._atoms["_NET_CURRENT_DESKTOP"], 4)
        tree, around = ask.ask_tree(ask.root), ask.ask_geometry(ask.root)
        clients = read_property(self._reply(listed)).numbers
        desktop = next(iter(read_property(self._reply(current)).numbers), None)
        _, children = read_tree(self._reply(tree))
        root = read_geometry(self._reply(around))
        tops = tuple(children)[-_MOST:]
        heights = {window: height for height, window in enumerate(tops)}
        frames = self._frames(clients, heights)
        loose = self._look(window for window in tops if window not in frames.values())
        managed = self._look(clients)
        own = self._own((*loose, *managed))
        outer = self._rects(frame for client, frame in frames.items() if frame != client)
        found = [
            (heights.get(frames.get(seen.window, 0), -1), self._managed(seen, outer.get(frames.get(seen.window, 0))))
            for seen in managed
            if self._visible(seen, desktop) and ask.owner_of(seen.window) not in own
        ]
        found += [
            (heights[seen.window], DesktopWindow(seen.rect, self._title(seen), menu=seen.attributes.unmanaged))
            for seen in loose
            if (seen.attributes.unmanaged or not clients)
            and self._visible(seen, desktop)
            and ask.owner_of(seen.window) not in own
            and seen.rect.intersection(root) != root
        ]
        found.sort(key=lambda entry: entry[0], reverse=True)
        return tuple(
            window
            for _, window in found
            if min(window.rect.width, window.rect.height) >= _SMALLEST and not window.rect.intersection(root).empty
        )

    def _frames(self, clients: Sequence[int], tops: Mapping[int, int]) -> dict[int, int]:
        """For each client the window on the desktop that it lies in: itself, or what the window manager put around."""
        found: dict[int, int] = {}
        waiting = {client: client for client in clients}
        for _ in range(_DEEPEST):
            found |= {client: inside for client, inside in waiting.items() if inside in tops}
            waiting = {client: inside for client, inside in waiting.items() if inside and inside not in tops}
            trees = self._all(self._connection.ask_tree, waiting.values(), read_tree)
            waiting = {client: trees[inside][0] for client, inside in waiting.items()}
        return found

    def _look(self, windows: Iterable[int]) -> Sequence[_Seen]:
        """Those that are mapped, with all that is asked of them."""
        all_attributes = self._all(self._connection.ask_attributes, windows, read_attributes)
        shown = [window for window, attributes in all_attributes.items() if attributes.shown]
        cookies = [(window, name, self._property(window, name)) for window in shown for name in _ASKED]
        rects, positions = self._rects(shown), self._all(self._connection.ask_position, shown, read_position)
        properties: dict[int, dict[str, Property]] = {window: {} for window in shown}
        for window, name, cookie in cookies:
            properties[window][name] = read_property(self._reply(cookie))
        result = []
        for window in shown:
            if (place := positions[window]) is not None:  # it may go away while it is looked at
                rect = Rect(*place, rects[window].width, rects[window].height)
                result.append(_Seen(window, all_attributes[window], rect, properties[window]))
        return result

    def _property(self, window: int, name: str) -> Cookie:
        return self._connection.ask_property(window, self._atoms[name], 4 * _TITLE)

    def _rects(self, windows: Iterable[int]) -> dict[int, Rect]:
        return self._all(self._connection.ask_geometry, windows, read_geometry)

    def _all(
        self, ask: Callable[[int], Cookie], windows: Iterable[int], read: Callable[[bytes | None], Read]
    ) -> dict[int, Read]:
        cookies = [(window, ask(window)) for window in windows]
        return {window: read(self._reply(cookie)) for window, cookie in cookies}

    def _reply(self, cookie: Cookie) -> bytes | None:
        return self._connection.reply(cookie, self._deadline)

    def _own(self, windows: Iterable[_Seen]) -> frozenset[int]:
        """The clients that are this program: whose windows name its process, on this computer.

        A menu or tooltip of ours may not name the process, but the number that the X server gave to all of our windows
        begins the same.
        """
        here = os.uname().nodename
        ours: set[int] = set()
        for seen in windows:
            machine = seen.properties["WM_CLIENT_MACHINE"].data.decode(errors="replace")
            if os.getpid() in seen.numbers("_NET_WM_PID") and machine in ("", here):
                ours.add(self._connection.owner_of(seen.window))
        return frozenset(ours)

    def _visible(self, seen: _Seen, desktop: int | None) -> bool:
        on = next(iter(seen.numbers("_NET_WM_DESKTOP")), None)
        return (
            self._atoms["_NET_WM_STATE_HIDDEN"] not in seen.numbers("_NET_WM_STATE")
            and self._atoms["_NET_WM_WINDOW_TYPE_DESKTOP"] not in seen.numbers("_NET_WM_WINDOW_TYPE")
            and (desktop is None or on is None or on in (desktop, _EVERYWHERE))
        )

    def _managed(self, seen: _Seen, outer: Rect | None) -> DesktopWindow:
        """With the frame that the window manager drew, without the shadow that its own program drew."""
        rect = seen.rect
        if (frame := seen.edges("_NET_FRAME_EXTENTS")) is not None:
            rect = _grown(rect, frame)
        elif outer is not None:
            rect = outer
        if (shadow := seen.edges("_GTK_FRAME_EXTENTS")) is not None:
            rect = _grown(rect, tuple(-edge for edge in shadow))
        return DesktopWindow(rect, self._title(seen))

    def _title(self, seen: _Seen) -> str:
        name = seen.properties["_NET_WM_NAME"]
        if not name.data:
            name = seen.properties["WM_NAME"]
        coding = "utf-8" if name.type == self._atoms["UTF8_STRING"] else "latin-1"
        return clean_title(name.data.decode(coding, errors="replace"))


def clean_title(title: str) -> str:
    """What may be shown of a title from outside: one line without control characters, of limited length."""
    return "".join(sign if sign.isprintable() else " " for sign in title[: 2 * _TITLE]).strip()[:_TITLE]


def _grown(rect: Rect, edges: Sequence[int]) -> Rect:
    left, right, top, bottom = edges
    return Rect(rect.x - left, rect.y - top, rect.width + left + right, rect.height + top + bottom)
