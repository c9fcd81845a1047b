"""The page of the first start: what this is, a key or none, the shortcut; done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kireji.ui.chat.words import provider_name
from kireji.ui.icons import window_icon
from kireji.ui.models.words import Pick
from kireji.ui.parts import Pair, button, label, restyle, spread
from kireji.ui.settings.cards import actions
from kireji.ui.settings.key_check import KeyState
from kireji.ui.settings.key_form import KeyForm
from kireji.ui.settings.sign_in_panel import SignInPanel
from kireji.ui.shortcut import ShortcutState, ShortcutStatus
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_WIDEST = 560
_HOW = mark("Paste a key from Anthropic or OpenRouter; it is tested at once.")
_WITHOUT = mark("Without a key, this computer reads the text in what you cut out. Nothing is sent anywhere.")


class WelcomePage(QScrollArea):
    """One page, at most one decision.

    Args:
        theme: Colours and text size.
    """

    done = Signal()
    settings_clicked = Signal()
    sign_in_clicked = Signal()
    local_wanted = Signal(object)
    """The `Pick` of a local model that was offered."""
    painted = Signal()
    """The person sees the page; what takes time may begin."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._painted = False
        self._offered: Pick | None = None
        self._mark = QLabel()
        self.form = KeyForm(tr("Anthropic or OpenRouter"), cancellable=False)
        self.sign_in = button(tr("Sign in with OpenRouter"))
        self.panel = SignInPanel(theme)
        self.local = button(tr("Use it"))
        self._local_words = label("", "", wrap=True)
        self._local_row = QWidget()
        self._how = label(tr(_HOW), "muted", wrap=True)
        self._found_words = label("", "ok", wrap=True)
        self._without = label(tr(_WITHOUT), "muted", wrap=True)
        self._chord = label("", "lead")
        self._shortcut = label("", "muted", wrap=True)
        self._choose = button(tr("Choose other keys"))
        self._finish = button(tr("Go on without a key"))
        self._build()
        self._choose.clicked.connect(self.settings_clicked)
        self._finish.clicked.connect(self.done)
        self.sign_in.clicked.connect(self.sign_in_clicked)
        self.local.clicked.connect(self._use_local)
        theme.changed.connect(self._dress)
        self._dress()
        self.set_ready(ready=False)

    def _build(self) -> None:
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        page.setProperty("kind", "page")
        across = QHBoxLayout(page)
        spread(across, (SPACE[4], SPACE[4], SPACE[4], SPACE[4]))
        column = QWidget()
        column.setMaximumWidth(_WIDEST)
        across.addStretch(1)
        across.addWidget(column, 1000)
        across.addStretch(1)
        layout = QVBoxLayout(column)
        spread(layout, 0, SPACE[3])
        layout.addStretch(1)
        layout.addWidget(self._mark)
        layout.addWidget(label(tr("Welcome to Kireji"), "display", wrap=True))
        words = tr(
            "Press a shortcut, cut out a piece of the screen and ask about it; the answer streams right beside it. "
            "Every conversation is kept on this computer, and what leaves it is written down for you to see."
        )
        layout.addWidget(label(words, "", wrap=True))
        layout.addWidget(self._key_card())
        layout.addWidget(self._shortcut_card())
        end = QHBoxLayout()
        spread(end, 0, SPACE[1])
        end.addStretch(1)
        end.addWidget(self._finish)
        layout.addLayout(end)
        layout.addStretch(2)
        self.setWidget(page)

    def _key_card(self) -> QFrame:
        card = _card()
        layout = card.layout()
        assert layout is not None
        local = QVBoxLayout(self._local_row)
        spread(local)
        local.addWidget(Pair(self._local_words, self.local))
        layout.addWidget(label(tr("Answers from a model"), "strong"))
        for widget in (self._local_row, self._how, self._found_words, self.form):
            layout.addWidget(widget)
        layout.addWidget(actions(self.sign_in))
        layout.addWidget(self.panel)
        layout.addWidget(self._without)
        self.panel.begun.connect(self.form.clear)
        self.panel.cancelled.connect(self._sign_in_cancelled)
        for hidden in (self._found_words, self._local_row, self.panel):
            hidden.hide()
        return card

    def _sign_in_cancelled(self) -> None:
        self.sign_in.setFocus(Qt.FocusReason.OtherFocusReason)

    def _shortcut_card(self) -> QFrame:
        card = _card()
        layout = card.layout()
        assert isinstance(layout, QVBoxLayout)
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addWidget(label(tr("Try the shortcut"), "strong"))
        row.addStretch(1)
        row.addWidget(self._chord)
        layout.addLayout(row)
        layout.addWidget(self._shortcut)
        layout.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def show_key_state(self, provider: str, state: KeyState) -> None:
        """A key may be there already, from the environment or an earlier start; a keychain may not open."""
        name = provider_name(provider)
        if state.source:
            places = {
                "environment": tr(
                    "There is a key for {name} in the environment ({variable}).", name=name, variable=state.variable
                ),
                "session": tr("There is a key for {name} for this session.", name=name),
            }
            self.found(places.get(state.source, tr("There is a key for {name} in your keychain.", name=name)))
        elif state.problem:
            self.form.say(state.problem, "warn")

    def show_keychain(self, *, ok: bool, reason: str) -> None:
        """Whether keys can be kept."""
        if ok:
            self._how.setText(f"{tr(_HOW)} {tr('It is then kept in your system keychain.')}")
        else:
            self._without.setText(f"{reason} {tr('A key can be used for this session only.')} {tr(_WITHOUT)}")

    def offer_local(self, server: str, pick: Pick, *, sees: bool) -> None:
        """A local server was found.

        Args:
            server: As people call it.
            pick: Its model that would answer.
            sees: Whether that sees pictures.
        """
        words = tr(
            "{server} is running here with {model}. Nothing would leave this computer.", server=server, model=pick.model
        )
        if not sees:
            words += " " + tr("That model cannot see pictures; it gets the text this computer reads in them.")
        self._local_words.setText(words)
        self.local.setAccessibleName(tr("Use {model} of {server}", model=pick.model, server=server))
        self._offered = pick
        if not self._finished():
            self._local_row.show()

    def found(self, sentence: str) -> None:
        """There is somebody who answers; nothing more needs to be asked."""
        self._found_words.setText(sentence)
        self._found_words.show()
        for done in (self.form, self._how, self._without, self._local_row, self.sign_in, self.panel):
            done.hide()
        self.set_ready(ready=True)

    def show_shortcut(self, state: ShortcutState) -> None:
        """The truth about the chord."""
        self._chord.setText(state.chord)
        works = state.status is ShortcutStatus.HELD
        self._choose.setVisible(not works)
        words = tr("Press it now, from here or from any other window.") if works else state.sentence
        self._say_shortcut(words or tr("No shortcut is set."), "muted" if works else "warn")

    def press_arrived(self) -> None:
        """The chord was pressed."""
        self._say_shortcut(tr("It works."), "ok")

    def set_ready(self, *, ready: bool) -> None:
        """Whether there is a key: the button then says so."""
        self._finish.setText(tr("Done") if ready else tr("Go on without a key"))
        self._finish.setAccessibleName(self._finish.text())
        restyle(self._finish, kind="primary" if ready else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    def _finished(self) -> bool:
        return not self._found_words.isHidden()

    def _use_local(self) -> None:
        if self._offered is not None:
            self.local_wanted.emit(self._offered)

    def _say_shortcut(self, sentence: str, role: str) -> None:
        self._shortcut.setText(sentence)
        restyle(self._shortcut, role=role)

    def _dress(self) -> None:
        edge = self._theme.px(56)
        self._mark.setPixmap(window_icon().pixmap(edge, edge))


def _card() -> QFrame:
    card = QFrame()
    card.setProperty("kind", "card")
    layout = QVBoxLayout(card)
    spread(layout, (SPACE[3], SPACE[3], SPACE[3], SPACE[3]), SPACE[1])
    return card
