"""All keys of the frozen screen, for those who ask."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from kireji.ui.overlay.hints import KEYS
from kireji.ui.parts import label
from kireji.ui.tokens import SPACE


class KeysCard(QFrame):
    """Two columns: the keys and what they do. F1 or Esc puts it away.

    Args:
        parent: The window it lies on.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        self.setAccessibleDescription("; ".join(f"{keys}: {what}" for keys, what in KEYS))
        layout = QGridLayout(self)
        layout.setContentsMargins(SPACE[4], SPACE[3], SPACE[4], SPACE[3])
        layout.setHorizontalSpacing(SPACE[4])
        layout.setVerticalSpacing(SPACE[1])
        for row, (keys, what) in enumerate(KEYS):
            layout.addWidget(label(keys), row, 0)
            layout.addWidget(label(what, role="muted"), row, 1)

    def show_on(self, window: QWidget) -> None:
        """Show it in the middle of a window, with the keys."""
        if self.parentWidget() is not window:
            self.setParent(window)
        self.ensurePolished()
        size = self.sizeHint().boundedTo(window.size())
        self.setGeometry(
            (window.width() - size.width()) // 2,
            (window.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only what closes it goes on; nothing is changed behind it."""
        if event.key() in (Qt.Key.Key_F1, Qt.Key.Key_Escape) or event.text() == "?":
            event.ignore()
        else:
            event.accept()
