"""The tools of one source: what each is for, whether it is offered, and what it may do without asking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from kireji.core.tools import Tool
from kireji.ui.chat.header import open_below
from kireji.ui.parts import Pair, button, label, row_of, spread
from kireji.ui.settings.cards import line
from kireji.ui.settings.switch import Switch
from kireji.ui.tokens import SPACE
from kireji.ui.tools.words import ALLOWED, DENIED, tool_description, tool_title, word
from kireji.ui.translation import plural, tr

_SHOWN = 12
"""Tools of one source before a button shows the rest."""


class ToolLine(NamedTuple):
    """A tool as it stands.

    Args:
        tool: Which.
        on: Whether it is offered to models.
        word: What it may do: allowed, ask or denied.
        given: Whether a permission was given for it that can be taken back.
    """

    tool: Tool
    on: bool
    word: str
    given: bool = False


class ToolRows(QWidget):
    """All tools of one source, one row each."""

    switched = Signal(object, object)
    """The `Tool`, and whether it shall be offered."""
    denied = Signal(object)
    """The `Tool` that shall be denied from now on."""
    forgotten = Signal(object)
    """The `Tool` whose permissions and denials shall be taken back."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, ToolRow] = {}
        self._all = False
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[1])
        self.more = button("", "quiet")
        self._column.addWidget(self.more)
        self.more.hide()
        self.more.clicked.connect(self._show_all)

    def show_tools(self, tools: Sequence[ToolLine]) -> None:
        """What holds now; rows of tools that stay are kept, and with them the keyboard."""
        if [one.tool.name for one in tools] != list(self._rows) or any(
            self._rows[one.tool.name].tool != one.tool for one in tools
        ):
            self._build(tools)
        for one in tools:
            self._rows[one.tool.name].show_state(one)

    def row(self, name: str) -> ToolRow:
        """The row of one tool, by the name under which it is offered."""
        return self._rows[name]

    def _build(self, tools: Sequence[ToolLine]) -> None:
        for old in self._rows.values():
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows = {}
        for number, one in enumerate(tools):
            row = ToolRow(one.tool)
            row.switched.connect(self.switched)
            row.denied.connect(self.denied)
            row.forgotten.connect(self.forgotten)
            self._rows[one.tool.name] = row
            self._column.insertWidget(number, row)
            row.setVisible(self._all or number < _SHOWN)
        self.more.setText(plural(len(tools), "Show the tool", "Show all {n} tools"))
        self.more.setAccessibleName(self.more.text())
        self.more.setVisible(len(tools) > _SHOWN and not self._all)

    def _show_all(self) -> None:
        self._all = True
        rows = list(self._rows.values())
        for row in rows:
            row.show()
        rows[_SHOWN].switch.setFocus()
        self.more.hide()


class ToolRow(QWidget):
    """One tool.

    Args:
        tool: Which.
    """

    switched = Signal(object, object)
    denied = Signal(object)
    forgotten = Signal(object)

    def __init__(self, tool: Tool) -> None:
        super().__init__()
        self.tool = tool
        self._given = False
        self._word = ""
        title = tool_title(tool)
        self.title = label(title, "value", wrap=True)
        self.description = label(tool_description(tool), "small", wrap=True)
        self.description.setVisible(bool(self.description.text()))
        self.permission = button("", "chip")
        self.switch = Switch(tr("Offer {tool} to models", tool=title))
        self.menu: QMenu | None = None
        words = QWidget()
        column = QVBoxLayout(words)
        spread(column)
        column.addWidget(self.title)
        column.addWidget(self.description)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(line())
        layout.addWidget(_Line(words, row_of(self.permission, self.switch)))
        self._name = title
        self.permission.clicked.connect(self._open_menu)
        self.switch.clicked.connect(self._clicked)

    def show_state(self, state: ToolLine) -> None:
        """What holds now."""
        self._word, self._given = state.word, state.given
        self.switch.setChecked(state.on)
        self.permission.setText(f"{word(state.word)} ▾")
        self.permission.setAccessibleName(tr("{tool}: {word}. Change", tool=self._name, word=word(state.word)))
        self.permission.setVisible(state.on)
        self.permission.setToolTip(_meaning(state))

    def _open_menu(self) -> None:
        menu = QMenu(self)
        deny = menu.addAction(tr("Deny it from now on"))
        deny.setData(True)
        deny.setEnabled(self._word != DENIED)
        forget = menu.addAction(tr("Take the denial back") if self._word == DENIED else tr("Remove its permissions"))
        forget.setData(False)
        forget.setEnabled(self._given)
        menu.triggered.connect(self._chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        self.menu = menu
        open_below(menu, self.permission)

    def _chosen(self, action: QAction) -> None:
        (self.denied if action.data() else self.forgotten).emit(self.tool)

    def _clicked(self) -> None:
        self.switched.emit(self.tool, self.switch.isChecked())


class _Line(Pair):
    """What a tool is for needs some room beside its buttons; below that they go under it."""

    def least_start(self) -> int:
        return self.fontMetrics().averageCharWidth() * 24


def _meaning(state: ToolLine) -> str:
    if state.word == ALLOWED and not state.given:
        return tr("It only computes, or reads where you have allowed that; nothing is asked.")
    if state.word == ALLOWED:
        return tr("You have allowed it. Where words from outside stand in the conversation, it may ask again.")
    if state.word == DENIED:
        return tr("You have denied it; models are told so.")
    return tr("You are asked before it runs.")
