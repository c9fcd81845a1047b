"""Quick prompts over the composer: a slash at the beginning of a line offers them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from kireji.core.structured.forms import AnswerForm
from kireji.ui.announcer import ScreenReader
from kireji.ui.chat.field import PromptField
from kireji.ui.parts import spread, tip
from kireji.ui.quick_prompts import QuickPrompt
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_LABEL
from kireji.ui.translation import mark, tr

_MOST_ROWS = 7
_WIDEST, _ROW = 520, 34
"""In logical pixels at the usual text size."""
_PREVIEW = 160
"""Characters of a prompt's words that may be seen beside its title."""
_FORMS = {
    AnswerForm.TABLE: mark("A table out of the picture"),
    AnswerForm.FIELDS: mark("Names and values out of the picture"),
    AnswerForm.VERDICT: mark("Judges what is written and attached"),
    AnswerForm.TRANSLATION: mark("The picture in another language"),
    AnswerForm.COMPARISON: mark("What is different between two pictures"),
}
_COMMAND = re.compile(r"/(\S*)\Z")
_INDEX = QModelIndex | QPersistentModelIndex


class Command(NamedTuple):
    """A slash with what stands behind it.

    Args:
        words: Behind the slash, up to the caret.
        start: Where the slash stands, in the document's own units.
        end: Where the caret is.
    """

    words: str
    start: int
    end: int


class PromptPopup(QFrame):
    """Lists the prompts that fit what is typed behind the slash; the keyboard stays in the field.

    A line that begins with a slash and fits no prompt is a path or whatever else the person means: then nothing is
    shown, and Enter asks as ever. So it does after Escape, until another slash is typed.

    Args:
        theme: Colours and text size.
        field: Where the slash is typed.
        anchor: What it stands above; it is as wide, if there is that much to say.
    """

    wanted = Signal()
    """A slash was typed: the prompts may have changed since they were given."""
    chosen_to_fill = Signal(object)
    """A `QuickPrompt` that is more than its words was chosen; the slash is gone."""

    def __init__(self, theme: Theme, field: PromptField, anchor: QWidget) -> None:
        super().__init__(anchor)
        self.setProperty("kind", "card")
        self.setAccessibleName(tr("Quick prompts"))
        self._theme = theme
        self._field = field
        self._anchor = anchor
        self._prompts: tuple[QuickPrompt, ...] = ()
        self._matches: tuple[QuickPrompt, ...] = ()
        self._command: Command | None = None
        self._dismissed = -1
        self._model = QStandardItemModel(self)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Row(theme, self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setAccessibleName(tr("Quick prompts"))
        layout = QVBoxLayout(self)
        spread(layout, SPACE[0], 0)
        layout.addWidget(self._list)
        self._list.clicked.connect(self._clicked)
        self._list.entered.connect(self._list.setCurrentIndex)
        field.textChanged.connect(self._look)
        field.cursorPositionChanged.connect(self._look)
        field.focus_changed.connect(self._focus_changed)
        field.set_offer(self)
        theme.changed.connect(self._place)
        self.hide()

    def set_prompts(self, prompts: Sequence[QuickPrompt]) -> None:
        """Offer these, in this order."""
        if tuple(prompts) != self._prompts:
            self._prompts = tuple(prompts)
            self._command = None
            self._look()

    def offered(self) -> tuple[str, ...]:
        """The names of what is shown; none while it is hidden."""
        return tuple(prompt.name for prompt in self._matches) if self.shown() else ()

    def chosen(self) -> str:
        """The name of the one that Enter takes; empty while it is hidden."""
        row = self._list.currentIndex().row()
        return self._matches[row].name if self.shown() and 0 <= row < len(self._matches) else ""

    def shown(self) -> bool:
        """Whether it has the keys of the field."""
        return not self.isHidden()

    def takes(self, event: QKeyEvent) -> bool:
        """Act on a key of the field."""
        if not self.shown():
            return False
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_Escape:
            self._dismissed = self._command.start if self._command is not None else -1
            self.hide()
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._take(self._list.currentIndex().row())
        elif plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._go(-1 if key == Qt.Key.Key_Up else 1)
        else:
            return False
        return True

    def _look(self) -> None:
        """The text or the caret is different: show what fits."""
        command = self._read()
        if command is None:
            self._command, self._dismissed = None, -1
            self.hide()
            return
        if command == self._command:
            return
        begun = self._command is None
        self._command = command
        if begun:
            self.wanted.emit()
        if command.start == self._dismissed:
            return
        self._matches = tuple(matching(self._prompts, command.words))
        self._fill()

    def _read(self) -> Command | None:
        """The command that the caret stands in; None where it stands in none."""
        caret = self._field.textCursor()
        if caret.hasSelection() or not self._field.hasFocus():
            return None
        found = _COMMAND.fullmatch(caret.block().text()[: caret.positionInBlock()])
        return Command(found.group(1), caret.block().position(), caret.position()) if found else None

    def _fill(self) -> None:
        self._model.clear()
        for prompt in self._matches:
            preview = " ".join(prompt.text[:_PREVIEW].split()) or _about(prompt)
            item = QStandardItem(prompt.title)
            item.setData(preview, Qt.ItemDataRole.UserRole)
            item.setData(f"{prompt.title}: {preview}", Qt.ItemDataRole.AccessibleTextRole)
            item.setToolTip(tip(prompt.text[: 8 * _PREVIEW] or preview))
            self._model.appendRow(item)
        self.setVisible(bool(self._matches))
        if self._matches:
            self._place()
            self.raise_()
            self._select(0)

    def _select(self, row: int) -> None:
        self._list.setCurrentIndex(self._model.index(row, 0))
        # The keyboard stays in the field, so that nothing else would tell which one it is.
        voice, title = ScreenReader(self._field), self._matches[row].title
        if voice.active():
            voice.say(tr("{title}, {row} of {count}", title=title, row=row + 1, count=len(self._matches)), urgent=True)

    def _go(self, step: int) -> None:
        self._select((self._list.currentIndex().row() + step) % len(self._matches))

    def _clicked(self, index: _INDEX) -> None:
        self._take(index.row())

    def _take(self, row: int) -> None:
        """Put the words of a prompt in the place of the slash and what follows it."""
        command = self._command
        if command is None or not 0 <= row < len(self._matches):
            return
        prompt = self._matches[row]
        self._dismissed = command.start
        self.hide()
        self._field.put(prompt.text if prompt.plain else "", command.start, command.end)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        if not prompt.plain:
            self.chosen_to_fill.emit(prompt)

    def _focus_changed(self, focused: object) -> None:
        if not focused:
            self._command = None
            self.hide()
        else:
            self._look()

    def _place(self) -> None:
        """Above what it belongs to, within the window, at the side where lines begin."""
        host = self._anchor.window()
        if self.parentWidget() is not host:
            visible = self.shown()
            self.setParent(host)
            host.installEventFilter(self)
            self.setVisible(visible)
        anchor = QRect(self._anchor.mapTo(host, QPoint(0, 0)), self._anchor.size())
        width = min(anchor.width(), self._theme.px(_WIDEST))
        rows = min(len(self._matches), _MOST_ROWS)
        height = min(rows * self._theme.px(_ROW) + 2 * SPACE[0] + 2, max(anchor.top() - SPACE[1], self._theme.px(_ROW)))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = anchor.right() + 1 - width if rtl else anchor.left()
        self.setGeometry(QRect(QPoint(x, anchor.top() - SPACE[0] - height), QSize(width, height)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.shown() and watched is self.parentWidget():
            self._place()
        return False


class _Row(QStyledItemDelegate):
    """Title and the beginning of the words on one line."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _INDEX) -> QSize:
        return QSize(80, self._theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _INDEX) -> None:
        area = QRect(option.rect)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        colours = self._theme.colours
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # each text as its own script wants it
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if QStyle.StateFlag(option.state) & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(area, RADIUS_CONTROL - 2, RADIUS_CONTROL - 2)
        inner = area.adjusted(SPACE[1], 0, -SPACE[1], 0)
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        at = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        font = painter.font()
        font.setPixelSize(self._theme.px(TYPE_BODY))
        font.setWeight(font.Weight.Medium)
        painter.setFont(font)
        painter.setPen(QColor(colours.ink))
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, at, title)
        taken = painter.fontMetrics().horizontalAdvance(title) + SPACE[2]
        font.setPixelSize(self._theme.px(TYPE_LABEL))
        font.setWeight(font.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(colours.muted))
        rest = inner.adjusted(0, 0, -taken, 0) if rtl else inner.adjusted(taken, 0, 0, 0)
        if rest.width() > 4 * SPACE[2]:
            words = str(index.data(Qt.ItemDataRole.UserRole))
            painter.drawText(
                rest, at, painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rest.width())
            )
        painter.restore()


def _about(prompt: QuickPrompt) -> str:
    """What a prompt without words does."""
    form = prompt.prompt.form if prompt.prompt is not None else AnswerForm.TEXT
    return tr(_FORMS[form]) if form in _FORMS else ""


def matching(prompts: Iterable[QuickPrompt], typed: str) -> list[QuickPrompt]:
    """The prompts that what is typed may mean: first where name or title begins so, then a word of it, then any part.

    Args:
        prompts: In menu order, which is kept among equals.
        typed: Behind the slash; empty fits all.
    """
    wanted = _plain(typed)
    if not wanted:
        return list(prompts)
    ranked = [(rank, prompt) for prompt in prompts if (rank := _rank(prompt, wanted)) is not None]
    return [prompt for _, prompt in sorted(ranked, key=lambda each: each[0])]


def _rank(prompt: QuickPrompt, wanted: str) -> int | None:
    names = (_plain(prompt.name), _plain(prompt.title))
    if any(name.startswith(wanted) for name in names):
        return 0
    words = [word for name in names for word in re.split(r"[\s\-]+", name)]
    if any(word.startswith(wanted) for word in words):
        return 1
    return 2 if any(wanted in name.replace(" ", "") or wanted in name for name in names) else None


def _plain(text: str) -> str:
    """Without case, width and accents, so that an é is found by an e."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(sign for sign in parts if unicodedata.category(sign) != "Mn"))
