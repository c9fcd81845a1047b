"""One row of a job in full: what was asked, what came back, what was hidden and what it cost."""

from __future__ import annotations

import json
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontDatabase, QImage, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from kireji.core.jobs.answers import Column, RowDetail
from kireji.core.jobs.states import RETRIED_ROWS, RowState
from kireji.core.jobs.values import Mode
from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.chat.words import count, dollars
from kireji.ui.flow import FlowLayout
from kireji.ui.jobs import results_words as words
from kireji.ui.jobs.row_asked import AskedWords
from kireji.ui.parts import Pair, button, frame, label, separator, set_icon, spread
from kireji.ui.settings.cards import Chip, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_THUMB = QSize(220, 160)
_MOST_RAW = 100_000
"""Characters of raw JSON that are shown."""
_EXACT_LINES = 12
_INSTRUCTION_LINES = 4
"""Those of a policy are long, and the same for every row."""
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class RowPage(QWidget):
    """Shows a `RowDetail`; Alt with the arrow keys goes to the next and the previous one.

    Args:
        theme: Colours and text size.
    """

    stepped = Signal(object)
    """1 for the next row, -1 for the one before."""
    closed = Signal()
    picture_chosen = Signal(object)
    """The number of a picture that shall be shown in full, from 0."""
    opened = Signal()
    """What came of the row shall be shown beside its pictures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(tr("Row in full"))
        self.title = ElidedLabel("strong")
        self.chip = Chip()
        self.open_button = button(tr("Open"), name=tr("Open what came of this row beside its pictures"))
        self.open_button.hide()
        self.back = button("", "quiet", name=tr("The row before"))
        self.forth = button("", "quiet", name=tr("The next row"))
        self.close_button = button("", "quiet", name=tr("Close this row"))
        self.sentence = label("", "muted", wrap=True)
        self.prompt = AskedWords(theme)
        self.system = AskedWords(theme, name=tr("Instructions"), lines=_INSTRUCTION_LINES)
        self.system.setProperty("role", "muted")
        self.addresses = label("", "muted", wrap=True)
        self._asked, self._between = label(tr("Asked"), "section"), separator()
        self._pictures = QWidget()
        self._picture_row = FlowLayout(SPACE[1], self._pictures)
        self.fields = QWidget()
        self._field_column = QVBoxLayout(self.fields)
        self.answer = AnswerView(theme)
        self._answer_card = frame("card")
        self.hidden = label("", "small", wrap=True)
        self.facts = label("", "small", wrap=True)
        self.raw = _Exact(theme, tr("Raw answer"))
        self.asked = _Exact(theme, tr("Raw row"))
        self.area = QScrollArea()
        self._build()
        self._connect()

    def _build(self) -> None:
        for each in (self.addresses, self.sentence, self.hidden):
            each.setTextInteractionFlags(_SELECTABLE)
        self.answer.setMinimumHeight(1)
        self.answer.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        spread(self._field_column, 0, SPACE[1])
        card = QVBoxLayout(self._answer_card)
        spread(card, SPACE[1])
        card.addWidget(self.answer)
        head = QHBoxLayout()
        spread(head, (SPACE[3], SPACE[1], SPACE[1], SPACE[1]), SPACE[1])
        head.addWidget(self.title)
        head.addWidget(self.chip)
        head.addStretch(1)
        for way in (self.open_button, self.back, self.forth, self.close_button):
            head.addWidget(way)
        inside = QWidget()
        inside.setProperty("kind", "page")
        column = QVBoxLayout(inside)
        spread(column, (SPACE[3], SPACE[2], SPACE[3], SPACE[3]), SPACE[2])
        answered = label(tr("Answer"), "section")
        parts: tuple[QWidget, ...] = (
            self._asked, self._pictures, self.addresses, self.prompt, self.system, self._between,
            answered, self.sentence, self.fields, self._answer_card, self.facts, self.hidden, self.raw, self.asked,
        )  # fmt: skip
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(tr("Row in full"))
        self.area.setWidget(inside)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addLayout(head)
        layout.addWidget(separator())
        layout.addWidget(self.area, 1)

    def _connect(self) -> None:
        self.open_button.clicked.connect(self.opened)
        self.back.clicked.connect(self._go_back)
        self.forth.clicked.connect(self._go_forth)
        self.close_button.clicked.connect(self.closed)
        self.answer.height_changed.connect(self._answer_grew)
        self._theme.changed.connect(self._dress)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            enter = QShortcut(QKeySequence(key), self.area)
            enter.setContext(Qt.ShortcutContext.WidgetShortcut)
            enter.activated.connect(self.open)
        for keys, slot in (("Alt+Up", self._go_back), ("Alt+Down", self._go_forth)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self._dress()

    def show_detail(self, detail: RowDetail, columns: Sequence[Column], mode: Mode) -> None:
        """Show a row from its beginning.

        Args:
            detail: All of it.
            columns: Of the job's answers.
            mode: Where the job runs.
        """
        answer = detail.answer
        self.title.set_words(_title(detail))
        ended = words.ended_as(answer)
        self.chip.setText(words.state(answer))
        self.chip.setAccessibleName(words.state_in_full(answer))
        self.chip.setProperty("state", _tone(ended))
        self.chip.style().unpolish(self.chip)
        self.chip.style().polish(self.chip)
        self.open_button.setVisible(answer.is_result)
        asked = bool(detail.prompt or detail.addresses or detail.system or detail.pictures)
        self._asked.setVisible(asked)
        self._between.setVisible(asked)
        self.prompt.show_words(detail.prompt)
        tell(self.addresses, "\n".join(detail.addresses), "muted")
        self.system.show_words(tr("Instructions: {words}", words=detail.system) if detail.system else "")
        tell(self.sentence, _above(detail, mode), "error" if ended in RETRIED_ROWS or answer.error else "muted")
        self._show_fields(detail, columns)
        plain = answer.properties is None or not columns
        self._answer_card.setVisible(plain and bool(answer.text.strip()))
        self.answer.set_markdown(answer.text if plain else "")
        tell(self.facts, _facts(detail), "small")
        tell(self.hidden, _hidden(detail), "small")
        self.raw.show_text(_pretty(detail.raw))
        self.asked.show_text(_pretty(detail.content))
        self.show_pictures(())
        self.area.verticalScrollBar().setValue(0)

    def _show_fields(self, detail: RowDetail, columns: Sequence[Column]) -> None:
        while (item := self._field_column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        data = detail.answer.properties
        for column in columns if data is not None else ():
            assert data is not None
            said = words.cell_in_full(data.get(column.name), column)
            value = label(said, "value", wrap=len(said) > words.ONE_LINE)
            value.setTextInteractionFlags(_SELECTABLE)
            pair = Pair(label(column.name, "muted"), value)
            self._field_column.addWidget(pair)
            pair.show()
        self.fields.setVisible(data is not None and bool(columns))

    def show_pictures(self, images: Sequence[QImage], lost: int = 0) -> None:
        """Show the row's pictures, which take a moment to decode.

        Args:
            images: Small ones, in order.
            lost: How many are no longer there.
        """
        while (item := self._picture_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, image in enumerate(images):
            thumb = _Thumb(self._theme, image, number)
            thumb.chosen.connect(self.picture_chosen)
            self._picture_row.addWidget(thumb)
            thumb.show()
        if lost:
            missing = plural(lost, "A picture is no longer there.", "{n} pictures are no longer there.")
            self._picture_row.addWidget(note := label(missing, "error"))
            note.show()
        self._pictures.setVisible(bool(images) or bool(lost))
        self._pictures.updateGeometry()

    def set_steps(self, *, back: bool, forth: bool) -> None:
        """Whether there are rows before and behind it."""
        self.back.setEnabled(back)
        self.forth.setEnabled(forth)
        self._dress()

    def open(self) -> None:
        """Show what came of the row beside its pictures, where anything did."""
        if not self.open_button.isHidden():
            self.opened.emit()

    def _answer_grew(self, height: object) -> None:
        assert isinstance(height, int)
        self.answer.setFixedHeight(max(1, height))

    def _go_back(self) -> None:
        if self.back.isEnabled():
            self.stepped.emit(-1)

    def _go_forth(self) -> None:
        if self.forth.isEnabled():
            self.stepped.emit(1)

    def _dress(self) -> None:
        for each, icon in ((self.back, "arrow-up"), (self.forth, "arrow-down"), (self.close_button, "x")):
            colours = self._theme.colours
            set_icon(each, self._theme, icon, colours.muted if each.isEnabled() else colours.line)


class _Thumb(QPushButton):
    """A picture that is shown in full when it is pressed."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, image: QImage, number: int) -> None:
        super().__init__()
        self._number = number
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("Picture {number}. Show it in full size", number=count(number + 1)))
        self.setToolTip(tr("Show it in full size"))
        room = QSize(theme.px(_THUMB.width()), theme.px(_THUMB.height()))
        size = image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio).boundedTo(image.size())
        self.setIcon(QPixmap.fromImage(image))
        self.setIconSize(size)
        self.clicked.connect(self._chosen)

    def _chosen(self) -> None:
        self.chosen.emit(self._number)


class _Exact(QWidget):
    """JSON as it is, folded until it is wanted."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self.fold = button(title, "fold")
        self.fold.setCheckable(True)
        self.field = QPlainTextEdit()
        self.field.setProperty("kind", "exact")
        self.field.setReadOnly(True)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName(title)
        self.field.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        # Qt's own asks the clipboard, whose owner may hang.
        self.field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._around = QFrame()
        self._around.setProperty("kind", "details")
        inside = QVBoxLayout(self._around)
        spread(inside, SPACE[1])
        inside.addWidget(self.field)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addWidget(self._around)
        self._around.hide()
        self.fold.toggled.connect(self._toggled)
        theme.changed.connect(self._dress)
        self._dress()

    def show_text(self, text: str) -> None:
        """What it holds; nothing hides all of it."""
        self.setVisible(bool(text))
        self.field.setPlainText(text[:_MOST_RAW])
        self._size()

    def _toggled(self, on: bool) -> None:
        self._around.setVisible(on)
        self._dress()
        self._size()

    def _size(self) -> None:
        lines = min(self.field.document().blockCount() + 1, _EXACT_LINES)
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * lines + 2 * SPACE[1])

    def _dress(self) -> None:
        closed = "chevron-left" if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else "chevron-right"
        icon = "chevron-down" if self.fold.isChecked() else closed
        set_icon(self.fold, self._theme, icon, self._theme.colours.muted, 14)


def _title(detail: RowDetail) -> str:
    row = detail.answer.row
    number = tr("Row {number}", number=count(row.number))
    return f"{number} · {row.id}" if row.id else number


def _tone(state: RowState) -> str:
    if state is RowState.SUCCEEDED:
        return "ok"
    if state in RETRIED_ROWS or state is RowState.INVALID:
        return "error"
    return "warn" if state is RowState.UNCERTAIN else "idle"


def _above(detail: RowDetail, mode: Mode) -> str:
    """What is said above the answer, or in its place."""
    answer = detail.answer
    parts = [words.why(answer, mode)]
    if answer.row.same_as is not None:
        same = tr("The same request as row {number}; it was asked once.", number=count(answer.row.same_as))
        parts.append(same)
    if answer.cached:
        parts.append(tr("The answer comes from an earlier job; it was not asked again."))
    return " ".join(part for part in parts if part)


def _facts(detail: RowDetail) -> str:
    answer = detail.answer
    usage = answer.usage
    if not usage.input_tokens and not usage.output_tokens:
        return ""
    read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    parts = [
        tr("{n} tokens read", n=count(read)),
        tr("{n} tokens written", n=count(usage.output_tokens)),
    ]
    paid = answer.cost is not None and not answer.cached and answer.row.same_as is None
    parts.append(dollars(answer.cost) if paid else tr("nothing paid for this row"))
    return " · ".join(parts)


def _hidden(detail: RowDetail) -> str:
    if not detail.hidden:
        return ""
    number = len(detail.hidden)
    heading = plural(number, "1 value was hidden before it was sent:", "{n} values were hidden before they were sent:")
    return "\n".join([heading, *(f"{name} = {value}" for name, value in detail.hidden.items())])


def _pretty(text: str) -> str:
    """JSON with its parts on lines of their own; what is none stays as it is."""
    if len(text) > _MOST_RAW:
        return text[:_MOST_RAW]
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
