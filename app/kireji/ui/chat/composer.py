"""Where the person writes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.prompts import Prompt
from kireji.ui.chat.attachment_row import AttachmentRow
from kireji.ui.chat.context.lines import Shown
from kireji.ui.chat.draft import Draft
from kireji.ui.chat.editing_bar import EditingBar
from kireji.ui.chat.field import PromptField
from kireji.ui.chat.prompt_popup import PromptPopup
from kireji.ui.chat.quote import Quote
from kireji.ui.parts import button, restyle, set_icon, spread
from kireji.ui.prompt_form import PromptForm
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class Composer(QFrame):
    """A card with a field that grows, what goes along, ways to add to it, and the buttons that send, queue or stop.

    Args:
        theme: Colours and text size.
    """

    sent = Signal(object)
    """What was written, without white space around it; field and attachments stay until they are taken away."""
    queued = Signal(object)
    """The same while an answer streams: to be asked after it."""
    stop_clicked = Signal()
    capture_clicked = Signal()
    tools_clicked = Signal()
    """It shall be said which tools are offered."""
    attach_clicked = Signal()
    paste_wanted = Signal()
    selection_wanted = Signal()
    """The selected text of other programs shall go to the caret."""
    prompts_wanted = Signal()
    """Quick prompts are about to be offered."""
    editing_cancelled = Signal()
    """The earlier question shall stay as it was."""
    edited = Signal()
    """What stands in the field is different."""
    drafted = Signal()
    """What goes along may be different."""
    price_clicked = Signal()
    """What was spent shall be shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "composer")
        self._theme = theme
        self._running = self._leaving = False
        self._full = False
        self._priced = False
        self._stops: tuple[QWidget, ...] = ()
        self._editing = EditingBar(theme)
        self.attachments = AttachmentRow(theme)
        self.quote = Quote(theme)
        self.prompt_form = PromptForm(theme, ask=False)
        self._field = PromptField(theme)
        self.prompts = PromptPopup(theme, self._field, self)
        self.attach = button("", "chip", name=tr("Add files, folders, pages or conversations"))
        self._capture = button(tr("Capture"), "chip", name=tr("Capture"))
        self.tools = button(tr("Tools"), "chip", name=tr("Tools"))
        self.forms = button("", "chip", name=tr("Ask for a table, fields, a verdict and the like"))
        self._offered: int | None = None
        self.price = button("", "chip", name=tr("What the next question costs"))
        self.price.hide()
        self._queue = button(tr("Queue"))
        self._queue.setToolTip(tr("Ask this when the answer is complete"))
        self._go = button(tr("Send"), "primary")
        self._build()
        self._connect()
        theme.changed.connect(self._dress)
        self.setFocusProxy(self._field)
        self._refresh()
        self._dress()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        for widget in (self._editing, self.quote, self.prompt_form, self._field, self.attachments):
            layout.addWidget(widget)
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addWidget(self.attach)
        row.addWidget(self._capture)
        row.addWidget(self.tools)
        row.addWidget(self.forms)
        row.addStretch(1)
        row.addWidget(self.price)
        row.addWidget(self._queue)
        row.addWidget(self._go)
        layout.addLayout(row)

    def _connect(self) -> None:
        field = self._field
        field.submitted.connect(self._submit)
        field.escaped.connect(self.stop)
        field.focus_changed.connect(self._focus_changed)
        field.textChanged.connect(self._refresh)
        field.textChanged.connect(self.edited)
        field.paste_wanted.connect(self.paste_wanted)
        field.selection_wanted.connect(self.selection_wanted)
        self.prompts.wanted.connect(self.prompts_wanted)
        self.prompt_form.confirmed.connect(self._submit)
        self.prompt_form.left.connect(self._leave_prompt)
        self._editing.cancelled.connect(self.editing_cancelled)
        self.attach.clicked.connect(self.attach_clicked)
        self._capture.clicked.connect(self.capture_clicked)
        self.tools.clicked.connect(self.tools_clicked)
        self.price.clicked.connect(self.price_clicked)
        self._queue.clicked.connect(self._submit)
        self._go.clicked.connect(self._pressed)

    @property
    def field(self) -> PromptField:
        """Where the words are written."""
        return self._field

    def text(self) -> str:
        """What stands in the field."""
        return self._field.toPlainText()

    def show_draft(self, draft: Draft) -> None:
        """Put a draft into the field and around it."""
        self._field.write(draft.text)
        self.quote.show_text(draft.quote)
        self.attachments.show_attachments(draft.attachments)
        self._order()
        self._full = bool(draft.attachments or draft.quote or draft.sources)
        self._refresh()
        self.drafted.emit()

    def show_prompt(self, prompt: Prompt | None, values: Mapping[str, str]) -> None:
        """Let the person complete a prompt that is asked with the next press of Enter; None takes it away.

        Args:
            prompt: Which.
            values: What stands in its fields at first.
        """
        self.prompt_form.open(prompt, values)
        self._refresh()
        if prompt is not None and self.prompt_form.fields:
            self.prompt_form.take_keyboard()
        else:
            self._field.setFocus()

    def show_sources(self, sources: Sequence[Shown]) -> None:
        """Show what is known of the sources that go along."""
        self.attachments.show_sources(sources)
        self._order()

    def _order(self) -> None:
        """Tab goes from the words to what goes along: what came last would else be last in the whole window."""
        stops = self.attachments.tab_stops()
        if stops != self._stops:
            self._stops = stops
            for earlier, later in itertools.pairwise((self._field, *stops, self.attach)):
                QWidget.setTabOrder(earlier, later)

    def set_text(self, text: str) -> None:
        """Put words into the field."""
        self._field.write(text)

    def insert(self, text: str) -> None:
        """Put words at the caret."""
        self._field.insert(text)

    def set_placeholder(self, text: str) -> None:
        """Say what may be written; what else can be done here is added where there is room.

        Args:
            text: A short sentence that ends in an ellipsis.
        """
        hints = (tr("(/ for prompts, drop files or images)"), tr("(/ for prompts)"))
        self._field.invite((*(f"{text} {hint}" for hint in hints), text))

    def show_editing(self, on: bool) -> None:
        """Say that what is written takes the place of an earlier question, or no longer."""
        self._editing.setVisible(on)
        self._field.keep_escape = on
        self._refresh()

    @property
    def editing(self) -> bool:
        """Whether it says so."""
        return not self._editing.isHidden()

    def show_tools(self, offered: int, reason: str) -> None:
        """How many tools the next question offers.

        Args:
            offered: None of them makes the chip fade.
            reason: Why there can be none; empty otherwise.
        """
        self._offered = offered
        restyle(self.tools, state="" if offered else "off")
        self.tools.setAccessibleName(tr("Tools: {count} offered. Choose them", count=offered))
        self.tools.setAccessibleDescription(reason)
        self.tools.setToolTip(reason or tr("Choose the tools that are offered"))
        self._spread()

    def show_price(self, words: str, told: str) -> None:
        """What the next question costs.

        Args:
            words: A few letters; empty hides it.
            told: The same at length.
        """
        self._priced = bool(words)
        if words != self.price.text() or told != self.price.toolTip():
            self.price.setText(words)
            self.price.setToolTip(told)
            self.price.setAccessibleName(told or tr("What the next question costs"))
        if self.price.isHidden() == self._priced:
            self._spread()

    def set_running(self, running: bool, *, leaving: bool = False) -> None:
        """Whether an answer streams: it can be stopped then, and what is written waits for its end.

        Args:
            running: It streams, or its question is on its way out.
            leaving: What is written is that question; it has not left yet.
        """
        self._running, self._leaving = running, leaving
        self._refresh()

    def stop(self) -> None:
        """Escape was pressed somewhere: leave an earlier question alone, or stop the answer that streams."""
        if self.prompt_form.prompt is not None:
            self._leave_prompt()
        elif self.editing and not self._leaving:
            self.editing_cancelled.emit()
        elif self._running:
            self.stop_clicked.emit()

    def _leave_prompt(self) -> None:
        self.show_prompt(None, {})

    def _submit(self) -> None:
        text = self._field.toPlainText().strip()
        prompted = self.prompt_form.prompt is not None
        if prompted and self._running:
            return  # what it is about may be another text by then; it is asked when the answer is complete
        if text or self._full or prompted:
            (self.queued if self._running else self.sent).emit(text)

    def _pressed(self) -> None:
        if self._running:
            self.stop_clicked.emit()
        else:
            self._submit()

    def _refresh(self) -> None:
        name = self._go_word()
        renamed = self._go.accessibleName() != name
        if renamed:
            self._go.setAccessibleName(name)
        prompted = self.prompt_form.prompt is not None
        written = self._full or prompted or bool(self._field.toPlainText().strip())
        before = (self._go.isEnabled(), self._queue.isHidden())
        self._go.setEnabled(self._running or written)
        self._queue.setVisible(self._running and not self._leaving)
        self._queue.setEnabled(written and not prompted)
        if before != (self._go.isEnabled(), self._queue.isHidden()) or renamed:
            self._spread()

    def _go_word(self) -> str:
        return tr("Stop") if self._running else tr("Send")

    def _spread(self) -> None:
        """Where the buttons do not fit beside each other, those that their icons explain do without their words."""
        self.price.setVisible(self._priced)
        every = (self.attach, self._capture, self.tools, self.forms, self.price, self._queue, self._go)
        shown = [each for each in every if not each.isHidden()]
        self._capture.setText(tr("Capture"))
        count = "" if self._offered is None else str(self._offered)
        self.tools.setText(tr("Tools {count}", count=count).strip())
        self._queue.setText(tr("Queue"))
        self._go.setText(self._go_word())
        self._dress()
        margins = self.layout().contentsMargins()  # type: ignore[union-attr]
        room = self.width() - margins.left() - margins.right() - 2 * self.frameWidth()
        words = ((self._capture, ""), (self.tools, count), (self.price, None), (self._queue, ""), (self._go, ""))
        for each, short in words:
            needed = sum(one.sizeHint().width() + SPACE[1] for one in shown) - SPACE[1]
            if not needed > room > 0 or each not in shown:
                continue
            if short is None:  # the price stands in the details, too
                each.hide()
                shown.remove(each)
                continue
            each.setText(short)
            self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._spread()

    def _dress(self) -> None:
        colours = self._theme.colours
        set_icon(self.attach, self._theme, "plus", colours.muted, 16)
        set_icon(self.forms, self._theme, "table-2", colours.muted, 16)
        self._dress_tools()
        set_icon(self._capture, self._theme, "crop", colours.muted, 13 if self._capture.text() else 16)
        if self._queue.text():
            self._queue.setIcon(QIcon())
        else:
            set_icon(
                self._queue, self._theme, "arrow-up", colours.ink if self._queue.isEnabled() else colours.muted, 14
            )
        colour = colours.on_accent if self._go.isEnabled() else colours.muted
        name = "square" if self._running else "arrow-up"
        set_icon(self._go, self._theme, name, colour, 12 if self._running else 14, solid=self._running)

    def _dress_tools(self) -> None:
        """The icon stands only where the word does not: the chip is narrow."""
        if any(letter.isalpha() for letter in self.tools.text()):
            self.tools.setIcon(QIcon())
        else:
            set_icon(self.tools, self._theme, "wrench", self._theme.colours.muted, 13)

    def _focus_changed(self, focused: object) -> None:
        restyle(self, focused="true" if focused else "false")
