"""The clipboard where reading it takes Qt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kireji.core.desktop_ports import Clipboard, KeySender
    from kireji.services.preferences import Preferences


def qt_clipboard(environ: Mapping[str, str], preferences: Preferences) -> Clipboard | None:
    """Reads it through Qt; None where it is read without. Made after the application object.

    Args:
        environ: The process's environment.
        preferences: Say whether selected text may be had by pressing the copy keys.
    """
    from kireji.bootstrap.desktop import on_x11

    if on_x11(environ):
        return None
    from PySide6.QtGui import QGuiApplication

    from kireji.ui.platform.clipboard_qt import QtClipboard
    from kireji.ui.platform.selection_copy import SelectionCopy

    clipboard, sender = QGuiApplication.clipboard(), _key_sender()
    copying = SelectionCopy(clipboard, sender, _changes()) if sender is not None else None
    return QtClipboard(clipboard, copying, lambda: preferences.settings.capture.copy_selection)


def _key_sender() -> KeySender | None:
    """What presses the copy keys; None where no program may do so (Wayland)."""
    if sys.platform == "win32":
        from kireji.desktop.keys_win32 import Win32KeySender

        return Win32KeySender()
    if sys.platform == "darwin":
        from kireji.desktop.keys_macos import MacKeySender

        return MacKeySender()
    return None


def _changes() -> Callable[[], int] | None:
    if sys.platform == "darwin":
        from kireji.desktop.pasteboard_macos import pasteboard_changes

        return pasteboard_changes()
    return None
