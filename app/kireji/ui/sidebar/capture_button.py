"""The button that begins a capture."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kireji.ui.parts import button, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_BODY, TYPE_SMALL
from kireji.ui.translation import tr


class CaptureButton(QWidget):
    """The one loud button: its name at the start, its shortcut at the end.

    Args:
        theme: Colours and text size.
    """

    clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._button = button("", "primary", name=tr("Capture and ask"))
        self._words = QLabel(self._button)
        self._words.setText(tr("Capture & ask"))
        self._chord = QLabel(self._button)
        self._mark = QLabel(self._button)
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self._button)
        inner = QHBoxLayout(self._button)
        spread(inner, (SPACE[2], 0, SPACE[2], 0), SPACE[0])
        inner.addWidget(self._mark)
        inner.addWidget(self._words)
        inner.addStretch(1)
        inner.addWidget(self._chord)
        for part in (self._words, self._chord, self._mark):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setTextFormat(Qt.TextFormat.PlainText)
        self._button.clicked.connect(self.clicked)
        theme.changed.connect(self._dress)
        self._dress()

    def set_chord(self, chord: str) -> None:
        """Show the shortcut; empty where none is held."""
        self._chord.setText(chord)
        self._button.setAccessibleDescription(chord)
        self._button.setToolTip("")
        self._fit()

    def _dress(self) -> None:
        from kireji.ui.icons import pixmap

        theme = self._theme
        colour = theme.colours.on_accent
        self._words.setStyleSheet(f"color: {colour}; font-weight: 600;")
        self._chord.setStyleSheet(f"color: {colour}; font-size: {theme.px(TYPE_SMALL)}px;")
        self._mark.setPixmap(pixmap("crop", colour, theme.px(16), self.devicePixelRatio()))
        self._button.setMinimumHeight(theme.px(TYPE_BODY) + 20)
        self._fit()

    def _fit(self) -> None:
        """In a narrow pane or large text the mark goes first, then the shortcut; the words always stay."""
        words, chord = self._words.sizeHint().width(), self._chord.sizeHint().width()
        room = self.width() - 2 * SPACE[2]
        self._chord.setVisible(words + chord + SPACE[1] <= room)
        taken = words + (chord + SPACE[1] if not self._chord.isHidden() else 0)
        self._mark.setVisible(taken + self._mark.sizeHint().width() + SPACE[1] <= room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
