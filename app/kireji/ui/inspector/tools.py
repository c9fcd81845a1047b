"""What tools may do in the open conversation, and whose words stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.ui.chat.header import ElidedLabel
from kireji.ui.inspector.section import Row, Section
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_SHOWN = 14
"""Lines before a button shows the rest."""


class ToolsLine(NamedTuple):
    """One source, or one group of built-in tools.

    Args:
        name: What it is called.
        words: What holds for it.
    """

    name: str
    words: str


class ToolsSection(Section):
    """A line for each source; one sentence where no tool can be used.

    Args:
        name: Under which its folding is remembered.
        theme: Colours and text size.
    """

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__(name, tr("Tools"), theme)
        self._lines: tuple[ToolsLine, ...] | None = None
        self._rows_shown: list[Row] = []
        self._all = False
        self.more = button("", "quiet")
        self._more = actions(self.more)
        self.sentence = label("", "muted", wrap=True)
        self.outside = label("", "small", wrap=True)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        spread(self._column, 0, SPACE[2])
        for widget in (self.sentence, self._list, self._more, self.outside):
            self.add(widget)
        self.more.clicked.connect(self._show_all)
        self.show_outside("")
        self.show_lines(())

    def show_lines(self, lines: Sequence[ToolsLine], sentence: str = "") -> None:
        """What holds now.

        Args:
            lines: One for each source or group.
            sentence: Why there is none.
        """
        tell(self.sentence, sentence, "muted")
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self._fill(self._lines if self._all else self._lines[:_SHOWN])

    def _fill(self, lines: Sequence[ToolsLine]) -> None:
        for old in self._rows_shown:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows_shown = []
        for line in lines:
            value = ElidedLabel("value")
            value.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            value.set_words(line.words)
            value.setAccessibleName(f"{line.name}: {line.words}")
            row = Row(line.name, None, value)
            self._rows_shown.append(row)
            self._column.addWidget(row)
        self._list.setVisible(bool(lines))
        rest = len(self.lines()) - len(lines)
        self.more.setText(plural(rest, "Show one more", "Show {n} more"))
        self.more.setAccessibleName(tr("{title}: {words}", title=tr("Tools"), words=self.more.text()))
        self._more.setVisible(rest > 0)

    def _show_all(self) -> None:
        self._all = True
        self._fill(self.lines())

    def show_outside(self, places: str) -> None:
        """Whose words stand in the conversation.

        Args:
            places: "your screen and the web"; empty for nobody's but the person's and the model's.
        """
        tell(self.outside, tr("Contains text from {places}", places=places) if places else "", "small")
        meaning = tr(
            "Such text may tell the model what to do. So a tool that could send something or change something asks "
            "again here, even if you have allowed it before."
        )
        self.outside.setToolTip(meaning if places else "")
        self.outside.setAccessibleDescription(meaning if places else "")

    def lines(self) -> tuple[ToolsLine, ...]:
        """As shown."""
        return self._lines or ()
