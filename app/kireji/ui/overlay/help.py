"""All keys of the frozen screen, for those who ask."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kireji.ui.overlay.hints import KEYS
from kireji.ui.parts import label
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_SHARES = (2, 3)
"""How the columns divide a narrow card."""
_LINE = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_PAGE = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Space: 1}
_END = {Qt.Key.Key_Home: -1, Qt.Key.Key_End: 1}


class KeysCard(QFrame):
    """Two columns: the keys and what they do. F1 or Esc puts it away.

    Args:
        parent: The window it lies on.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # A press between the buttons is no press on the frozen screen below.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Keys"))
        self.setAccessibleDescription("; ".join(f"{tr(keys)}: {tr(what)}" for keys, what in KEYS))
        self._list = QWidget()
        grid = QGridLayout(self._list)
        grid.setContentsMargins(SPACE[4], SPACE[3], SPACE[4], SPACE[3])
        grid.setHorizontalSpacing(SPACE[4])
        grid.setVerticalSpacing(SPACE[1])
        for row, (keys, what) in enumerate(KEYS):
            for column, part in enumerate((label(tr(keys)), label(tr(what), role="muted"))):
                grid.addWidget(part, row, column, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        self._grid = grid
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._list)
        for each in (self._list, self._scroll.viewport()):
            each.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)

    def show_on(self, window: QWidget) -> None:
        """Show it in the middle of a window, with the keys."""
        if self.parentWidget() is not window:
            self.setParent(window)
        for widget in (self, *self.findChildren(QWidget)):
            widget.ensurePolished()
        size = self._size_within(window.size() - QSize(2 * SPACE[2], 2 * SPACE[2]))
        area = QRect(0, 0, size.width(), size.height())
        area.moveCenter(window.rect().center())
        self.setGeometry(area)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _size_within(self, room: QSize) -> QSize:
        """As large as the list; where that is wider than the room, its words go on in the next line."""
        margins = self.contentsMargins()  # the border of the stylesheet
        edges = margins.left() + margins.right() + 2
        wanted = self._list.sizeHint() + QSize(edges, edges)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        if wanted.width() + bar <= room.width():
            return (wanted if wanted.height() <= room.height() else wanted + QSize(bar, 0)).boundedTo(room)
        for column, share in enumerate(_SHARES):
            self._grid.setColumnStretch(column, share)
        for part in self._list.findChildren(QLabel):
            part.setWordWrap(True)
        height = self._grid.totalHeightForWidth(room.width() - edges - bar) + edges
        return QSize(room.width(), min(height, room.height()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only what closes it goes on; nothing is changed behind it."""
        key, bar = Qt.Key(event.key()), self._scroll.verticalScrollBar()
        if key in (Qt.Key.Key_F1, Qt.Key.Key_Escape) or event.text() == "?":
            event.ignore()
            return
        event.accept()
        if key in _LINE:
            bar.setValue(bar.value() + _LINE[key] * 2 * self.fontMetrics().height())
        elif key in _PAGE:
            bar.setValue(bar.value() + _PAGE[key] * bar.pageStep())
        elif key in _END:
            bar.setValue(bar.minimum() if _END[key] < 0 else bar.maximum())
