"""One row, asked before all others: what the answers will look like."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.jobs.answers import Answer, Column
from kireji.ui.announcer import ScreenReader
from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.chat.words import count, dollars
from kireji.ui.jobs import results_words as words
from kireji.ui.parts import Pair, button, frame, label, spread
from kireji.ui.settings.cards import tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_HIGHEST = 260
"""Of an answer before it scrolls, in logical pixels at the usual text size."""
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class TryCard(QWidget):
    """A button, and the answer that it brought.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.button = button(tr("Try one row"))
        self.sentence = label(_usual(), "muted", wrap=True)
        self.card = frame("card")
        self.view = AnswerView(theme)
        self.fields = QWidget()
        self._column = QVBoxLayout(self.fields)
        spread(self._column, 0, SPACE[0])
        self.view.setMinimumHeight(1)
        inside = QVBoxLayout(self.card)
        spread(inside, (SPACE[3], SPACE[2], SPACE[3], SPACE[2]), SPACE[1])
        inside.addWidget(self.view)
        inside.addWidget(self.fields)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(Pair(self.sentence, self.button))
        layout.addWidget(self.card)
        self.card.hide()
        self.view.height_changed.connect(self._grew)

    def clear(self) -> None:
        """Nothing was tried."""
        self.card.hide()
        self.button.setEnabled(True)
        self.button.setText(tr("Try one row"))
        tell(self.sentence, _usual(), "muted")

    def begin(self) -> None:
        """It is being asked."""
        self.button.setEnabled(False)
        tell(self.sentence, tr("Asking one row…"), "muted")

    def fail(self, sentence: str) -> None:
        """It could not be asked."""
        self.button.setEnabled(True)
        tell(self.sentence, sentence, "error")

    def show_answer(self, answer: Answer, columns: Sequence[Column], *, more: bool) -> None:
        """Show what came.

        Args:
            answer: Of the row.
            columns: Of the answers.
            more: Whether there are rows that can be tried still.
        """
        self.button.setEnabled(more)
        self.button.setText(tr("Try another row"))
        self._forget_fields()
        data, why = answer.properties, words.why(answer)
        typed = data is not None and bool(columns)
        for column in columns if data is not None else ():
            assert data is not None
            said = words.cell_in_full(data.get(column.name), column)
            value = label(said, "value", wrap=len(said) > words.ONE_LINE)
            value.setTextInteractionFlags(_SELECTABLE)
            pair = Pair(label(column.name, "muted"), value)
            self._column.addWidget(pair)
            pair.show()
        self.fields.setVisible(typed)
        self.view.setVisible(not typed and bool(answer.text.strip()))
        self.view.set_markdown("" if typed else answer.text)
        self.card.setVisible(typed or bool(answer.text.strip()))
        if why:
            tell(self.sentence, why, "error")
            return
        cost = dollars(answer.cost)
        sentence = tr(
            "Row {number} cost {cost}, at full price. Its answer counts; it is not asked again.",
            number=count(answer.row.number),
            cost=cost,
        )
        tell(self.sentence, sentence, "muted")
        voice = ScreenReader(self.window())
        if voice.active():
            voice.say(words.short(answer.text), urgent=False)

    def _forget_fields(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()

    def _grew(self, height: object) -> None:
        assert isinstance(height, int)
        self.view.setFixedHeight(max(1, min(height, self._theme.px(_HIGHEST))))


def _usual() -> str:
    return tr("See one answer before the rest: at full price, and not asked again.")
