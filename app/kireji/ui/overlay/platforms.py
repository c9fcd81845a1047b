"""How each system lets a window lie over everything (platform facts 2.5, from flameshot)."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt


def window_flags(system: str = sys.platform) -> Qt.WindowType:
    """What kind of window it is."""
    flags = Qt.WindowType.WindowStaysOnTopHint | Qt.WindowType.FramelessWindowHint
    return flags | (Qt.WindowType.SubWindow if system == "win32" else Qt.WindowType.Tool)


def covers_as_full_screen(system: str = sys.platform) -> bool:
    """Full screen would animate into a space of its own on macOS and add a taskbar entry on Windows."""
    return system not in ("win32", "darwin")
