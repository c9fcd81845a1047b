"""What became of calls, and who decided that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.ui.parts import LivePair, label, restyle, spread
from kireji.ui.settings.cards import Card, Chip, line
from kireji.ui.settings.tools.folding import FoldLine
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.tools.words import breakable
from kireji.ui.translation import plural, tr

MOST = 100
_SHOWN = 5


class Entry(NamedTuple):
    """One decision, in words.

    Args:
        number: Of the decision.
        time: When.
        tool: Which, with its source.
        allowed: What was decided.
        arguments: Of the call, in one line.
        who: Who decided, and why.
    """

    number: int
    time: str
    tool: str
    allowed: bool
    arguments: str
    who: str


class LogCard(Card):
    """The newest decisions; the rest can be folded out.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(tr("What was decided"))
        self._entries: tuple[Entry, ...] | None = None
        self._rows: dict[int, EntryRow] = {}
        self._list = QWidget()
        self._inside = QVBoxLayout(self._list)
        spread(self._inside, 0, SPACE[1])
        self.more = FoldLine(theme)
        self.more.say(tr("Show the last few only"))
        self.add(self._list, self.more)
        self.more.toggled.connect(self._toggled)
        self.set_chip("", "idle")
        self.more.hide()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """The newest, newest first."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        self.say("" if entries else tr("Nothing yet. Each call of a tool is written down here before it runs."))
        self._fill()

    def rows(self) -> Sequence[EntryRow]:
        """As shown."""
        return tuple(self._rows.values())

    def _fill(self) -> None:
        entries = self._entries or ()
        shown = entries if self.more.is_open else entries[:_SHOWN]
        wanted = {entry.number for entry in shown}
        for number in [number for number in self._rows if number not in wanted]:
            row = self._rows.pop(number)
            self._inside.removeWidget(row)
            row.hide()
            row.deleteLater()
        kept, self._rows = self._rows, {}
        for place, entry in enumerate(shown):
            row = kept.get(entry.number) or EntryRow(entry)
            self._rows[entry.number] = row
            self._inside.insertWidget(place, row)
            row.show_time(entry.time)
        self._list.setVisible(bool(shown))
        self.more.setVisible(len(entries) > _SHOWN)
        words = plural(len(entries), "Show all", "Show all {n}")
        self.more.say(tr("Show the last few only") if self.more.is_open else words)

    def _toggled(self, _is_open: object) -> None:
        self._fill()


class EntryRow(QWidget):
    """One decision.

    Args:
        entry: Which.
    """

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.chip = Chip()
        self.chip.setText(tr("allowed") if entry.allowed else tr("denied"))
        restyle(self.chip, state="ok" if entry.allowed else "warn")
        self._time = label(entry.time, "small")
        self.arguments = label(breakable(entry.arguments), "small", wrap=True)
        self.who = label(entry.who, "small", wrap=True)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0] // 2)
        layout.addWidget(line())
        layout.addWidget(LivePair(LivePair(label(entry.tool, "value"), self.chip, spread_out=False), self._time))
        layout.addWidget(self.arguments)
        layout.addWidget(self.who)
        self.arguments.setVisible(bool(entry.arguments))

    def show_time(self, words: str) -> None:
        """When it was, said anew."""
        self._time.setText(words)
