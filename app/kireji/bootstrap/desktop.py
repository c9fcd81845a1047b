"""What fits the desktop that the program runs on: one function for each port, which chooses the adapter."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AsyncExitStack

    from kireji.bootstrap.stores import Stores
    from kireji.core.desktop_ports import (
        AreaPicker,
        Autostart,
        CaptureBackend,
        Clipboard,
        HotkeyBackend,
        Notifier,
        ShortcutPortal,
        WindowLister,
    )
    from kireji.core.geometry import ScreenPlace
    from kireji.desktop.hotkey_x11 import Watch
    from kireji.desktop.paths import Paths
    from kireji.services.capture import CaptureService
    from kireji.ui.aio import TaskScope

log = logging.getLogger(__name__)

_SYSTEM: str = sys.platform
"""As a plain text, so that the type checker reads the code of every system on each of them."""


@runtime_checkable
class _Closes(Protocol):
    """Keeps something open, such as a connection to the display."""

    def close(self) -> None:
        """Let it go."""


def introduce(environ: Mapping[str, str]) -> None:
    """Tell the system which program this is, where it asks for more than a name; before the first window."""
    if environ.get("APPIMAGE"):
        from kireji.desktop.introduction_xdg import introduce as to_desktop

        to_desktop(environ)
    if _SYSTEM == "win32":
        from kireji.desktop.introduction_win32 import introduce as to_windows

        to_windows()


def on_wayland(environ: Mapping[str, str]) -> bool:
    """Whether the session's windows are Wayland's."""
    return bool(environ.get("WAYLAND_DISPLAY")) or environ.get("XDG_SESSION_TYPE") == "wayland"


def _linux() -> bool:
    return sys.platform == "linux"


def _wayland(environ: Mapping[str, str]) -> bool:
    return _linux() and on_wayland(environ)


def on_x11(environ: Mapping[str, str]) -> bool:
    """Whether the session's windows are those of an X server alone."""
    return sys.platform == "linux" and bool(environ.get("DISPLAY")) and not on_wayland(environ)


def hotkeys(environ: Mapping[str, str], watch: Watch) -> HotkeyBackend:
    """What holds chords; made after the application object, on its thread."""
    if _SYSTEM in ("win32", "darwin"):
        from kireji.ui.platform.posting import Posting

        post = Posting().post
        if _SYSTEM == "win32":
            from kireji.desktop.hotkey_win32 import Win32Hotkeys

            return Win32Hotkeys(post)
        from kireji.desktop.hotkey_macos import MacHotkeys

        return MacHotkeys(post)
    from kireji.desktop.hotkey_x11 import X11Hotkeys

    return X11Hotkeys(environ, watch)


def shortcut_portal(environ: Mapping[str, str]) -> ShortcutPortal | None:
    """The desktop that hands out chords; None where chords are held without asking it."""
    if not _wayland(environ):
        return None
    from kireji.desktop.hotkey_portal import PortalShortcuts

    def scope() -> TaskScope:
        from kireji.ui.aio import TaskScope

        return TaskScope("shortcuts", _report)

    return PortalShortcuts(environ, scope)


def _report(problem: BaseException) -> None:
    log.error("shortcuts of the portal", exc_info=problem)


def capture_backends(
    environ: Mapping[str, str], screens: Callable[[], Sequence[ScreenPlace]] | None = None
) -> Sequence[CaptureBackend]:
    """What copies the screens' pixels, best first.

    Args:
        environ: The process's environment.
        screens: Tells where the screens lie; None where no windows are shown.
    """
    from kireji.bootstrap.waiting import WaitingCapture
    from kireji.desktop.capture_mss import MssCapture

    if not _wayland(environ):
        without_qt = MssCapture(environ)
        if screens is None:
            return (without_qt,)
        with_qt = WaitingCapture("Qt", _qt_capture)
        return (with_qt, without_qt) if _SYSTEM == "darwin" else (without_qt, with_qt)
    from kireji.desktop.capture_portal import PortalCapture
    from kireji.imaging.screens import decode_screen

    # The second cannot work there, and says why not.
    return (PortalCapture(environ, decode_screen, screens), MssCapture(environ))


def _qt_capture() -> CaptureBackend:
    from kireji.ui.platform.screens import QtScreenCapture

    if _SYSTEM != "darwin":
        return QtScreenCapture()
    from kireji.desktop.permission_macos import screen_recording

    return QtScreenCapture(screen_recording())


def area_picker(environ: Mapping[str, str]) -> AreaPicker | None:
    """The desktop's own dialog for cutting out a region; None where there is none."""
    if not _wayland(environ):
        return None
    from kireji.desktop.capture_portal import PortalPicker

    return PortalPicker(environ)


def window_lister(
    environ: Mapping[str, str], screens: Callable[[], Sequence[ScreenPlace]] | None = None
) -> WindowLister:
    """What knows where windows lie.

    Args:
        environ: The process's environment.
        screens: Tells where the screens lie, without which macOS's points cannot be turned into pixels.
    """
    if on_x11(environ):
        from kireji.desktop.windows_x11 import X11WindowLister

        return X11WindowLister(environ)
    if _SYSTEM == "win32":
        from kireji.desktop.windows_win32 import Win32WindowLister

        return Win32WindowLister()
    if _SYSTEM == "darwin" and screens is not None:
        from kireji.desktop.windows_macos import MacWindowLister

        return MacWindowLister(screens)
    from kireji.desktop.absent import NoWindows

    return NoWindows()


def pointer(environ: Mapping[str, str]) -> Callable[[], tuple[int, int] | None]:
    """What tells where the pointer is without Qt; Wayland tells nobody."""
    if sys.platform != "linux" or on_wayland(environ):
        return lambda: None
    from kireji.desktop.pointer_x11 import X11Pointer

    return X11Pointer(environ)


def clipboard(environ: Mapping[str, str]) -> Clipboard:
    """What reads the clipboard without Qt."""
    if on_x11(environ):
        from kireji.desktop.clipboard_x11 import X11Clipboard

        return X11Clipboard(environ)
    from kireji.desktop.absent import NoClipboard

    return NoClipboard("The clipboard cannot be read here.", "Paste into the window instead.")


def notifier(environ: Mapping[str, str]) -> Notifier:
    """What shows notifications without Qt."""
    if _linux():
        from kireji.desktop.notifications import DBusNotifier
        from kireji.resources import resource

        return DBusNotifier(environ, str(resource("icons/kireji-64.png")))
    from kireji.desktop.absent import NoNotifier

    return NoNotifier()


def autostart(environ: Mapping[str, str]) -> Autostart:
    """What starts the program with the session."""
    if _linux():
        from kireji.desktop.autostart_xdg import XdgAutostart

        return XdgAutostart(environ)
    if _SYSTEM == "win32":
        from kireji.desktop.autostart_win32 import RunKeyAutostart

        return RunKeyAutostart()
    if _SYSTEM == "darwin":
        from kireji.desktop.autostart_macos import LaunchAgentAutostart

        return LaunchAgentAutostart(environ)
    from kireji.desktop.absent import NoAutostart

    return NoAutostart()


def capture_service(
    stack: AsyncExitStack,
    stores: Stores,
    paths: Paths,
    environ: Mapping[str, str],
    instead: CaptureBackend | None,
    screens: Callable[[], Sequence[ScreenPlace]] | None,
) -> CaptureService:
    """Wire it.

    Args:
        stack: Unwires it.
        stores: What is kept.
        paths: Where.
        environ: The process's environment.
        instead: What captures in the place of the system's means, for tests.
        screens: Tells where the screens lie, where windows are shown.
    """
    from kireji.bootstrap.waiting import WaitingWindows
    from kireji.imaging.codec import PillowCodec
    from kireji.services.capture import CaptureService
    from kireji.storage.capture_places import SqliteCapturePlaces
    from kireji.storage.last_region import LastRegionFile

    backends = [instead] if instead else capture_backends(environ, screens)
    lister = WaitingWindows(lambda: window_lister(environ, screens))
    last = LastRegionFile(paths.state / "region")
    close_with(stack, lister)

    def place() -> tuple[int, int] | None:
        return pointer(environ)()

    picker = area_picker(environ)
    places = SqliteCapturePlaces(stores.database)
    return CaptureService(backends, PillowCodec(), stores.captures, lister, last, picker, place, places)


def close_with(stack: AsyncExitStack, *parts: object) -> None:
    """Close those that keep something open when the stack ends."""
    for part in parts:
        if isinstance(part, _Closes):
            stack.callback(part.close)
