"""The line above the reading column: title, model, and the ways to the panes at the sides."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from kireji.ui.icons import icon
from kireji.ui.parts import button, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_SMALL
from kireji.ui.translation import tr

HEADER = 52
_CHEVRON = 12


class MenuWanted(NamedTuple):
    """A menu about the open conversation that is about to be shown.

    Args:
        menu: Empty at first; everybody who can do something with the conversation adds to it.
        conversation: Its number.
    """

    menu: QMenu
    conversation: int


class Header(QFrame):
    """Title, model, branch, and the ways to the panes at the sides.

    Args:
        theme: Colours and text size.
    """

    menu_wanted = Signal(object)
    """A `MenuWanted`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._theme = theme
        self.menu = button("", "quiet", name=tr("Show the conversations"))
        self.title = ElidedLabel("lead")
        self.model = ModelChip(theme)
        self.branch = button("", "chip")
        self.more = button("", "quiet", name=tr("More about this conversation"))
        self.details = button("", "quiet", name=tr("Show or hide the details"))
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[4] - 4, 0, SPACE[2], 1), SPACE[2])
        layout.addWidget(self.menu)
        layout.addWidget(self.title, 1000)
        layout.addWidget(self.model, 1000)
        layout.addStretch(1)
        layout.addWidget(self.branch)
        ways = QHBoxLayout()
        spread(ways, 0, 0)
        ways.addWidget(self.more)
        ways.addWidget(self.details)
        layout.addLayout(ways)
        self._conversation: int | None = None
        self._branch = (1, 1)
        self._name = self._provider = ""
        self._narrow = False
        self.menu.hide()
        self.model.hide()
        self.branch.hide()
        self.more.hide()
        self.more.clicked.connect(self._open_menu)
        theme.changed.connect(self._dress)
        self._dress()

    def set_title(self, title: str) -> None:
        """What the conversation is called."""
        self.title.set_words(" ".join(title.split()))

    def set_model(self, name: str, provider: str = "") -> None:
        """Who answers next; empty hides it.

        Args:
            name: The model's.
            provider: Stands behind it where there is room.
        """
        self._name, self._provider = name, provider
        self._show_model()

    def set_conversation(self, conversation: int | None) -> None:
        """Which conversation is open; for one that does not exist yet there is nothing to do."""
        self._conversation = conversation
        self.more.setVisible(conversation is not None)
        if conversation is None:
            self.set_branch(1, 1)

    def set_branch(self, place: int, count: int) -> None:
        """Which of several branches is shown.

        Args:
            place: Counted from 1.
            count: How many there are; one hides it.
        """
        self._branch = (place, count)
        self._show_branch()

    def set_narrow(self, *, narrow: bool) -> None:
        """Whether there is room for little more than the title."""
        self._narrow = narrow
        self._show_model()
        self._show_branch()

    def _show_branch(self) -> None:
        place, count = self._branch
        short = f"{place} / {count}"
        self.branch.setText(short if self._narrow else tr("Branch {place} / {count}", place=place, count=count))
        self.branch.setAccessibleName(tr("Branch {place} of {count}. Show another", place=place, count=count))
        self.branch.setToolTip(tr("Show another branch"))
        self.branch.setVisible(count > 1)

    def _open_menu(self) -> None:
        if self._conversation is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu_wanted.emit(MenuWanted(menu, self._conversation))
        open_below(menu, self.more, at_end=True)

    def _show_model(self) -> None:
        parts = (self._name,) if self._narrow else (self._name, self._provider)
        self.model.set_words(" · ".join(part for part in parts if part))
        self.model.setVisible(bool(self._name))

    def _dress(self) -> None:
        self.setFixedHeight(max(HEADER, self._theme.px(HEADER - 16)))
        set_icon(self.menu, self._theme, "menu", self._theme.colours.muted)
        set_icon(self.more, self._theme, "ellipsis", self._theme.colours.muted)
        set_icon(self.details, self._theme, "panel-right", self._theme.colours.muted)


class ModelChip(QPushButton):
    """Says which model answers; pressing it opens the picker. Its words end in an ellipsis where room is short.

    Args:
        theme: Colours and text size.
        widest: Logical pixels at the usual text size that it never exceeds.
        parent: As usual in Qt.
    """

    def __init__(self, theme: Theme, widest: int = 300, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._widest = widest
        self._words = ""
        self.setProperty("kind", "chip")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Model"))
        self.setToolTip(tr("Choose the model"))
        theme.changed.connect(self._dress)

    def set_words(self, words: str) -> None:
        """Show these."""
        if words != self._words:
            if not self._words:
                self._dress()  # not before: what draws its mark takes a while to load
            self._words = words
            self.setAccessibleName(tr("Model: {name}. Choose another", name=words))
            self.updateGeometry()
            self._elide()

    def words(self) -> str:
        """What it says, uncut."""
        return self._words

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        wanted = ceil(QFontMetricsF(self._metrics()).horizontalAdvance(self._words)) + self._around()
        return QSize(min(wanted, round(self._widest * max(1.0, self._theme.scale))), hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 84), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _metrics(self) -> QFontMetrics:
        font = self.font()
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        return QFontMetrics(font)

    def _around(self) -> int:
        """What padding, border and the mark take."""
        return 2 * 12 + self.iconSize().width() + 4 + 6

    def _elide(self) -> None:
        # Words are measured to fractions of a pixel, and cut where one of them is missing.
        room = max(24, self.width() - self._around() + 1)
        shown = self._metrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        self.setText(shown.replace("&", "&&"))

    def _dress(self) -> None:
        edge = self._theme.px(_CHEVRON)
        self.setIcon(icon("chevron-down", self._theme.colours.muted, edge))
        self.setIconSize(QSize(edge, edge))
        # Qt puts an icon before the words; the other direction puts it behind them.
        rtl = QWidget.layoutDirection(self.parentWidget() or self) == Qt.LayoutDirection.RightToLeft
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight if rtl else Qt.LayoutDirection.RightToLeft)
        self.updateGeometry()
        self._elide()


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis when there is no room.

    Args:
        role: Of the stylesheet.
    """

    def __init__(self, role: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._words = ""

    def set_words(self, words: str) -> None:
        """Show these words."""
        self._words = words
        self.setAccessibleName(words)
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        hint.setWidth(self.fontMetrics().horizontalAdvance(self._words) + 6)
        return hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        hint.setWidth(min(40, self.sizeHint().width()))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, max(20, self.width()))
        self.setText(shown)
        self.setToolTip(self._words if shown != self._words and "<" not in self._words else "")


def open_below(menu: QMenu, anchor: QWidget, *, at_end: bool = False) -> None:
    """Show a menu under a widget.

    Args:
        menu: Filled.
        anchor: What was pressed.
        at_end: Whether the two end at the same side instead of beginning there.
    """
    rtl = anchor.layoutDirection() == Qt.LayoutDirection.RightToLeft
    corner = anchor.rect().bottomRight() if rtl != at_end else anchor.rect().bottomLeft()
    place = anchor.mapToGlobal(corner) + QPoint(0, SPACE[0])
    if rtl != at_end:
        place -= QPoint(menu.sizeHint().width(), 0)
    menu.popup(place)
