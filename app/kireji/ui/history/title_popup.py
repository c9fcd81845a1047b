"""Edits the title of the open conversation where it stands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.ui.parts import spread
from kireji.ui.sidebar.rows import TitleEditor
from kireji.ui.translation import tr

_LEAST = 280
"""Width in logical pixels at the usual text size."""


class TitlePopup(QWidget):
    """A field over the title; Enter or a click elsewhere keeps what was typed, Esc does not.

    Args:
        over: The title.
        conversation: Its number.
        title: What it is called now.
    """

    renamed = Signal(object)
    """Number and new title."""

    def __init__(self, over: QWidget, conversation: int, title: str) -> None:
        super().__init__(over.window(), Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._conversation = conversation
        self._old = title
        self._keeps = True
        self.field = TitleEditor(self)
        self.field.setAccessibleName(tr("Title of the conversation"))
        self.field.setText(title)
        self.field.selectAll()
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(self.field)
        height = max(over.height(), self.field.sizeHint().height()) + 8
        width = max(over.width() + 16, min(_LEAST, over.window().width() - 32))
        at = over.mapToGlobal(
            QPoint(over.width() - width if self.isRightToLeft() else 0, (over.height() - height) // 2)
        )
        self.setGeometry(at.x() + (9 if self.isRightToLeft() else -9), at.y(), width, height)
        self.field.returnPressed.connect(self.close)
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._keeps = False
            self.close()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        title = " ".join(self.field.text().split())
        if self._keeps and title and title != self._old:
            self._keeps = False
            self.renamed.emit((self._conversation, title))
