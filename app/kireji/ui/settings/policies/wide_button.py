"""A button whose words take as many lines as they need."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QStyle, QStyleOption

from kireji.ui.icons import pixmap
from kireji.ui.parts import label, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_ICON = 14


class WideButton(QAbstractButton):
    """Shows an icon and words.

    Args:
        theme: Colours and text size.
        words: What it says, and how screen readers call it.
        role: Of the words, in the stylesheet.
        icon: As Lucide calls it.
    """

    def __init__(self, theme: Theme, words: str, role: str, icon: str) -> None:
        super().__init__()
        self._theme = theme
        self._role, self._name = role, icon
        self.setProperty("kind", "quoted")
        self._icon = label()
        self._words = label(words, role, wrap=True)
        row = QHBoxLayout(self)
        spread(row, (SPACE[1], SPACE[0], SPACE[1], SPACE[0]), SPACE[1])
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        for each in (self._icon, self._words):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._dress)
        self._dress()

    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.minimumSize() if layout is not None else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else -1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, QPainter(self), self)

    def _dress(self) -> None:
        colours = self._theme.colours
        colour = {"error": colours.error, "warn": colours.warn, "ok": colours.ok}.get(self._role, colours.muted)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        name = {"chevron-right": "chevron-left"}.get(self._name, self._name) if mirrored else self._name
        self._icon.setPixmap(pixmap(name, colour, self._theme.px(_ICON), self.devicePixelRatioF()))

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._name = icon
        self._dress()
