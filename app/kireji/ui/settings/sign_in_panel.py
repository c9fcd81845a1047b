"""What is shown while the person signs in, in the browser."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, restyle, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class SignInPanel(QWidget):
    """Waits for the browser; the address can be copied where none opens.

    Args:
        theme: Colours and text size.
    """

    begun = Signal()
    """The person's way leads here now."""
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.sentence = label("", "muted", wrap=True)
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.address.setAccessibleName(tr("Address to open in a browser"))
        self.copy = button(tr("Copy the address"))
        self.cancel = button(tr("Cancel"))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self.sentence)
        layout.addWidget(self.address)
        row = FlowLayout(SPACE[1])
        row.addWidget(self.cancel)
        row.addWidget(self.copy)
        layout.addLayout(row)
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self.cancelled)
        theme.changed.connect(self._dress)
        self._dress()

    def show_preparing(self) -> None:
        """Before the address is known."""
        self._say(tr("Opening the browser…"), "muted")
        self.address.hide()
        self.copy.hide()
        self.cancel.show()
        self.show()
        self.begun.emit()
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_waiting(self, address: str, *, opened: bool) -> None:
        """The person's turn.

        Args:
            address: Where they allow it.
            opened: Whether a browser shows it.
        """
        self.address.setText(address)
        self.address.setCursorPosition(0)
        self.address.setVisible(not opened)
        self.copy.show()
        if opened:
            self._say(tr("Waiting for you to allow it in the browser. Did no browser open? Copy the address."), "muted")
        else:
            self._say(tr("No browser could be opened. Open this address in one on this computer:"), "warn")
            self.copy.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_failure(self, sentence: str) -> None:
        """It came to nothing."""
        self._say(sentence, "error")
        self.address.hide()
        self.copy.hide()
        self.cancel.hide()
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.cancel.isHidden():
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _say(self, sentence: str, role: str) -> None:
        self.sentence.setText(sentence)
        restyle(self.sentence, role=role)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.address.text())
        self._say(tr("Copied. Open it in a browser on this computer, and allow it there."), "muted")

    def _dress(self) -> None:
        set_icon(self.copy, self._theme, "copy", self._theme.colours.muted)
