"""The panel in which a person sees and chooses what goes along with the next question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout

from kireji.ui.chat.context.lines import Shown
from kireji.ui.chat.context.tree import ContextTree
from kireji.ui.chat.context.words import short, tokens
from kireji.ui.icons import icon
from kireji.ui.inspector.context_bar import ContextBar, Part
from kireji.ui.panel import Panel
from kireji.ui.parts import button, label, separator, spread
from kireji.ui.settings.fields import NumberRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_WIDTH, _HEIGHT = 540, 560
LEAST, MOST = 1_000, 1_000_000
"""Tokens that sources may be allowed together."""


@dataclass(frozen=True, slots=True)
class Summary:
    """All that goes along in numbers.

    Args:
        tokens: Of all sources together; None while nobody has reckoned.
        room: For how many there is room.
        attached: Tokens of the attachments that go along.
        price: What the whole question costs, as words; empty for what is free or has no known price.
        left_out: What stays out and why, in one line; empty when all goes along.
        most: What sources may have at most together.
    """

    tokens: int | None = None
    room: int = 0
    attached: int = 0
    price: str = ""
    left_out: str = ""
    most: int = 0


class ContextPanel(Panel):
    """All sources and attachments with what they cost, and below them the sum.

    Args:
        theme: Colours and text size.
    """

    add_clicked = Signal(object)
    """More shall go along; the button that was pressed."""
    most_entered = Signal(object)
    """How many tokens all sources may have together."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._listed: Sequence[Shown] = ()
        self.setAccessibleName(tr("Context"))
        self.add = button(tr("Add"), "quiet", name=tr("Add files, folders, pages or conversations"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search in what goes along"))
        self.search.setAccessibleName(tr("Search in what goes along"))
        self._glass = self.search.addAction(
            icon("search", theme.colours.muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self._glass.setText(tr("Search in what goes along"))
        for mark in self.search.findChildren(QToolButton):
            mark.setAccessibleName(tr("Search in what goes along"))
        self.tree = ContextTree(theme)
        self._nothing = label("", "muted", wrap=True)
        self._bar = ContextBar(theme)
        self._sum = label("", "value", wrap=True)
        self._left_out = label("", "small", wrap=True)
        self.most = NumberRow(tr("From folders, pages and conversations at most"), tr("tokens"), LEAST, MOST)
        self._build()
        self.add.clicked.connect(self._add_clicked)
        self.search.textChanged.connect(self._searched)
        self.search.installEventFilter(self)
        self.most.entered.connect(self.most_entered)
        self.tree.expanded.connect(self._unfolded)
        self.tree.collapsed.connect(self._unfolded)
        theme.changed.connect(self._dress)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[3], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        head = QHBoxLayout()
        spread(head, 0, SPACE[1])
        head.addWidget(label(tr("Context"), "strong"))
        head.addStretch(1)
        head.addWidget(self.add)
        layout.addLayout(head)
        layout.addWidget(self.search)
        layout.addWidget(self._nothing)
        layout.addWidget(self.tree, 1)
        layout.addWidget(separator())
        layout.addWidget(self._sum)
        layout.addWidget(self._bar)
        layout.addWidget(self._left_out)
        layout.addWidget(self.most)

    def show_context(self, shown: Sequence[Shown], summary: Summary) -> None:
        """List what there is, with its sum."""
        self._listed = shown
        before = self._heights()
        self.tree.show_lines(shown)
        has_sources = any(one.source is not None for one in shown)
        self.search.setVisible(any(one.unfolds for one in shown) or bool(self.search.text()))
        self._say_nothing(shown)
        for widget in (self._bar, self.most):
            widget.setVisible(has_sources)
        self._sum.setText(_sum(summary))
        self._sum.setVisible(bool(self._sum.text()))
        self._bar.set_parts((Part(summary.tokens or 0, "accent"),), summary.room)
        self._left_out.setText(summary.left_out)
        self._left_out.setVisible(bool(summary.left_out))
        self.most.show_number(summary.most)
        if self._heights() != before:
            self.resized.emit()

    def _say_nothing(self, shown: Sequence[Shown]) -> None:
        words = ""
        if not shown:
            words = tr("Nothing goes along yet. Add files, folders, pages or earlier conversations.")
        elif self.tree.lines.searching and not self.tree.lines.rowCount():
            words = tr("Nothing is called “{words}”.", words=self.search.text().strip())
        self._nothing.setText(words)
        self._nothing.setVisible(bool(words))

    def _heights(self) -> tuple[int, bool, bool, bool]:
        return (
            self.tree.rows_height(), self._left_out.isHidden(), self.search.isHidden(), self._nothing.isHidden()
        )  # fmt: skip

    def start(self) -> None:
        self.search.clear()
        if not self.tree.currentIndex().isValid() and self.tree.lines.rowCount():
            self.tree.setCurrentIndex(self.tree.lines.index(0, 0))
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_at(self, key: tuple[str, str]) -> None:
        """Make a source or an attachment the current line, and unfold it."""
        index = self.tree.lines.find(key)
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.setExpanded(index, True)

    def wanted_size(self, room: QSize) -> QSize:
        scale = min(1.5, max(1.0, self._theme.scale))
        width = min(round(_WIDTH * scale), room.width())
        layout = self.layout()
        assert layout is not None
        around = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        height = around - self.tree.sizeHint().height() + self.tree.rows_height() + SPACE[1]
        return QSize(width, min(height, round(_HEIGHT * scale))).boundedTo(room)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
            if key == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return False

    def _searched(self, words: str) -> None:
        self.tree.search(words)
        self._say_nothing(self._listed)

    def _unfolded(self, _index: object) -> None:
        self.resized.emit()

    def _add_clicked(self) -> None:
        self.add_clicked.emit(self.add)

    def _dress(self) -> None:
        self._glass.setIcon(icon("search", self._theme.colours.muted, self._theme.px(16)))


def _sum(summary: Summary) -> str:
    parts = []
    if summary.tokens is not None:
        parts.append(tr("{taken} of {room}", taken=short(summary.tokens), room=tokens(summary.room)))
    if summary.attached:
        parts.append(tr("{tokens} attached", tokens=tokens(summary.attached)))
    if summary.price:
        parts.append(tr("the whole question {price}", price=summary.price))
    return " · ".join(parts)
