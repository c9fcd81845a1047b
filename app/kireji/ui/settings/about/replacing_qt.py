"""How to put another build of Qt in the place of the one that comes with the program, as its licence grants."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, Qt, qVersion
from PySide6.QtWidgets import QWidget

from kireji.ui.parts import button, label
from kireji.ui.settings.cards import Card
from kireji.ui.settings.opening import open_folder
from kireji.ui.translation import tr

SOURCES = "https://download.qt.io/official_releases/qt/{line}/{version}/"


def qt_folder() -> Path:
    """Where the libraries of Qt are that this program has loaded."""
    wanted = (
        QLibraryInfo.LibraryPath.BinariesPath if sys.platform == "win32" else QLibraryInfo.LibraryPath.LibrariesPath
    )
    return Path(QLibraryInfo.path(wanted))


def source() -> str:
    """Where the source code of that very version is."""
    version = qVersion()
    return SOURCES.format(line=version.rpartition(".")[0], version=version)


def replacing_qt() -> QWidget:
    """The card that says so."""
    return _ReplacingQt(qt_folder())


class _ReplacingQt(Card):
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        show = button(tr("Open folder"))
        show.setAccessibleName(tr("Open the folder: {title}", title="Qt"))
        super().__init__(tr("Replace Qt"), show)
        self.set_chip("", "idle")
        self.say(
            tr(
                "Kireji uses Qt {version} under the LGPL 3. Its libraries are files of their own, which you may "
                "replace by your own build of them: quit Kireji, put your files in the place of those of the same "
                "names, and start it again.",
                version=qVersion(),
            )
            + " "
            + tr(
                "PySide6 asks for exactly this version of Qt. For another one, replace the libraries of PySide6 and "
                "Shiboken, too: they are in the folders PySide6 and shiboken6."
            )
        )
        for words in (str(folder), tr("Source code: {address}", address=source())):
            line = label(words, "value", wrap=True)
            line.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self.add(line)
        show.clicked.connect(self._open)

    def _open(self) -> None:
        open_folder(self._folder)
