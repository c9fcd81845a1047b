"""The middle of the main window: header, reading column, composer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kireji.ui.chat.before_sending import BeforeSending
from kireji.ui.chat.composer import Composer
from kireji.ui.chat.focus_frame import FocusFrame
from kireji.ui.chat.header import Header
from kireji.ui.chat.queue_row import QueueRow
from kireji.ui.chat.summary_card import SummaryCard
from kireji.ui.chat.transcript.margins import side_margin
from kireji.ui.chat.transcript.transcript import Transcript
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_SHORT_MODEL_BELOW = 560
"""Logical pixels at the usual text size; below, the title needs the room that the provider's name takes."""
_MARK_FROM = 300
"""Height of the column from which the mark is shown, in logical pixels at the usual text size."""


class ChatPane(QWidget):
    """Shows one conversation and takes the next question.

    Args:
        theme: Colours and text size.
    """

    menu_clicked = Signal()
    details_clicked = Signal()
    model_clicked = Signal()
    capture_clicked = Signal()
    settings_clicked = Signal()
    reload_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.header = Header(theme)
        self.transcript = Transcript(theme)
        FocusFrame(theme, self.transcript)
        self.before = BeforeSending()
        self.queue = QueueRow(theme)
        self.composer = Composer(theme)
        self._blank = Blank(theme)
        self._notice = Notice(theme)
        self.summary = SummaryCard()
        self.ahead = label("", "small", wrap=True)
        """What the next question brings with it, besides its price."""
        self.ahead.hide()
        self._around_blank = QScrollArea()  # in a low window with large text it has more to say than there is room
        self._stack = QStackedWidget()
        self._foot = QWidget()
        self._build()
        self.header.menu.clicked.connect(self.menu_clicked)
        self.header.details.clicked.connect(self.details_clicked)
        self.header.model.clicked.connect(self.model_clicked)
        self.composer.capture_clicked.connect(self.capture_clicked)
        self.transcript.settings_clicked.connect(self.settings_clicked)
        self._blank.capture_clicked.connect(self.capture_clicked)
        self._blank.reload_clicked.connect(self.reload_clicked)
        self.show_welcome("")

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(self.header)
        self._around_blank.setWidgetResizable(True)
        self._around_blank.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._around_blank.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._around_blank.setWidget(self._blank)
        self._stack.addWidget(self._around_blank)
        self._stack.addWidget(self.transcript)
        layout.addWidget(self._stack, 1)
        self._column = column = QVBoxLayout(self._foot)
        spread(column, (SPACE[4], SPACE[1], SPACE[4], SPACE[3] + 2), SPACE[1])
        column.addWidget(self._notice)
        column.addWidget(self.before)
        column.addWidget(self.summary)
        column.addWidget(self.queue)
        column.addWidget(self.composer)
        column.addWidget(self.ahead)
        layout.addWidget(self._foot)

    def show_conversation(self, title: str) -> None:
        """Show the messages."""
        self.header.set_title(title)
        self.composer.set_placeholder(tr("Ask a follow-up…"))
        self._stack.setCurrentWidget(self.transcript)

    def show_welcome(self, chord: str) -> None:
        """Nothing is open: say what to do.

        Args:
            chord: The capture shortcut, when it is held.
        """
        self.header.set_title(tr("New conversation"))
        self.composer.set_placeholder(tr("Ask anything, or capture a piece of the screen…"))
        self._blank.show_start(chord)
        self._stack.setCurrentWidget(self._around_blank)

    def show_loading(self, title: str) -> None:
        """A conversation is being read."""
        self.header.set_title(title)
        self._blank.show_sentence(tr("Opening the conversation…"))
        self._stack.setCurrentWidget(self._around_blank)

    def show_failure(self, sentence: str) -> None:
        """The conversation could not be read."""
        self._blank.show_failure(sentence)
        self._stack.setCurrentWidget(self._around_blank)

    def show_notice(self, sentence: str, action: str = "") -> None:
        """One sentence above the composer until it is put away.

        Args:
            sentence: What happened and what to do; empty puts it away.
            action: "settings" adds a button that opens them, "budget" one that opens the page with budgets, "anyway"
                that and one that sends all the same.
        """
        self._notice.show_sentence(sentence, action)

    def show_ahead(self, sentence: str) -> None:
        """One quiet sentence under the composer about the next question; empty puts it away."""
        if sentence != self.ahead.text():
            self.ahead.setText(sentence)
        self.ahead.setVisible(bool(sentence))

    @property
    def notice(self) -> Notice:
        """The line above the composer."""
        return self._notice

    def focusNextPrevChild(self, forwards: bool) -> bool:
        before = QApplication.focusWidget()
        moved = super().focusNextPrevChild(forwards)
        after = QApplication.focusWidget()
        if not forwards and self._in_transcript(after) and not self._in_transcript(before):
            self.transcript.enter_from_behind()  # Qt's own order inside is that in which widgets were made
        return moved

    def _in_transcript(self, widget: QWidget | None) -> bool:
        return widget is not None and (widget is self.transcript or self.transcript.isAncestorOf(widget))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.header.set_narrow(narrow=self.width() < _SHORT_MODEL_BELOW * self._theme.scale)
        side = side_margin(self.width(), self._theme.scale)
        self._column.setContentsMargins(side, SPACE[1], side, SPACE[3] + 2)


class Notice(QFrame):
    """One sentence with what can be done about it.

    Args:
        theme: Colours and text size.
    """

    settings_clicked = Signal()
    anyway_clicked = Signal()
    budget_clicked = Signal()
    said = Signal(object)
    """A sentence was shown, which screen readers shall say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "notice")
        self._theme = theme
        self._sentence = label("", "", wrap=True)
        self._settings = button(tr("Open settings"))
        self.anyway = button(tr("Send anyway"))
        self.budget = button(tr("Change budget"))
        self._close = button("", "quiet", name=tr("Put this message away"))
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[1], SPACE[1], SPACE[1]), SPACE[1])
        layout.addWidget(self._sentence, 1)
        layout.addWidget(self._settings)
        layout.addWidget(self.anyway)
        layout.addWidget(self.budget)
        layout.addWidget(self._close)
        self._settings.clicked.connect(self.settings_clicked)
        self.anyway.clicked.connect(self.anyway_clicked)
        self.budget.clicked.connect(self.budget_clicked)
        self._close.clicked.connect(self.hide)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def show_sentence(self, sentence: str, action: str = "") -> None:
        """Say it, or nothing, with the buttons of an action as `ChatPane.show_notice` takes it."""
        self._sentence.setText(sentence)
        self._settings.setVisible(action == "settings")
        self.anyway.setVisible(action == "anyway")
        self.budget.setVisible(action in ("anyway", "budget"))
        self.setVisible(bool(sentence))
        if sentence:
            self.said.emit(sentence)

    def sentence(self) -> str:
        """What it says now."""
        return self._sentence.text() if not self.isHidden() else ""

    def _dress(self) -> None:
        set_icon(self._close, self._theme, "x", self._theme.colours.muted, 14)


class Blank(QWidget):
    """Stands where no conversation is: a start, a wait or a failure.

    Args:
        theme: Colours and text size.
    """

    capture_clicked = Signal()
    reload_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "page")
        self._theme = theme
        self._wants_mark = False
        self._mark = QLabel()
        self._title = label("", "title", wrap=True)
        self._sentence = label("", "muted", wrap=True)
        self._capture = button(tr("Capture and ask"), "primary")
        self._reload = button(tr("Try again"))
        layout = QVBoxLayout(self)
        spread(layout, SPACE[4], SPACE[2])
        layout.addStretch(2)
        for widget in (self._mark, self._title, self._sentence):
            layout.addWidget(widget)
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        for action in (self._capture, self._reload):
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self._capture.clicked.connect(self.capture_clicked)
        self._reload.clicked.connect(self.reload_clicked)
        theme.changed.connect(self._dress)
        self._dress()

    def show_start(self, chord: str) -> None:
        """What to do first."""
        self._title.setText(tr("Cut out a piece of the screen and ask about it"))
        hint = tr("Use the button, or write below.")
        if chord:
            hint = tr("Press {chord} anywhere, or use the button.", chord=chord)
        self._show(hint, mark=True, capture=True)

    def show_sentence(self, sentence: str) -> None:
        """Something is on its way."""
        self._title.setText("")
        self._show(sentence)

    def show_failure(self, sentence: str) -> None:
        """Something could not be shown."""
        self._title.setText(tr("This conversation cannot be shown"))
        self._show(sentence, reload=True)

    def _show(self, sentence: str, *, mark: bool = False, capture: bool = False, reload: bool = False) -> None:
        self._sentence.setText(sentence)
        self._title.setVisible(bool(self._title.text()))
        self._wants_mark = mark
        self._fit()
        self._capture.setVisible(capture)
        self._reload.setVisible(reload)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a low window the mark gives its room to the words."""
        room = self.parentWidget() or self
        self._mark.setVisible(self._wants_mark and room.height() >= self._theme.px(_MARK_FROM))

    def _dress(self) -> None:
        from kireji.ui.icons import window_icon

        edge = self._theme.px(64)
        self._mark.setPixmap(window_icon().pixmap(edge, edge))
        set_icon(self._capture, self._theme, "crop", self._theme.colours.on_accent)
