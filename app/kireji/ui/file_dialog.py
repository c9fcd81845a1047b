"""Asks for files and folders, without opening any of them."""

from __future__ import annotations

from PySide6.QtCore import QFileInfo
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import QFileDialog, QFileIconProvider, QWidget

from kireji.ui.translation import tr


class FileDialog(QFileDialog):
    """Qt's dialog for files; all of the program's are made of it.

    Qt opens every file of a folder that it shows, to find out its kind. What is opened and closed while SQLite has it,
    is no longer locked for this process (POSIX): another one that ends then takes itself for the last and removes the
    write-ahead log, and with it what is written from then on. So a look into our own data folder could lose it.

    Args:
        parent: Over which it opens.
        title: Of the window.
        folder: Where it begins.
    """

    def __init__(self, parent: QWidget | None, title: str, folder: str) -> None:
        super().__init__(parent, title)
        self._icons = _Icons()
        self.setIconProvider(self._icons)
        self.setDirectory(folder)


class _Icons(QFileIconProvider):
    """Tells files from folders by what the folder says about them, and looks into none."""

    def icon(self, what: QFileInfo | QAbstractFileIconProvider.IconType) -> QIcon:
        if isinstance(what, QFileInfo):
            kind = QAbstractFileIconProvider.IconType
            return super().icon(kind.Folder if what.isDir() else kind.File)
        return super().icon(what)

    def type(self, info: QFileInfo) -> str:
        if info.isDir():
            return tr("Folder")
        return info.suffix().upper() or tr("File")
