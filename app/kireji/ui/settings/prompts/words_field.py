"""The words of a prompt, with its places in colour."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.prompts import PLACE
from kireji.ui.parts import restyle, spread, turn
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_LEAST, _MOST = 5, 16
"""Lines."""


class WordsField(QFrame):
    """Grows with what is in it, up to a bound.

    Args:
        theme: Colours.
        name: For screen readers.
        least: Lines that it shows at least.
    """

    changed = Signal()

    def __init__(self, theme: Theme, name: str, least: int = _LEAST) -> None:
        super().__init__()
        self.setProperty("kind", "editor")
        self.field = _Text(self, least)
        self.field.setAccessibleName(name)
        self._places = _Places(theme, self.field.document())
        layout = QVBoxLayout(self)
        spread(layout, SPACE[0])
        layout.addWidget(self.field)
        self.field.textChanged.connect(self.changed)
        theme.changed.connect(self._places.dress)

    def text(self) -> str:
        """What is written."""
        return self.field.toPlainText().strip()

    def show_text(self, text: str) -> None:
        """Show this."""
        if self.field.toPlainText() != text:
            self.field.setPlainText(text)

    def set_known(self, names: Collection[str]) -> None:
        """Which places are filled in; others are marked as probably wrong."""
        self._places.set_known(names)


class _Text(QPlainTextEdit):
    def __init__(self, around: QWidget, least: int) -> None:
        super().__init__()
        self._around = around
        self._least = least
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(3)
        self.textChanged.connect(self._turn)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        lines = min(max(self._least, round(self.document().size().height())), _MOST)
        return QSize(120, self.fontMetrics().lineSpacing() * lines + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def _turn(self) -> None:
        turn(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        restyle(self._around, focused=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        restyle(self._around, focused=False)


class _Places(QSyntaxHighlighter):
    """Colours what stands in double braces."""

    def __init__(self, theme: Theme, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = theme
        self._known: frozenset[str] = frozenset()
        self._filled, self._loose = QTextCharFormat(), QTextCharFormat()
        self._look()

    def set_known(self, names: Collection[str]) -> None:
        """Which places are variables."""
        if frozenset(names) != self._known:
            self._known = frozenset(names)
            self.rehighlight()

    def dress(self) -> None:
        """The theme is another."""
        self._look()
        self.rehighlight()

    def _look(self) -> None:
        colours = self._theme.colours
        self._filled.setForeground(QColor(colours.accent))
        self._filled.setFontWeight(QFont.Weight.DemiBold)
        self._loose.setForeground(QColor(colours.warn))
        self._loose.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        self._loose.setUnderlineColor(QColor(colours.warn))

    def highlightBlock(self, text: str) -> None:
        for match in PLACE.finditer(text):
            style = self._filled if match.group(1) in self._known else self._loose
            # Qt counts in UTF-16 units.
            begin = len(text[: match.start()].encode("utf-16-le")) // 2
            self.setFormat(begin, match.end() - match.start(), style)
