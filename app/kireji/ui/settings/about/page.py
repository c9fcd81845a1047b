"""Versions, licences, where things are kept, and the person's data as a whole."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kireji import __version__
from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.about.licences import LicenceList
from kireji.ui.settings.about.replacing_qt import replacing_qt
from kireji.ui.settings.about.versions import Versions
from kireji.ui.settings.cards import Card, actions
from kireji.ui.settings.opening import open_folder
from kireji.ui.settings.pane import rows
from kireji.ui.settings.places import Places
from kireji.ui.tokens import SPACE
from kireji.ui.transfer.work import WorkRow
from kireji.ui.translation import tr


class AboutPage(QWidget):
    """The whole page.

    Args:
        places: Where things are kept.
    """

    def __init__(self, places: Places) -> None:
        super().__init__()
        words = tr("Cut out a piece of the screen, ask, and read the answer as it streams.")
        self.versions = Versions()
        self.licences = LicenceList()
        self.export = button(tr("Export everything…"))
        self.delete = button(tr("Delete everything…"))
        self.work = WorkRow(tr("Export everything"))
        self.setLayout(
            rows(
                label(f"Kireji {__version__}", "lead"),
                label(f"{words} {tr('Free software under the MIT licence.')}", "muted", wrap=True),
                self.versions,
                self._own_data(),
                _Place(tr("Conversations and captures"), places.data),
                _Place(tr("Settings"), places.settings),
                _Place(tr("Logs"), places.logs),
                self.licences,
                replacing_qt(),
            )
        )

    def _own_data(self) -> QWidget:
        card = Card(tr("Your data"))
        card.set_chip("", "idle")
        card.say(
            tr(
                "All that Kireji keeps about you is on this computer. Take it along as one zip file that says itself "
                "what is in it, without keys; or delete it, with the keys in the keychain."
            )
        )
        card.add(actions(self.export, self.delete), self.work)
        return card


class _Place(QFrame):
    def __init__(self, title: str, path: Path) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._path = path
        words = QWidget()
        column = QVBoxLayout(words)
        spread(column, 0, SPACE[0] // 2)
        column.addWidget(label(title, "strong", wrap=True))
        shown = label(str(path), "muted", wrap=True)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        column.addWidget(shown)
        show = button(tr("Open folder"))
        show.setAccessibleName(tr("Open the folder: {title}", title=title))
        show.clicked.connect(self._open)
        row = QVBoxLayout(self)
        spread(row, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[2])
        row.addWidget(Pair(words, show))

    def _open(self) -> None:
        open_folder(self._path)
