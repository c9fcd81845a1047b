"""The pane on the left: capture, the conversations, the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHideEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QShowEvent,
    QStandardItem,
    QStandardItemModel,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from kireji.core.history import ConversationSummary
from kireji.ui.chat.words import day_group, is_right_to_left, row_time
from kireji.ui.parts import button, label, restyle, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_SMALL

WIDTH = 264
_CONVERSATION = Qt.ItemDataRole.UserRole + 1
_TIME = Qt.ItemDataRole.UserRole + 2
_MINUTE = 60_000

Index = QModelIndex | QPersistentModelIndex


class Sidebar(QFrame):
    """Shows where one can go.

    Args:
        theme: Colours and text size.
    """

    capture_clicked = Signal()
    new_clicked = Signal()
    settings_clicked = Signal()
    conversation_chosen = Signal(object)
    """The number of a conversation."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "sidebar")
        self._theme = theme
        self._summaries: Sequence[ConversationSummary] = ()
        self._current: int | None = None
        self._capture = _CaptureButton(theme)
        self._new = button("New conversation", "nav")
        self._settings = button("Settings", "nav")
        self._settings.setCheckable(True)
        self._list = _ConversationList(theme)
        self._empty = label("No conversations yet. What you ask appears here.", "muted", wrap=True)
        self._minute = QTimer(self, interval=_MINUTE)
        self._build()
        self._capture.clicked.connect(self.capture_clicked)
        self._new.clicked.connect(self.new_clicked)
        self._settings.clicked.connect(self._settings_pressed)
        self._list.chosen.connect(self.conversation_chosen)
        self._minute.timeout.connect(self._fill)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2] + 1, SPACE[2]), SPACE[1])
        layout.addWidget(self._capture)
        layout.addWidget(self._new)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._empty)
        layout.addStretch(0)
        layout.addWidget(self._settings)
        self._empty.setContentsMargins(SPACE[1], SPACE[1], SPACE[1], 0)

    def _dress(self) -> None:
        set_icon(self._new, self._theme, "plus", self._theme.colours.muted)
        set_icon(self._settings, self._theme, "settings", self._theme.colours.muted)

    def set_chord(self, chord: str) -> None:
        """Show the capture shortcut on its button."""
        self._capture.set_chord(chord)

    def set_conversations(self, summaries: Sequence[ConversationSummary]) -> None:
        """List conversations, newest first."""
        self._summaries = tuple(summaries)
        self._fill()

    def set_current(self, conversation: int | None, *, settings: bool = False) -> None:
        """Mark where the person is."""
        self._current = conversation
        self._settings.setChecked(settings)
        self._list.mark(None if settings else conversation)

    def focus_list(self) -> None:
        """Put the keyboard into the list."""
        self._list.setFocus()

    def _settings_pressed(self) -> None:
        self._settings.setChecked(True)
        self.settings_clicked.emit()

    def _fill(self) -> None:
        self._list.fill(self._summaries, datetime.now().astimezone())
        self._list.setVisible(bool(self._summaries))
        self._empty.setVisible(not self._summaries)
        self._list.mark(None if self._settings.isChecked() else self._current)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()
        self._minute.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._minute.stop()


class _CaptureButton(QWidget):
    """The one loud button: its name at the start, its shortcut at the end."""

    clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._button = button("", "primary", name="Capture and ask")
        self._words = QLabel("Capture && ask", self._button)
        self._words.setText("Capture & ask")
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


class _ConversationList(QListView):
    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._model = QStandardItemModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Rows(theme, self))
        self.setAccessibleName("Conversations")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        theme.changed.connect(self._restyle)

    def fill(self, summaries: Sequence[ConversationSummary], now: datetime) -> None:
        rows = []
        group = ""
        for summary in summaries:
            updated = summary.updated.astimezone(now.tzinfo)
            if (heading := day_group(updated, now)) != group:
                group = heading
                rows.append(_heading(heading))
            rows.append(_row(summary, row_time(updated, now)))
        scrolled = self.verticalScrollBar().value()
        self._model.clear()
        self._model.invisibleRootItem().appendRows(rows)
        self.verticalScrollBar().setValue(scrolled)

    def mark(self, conversation: int | None) -> None:
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            if conversation is not None and index.data(_CONVERSATION) == conversation:
                self.setCurrentIndex(index)
                return
        self.setCurrentIndex(QModelIndex())
        self.clearSelection()

    def _choose(self, index: QModelIndex) -> None:
        conversation = index.data(_CONVERSATION)
        if conversation is not None:
            self.chosen.emit(conversation)

    def _restyle(self) -> None:
        self.scheduleDelayedItemsLayout()
        restyle(self)


def _heading(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


def _row(summary: ConversationSummary, time: str) -> QStandardItem:
    title = " ".join(summary.title.split()) or "Conversation"
    item = QStandardItem(title)
    item.setEditable(False)
    item.setData(summary.id, _CONVERSATION)
    item.setData(time, _TIME)
    item.setData(f"{title}, {time}" if time else title, Qt.ItemDataRole.AccessibleTextRole)
    return item


class _Rows(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = index.data(_CONVERSATION) is None
        height = self._theme.px(TYPE_SMALL) + (SPACE[3] + 2) if heading else self._theme.px(TYPE_BODY) + 24
        if heading and index.row():
            height += SPACE[1]
        return QSize(80, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        if index.data(_CONVERSATION) is None:
            self._paint_heading(painter, rect, str(index.data()))
        else:
            self._paint_ground(painter, rect.adjusted(0, 2, -1, -4), option.state)
            self._paint_row(painter, rect.adjusted(10, 0, -10, -2), str(index.data()), str(index.data(_TIME)))
        painter.restore()

    def _font(self, size: int) -> QFont:
        font = QFont(self._list.font())
        font.setPixelSize(self._theme.px(size))
        font.setWeight(QFont.Weight.Normal)
        return font

    def _paint_heading(self, painter: QPainter, rect: QRectF, text: str) -> None:
        painter.setFont(self._font(TYPE_SMALL))
        painter.setPen(QColor(self._theme.colours.muted))
        painter.drawText(rect.adjusted(8, 0, -8, -6), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text)

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        colours = self._theme.colours
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        if selected:
            # The bar is what the surface leaves uncovered of the same shape in the accent colour.
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(rect.adjusted(0, 0, -12, 0), RADIUS_CONTROL, RADIUS_CONTROL)
            painter.setBrush(QColor(colours.surface))
            painter.drawRoundedRect(rect.adjusted(2, 0, 0, 0), RADIUS_CONTROL, RADIUS_CONTROL)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.line))
            painter.drawRoundedRect(rect, RADIUS_CONTROL, RADIUS_CONTROL)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_row(self, painter: QPainter, rect: QRectF, title: str, time: str) -> None:
        colours = self._theme.colours
        painter.setFont(self._font(TYPE_SMALL))
        painter.setPen(QColor(colours.muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, time)
        width = painter.fontMetrics().horizontalAdvance(time)
        mirrored = self._list.layoutDirection() == Qt.LayoutDirection.RightToLeft
        taken = width + SPACE[1] if time else 0
        rect = rect.adjusted(taken if mirrored else 0, 0, 0 if mirrored else -taken, 0)
        painter.setFont(self._font(TYPE_BODY))
        painter.setPen(QColor(colours.ink))
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        option = QTextOption(side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        right_to_left = not title.isascii() and is_right_to_left(title)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight)
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(rect.width()))
        painter.drawText(rect, shown, option)
