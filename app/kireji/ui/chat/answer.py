"""One answer as it stands in the reading column."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.errors import KirejiError
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState
from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.endings import PATIENCE_MILLISECONDS, Waiting, details_of, ending_of, waiting_for, wants_settings
from kireji.ui.chat.failure_details import FailureDetails
from kireji.ui.chat.words import provider_name
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, restyle, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_BODY

_COPIED_MILLISECONDS = 1500


class AnswerItem(QWidget):
    """An answer with the sentences that say how it came about and ended, and what can be done with it.

    Args:
        theme: Colours and text size.
        provider: Who answers.
        model: Its name as people know it.
    """

    retry_clicked = Signal(object)
    """The `AnswerItem` whose question shall be asked again."""
    continue_clicked = Signal(object)
    """The `AnswerItem` that shall go on where it was cut."""
    settings_clicked = Signal()

    def __init__(self, theme: Theme, provider: str, model: str) -> None:
        super().__init__()
        self.stored: StoredMessage | None = None
        self._theme = theme
        self._last = True
        self._continues = False
        self._again = False
        self.view = AnswerView(theme, fit_height=True)
        self._waiting = _Waiting(theme)
        self._lead = label("", "muted", wrap=True)
        self._note = label("", "muted", wrap=True)
        self._continue = button("Continue", "primary", name="Continue the answer where it was cut")
        self._retry = button("Ask again")
        self._settings = button("Open settings")
        self._details = FailureDetails()
        self._copy = button("Copy", "quiet")
        self._model = label("", "small")
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MILLISECONDS)
        self._actions = QWidget()
        self._build()
        self.set_model(provider, model)
        self._connect()
        self._dress()
        self.show_waiting(waiting_for(provider))

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for row in (self._lead, self.view, self._waiting, self._note):
            layout.addWidget(row)
        for words in (self._lead, self._note):
            words.setContentsMargins(EDGE, 0, EDGE, 0)
        around = QVBoxLayout(self._actions)
        spread(around, (EDGE, 0, EDGE, 0))
        actions = FlowLayout(SPACE[1])
        around.addLayout(actions)
        for each in (self._continue, self._retry, self._settings, self._details.toggle):
            actions.addWidget(each)
        layout.addWidget(self._actions)
        self._details.setContentsMargins(EDGE, 0, EDGE, 0)
        layout.addWidget(self._details)
        foot = QHBoxLayout()
        spread(foot, 0, SPACE[1])
        foot.addWidget(self._copy)
        foot.addWidget(self._model)
        foot.addStretch(1)
        layout.addLayout(foot)
        for part in (self._lead, self._note, self._retry, self._settings, self._continue, self._copy, self._model):
            part.hide()
        self.view.hide()
        self._actions.hide()

    def _connect(self) -> None:
        self._copied.timeout.connect(self._forget_copied)
        self._copy.clicked.connect(self._copy_source)
        self._retry.clicked.connect(self._ask_again)
        self._continue.clicked.connect(self._go_on)
        self._settings.clicked.connect(self.settings_clicked)
        self._theme.changed.connect(self._dress)

    def set_model(self, provider: str, model: str) -> None:
        """Who answers."""
        parts = dict.fromkeys((model, provider_name(provider)))  # this computer is its own only model
        self._model.setText(" · ".join(part for part in parts if part))

    def set_last(self, last: bool) -> None:
        """Whether nothing follows it; only then is more offered, since asking again would put away what follows."""
        self._last = last
        self._show_actions()

    def show_waiting(self, waiting: Waiting) -> None:
        """What is being waited for, as long as no word has come."""
        self._waiting.show_waiting(waiting)

    def show_lead(self, sentence: str, *, settings: bool = False) -> None:
        """Why it is not who was expected.

        Args:
            sentence: Empty takes it away.
            settings: Whether the settings can change that.
        """
        self._lead.setText(sentence)
        self._lead.setVisible(bool(sentence))
        self._settings.setVisible(settings)
        self._show_actions()

    def append_delta(self, text: str) -> None:
        """More words."""
        if self.view.isHidden():
            self.view.show()
            self._waiting.stop()
        self.view.append_delta(text)

    def finish(self, stored: StoredMessage, *, live: bool = False, error: KirejiError | None = None) -> None:
        """The answer is whole, or it ended in another way.

        Args:
            stored: As in the history.
            live: Whether its words already stand here from the stream.
            error: What went wrong, when that is still known.
        """
        self.stored = stored
        self._waiting.stop()
        text = stored.message.text
        if not live or self.view.markdown() or text:
            self.view.finish(text)
        self.view.setVisible(bool(text))
        ending = ending_of(stored, self._lead.text())
        device = stored.provider == "device" and bool(ending.lead or ending.sentence)
        self.show_lead(ending.lead, settings=device or wants_settings(error, ending.sentence))
        restyle(self._note, role=ending.role)
        self._note.setText(ending.sentence)
        self._note.setVisible(bool(ending.sentence))
        again = stored.state in (MessageState.FAILED, MessageState.STOPPED, MessageState.INTERRUPTED)
        self._again = again and stored.parent is not None
        self._continues = ending.continues
        self._details.show_text(details_of(error))
        self._copy.setVisible(bool(text))
        self._model.setVisible(bool(text))
        self._show_actions()

    def _show_actions(self) -> None:
        self._continue.setVisible(self._continues and self._last)
        self._retry.setVisible(self._again and self._last)
        offered = (self._continue, self._retry, self._settings, self._details.toggle)
        self._actions.setVisible(any(not each.isHidden() for each in offered))

    def _ask_again(self) -> None:
        self.retry_clicked.emit(self)

    def _go_on(self) -> None:
        self.continue_clicked.emit(self)

    def _copy_source(self) -> None:
        QGuiApplication.clipboard().setText(self.view.markdown())
        self._copy.setText("Copied")
        set_icon(self._copy, self._theme, "check", self._theme.colours.ok, 14)
        self._copied.start()

    def _forget_copied(self) -> None:
        self._copy.setText("Copy")
        self._dress()

    def _dress(self) -> None:
        set_icon(self._copy, self._theme, "copy", self._theme.colours.muted, 14)
        set_icon(self._retry, self._theme, "rotate-cw", self._theme.colours.ink, 14)


class _Waiting(QWidget):
    """A small seal and a sentence. It does not blink."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._later = ""
        self._sentence = label("", "muted")
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MILLISECONDS)
        self._patience.timeout.connect(self._say_later)
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[4] + 2, 0, 0, 0))
        layout.addWidget(self._sentence)
        layout.addStretch(1)
        theme.changed.connect(self.update)

    def show_waiting(self, waiting: Waiting) -> None:
        self._sentence.setText(waiting.sentence)
        self._later = waiting.later
        self._patience.stop()
        if waiting.later:
            self._patience.start()
        self.show()

    def stop(self) -> None:
        self._patience.stop()
        self.hide()

    def _say_later(self) -> None:
        self._sentence.setText(self._later)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent))
        height = self._theme.px(TYPE_BODY)
        painter.drawRoundedRect(EDGE, (self.height() - height) // 2, max(8, height // 2 + 1), height, 1.5, 1.5)
