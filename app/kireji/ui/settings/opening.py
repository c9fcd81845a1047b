"""Our own folders, files and pages, handed to the program that shows such things here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from kireji.core.updates import is_secure


def open_folder(path: Path) -> None:
    """Show a folder; the one around it where it is a file, or is not there."""
    folder = path if path.is_dir() else path.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def open_file(path: str) -> None:
    """Show a text file, or its folder where nothing opens such files."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(path)):
        open_folder(Path(path))


def open_page(address: str) -> None:
    """Show a page of the web that the person wants to see; only of https."""
    if is_secure(address):
        QDesktopServices.openUrl(QUrl(address))
