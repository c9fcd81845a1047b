"""A list of texts that a person writes: words, rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.ui.parts import button, label, set_icon, spread, tip
from kireji.ui.settings.cards import tell
from kireji.ui.settings.fields import LineField
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

NEW = -1
"""The place of a text that is not in the list yet."""
Wrong: TypeAlias = Mapping[str, str]
"""Texts that stand there and cannot hold, each with the sentence that says why."""
_SHOWN = 12
_MORE = 100


class TextList(QWidget):
    """One field for each text, and one more for the next.

    Enter or leaving a field keeps what is in it, Escape puts back what was there, an empty one removes it. What is
    typed stays in its field until somebody says what becomes of it: `accept` or `refuse`.

    Args:
        theme: Colours and text size.
        title: What the texts are.
        explanation: What becomes of them, and how they are written.
        placeholder: An example.
    """

    wanted = Signal(object, object)
    """All texts as the person wants them, a tuple, and the place of the one that is new in it; `NEW` is at its end."""

    def __init__(self, theme: Theme, title: str, explanation: str, placeholder: str) -> None:
        super().__init__()
        self._theme = theme
        self._title = title
        self._texts: tuple[str, ...] = ()
        self._wrong: dict[str, str] = {}
        self._most = _SHOWN
        self._rows: list[TextRow] = []
        self._column = QVBoxLayout()
        spread(self._column, 0, SPACE[0])
        self.more = button("", "quiet", name=tr("{title}: show more or fewer", title=title))
        self.field = _Field(tr("{title}: another one", title=title), placeholder)
        self.add = button(tr("Add"), name=tr("{title}: add", title=title))
        self.problem = label("", "error", wrap=True)
        self.note = label("", "warn", wrap=True)
        self._build(explanation)
        self.more.clicked.connect(self._show_more)
        self.add.clicked.connect(self._add)
        self.field.returnPressed.connect(self._add)
        self.field.textEdited.connect(self._typed)

    def _build(self, explanation: str) -> None:
        last = QHBoxLayout()
        spread(last, 0, SPACE[1])
        last.addWidget(self.field, 1)
        last.addWidget(self.add)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        words = QVBoxLayout()
        spread(words)
        words.addWidget(label(self._title, "value", wrap=True))
        words.addWidget(label(explanation, "small", wrap=True))
        layout.addLayout(words)
        layout.addLayout(self._column)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        layout.addLayout(last)
        layout.addWidget(self.problem)
        layout.addWidget(self.note)
        for each in (self.more, self.problem, self.note):
            each.hide()

    @property
    def rows(self) -> Sequence[TextRow]:
        """As shown."""
        return tuple(self._rows)

    def show_texts(self, texts: Sequence[str], wrong: Wrong | None = None) -> None:
        """What holds now, below what is to be corrected; what is being typed stays.

        Args:
            texts: They hold.
            wrong: They do not.
        """
        self._wrong = dict(wrong or {})
        self._texts = (*self._wrong, *texts)
        shown = self._texts[: self._most]
        while len(self._rows) > len(shown):
            self._drop()
        for place, text in enumerate(shown):
            if place == len(self._rows):
                self._append()
            self._rows[place].show_text(text, self._wrong.get(text, ""))
        hidden = len(self._texts) - len(shown)
        self.more.setText(plural(hidden, "Show one more", "Show {n} more"))
        self.more.setAccessibleName(self.more.text())
        self.more.setVisible(hidden > 0)

    def accept(self, place: int) -> None:
        """What was typed at a place holds."""
        if place == NEW:
            self.field.clear()
            tell(self.problem, "", "error")
        elif place < len(self._rows):
            self._rows[place].accept()

    def refuse(self, place: int, sentence: str) -> None:
        """What was typed at a place does not hold; it stays there to be corrected."""
        if place == NEW or place >= len(self._rows):
            tell(self.problem, sentence, "error")
        else:
            self._rows[place].refuse(sentence)

    def remark(self, sentence: str) -> None:
        """What the person should know of the texts that hold; empty for nothing."""
        tell(self.note, sentence, "warn")

    def _append(self) -> None:
        row = TextRow(self._theme, f"{self._title} {len(self._rows) + 1}")
        row.entered.connect(self._entered)
        row.removed.connect(self._removed)
        self._rows.append(row)
        self._column.addWidget(row)
        row.show()  # a layout shows it later, and until then it takes no focus

    def _drop(self) -> None:
        row = self._rows.pop()
        if row.has_keyboard():
            (self._rows[-1].remove if self._rows else self.field).setFocus(Qt.FocusReason.OtherFocusReason)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _show_more(self) -> None:
        first = len(self._rows)
        self._most += _MORE
        self.show_texts(self._texts[len(self._wrong) :], self._wrong)
        self._rows[first].field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self) -> None:
        tell(self.problem, "", "error")

    def _add(self) -> None:
        text = self.field.text().strip()
        if text in self._texts:
            self.refuse(NEW, tr("That is in the list already."))
        elif text:
            self.wanted.emit((*self._texts, text), NEW)

    def _entered(self, row: object) -> None:
        assert isinstance(row, TextRow)
        place, text = self._rows.index(row), row.field.text().strip()
        if not text:
            self._removed(row)
        elif text in self._texts[:place] + self._texts[place + 1 :]:
            row.refuse(tr("That is in the list already."))
        else:
            self.wanted.emit((*self._texts[:place], text, *self._texts[place + 1 :]), place)

    def _removed(self, row: object) -> None:
        assert isinstance(row, TextRow)
        place = self._rows.index(row)
        row.accept()
        self.wanted.emit(self._texts[:place] + self._texts[place + 1 :], place)


class TextRow(QWidget):
    """One text.

    Args:
        theme: Colours and text size.
        name: For screen readers.
    """

    entered = Signal(object)
    """This row: its text was changed."""
    removed = Signal(object)
    """This row."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._text = self._sentence = ""
        self.field = _Field(name)
        self.remove = button("", "quiet")
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        line = QHBoxLayout()
        spread(line, 0, SPACE[1])
        line.addWidget(self.field, 1)
        line.addWidget(self.remove)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addLayout(line)
        layout.addWidget(self.problem)
        self.field.editingFinished.connect(self._finished)
        self.field.left.connect(self._put_back)
        self.field.textEdited.connect(self._typed)
        self.remove.clicked.connect(self._removed)
        theme.changed.connect(self._dress)
        self._dress()

    def has_keyboard(self) -> bool:
        """Whether the keyboard is in it, as soon as its window has it."""
        return self.window().focusWidget() in (self.field, self.remove)

    def show_text(self, text: str, sentence: str = "") -> None:
        """What stands there now, and why it cannot hold; what is being typed stays."""
        changed, self._text, self._sentence = text != self._text, text, sentence
        name = tr("Remove {what}", what=text)
        self.remove.setAccessibleName(name)
        self.remove.setToolTip(tip(name))
        if self.field.isModified() and not changed:
            return
        self._put_back()

    def accept(self) -> None:
        """What was typed holds."""
        self.field.setModified(False)
        tell(self.problem, "", "error")

    def refuse(self, sentence: str) -> None:
        """It does not; it stays there to be corrected."""
        self.field.setModified(True)
        tell(self.problem, sentence, "error")

    def _put_back(self) -> None:
        self.field.setText(self._text)
        self.field.setCursorPosition(0)
        self.accept()
        tell(self.problem, self._sentence, "error")

    def _typed(self) -> None:
        tell(self.problem, "", "error")

    def _finished(self) -> None:
        if not self.field.isModified():
            return
        if self.field.text().strip() == self._text:
            self._put_back()
        else:
            self.entered.emit(self)

    def _removed(self) -> None:
        self.removed.emit(self)

    def _dress(self) -> None:
        set_icon(self.remove, self._theme, "x", self._theme.colours.muted)


class _Field(LineField):
    """A line that Escape puts back as it was."""

    left = Signal()
    """Escape was pressed while something was changed."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.left.emit()
            return
        super().keyPressEvent(event)
