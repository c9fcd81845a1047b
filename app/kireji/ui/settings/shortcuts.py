"""The page on which the capture shortcut is seen, tried and changed."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from kireji.core.publisher import Publisher
from kireji.core.shortcuts import Shortcut
from kireji.ui.parts import Pair, button, label, restyle, row_of, spread
from kireji.ui.settings.pane import rows
from kireji.ui.shortcut import ShortcutState, ShortcutStatus
from kireji.ui.tokens import SPACE

_CHIPS = {
    ShortcutStatus.HELD: ("ready", "ok"),
    ShortcutStatus.PAUSED: ("paused", "warn"),
    ShortcutStatus.NONE: ("no shortcut", "idle"),
    ShortcutStatus.TAKEN: ("taken by another program", "error"),
    ShortcutStatus.UNAVAILABLE: ("not possible here", "error"),
}
_MODIFIERS = (
    (Qt.KeyboardModifier.ControlModifier, "Ctrl"),
    (Qt.KeyboardModifier.AltModifier, "Alt"),
    (Qt.KeyboardModifier.ShiftModifier, "Shift"),
    (Qt.KeyboardModifier.MetaModifier, "Super"),
)
_ALONE = {
    Qt.Key.Key_Control,
    Qt.Key.Key_Shift,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}
_ASKS_FOR_KEYS = (
    "Press the new keys, or Escape to keep the old ones. If nothing happens, another program has them: press others."
)
_ASKS_FOR_MODIFIER = "People type with that key. Press it together with Ctrl, Alt or Super."
_NAMES = {"Ins": "Insert", "Del": "Delete", "PgUp": "PageUp", "PgDown": "PageDown", "Enter": "Return"}


class ShortcutControl(Protocol):
    """What the page needs from whoever holds the chord; `ui.shortcut.GlobalShortcut` satisfies it."""

    pressed: Publisher[None]
    changed: Publisher[ShortcutState]

    def state(self) -> ShortcutState: ...
    def change(self, chord: str) -> str:
        """Hold another chord; the sentence that says why not, or nothing."""


def chord_of(key: int, modifiers: Qt.KeyboardModifier) -> Shortcut | None:
    """The chord that was pressed, or None while it is none that may be held everywhere.

    Args:
        key: Qt's number of the key.
        modifiers: Held with it.
    """
    if key in _ALONE:
        return None
    words = [name for flag, name in _MODIFIERS if modifiers & flag]
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    name = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    return Shortcut.parse("+".join([*words, _NAMES.get(name, name)]))


class Recorder(QPushButton):
    """A button that, once pressed, takes the next chord."""

    recorded = Signal(object)
    """The chord as text."""
    recording = Signal(object)
    """Whether it listens."""
    refused = Signal()
    """A key that cannot be taken everywhere was pressed; it still listens."""

    def __init__(self) -> None:
        super().__init__("Change…")
        self._listens = False
        self.setAccessibleName("Change the capture shortcut")
        self.clicked.connect(self._begin)

    @property
    def listens(self) -> bool:
        """Whether the next chord is taken."""
        return self._listens

    def stop(self) -> None:
        """Listen no longer."""
        if self._listens:
            self._listens = False
            self.setText("Change…")
            self.recording.emit(False)

    def _begin(self) -> None:
        if not self._listens:
            self._listens = True
            self.setText("Press the new keys…")
            self.setFocus()
            self.recording.emit(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._listens:
            super().keyPressEvent(event)
            return
        event.accept()
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.stop()
            return
        chord = chord_of(event.key(), event.modifiers())
        if chord is not None:
            self.stop()
            self.recorded.emit(str(chord))
        elif event.key() not in _ALONE:
            self.refused.emit()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._listens:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.stop()

    def event(self, event: object) -> bool:
        # Tab and the window's own shortcuts are chords like any other while it listens.
        if self._listens and isinstance(event, QKeyEvent):
            if event.type() == QKeyEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QKeyEvent.Type.KeyPress:
                self.keyPressEvent(event)
                return True
        return super().event(event)  # type: ignore[arg-type]


class ShortcutsPage(QWidget):
    """The whole page."""

    change_wanted = Signal(object)
    """The chord to hold from now on; empty for none."""
    testing = Signal(object)
    """Whether a press shall be answered here and nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self._state = ShortcutState("", ShortcutStatus.NONE)
        self._waits = False
        self.chord = label("", "lead")
        self.chip = label("", "chip")
        self.recorder = Recorder()
        self.remove = button("Remove")
        self.try_it = button("Press it now")
        self.sentence = label("", "muted", wrap=True)
        intro = label("Press these keys anywhere to cut out a piece of the screen.", "muted", wrap=True)
        card = QFrame()
        card.setProperty("kind", "card")
        self._build(card)
        self.setLayout(rows(intro, card))
        self.recorder.recorded.connect(self.change_wanted)
        self.recorder.recording.connect(self._recording)
        self.recorder.refused.connect(self._ask_for_modifier)
        self.remove.clicked.connect(self._remove)
        self.try_it.clicked.connect(self._try)

    def _build(self, card: QFrame) -> None:
        layout = QVBoxLayout(card)
        spread(layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[2])
        layout.addWidget(Pair(Pair(label("Capture and ask", "strong"), self.chip, spread_out=False), self.chord))
        layout.addWidget(self.sentence)
        layout.addWidget(Pair(row_of(self.try_it, self.recorder), self.remove, spread_out=False))

    def show_state(self, state: ShortcutState) -> None:
        """The truth about the chord."""
        self._state = state
        words, kind = _CHIPS[state.status]
        self.chip.setText(words)
        restyle(self.chip, state=kind)
        self.chord.setText(state.chord or "–")
        self.chord.setAccessibleName(f"Capture shortcut: {state.chord or 'none'}")
        self.remove.setVisible(bool(state.chord))
        self.try_it.setVisible(state.status is ShortcutStatus.HELD)
        self.say(_sentence(state), "warn" if state.sentence else "muted")

    def show_refusal(self, sentence: str) -> None:
        """Why the new chord is not held; the old one stays."""
        self.say(sentence, "error")

    def press_arrived(self) -> None:
        """The chord was pressed while this page waits for it."""
        if self._waits:
            self._end_test()
            self.say("It works. The keys arrived.", "ok")
        elif self.recorder.listens:
            self.recorder.stop()
            self.say("These are the keys in use already.", "muted")

    def stop_testing(self) -> None:
        """The page goes away."""
        self.recorder.stop()
        if self._waits:
            self._end_test()
            self.show_state(self._state)

    def say(self, sentence: str, role: str) -> None:
        """One sentence below the chord."""
        self.sentence.setText(sentence)
        restyle(self.sentence, role=role)
        self.sentence.setVisible(bool(sentence))

    def _try(self) -> None:
        self._waits = True
        self.testing.emit(True)
        self.say(f"Waiting for {self._state.chord}…", "muted")

    def _end_test(self) -> None:
        self._waits = False
        self.testing.emit(False)

    def _recording(self, listens: object) -> None:
        if listens:
            self.say(_ASKS_FOR_KEYS, "muted")
        else:
            self.show_state(self._state)
        self.testing.emit(bool(listens))

    def _ask_for_modifier(self) -> None:
        self.say(_ASKS_FOR_MODIFIER, "warn")

    def _remove(self) -> None:
        self.change_wanted.emit("")


def _sentence(state: ShortcutState) -> str:
    command = "You can bind the command “kireji capture” in your desktop's own keyboard settings instead."
    match state.status:
        case ShortcutStatus.HELD:
            return ""
        case ShortcutStatus.PAUSED:
            return "Paused from the tray menu; other programs get these keys until you resume there."
        case ShortcutStatus.NONE:
            return "Capture with the button, the tray menu or the command “kireji capture”."
        case ShortcutStatus.TAKEN:
            return state.sentence or "Another program uses these keys. Choose others."
        case _:
            return f"{state.sentence} {command}".strip()
