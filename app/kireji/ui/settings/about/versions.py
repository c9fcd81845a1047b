"""Versions of the program and of what it runs on, to be read and copied into a report."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from kireji.core.about import Fact
from kireji.services.about import report
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import Card
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

NAMES = (
    mark("Build"),
    mark("Installed as"),
    mark("System"),
    mark("Desktop"),
    mark("Window system"),
    mark("Reader"),
    mark("Data"),
    mark("Settings"),
)
"""Names of facts that are words; the others are names of programs."""


class Versions(Card):
    """What is known, one line each."""

    def __init__(self) -> None:
        self.copy = button(tr("Copy"), name=tr("Copy the versions, for a report"))
        super().__init__(tr("Versions"), self.copy)
        self.set_chip("", "idle")
        self.say(tr("For a report of a fault. No key, no content and no name of yours is in it."))
        self._facts: Sequence[Fact] = ()
        self._lines = QWidget()
        self._grid = QGridLayout(self._lines)
        spread(self._grid, 0, SPACE[0])
        self._grid.setHorizontalSpacing(SPACE[3])
        self._grid.setColumnStretch(1, 1)
        self.add(self._lines)
        self.copy.setEnabled(False)
        self.copy.clicked.connect(self._copy)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show them, with what only the windows know."""
        if self._facts:
            return  # they do not change while the program runs
        self._facts = [*facts, Fact("Window system", QGuiApplication.platformName())]
        for row, fact in enumerate(self._facts):
            name = label(tr(fact.name) if fact.name in NAMES else fact.name, "muted")
            value = label(fact.value, wrap=True)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            value.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, row, 1)
        self.copy.setEnabled(True)

    def text(self) -> str:
        """What is copied."""
        return report(self._facts)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self.set_chip(tr("copied"), "ok")
