"""The panel in which an earlier conversation is searched and chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
)

from kireji.core.history import ConversationSummary
from kireji.ui.chat.context.tree_model import Index
from kireji.ui.chat.words import row_time
from kireji.ui.icons import icon
from kireji.ui.panel import Panel
from kireji.ui.parts import label, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_LABEL, TYPE_SMALL
from kireji.ui.translation import tr

_WIDTH, _HEIGHT = 420, 420
_LEAST_ROWS = 4
_PAUSE = 120
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
_SUMMARY = Qt.ItemDataRole.UserRole + 1
_TIME = Qt.ItemDataRole.UserRole + 2


class ConversationPanel(Panel):
    """A search field and the conversations; the keyboard stays in the field, arrows move, Enter takes.

    Args:
        theme: Colours and text size.
    """

    searched = Signal(object)
    """The words; empty for the newest conversations."""
    chosen = Signal(object)
    """A `ConversationSummary`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(tr("Earlier conversation"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search everything…"))
        self.search.setAccessibleName(tr("Search earlier conversations"))
        self._glass = self.search.addAction(
            icon("search", theme.colours.muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self._glass.setText(tr("Search earlier conversations"))
        for mark in self.search.findChildren(QToolButton):
            mark.setAccessibleName(tr("Search earlier conversations"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Earlier conversations"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field has the keyboard and moves the mark
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Rows(theme, self.list))
        self._nothing = label("", "muted", wrap=True)
        self._said = ""
        self._take_first = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._say)
        layout = QVBoxLayout(self)
        spread(layout, SPACE[2], SPACE[1])
        layout.addWidget(label(tr("Earlier conversation"), "strong"))
        layout.addWidget(self.search)
        layout.addWidget(self._nothing)
        layout.addWidget(self.list, 1)
        self._nothing.hide()
        self.search.textChanged.connect(self._typed)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(self._take)

    def show_found(self, summaries: Sequence[ConversationSummary], now: datetime) -> None:
        """List these.

        Args:
            summaries: In their order.
            now: In the person's own zone.
        """
        self.list.clear()
        for summary in summaries:
            item = QListWidgetItem(summary.title)
            time = row_time(summary.updated.astimezone(now.tzinfo), now)
            item.setData(_SUMMARY, summary)
            item.setData(_TIME, time)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tr(", ").join(filter(None, (summary.title, time))))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        words = self.search.text().strip()
        none = tr("Nothing was found for “{words}”.", words=words) if words else tr("There are no others yet.")
        self._nothing.setText("" if summaries else none)
        self._nothing.setVisible(not summaries)
        self.list.setVisible(bool(summaries))
        self.resized.emit()
        if self._take_first and summaries:
            self._take_first = False
            self._take(self.list.item(0))

    def start(self) -> None:
        self.search.clear()
        self._said, self._take_first = "", False
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def wanted_size(self, room: QSize) -> QSize:
        scale = min(1.5, max(1.0, self._theme.scale))
        width = min(round(_WIDTH * scale), room.width())
        layout = self.layout()
        assert layout is not None
        rows = max(_LEAST_ROWS, self.list.count()) * self.list.sizeHintForRow(0) if self.list.count() else 0
        around = layout.totalSizeHint().height() - (self.list.sizeHint().height() if self.list.count() else 0)
        return QSize(width, min(around + rows + SPACE[1], round(_HEIGHT * scale))).boundedTo(room)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _ENTER:
                self._take_first = self._pause.isActive()  # what was typed last is searched for first
                self._say()
                if not self._take_first and self.list.currentRow() >= 0:
                    self._take(self.list.currentItem())
                return True
            if key in _MOVES:
                step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}[key]
                row = min(max(0, self.list.currentRow() + step), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
        return False

    def _typed(self, _text: str) -> None:
        self._pause.start()

    def _say(self) -> None:
        self._pause.stop()
        if (words := " ".join(self.search.text().split())) != self._said:
            self._said = words
            self.searched.emit(words)

    def _take(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_SUMMARY))


class _Rows(QStyledItemDelegate):
    """Draws a title and when something was last said under it."""

    def __init__(self, theme: Theme, view: QListWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(80, self._theme.px(TYPE_BODY) + 18)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, rect, state = self._theme.colours, QRect(option.rect), QStyle.StateFlag(option.state)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(QRectF(rect).adjusted(0, 1, 0, -1), RADIUS_CONTROL - 2, RADIUS_CONTROL - 2)
        inside = rect.adjusted(SPACE[1], 0, -SPACE[1], 0)
        time = str(index.data(_TIME) or "")
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        painter.drawText(inside, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter, time)
        taken = QFontMetrics(font).horizontalAdvance(time) + (SPACE[2] if time else 0)
        font.setPixelSize(self._theme.px(TYPE_LABEL))
        painter.setFont(font)
        painter.setPen(QColor(colours.ink))
        room = inside.adjusted(0, 0, -taken, 0)
        room = QStyle.visualRect(self._view.layoutDirection(), inside, room)
        title = QFontMetrics(font).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, title)
        painter.restore()
