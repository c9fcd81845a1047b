"""The tools for marks, as a row of buttons in the overlay's bar."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from kireji.core.annotation import Ink, Style, Tool
from kireji.ui.overlay.annotate.drawing import colour_name
from kireji.ui.overlay.annotate.palette import Palette, swatch
from kireji.ui.overlay.annotate.sketch import Sketch
from kireji.ui.parts import button, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_ICONS = {
    Tool.ARROW: "move-up-right",
    Tool.BOX: "square",
    Tool.PEN: "pen-line",
    Tool.TEXT: "type",
    Tool.NUMBER: "hash",
    Tool.REDACT: "eye-off",
}
_NAMES = {
    Tool.ARROW: mark("Draw an arrow"),
    Tool.BOX: mark("Draw a box"),
    Tool.PEN: mark("Draw by hand"),
    Tool.TEXT: mark("Write on the picture"),
    Tool.NUMBER: mark("Set a number"),
    Tool.REDACT: mark("Black out"),
}
_ICON = 16


class Tools(QWidget):
    """One button per tool, the colour, undo and redo.

    Alt with a tool's letter chooses it wherever the keyboard is in the window, as long as the row is visible.

    Args:
        theme: Colours and size.
        parent: As usual in Qt.
    """

    chosen = Signal(object)
    """A `Tool` shall draw; None when the one in use is put away."""
    styled = Signal(object)
    """Another `Style` shall be drawn with; its unit means nothing."""
    undo_clicked = Signal()
    redo_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style = Style()
        self._sketch: Sketch | None = None
        self._palette: Palette | None = None
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)  # the one in use can be put away
        self._group.buttonClicked.connect(self._clicked)
        self._tools = {tool: self._tool_button(tool) for tool in Tool}
        self._colour = self._button(tr("Colour and width"))
        self._colour.clicked.connect(self.open_palette)
        self._undo = self._button(tr("Undo (Ctrl+Z)"), tr("Undo"))
        self._undo.clicked.connect(self.undo_clicked)
        self._redo = self._button(tr("Redo (Ctrl+Shift+Z)"), tr("Redo"))
        self._redo.clicked.connect(self.redo_clicked)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Marks"))
        layout = QHBoxLayout(self)
        spread(layout, 0, SPACE[0])
        for each in (*self._tools.values(), self._colour, self._undo, self._redo):
            layout.addWidget(each)
        self.set_undo(False, False)
        theme.changed.connect(self._dress)
        self._dress()

    def _button(self, tip: str, name: str = "") -> QPushButton:
        made = button("", "tool", name=name or tip)
        made.setToolTip(tip)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return made

    def _tool_button(self, tool: Tool) -> QPushButton:
        made = self._button(
            tr("{what} ({letter} on the picture, Alt+{letter} anywhere)", what=tr(_NAMES[tool]), letter=tool.letter),
            tr(_NAMES[tool]),
        )
        made.setCheckable(True)
        self._group.addButton(made)
        shortcut = QShortcut(QKeySequence(f"Alt+{tool.letter}"), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(made.click)
        return made

    # What it shows.

    def set_tool(self, tool: Tool | None) -> None:
        """Which tool is in use."""
        for each, made in self._tools.items():
            made.setChecked(each is tool)

    def set_style(self, style: Style) -> None:
        """What is drawn with."""
        self._style = style
        self._colour.setIcon(swatch(style.ink, self._theme.px(_ICON), self._ratio()))
        self._colour.setAccessibleDescription(
            tr("{colour}, {width} pixels wide", colour=colour_name(style.ink), width=f"{style.width:g}")
        )
        if self._palette is not None:
            self._palette.set_style(style)

    def set_undo(self, undo: bool, redo: bool) -> None:
        """Whether there is something to undo and to redo."""
        self._undo.setEnabled(undo)
        self._redo.setEnabled(redo)

    def follow(self, sketch: Sketch | None) -> None:
        """Work for a picture's sketch, with the style that was chosen here, instead of the one before."""
        if sketch is self._sketch:
            return
        if (before := self._sketch) is not None:
            self.chosen.disconnect(before.choose)
            before.chosen.disconnect(self.set_tool)
            before.styled.disconnect(self.set_style)
        self._sketch = sketch
        self.set_tool(None if sketch is None else sketch.tool)
        if sketch is not None:
            sketch.set_style(self._style.ink, self._style.width)
            self.chosen.connect(sketch.choose)
            sketch.chosen.connect(self.set_tool)
            sketch.styled.connect(self.set_style)

    # What the person does.

    def _clicked(self, clicked: QAbstractButton) -> None:
        tool = next(tool for tool, made in self._tools.items() if made is clicked)
        choice = tool if clicked.isChecked() else None
        self.set_tool(choice)
        self.chosen.emit(choice)

    def open_palette(self) -> None:
        """Show colours and widths over the window, or put them away."""
        if self._palette is None:
            self._palette = Palette(self._theme, self._style, self)
            self._palette.ink_chosen.connect(self._ink_chosen)
            self._palette.width_chosen.connect(self._width_chosen)
        self._palette.open_at(self._colour)

    def _ink_chosen(self, ink: object) -> None:
        assert isinstance(ink, Ink)
        self._choose(Style(ink, self._style.width))

    def _width_chosen(self, width: object) -> None:
        assert isinstance(width, float)
        self._choose(Style(self._style.ink, width))

    def _choose(self, style: Style) -> None:
        self.set_style(style)
        if self._sketch is not None:
            self._sketch.set_style(style.ink, style.width)
        self.styled.emit(style)

    # How it looks.

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    def _dress(self) -> None:
        ink = self._theme.colours.ink
        for tool, made in self._tools.items():
            set_icon(made, self._theme, _ICONS[tool], ink, _ICON)
        set_icon(self._undo, self._theme, "undo-2", ink, _ICON)
        set_icon(self._redo, self._theme, "redo-2", ink, _ICON)
        set_icon(self._colour, self._theme, "square", ink, _ICON)  # the size; the picture follows
        self.set_style(self._style)
