"""One source of tools with its true state: the program itself, a plugin, a server."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from kireji.core.tools import SourceKind, SourceState, SourceStatus
from kireji.ui.chat.header import open_below
from kireji.ui.parts import button, label, row_of, set_icon, spread
from kireji.ui.settings.cards import Card, line, tell
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.settings.tools.asking import Asking
from kireji.ui.settings.tools.folding import FoldLine
from kireji.ui.settings.tools.steps import StepList
from kireji.ui.settings.tools.tool_rows import ToolLine, ToolRows
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.tools.words import breakable, state_chip, tools
from kireji.ui.translation import tr

LOG, COPY, OFF, ON, REMOVE = "log", "copy", "off", "on", "remove"
"""What the card's menu offers."""


class SourceCard(Card):
    """Its head is always there; its tools are built when they are first wanted.

    Args:
        theme: Colours and text size.
        status: As it stands.
    """

    opened = Signal(object)
    """The source's id: somebody wants to see its tools."""
    made_rows = Signal(object)
    """This card: it has a list of tools from now on."""
    test_clicked = Signal(object)
    """The source's id."""
    chosen = Signal(object, object)
    """The source's id, and what was chosen in its menu: LOG, COPY, OFF or ON."""
    removal_confirmed = Signal(object)
    """The source's id."""
    trust_switched = Signal(object, object)
    """The source's id, and whether it shall be trusted."""

    def __init__(self, theme: Theme, status: SourceStatus) -> None:
        title = status.title
        own = status.kind is SourceKind.BUILT_IN
        words = tr("Test") if status.kind is SourceKind.MCP else tr("Reload")
        self.test = button(words, name=f"{words}: {title}")
        self.more = button("", "quiet", name=tr("More about {name}", name=title))
        super().__init__(title, *(() if own else (row_of(self.test, self.more),)))
        self._theme = theme
        self.status = status
        self.menu: QMenu | None = None
        self.origin = label("", "small", wrap=True)
        self.steps = StepList(theme)
        self.fold = FoldLine(theme, title)
        self.body: SourceBody | None = None
        self._removal: Asking | None = None
        self.add(self.origin, self.steps, self.fold)
        self.steps.hide()
        self.test.clicked.connect(self._test)
        self.more.clicked.connect(self._open_menu)
        self.fold.toggled.connect(self._toggle)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_status(status)

    @property
    def removal(self) -> Asking:
        """Asks before it is removed; made when it is first wanted."""
        if self._removal is None:
            self._removal = Asking(
                tr("Remove {name}? The secrets that were kept for it go, too.", name=self._title),
                tr("Remove"),
            )
            self._removal.confirmed.connect(self._remove)
            self._removal.left.connect(self._stay)
            self._column.insertWidget(self._column.indexOf(self.fold), self._removal)
        return self._removal

    def show_status(self, status: SourceStatus) -> None:
        """How it stands now."""
        self.status = status
        chip = state_chip(status)
        self.set_chip(chip.words, chip.kind)
        failed = status.state is SourceState.FAILED
        self.say(breakable(status.detail), "error" if failed else "muted")
        tell(self.origin, breakable(status.origin), "small")
        self.test.setEnabled(status.state is not SourceState.OFF)
        self.fold.say(tools(status.tools) if status.tools else tr("Tools"))
        self.fold.setVisible(not (failed and not status.tools))
        if self.body is not None:
            self.body.show_trust(status.trusted)
            self.body.setVisible(self.fold.is_open and not self.fold.isHidden())

    def show_starting(self) -> None:
        """It is asked anew just now."""
        self.set_chip(tr("starting…"), "idle")

    def show_tools(self, lines: Sequence[ToolLine], sentence: str = "") -> None:
        """Its tools, once they were wanted.

        Args:
            lines: One for each.
            sentence: Why there is none.
        """
        if self.body is None:
            return
        self.body.rows.show_tools(lines)
        tell(self.body.sentence, sentence, "muted")

    @property
    def is_open(self) -> bool:
        """Whether its tools are shown."""
        return self.fold.is_open

    def open(self) -> None:
        """Show its tools."""
        self.fold.set_open(True)
        self._toggle(True)

    def _toggle(self, is_open: object) -> None:
        if is_open and self.body is None:
            self.body = SourceBody(self.status)
            self.body.trust.switched.connect(self._trust)
            self.add(self.body)
            self.made_rows.emit(self)
        if self.body is not None:
            self.body.setVisible(bool(is_open))
        if is_open:
            self.opened.emit(self.status.id)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        status = self.status
        if status.log:
            menu.addAction(tr("Open its log")).setData(LOG)
        if status.origin or status.detail:
            menu.addAction(tr("Copy what is known about it")).setData(COPY)
        off = status.state is SourceState.OFF
        menu.addAction(tr("Switch on") if off else tr("Switch off")).setData(ON if off else OFF)
        if status.kind is SourceKind.MCP:
            menu.addSeparator()
            menu.addAction(tr("Remove…")).setData(REMOVE)
        menu.triggered.connect(self._chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        self.menu = menu
        open_below(menu, self.more, at_end=True)

    def _chosen(self, action: QAction) -> None:
        if action.data() == REMOVE:
            self.removal.ask()
        else:
            self.chosen.emit(self.status.id, action.data())

    def _test(self) -> None:
        self.test_clicked.emit(self.status.id)

    def _trust(self, on: object) -> None:
        self.trust_switched.emit(self.status.id, on)

    def _remove(self) -> None:
        self.removal_confirmed.emit(self.status.id)

    def _stay(self) -> None:
        self.more.setFocus()

    def _dress(self) -> None:
        set_icon(self.more, self._theme, "ellipsis", self._theme.colours.muted)


class SourceBody(QWidget):
    """What a card shows when it is open.

    Args:
        status: Of the source.
    """

    def __init__(self, status: SourceStatus) -> None:
        super().__init__()
        self.sentence = label("", "muted", wrap=True)
        self.rows = ToolRows()
        self.trust = SwitchRow(tr("Trust what it says of itself"), _trust_words(status.kind))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for widget in (self.sentence, self.rows):
            layout.addWidget(widget)
        if status.kind is not SourceKind.BUILT_IN:
            layout.addWidget(line())
            layout.addWidget(self.trust)
        self.sentence.hide()
        self.show_trust(status.trusted)

    def show_trust(self, on: bool) -> None:
        """Whether its hints are believed."""
        self.trust.set_on(on)


def _trust_words(kind: SourceKind) -> str:
    ends = (
        tr("That ends when its command or address changes.")
        if kind is SourceKind.MCP
        else tr("That ends when its file changes.")
    )
    meaning = tr(
        "A tool that it calls read-only then counts as such: once allowed, it does not ask again where words from "
        "outside stand in the conversation."
    )
    return f"{meaning} {ends}"
