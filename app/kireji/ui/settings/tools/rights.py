"""Permissions and denials that were given for more than one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.ui.parts import LivePair, Pair, button, label, restyle, spread
from kireji.ui.settings.cards import Card, Chip, line
from kireji.ui.tokens import SPACE
from kireji.ui.tools.words import breakable
from kireji.ui.translation import plural, tr

_SHOWN = 10


class Right(NamedTuple):
    """One of them, in words.

    Args:
        number: Of the grant.
        tool: What it is for, with its source.
        word: "allowed" or "denied", or why it no longer holds.
        kind: Of the chip: ok, warn, error or idle.
        what: Which calls.
        lasts: Since when, and until when.
    """

    number: int
    tool: str
    word: str
    kind: str
    what: str
    lasts: str


class RightsCard(Card):
    """All that were given, newest first."""

    revoked = Signal(object)
    """The number of the one that shall go."""

    def __init__(self) -> None:
        super().__init__(tr("Permissions you gave"))
        self._rights: tuple[Right, ...] | None = None
        self._rows: list[RightRow] = []
        self._all = False
        self._list = QWidget()
        self._inside = QVBoxLayout(self._list)
        spread(self._inside, 0, SPACE[1])
        self.more = button(plural(1, "Show one more", "Show {n} more"), "quiet")
        self.add(self._list, self.more)
        self.more.hide()
        self.more.clicked.connect(self._show_all)
        self.set_chip("", "idle")

    def show_rights(self, rights: Sequence[Right]) -> None:
        """What was given and not taken back."""
        if tuple(rights) == self._rights:
            return
        place = next((number for number, row in enumerate(self._rows) if row.revoke.hasFocus()), None)
        self._rights = tuple(rights)
        for row in self._rows:
            self._inside.removeWidget(row)
            row.hide()
            row.deleteLater()
        shown = self._rights if self._all else self._rights[:_SHOWN]
        self._rows = [RightRow(right) for right in shown]
        for row in self._rows:
            row.revoked.connect(self.revoked)
            self._inside.addWidget(row)
            row.show()  # a layout shows it later, and until then it takes no focus
        self.say("" if rights else tr("None. A card in the conversation asks for one when a tool is called."))
        self._list.setVisible(bool(rights))
        hidden = len(self._rights) - len(shown)
        self.more.setText(plural(hidden, "Show one more", "Show {n} more"))
        self.more.setAccessibleName(self.more.text())
        self.more.setVisible(hidden > 0)
        if place is not None and self._rows:
            self._rows[min(place, len(self._rows) - 1)].revoke.setFocus(Qt.FocusReason.OtherFocusReason)

    def rows(self) -> Sequence[RightRow]:
        """As shown."""
        return tuple(self._rows)

    def _show_all(self) -> None:
        rights, self._rights, self._all = self._rights or (), None, True
        self.show_rights(rights)
        self._rows[min(_SHOWN, len(self._rows) - 1)].revoke.setFocus()


class RightRow(QWidget):
    """One of them.

    Args:
        right: Which.
    """

    revoked = Signal(object)

    def __init__(self, right: Right) -> None:
        super().__init__()
        self.right = right
        self.chip = Chip()
        self.chip.setText(right.word)
        restyle(self.chip, state=right.kind)
        self.revoke = button(tr("Revoke"), name=tr("Revoke: {tool}, {what}", tool=right.tool, what=right.what))
        words = QWidget()
        column = QVBoxLayout(words)
        spread(column, 0, SPACE[0] // 2)
        column.addWidget(LivePair(label(right.tool, "value"), self.chip, spread_out=False))
        column.addWidget(label(breakable(right.what), "small", wrap=True))
        column.addWidget(label(right.lasts, "small", wrap=True))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(line())
        layout.addWidget(Pair(words, self.revoke))
        self.revoke.clicked.connect(self._revoked)

    def _revoked(self) -> None:
        self.revoked.emit(self.right.number)
