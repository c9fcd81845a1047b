"""How each system lets a window lie over everything (platform facts 2.5, from flameshot)."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def window_flags(system: str = sys.platform) -> Qt.WindowType:
    """What kind of window it is."""
    flags = Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.FramelessWindowHint
    return flags | (Qt.WindowType.SubWindow if system == "win32" else Qt.WindowType.Tool)


def covers_as_full_screen(system: str = sys.platform) -> bool:
    """Full screen would animate into a space of its own on macOS and add a taskbar entry on Windows."""
    return system not in ("win32", "darwin")


def lie_over_menus(window: QWidget) -> bool:
    """Show a window above those that no window manager stacks, which menus and tooltips are on X11.

    Costs one short flicker, since X11 looks at this only when a window appears. Never used without such a menu: a
    window of this kind gets neither focus nor place from the window manager (platform facts 2.5).

    Returns:
        False where it is not needed or cannot be done.
    """
    if QGuiApplication.platformName() != "xcb":
        return False
    handle, geometry = window.windowHandle(), window.geometry()
    window.hide()
    handle.setFlag(Qt.WindowType.BypassWindowManagerHint, True)
    window.show()
    window.setGeometry(geometry)
    window.raise_()
    return True


def lie_under_menus(window: QWidget) -> None:
    """The window is hidden and goes back to the window manager when it is shown next."""
    window.hide()
    window.windowHandle().setFlag(Qt.WindowType.BypassWindowManagerHint, False)
