"""The page on which every global shortcut is seen, tried and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from kireji.core.capturing import Action, PromptKey, Target
from kireji.core.publisher import Publisher
from kireji.ui.parts import Pair, button, frame, label, row_of, separator, spread
from kireji.ui.settings.pane import rows
from kireji.ui.settings.shortcut_row import ShortcutRow
from kireji.ui.shortcut import ShortcutState
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_INTRO = mark("These keys work anywhere, whatever program is in front. Kireji never sees any other key.")
_ASKED = mark(
    "On this desktop programs ask for keys and the desktop hands them out; it may give others than were asked for. "
    "Its own keyboard settings can change them too."
)


class ShortcutControl(Protocol):
    """What the pages need from whoever holds the chords; `ui.shortcut.GlobalShortcuts` satisfies it."""

    pressed: Publisher[Target]
    changed: Publisher[Target]

    @property
    def asks_desktop(self) -> bool: ...
    def state(self, action: Target = Action.CAPTURE) -> ShortcutState: ...
    def change(self, action: Target, chord: str) -> str:
        """Hold another chord; the sentence that says why not, or nothing."""

    def ask_again(self) -> None: ...
    def free(self, chord: str) -> Sequence[str]: ...
    def hold_prompts(self, chords: Mapping[PromptKey, str]) -> None:
        """Hold the keys of these prompts, and of no others."""

    def user_of(self, chord: str, but: Target | None = None) -> Target | None:
        """What of ours has a chord already."""


class ShortcutsPage(QWidget):
    """The whole page.

    Args:
        program: The command that calls this installation.
    """

    change_wanted = Signal(object, object)
    """The action, and the chord to hold from now on; empty for none."""
    testing = Signal(object)
    """Whether a press shall be answered here and nowhere else."""
    copy_wanted = Signal(object)
    """A command to put into the clipboard."""
    ask_clicked = Signal()
    """Ask the desktop once more."""

    def __init__(self, program: str = "kireji") -> None:
        super().__init__()
        self._command = f"{program} capture"
        self.rows: Mapping[Target, ShortcutRow] = {action: ShortcutRow(action, program) for action in Action}
        self.ask = button(tr("Ask the desktop again"))
        self.copy = button(tr("Copy"))
        self._desktop = _card(label(tr(_ASKED), "muted", wrap=True), row_of(self.ask))
        self.setLayout(rows(label(tr(_INTRO), "muted", wrap=True), self._desktop, self._list(), self._by_hand()))
        self._desktop.hide()
        self.ask.clicked.connect(self.ask_clicked)
        self.copy.clicked.connect(self._copy)
        for row in self.rows.values():
            row.change_wanted.connect(self._change)
            row.testing.connect(self.testing)
            row.copy_wanted.connect(self.copy_wanted)

    def show_state(self, action: Action, state: ShortcutState, offers: Sequence[str] = ()) -> None:
        """The truth about one chord, and free ones to take instead."""
        self.rows[action].show_state(state, offers)

    def show_desktop(self, *, asks: bool) -> None:
        """Whether the desktop hands out the chords."""
        self._desktop.setVisible(asks)
        for row in self.rows.values():
            row.set_desktop_asked(asks)

    def press_arrived(self, action: Target) -> None:
        """A chord was pressed."""
        listening = next((row for row in self.rows.values() if row.recorder.listens), None)
        if listening is not None:
            listening.clash(action)
        elif isinstance(action, Action):
            self.rows[action].press_arrived()

    def stop_testing(self) -> None:
        """The page goes away."""
        for row in self.rows.values():
            row.stop_testing()

    def _change(self, chord: object) -> None:
        row = self.sender()
        assert isinstance(row, ShortcutRow)
        self.change_wanted.emit(row.action, chord)

    def _copy(self) -> None:
        self.copy_wanted.emit(self._command)

    def _list(self) -> QFrame:
        parts: list[QWidget] = []
        for row in self.rows.values():
            parts += [row] if not parts else [separator(), row]
        return _card(*parts)

    def _by_hand(self) -> QFrame:
        self.copy.setAccessibleName(tr("Copy the command {command}", command=self._command))
        command = label(self._command, "value", wrap=True)
        words = label(tr("Or bind a command to a key in your desktop's own keyboard settings:"), "muted", wrap=True)
        return _card(words, Pair(command, self.copy))


def _card(*widgets: QWidget) -> QFrame:
    card = frame("card")
    layout = QVBoxLayout(card)
    spread(layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[2])
    for widget in widgets:
        layout.addWidget(widget)
    return card
