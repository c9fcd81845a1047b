"""The tool bar at the selection: the question is typed here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kireji.core.geometry import Region
from kireji.ui.chat.header import ModelChip
from kireji.ui.flow import FlowLayout
from kireji.ui.overlay.field import QuestionField
from kireji.ui.overlay.keys import press_focused_button
from kireji.ui.overlay.prompt_keys import form_of_key, prompt_number
from kireji.ui.parts import button, label, restyle, separator, set_icon
from kireji.ui.quick_prompts import QuickPrompt
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

if TYPE_CHECKING:  # made after the first paint, or when they are needed first
    from kireji.ui.overlay.hidden_line import HiddenLine
    from kireji.ui.overlay.kept_row import KeptRow
    from kireji.ui.overlay.more_menu import MoreMenu
    from kireji.ui.overlay.prompt_row import PromptRow
    from kireji.ui.prompt_form import PromptForm

DEFAULT_QUESTION = mark("Explain what is shown.")
"""Asked when Enter is pressed on an empty field; the field itself says so."""

_INVITATIONS = (
    mark("Ask about this…  (⏎ {question}  Page Up: earlier questions)"),
    mark("Ask about this…  (⏎ {question})"),
    mark("Ask about this…"),
)
_DRAWING = (
    mark("Draw with the mouse, or with arrow keys and Space  (Esc: done)"),
    mark("Draw with the mouse, or arrow keys and Space"),
    mark("Draw on the picture"),
)
_WIDTH = 420
_CHIP = 160
"""Most room for the model's name, in logical pixels at the usual text size."""
_CHIPS = 5
_SAVE_AS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def _invitations() -> tuple[str, ...]:
    question = tr(DEFAULT_QUESTION)
    return tuple(tr(each).format(question=question) for each in _INVITATIONS)


class ToolBar(QFrame):
    """A question field over quick prompts and a row of buttons.

    Args:
        theme: Size of text.
        parent: As usual in Qt.
    """

    asked = Signal(object)
    """Enter or "Ask", with what was typed."""
    prompted = Signal(object)
    """A `QuickPrompt` that shall be asked."""
    typing = Signal()
    """The person has begun to type."""
    command = Signal(object)
    """A button: "copy", "copy text", "save", "save as", "pin", "add" or "watch"."""
    form_wanted = Signal(object)
    """An `AnswerForm` in which the pictures shall be answered."""
    language_wanted = Signal(object)
    """The English name of a language into which the picture shall be translated, from now on."""
    boxes_wanted = Signal()
    """The keyboard shall go to what is hidden."""
    dropped = Signal(object)
    """The place of a kept region that shall not be asked about."""
    model_clicked = Signal()
    """Another model shall be chosen."""
    resized = Signal()
    """It needs more or less room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._named = self._narrow = False
        self._asking = True
        self._hidden: HiddenLine | None = None
        self._kept: KeptRow | None = None
        self._prompts: PromptRow | None = None
        self._form: QWidget | None = None
        self._tools: QWidget | None = None
        self._menu: MoreMenu | None = None
        self.language = ""
        """Into which is translated, by its English name; empty for the person's own."""
        self.setProperty("kind", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # A press between the buttons is no press on the frozen screen below.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(tr("Ask about the selection"))
        self.field = QuestionField(_invitations(), tr("Question"), self, over_selection=True)
        self.field.asked.connect(self._ask)
        self.field.edited.connect(self.typing)
        self.field.resized.connect(self.resized)
        self.model = ModelChip(theme, _CHIP, self)
        self.model.clicked.connect(self.model_clicked)
        self.model.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.model.hide()
        self._line = separator()
        self._note = label(wrap=True)
        self._note.hide()
        self._make_buttons()
        self._lay_out()

    def _make_buttons(self) -> None:
        self._ask_button = self._button(tr("Ask ⏎"), tr("Ask"), "primary")
        self._ask_button.clicked.connect(self._ask)
        self._copy_text = self._button(tr("Copy text"), tr("Copy the text in the picture (Ctrl+Shift+C)"))
        self._copy_text.clicked.connect(self._choose_text)
        self._save = self._button("", tr("Save the picture as a file (Ctrl+S)"), "tool")
        self._save.clicked.connect(self._choose_save)
        self._add = self._button(
            "", tr("Add a region: keep this one and choose another for the same question (Insert)"), "tool"
        )
        self._add.clicked.connect(self._choose_add)
        self._more = self._button(tr("More"), tr("More to do with the picture"))
        self._more.clicked.connect(self._open_menu)

    def _button(self, text: str, name: str, kind: str = "") -> QPushButton:
        made = button(text, kind, name=name)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        made.pressed.connect(self._keep_keys)
        return made

    def _keep_keys(self) -> None:
        """A button that was pressed with the mouse leaves them with the field, as one that Tab came to does."""
        if (window := self.window()).focusWidget() is window:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE[1], SPACE[1], SPACE[1], SPACE[1])
        layout.setSpacing(SPACE[1])
        first = QHBoxLayout()
        first.setSpacing(SPACE[1])
        first.addWidget(self.field, 1)
        first.addWidget(self.model, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(first)
        layout.addWidget(self._line)
        self._buttons = FlowLayout(SPACE[0])
        self._arrange(narrow=False)
        layout.addLayout(self._buttons)
        layout.addWidget(self._note)

    # What comes after the first paint.

    def set_prompts(self, prompts: Sequence[QuickPrompt]) -> None:
        """Offer quick prompts below the field."""
        if self._prompts is None:
            if not prompts:
                return
            from kireji.ui.overlay.prompt_row import PromptRow

            self._prompts = PromptRow(_CHIPS, parent=self)
            self._prompts.chosen.connect(self.prompted)
            self._prompts.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._prompts.setFocusProxy(self.field)
            self._layout.insertWidget(self._layout.indexOf(self._line), self._prompts)
        self._prompts.set_prompts(prompts)
        self._prompts.setVisible(self._asking and bool(prompts))
        self._order_tabs()
        self.resized.emit()

    def set_tools(self, tools: QWidget) -> None:
        """Put the tools for marks among the buttons."""
        self._tools = tools
        self._arrange(narrow=self._narrow)
        tools.setVisible(self._asking)
        self._order_tabs()
        self._theme.changed.connect(self._dress)
        self._dress()

    def set_drawing(self, *, on: bool) -> None:
        """Whether a tool is chosen: the empty field says how it is used."""
        self.field.invite([tr(each) for each in _DRAWING] if on else _invitations())

    def _arrange(self, *, narrow: bool) -> None:
        """Put the buttons in order: the tools in the middle, or below the others where one row does not hold all."""
        self._narrow = narrow
        others = (self._save, self._add, self._more)
        tools = () if self._tools is None else (self._tools,)
        while self._buttons.takeAt(0) is not None:  # the items of this layout have no place but their order
            pass
        for each in (self._ask_button, self._copy_text, *((*others, *tools) if narrow else (*tools, *others))):
            self._buttons.addWidget(each)

    def _order_tabs(self) -> None:
        """Tab goes through all of it as it is read, although parts of it are made later than others."""
        rows = (self.field, self.model, self._form, self._kept, self._prompts, self._ask_button, self._copy_text)
        behind = (self._tools, self._save, self._add, self._more, self._hidden)
        reached = [each for part in (*rows, *behind) for each in _reached(part)]
        for one, following in pairwise(reached):
            QWidget.setTabOrder(one, following)

    def _dress(self) -> None:
        """Draw the icons in the theme's colours; what draws them takes a while to load."""
        for target, name in ((self._save, "save"), (self._add, "plus")):
            set_icon(target, self._theme, name, self._theme.colours.ink)
        self.resized.emit()

    def show_hidden(self, number: int, *, looking: bool) -> None:
        """Say how much will be painted over in what is sent.

        Args:
            number: How many things.
            looking: A picture is still being looked through.
        """
        if self._hidden is None:
            if not (number or looking):
                return
            from kireji.ui.overlay.hidden_line import HiddenLine

            self._hidden = HiddenLine(self._theme, self)
            self._hidden.clicked.connect(self.boxes_wanted)
            self._layout.insertWidget(self._layout.indexOf(self._note), self._hidden)
            self._order_tabs()
        if self._hidden.show_state(number, looking=looking):
            self._hidden.setVisible(self._asking and bool(self._hidden.words))
            self.resized.emit()

    def set_kept(self, regions: Sequence[Region]) -> None:
        """Show the regions that were put aside for this question."""
        if self._kept is None:
            if not regions:
                return
            from kireji.ui.overlay.kept_row import KeptRow

            self._kept = KeptRow(self._theme, self)
            self._kept.dropped.connect(self.dropped)
            self._layout.insertWidget(1, self._kept)
        self._kept.set_regions(regions)
        self._kept.setVisible(self._asking and bool(regions))
        self._order_tabs()
        self.resized.emit()

    # Its size.

    def wanted_size(self, widest: int) -> tuple[int, int]:
        """Width and height that suit it, at most `widest` logical pixels wide."""
        buttons = self._buttons.sizeHint().width() + 2 * SPACE[1] + 2 * self.frameWidth()
        if self._narrow != (buttons + 2 > widest):
            self._arrange(narrow=not self._narrow)
        chip = 0 if self.model.isHidden() else self.model.sizeHint().width() + SPACE[1]
        asking = round(_WIDTH * min(self._theme.scale, 1.5)) + chip
        least = buttons if self.field.isHidden() else max(buttons, asking)
        width = min(least + 2, widest)
        self._layout.activate()
        return width, self._layout.totalHeightForWidth(width) + 2 * self.frameWidth()

    def sizeHint(self) -> QSize:
        return QSize(*self.wanted_size(round(_WIDTH * self._theme.scale)))

    # Its state.

    def reset(self) -> None:
        """Ready for a new selection."""
        self.field.reset()
        self.say("")
        self.show_hidden(0, looking=False)
        self.set_busy("", on=False)
        self.set_drawing(on=False)
        self.set_asking(on=True)

    def set_model(self, name: str) -> None:
        """Who answers; empty while unknown."""
        self._named = bool(name)
        self.model.set_words(name)
        self.model.setVisible(self._named and not self.field.isHidden())
        self.resized.emit()

    def announce_model(self, words: str) -> None:
        """Show these until it is known who answers; a name that is there already stays."""
        if not self._named:
            self.set_model(words)

    def set_asking(self, *, on: bool) -> None:
        """Whether the question is still to be typed here; once it is asked only the buttons remain."""
        self._asking = on
        for widget in (self.field, self._line, self._ask_button, self._add, self._tools):
            if widget is not None:
                widget.setVisible(on)
        if self._prompts is not None:
            self._prompts.setVisible(on and bool(self._prompts.prompts))
        if self._hidden is not None:
            self._hidden.setVisible(on and bool(self._hidden.words))
        if self._kept is not None:
            self._kept.setVisible(on and bool(self._kept.pictures))
        self.model.setVisible(on and self._named)
        self.resized.emit()

    def set_busy(self, command: str, *, on: bool) -> None:
        """Show that a command is being carried out.

        Args:
            command: "copy text"; others are done at once.
            on: Whether it still is.
        """
        reading = on and command == "copy text"
        self._copy_text.setEnabled(not reading)
        self._copy_text.setText(tr("Reading…") if reading else tr("Copy text"))
        self.resized.emit()

    def say(self, sentence: str, *, error: bool = False) -> None:
        """One sentence under the buttons; empty takes it away."""
        restyle(self._note, role="error" if error else "muted")
        self._note.setText(sentence)
        self._note.setVisible(bool(sentence))
        self.resized.emit()

    @property
    def hidden_sentence(self) -> str:
        """What is said of what will be painted over."""
        return "" if self._hidden is None or self._hidden.isHidden() else self._hidden.words

    @property
    def sentence(self) -> str:
        """The line under the buttons."""
        return self._note.text() if not self._note.isHidden() else ""

    # What is done.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Between the buttons: what is typed next goes to the field all the same."""
        event.accept()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if press_focused_button(self, event):
            return
        if self._asking and self._prompts is not None and self._prompts.choose(prompt_number(event)):
            return
        if self._asking and (form := form_of_key(event)) is not None:
            self.form_wanted.emit(form)
            return
        if event.key() == Qt.Key.Key_S and event.modifiers() == _SAVE_AS:
            self.command.emit("save as")
            return
        if self._asking and (event.key() == Qt.Key.Key_Insert or event.text() == "+"):
            self._choose_add()
            return
        super().keyPressEvent(event)

    def _ask(self) -> None:
        if not self.field.composing:
            self.asked.emit(self.field.text().strip())

    def set_prompt_form(self, form: PromptForm) -> None:
        """Put the form of a prompt that needs a word of the person below the field."""
        self._form = form
        self._layout.insertWidget(1, form)
        form.resized.connect(self._order_tabs)

    def _choose_text(self) -> None:
        self.command.emit("copy text")

    def _choose_save(self) -> None:
        self.command.emit("save")

    def _choose_add(self) -> None:
        self.command.emit("add")

    def _open_menu(self) -> None:
        if self._menu is None:
            from kireji.ui.overlay.more_menu import MoreMenu

            self._menu = MoreMenu(self)
            self._menu.command.connect(self.command)
            self._menu.form_wanted.connect(self.form_wanted)
            self._menu.language_wanted.connect(self.language_wanted)
        self._menu.open(self._more, self.language, forms=self._asking)


def _reached(part: QWidget | None) -> list[QWidget]:
    """What Tab stops at in a part of the bar."""
    if part is None:
        return []
    inside = [] if isinstance(part, QuestionField) else part.findChildren(QWidget)
    reached = (each for each in (part, *inside) if each.window() is part.window() or each is part)
    return [each for each in reached if each.focusPolicy() & Qt.FocusPolicy.TabFocus]
