"""The page of the first start: what this is, a key or none, the shortcut; done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kireji.ui.icons import window_icon
from kireji.ui.parts import button, label, restyle, spread
from kireji.ui.settings.key_check import KeyResult, KeyState
from kireji.ui.settings.keys_page import KeyForm
from kireji.ui.shortcut import ShortcutState, ShortcutStatus
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_WIDEST = 560


class WelcomePage(QScrollArea):
    """One page, at most one decision.

    Args:
        theme: Colours and text size.
    """

    done = Signal()
    settings_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._mark = QLabel()
        self.form = KeyForm("Anthropic", cancellable=False)
        self._key_state = label("", "ok", wrap=True)
        self._without = label(
            "Without a key, this computer reads the text in what you cut out. Nothing is sent anywhere.",
            "muted",
            wrap=True,
        )
        self._chord = label("", "lead")
        self._shortcut = label("", "muted", wrap=True)
        self._choose = button("Choose other keys")
        self._finish = button("Go on without a key")
        self._build()
        self._choose.clicked.connect(self.settings_clicked)
        self._finish.clicked.connect(self.done)
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
        layout.addWidget(label("Welcome to Kireji", "display", wrap=True))
        words = (
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
        layout.addWidget(label("Answers from a model", "strong"))
        layout.addWidget(
            label("Paste an Anthropic key. It is tested now and kept in your keychain.", "muted", wrap=True)
        )
        layout.addWidget(self._key_state)
        layout.addWidget(self.form)
        layout.addWidget(self._without)
        self._key_state.hide()
        return card

    def _shortcut_card(self) -> QFrame:
        card = _card()
        layout = card.layout()
        assert isinstance(layout, QVBoxLayout)
        row = QHBoxLayout()
        spread(row, 0, SPACE[1])
        row.addWidget(label("Try the shortcut", "strong"))
        row.addStretch(1)
        row.addWidget(self._chord)
        layout.addLayout(row)
        layout.addWidget(self._shortcut)
        layout.addWidget(self._choose, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def show_key_state(self, state: KeyState) -> None:
        """A key may be there already, from the environment or an earlier start."""
        if state.source:
            place = {"environment": "in the environment", "session": "for this session"}.get(
                state.source, "in your keychain"
            )
            self._found(f"There is a key {place}.")

    def show_keychain(self, *, ok: bool, reason: str) -> None:
        """Whether keys can be kept."""
        if not ok:
            self._without.setText(
                f"{reason} A key can be used for this session only. Without one, this computer reads the text in what "
                "you cut out, and nothing is sent anywhere."
            )

    def show_key_result(self, result: KeyResult) -> None:
        """What became of the pasted key."""
        self.form.show_result(result)
        if result.kept:
            self._found(result.sentence)

    def show_shortcut(self, state: ShortcutState) -> None:
        """The truth about the chord."""
        self._chord.setText(state.chord)
        held = state.status is ShortcutStatus.HELD
        self._choose.setVisible(not held)
        words = "Press it now, from here or from any other window." if held else state.sentence
        self._say_shortcut(words or "No shortcut is set.", "muted" if held else "warn")

    def press_arrived(self) -> None:
        """The chord was pressed."""
        self._say_shortcut("It works.", "ok")

    def set_ready(self, *, ready: bool) -> None:
        """Whether there is a key: the button then says so."""
        self._finish.setText("Done" if ready else "Go on without a key")
        self._finish.setAccessibleName(self._finish.text())
        restyle(self._finish, kind="primary" if ready else "")

    def _found(self, sentence: str) -> None:
        self._key_state.setText(sentence)
        self._key_state.show()
        self.form.hide()
        self._without.hide()
        self.set_ready(ready=True)

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
