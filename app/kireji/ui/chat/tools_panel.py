"""The panel in which a person says which tools one conversation offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from kireji.ui.panel import Panel
from kireji.ui.parts import button, label, separator, spread
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_WIDTH, _HEIGHT = 360, 460


class ToolEntry(NamedTuple):
    """A tool as it is listed.

    Args:
        name: As it is offered.
        title: As people know it.
        on: Whether the conversation offers it.
        off_because: Why that cannot be changed here; empty when it can.
    """

    name: str
    title: str
    on: bool
    off_because: str = ""


class SourceEntry(NamedTuple):
    """A source as it is listed.

    Args:
        title: As people know it.
        tools: What it has.
        problem: Why it has none; empty otherwise.
    """

    title: str
    tools: Sequence[ToolEntry]
    problem: str = ""


class ToolsPanel(Panel):
    """Sources and their tools, each with a switch.

    Args:
        theme: Text size.
    """

    switched = Signal(object)
    """Names of all tools that shall be offered from now on."""
    settings_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: dict[str, SwitchRow] = {}
        self._sources: list[tuple[SwitchRow, tuple[str, ...]]] = []
        self.setAccessibleName(tr("Tools in this conversation"))
        self._reason = label("", "warn", wrap=True)
        self._cost = label("", "small", wrap=True)
        self.settings = button(tr("Settings of tools…"), "quiet")
        self._list = QWidget()
        self._list.setProperty("kind", "page")
        self._list_layout = QVBoxLayout(self._list)
        spread(self._list_layout, (0, 0, SPACE[2], 0), SPACE[1])
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self._list)
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[3], SPACE[2], SPACE[1], SPACE[2]), SPACE[1])
        layout.addWidget(label(tr("Tools in this conversation"), "strong"))
        layout.addWidget(self._reason)
        layout.addWidget(self._area, 1)
        layout.addWidget(separator())
        layout.addWidget(self._cost)
        layout.addWidget(self.settings, 0, Qt.AlignmentFlag.AlignLeading)
        self.settings.clicked.connect(self.settings_clicked)

    def show_tools(self, sources: Sequence[SourceEntry], reason: str, *, begun: bool) -> None:
        """List what there is.

        Args:
            sources: In their order.
            reason: Why no tool can be used at all; empty otherwise.
            begun: Whether something was said in the conversation, so that a change costs something.
        """
        while (item := self._list_layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._rows, self._sources = {}, []
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        cost = tr("A change makes the next question cost more: the service reads the conversation anew.")
        self._cost.setText(cost)
        self._cost.setVisible(begun and not reason and bool(sources))
        for source in sources:
            self._add_source(source, usable=not reason)
        if not sources:
            self._list_layout.addWidget(label(tr("There are no tools yet."), "muted", wrap=True))
        self._list_layout.addStretch(1)
        self.resized.emit()

    def _add_source(self, source: SourceEntry, *, usable: bool) -> None:
        changeable = tuple(tool.name for tool in source.tools if not tool.off_because)
        head = SwitchRow(source.title, source.problem)
        head.set_bold()
        head.set_on(any(tool.on for tool in source.tools))
        head.setEnabled(usable and bool(changeable))
        head.switched.connect(self._source_switched)
        self._list_layout.addWidget(head)
        self._sources.append((head, changeable))
        for tool in source.tools:
            row = SwitchRow(tool.title, tool.off_because)
            row.set_on(tool.on)
            row.setEnabled(usable and not tool.off_because)
            row.switched.connect(self._switched)
            inset = QWidget()
            inside = QVBoxLayout(inset)
            spread(inside, 0)
            inside.addWidget(row)
            self._list_layout.addWidget(inset)
            self._rows[tool.name] = row

    def on(self) -> tuple[str, ...]:
        """Names of the tools whose switches are on."""
        return tuple(name for name, row in self._rows.items() if row.is_on())

    def row(self, name: str) -> SwitchRow:
        """The row of a tool."""
        return self._rows[name]

    def source_row(self, place: int) -> SwitchRow:
        """The row of a source."""
        return self._sources[place][0]

    def _source_switched(self, on: object) -> None:
        sender = self.sender()
        names = next((names for row, names in self._sources if row is sender), ())
        for name in names:
            self._rows[name].set_on(bool(on))
        self.switched.emit(self.on())

    def _switched(self, _on: object) -> None:
        for row, names in self._sources:
            row.set_on(any(self._rows[name].is_on() for name in names))
        self.switched.emit(self.on())

    def start(self) -> None:
        rows: Iterable[SwitchRow] = (*(row for row, _ in self._sources), *self._rows.values())
        first = next((row.switch for row in rows if row.isEnabled()), self.settings)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def wanted_size(self, room: QSize) -> QSize:
        scale = min(1.5, max(1.0, self._theme.scale))
        width = min(round(_WIDTH * scale), room.width())
        layout, inside = self.layout(), self._list_layout
        assert layout is not None
        margins = layout.contentsMargins()
        list_width = width - margins.left() - margins.right() - 2 * self.frameWidth()
        needed = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        listed = (
            inside.totalHeightForWidth(list_width) if inside.hasHeightForWidth() else inside.totalSizeHint().height()
        )
        height = needed - self._area.sizeHint().height() + listed + 4
        return QSize(width, min(height, round(_HEIGHT * scale))).boundedTo(room)


def _height_in(layout: QLayout, width: int) -> int:
    return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
