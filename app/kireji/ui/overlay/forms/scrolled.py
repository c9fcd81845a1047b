"""A result that scrolls where the card is not high enough for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from kireji.ui.overlay.forms.result_view import ResultView
from kireji.ui.parts import spread


class ScrolledResult(ResultView):
    """Holds one widget that is as high as it needs to be.

    Args:
        held: That.
        margin: At both sides of it, in logical pixels.
    """

    def __init__(self, held: QWidget, margin: int) -> None:
        super().__init__()
        self._inner = _Inner()
        self._column = QVBoxLayout(self._inner)
        spread(self._column, (margin, 0, margin, 0))
        self._column.addWidget(held)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setMinimumHeight(1)
        self._scroll.setWidget(self._inner)
        self._scroll.viewport().setAutoFillBackground(False)
        self._inner.setAutoFillBackground(False)
        self._inner.installEventFilter(self)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(self._scroll)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._inner and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self.resized.emit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Without a bar where all has room: one that has come would take width, and so be needed from then on."""
        fits = self.height() >= self.height_for(self.width())
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._scroll.setVerticalScrollBarPolicy(policy)

    def height_for(self, width: int) -> int:
        self._column.activate()
        return max(1, self._column.totalHeightForWidth(width))


class _Inner(QWidget):
    """As high as its words need at its width; Qt would ask for what they need at their narrowest."""

    def minimumSizeHint(self) -> QSize:
        return QSize(1, 1)
