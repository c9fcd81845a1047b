"""A document as a chip: in a question that was asked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy

from kireji.core.documents import PDF
from kireji.core.messages import DocumentPart
from kireji.ui.parts import set_icon, tip
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_WIDEST = 220
"""In logical pixels at the usual text size; longer names are cut in their middle."""


class FileChip(QPushButton):
    """Shows what a document is called and of which kind it is; pressing it shows its words.

    Args:
        theme: Colours and text size.
        part: The document.
    """

    opened = Signal(object)
    """The `DocumentPart` whose words shall be seen."""

    def __init__(self, theme: Theme, part: DocumentPart) -> None:
        super().__init__()
        self._theme = theme
        self._part = part
        self.setProperty("kind", "chip")
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        kind = tr("PDF") if part.media_type == PDF else tr("Text")
        name = part.title or tr("Document")
        self._name = name
        self.setAccessibleName(f"{name}, {kind}")
        self.setToolTip(tip(f"{name}, {kind}"))
        if part.media_type == PDF:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # there is nothing to see
        else:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.clicked.connect(self._open)
        theme.changed.connect(self._dress)
        self._dress()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(min(hint.width(), self._theme.px(_WIDEST) + 40), hint.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        words = self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, self._theme.px(_WIDEST))
        shown = words.replace("&", "&&")
        if shown != self.text():
            self.setText(shown)

    def _dress(self) -> None:
        self._elide()
        set_icon(self, self._theme, "file-text", self._theme.colours.muted, 14)

    def _open(self) -> None:
        self.opened.emit(self._part)
