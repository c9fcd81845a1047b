"""A policy before it is written: how it is called, and what it begins with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from kireji.ui.parts import Pair, button, caption, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

TEMPLATE = ""
"""Stands for the template among the names of policies."""


class NewPart(QFrame):
    """Takes no room until a policy is wanted."""

    begun = Signal(object, object)
    """The title, and the name of the policy whose copy it begins as; `TEMPLATE` for the template."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.title = LineField(tr("Title"), tr("House rules"))
        self.source = ChoiceRow(tr("Begins as"))
        self.problem = label("", "error", wrap=True)
        self.go = button(tr("Write it"), "primary", name=tr("Open the editor with the new policy"))
        self.cancel = button(tr("Cancel"), name=tr("Begin no policy"))
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        layout.addWidget(label(tr("New policy"), "strong"))
        layout.addWidget(Pair(caption(tr("Title"), self.title), self.title))
        layout.addWidget(self.source)
        layout.addWidget(self.problem)
        layout.addWidget(actions(self.go, self.cancel))
        self.problem.hide()
        self.go.clicked.connect(self._go)
        self.cancel.clicked.connect(self.cancelled)
        self.title.returnPressed.connect(self._go)
        self.hide()

    def open(self, policies: Sequence[tuple[str, str]], source: str = TEMPLATE, title: str = "") -> None:
        """Ask.

        Args:
            policies: Names and titles of those that it can begin as a copy of.
            source: Which one is proposed.
            title: What is proposed.
        """
        copies = [(name, tr("Copy of “{title}”", title=each)) for name, each in policies]
        self.source.set_choices([(TEMPLATE, tr("A template with one category")), *copies])
        self.source.set_value(source)
        self.title.setText(title)
        self.title.selectAll()
        tell(self.problem, "", "error")
        self.show()
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_view(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _go(self) -> None:
        title = " ".join(self.title.text().split())
        if not title:
            tell(self.problem, tr("Give it a title."), "error")
            self.title.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.begun.emit(title, self.source.value())
