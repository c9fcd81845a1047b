"""The technical side of a failure, one click away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kireji.ui.parts import button, frame, label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class FailureDetails(QWidget):
    """Text that can be read, selected and copied; hidden until its button is pressed.

    Attributes:
        toggle: Shows and hides it; stands where its owner puts it.
    """

    resized = Signal()
    """It needs more or less room."""

    def __init__(self) -> None:
        super().__init__()
        self.toggle: QPushButton = button(tr("Details"), "quiet")
        self.toggle.setCheckable(True)
        self._text = label(wrap=True, role="small")
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._copy = button(tr("Copy details"), "quiet")
        card = frame("details")
        inside = QVBoxLayout(card)
        spread(inside, SPACE[1], SPACE[0])
        inside.addWidget(self._text)
        row = QHBoxLayout()
        spread(row)
        row.addStretch(1)
        row.addWidget(self._copy)
        inside.addLayout(row)
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(card)
        self.toggle.toggled.connect(self._toggled)
        self._copy.clicked.connect(self._copy_text)
        self.show_text("")

    def show_text(self, text: str) -> None:
        """What the details are; empty takes the button away."""
        self._text.setText(text)
        self._copy.setText(tr("Copy details"))
        self.toggle.setChecked(False)
        self.toggle.setVisible(bool(text))
        self.hide()

    def text(self) -> str:
        """What would be shown."""
        return self._text.text()

    def _toggled(self, on: bool) -> None:
        self.setVisible(on)
        words = tr("Hide details") if on else tr("Details")
        self.toggle.setText(words)
        self.toggle.setAccessibleName(words)
        self.resized.emit()

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self._text.text())
        self._copy.setText(tr("Copied"))
