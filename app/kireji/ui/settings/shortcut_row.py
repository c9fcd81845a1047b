"""One action with its chord, what became of it, and how to change and try it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.capturing import Action, Target
from kireji.ui.parts import LivePair, button, label, restyle, spread
from kireji.ui.settings.cards import Chip, actions, tell
from kireji.ui.settings.chord_recorder import Recorder
from kireji.ui.shortcut import ShortcutState, ShortcutStatus
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_CHIPS = {
    ShortcutStatus.HELD: (mark("ready"), "ok"),
    ShortcutStatus.ASKED: (mark("asked the desktop"), "idle"),
    ShortcutStatus.PAUSED: (mark("paused"), "warn"),
    ShortcutStatus.NONE: ("", "idle"),
    ShortcutStatus.TAKEN: (mark("taken by another program"), "error"),
    ShortcutStatus.REFUSED: (mark("refused"), "error"),
    ShortcutStatus.UNAVAILABLE: (mark("not possible here"), "error"),
}
_SEEN = (mark("seen working"), "ok")
_ASKS_FOR_KEYS = mark(
    "Press the new keys, or Escape to keep the old ones. If nothing happens, another program has them: press others."
)
_ASKS_FOR_MODIFIER = mark("People type with that key. Press it together with Ctrl, Alt or Super.")
_ARGUMENTS = {
    Action.CAPTURE: "capture",
    Action.WINDOW: "capture --window",
    Action.SCREEN: "capture --pointer",
    Action.ALL_SCREENS: "capture --all",
    Action.DELAYED: "capture --delay 3",
    Action.LAST: "capture --last",
    Action.ADD: "capture --add",
    Action.CLIPBOARD: "capture --clipboard",
    Action.SELECTION: "capture --selection",
    Action.OPEN: "",
}


class ShortcutRow(QWidget):
    """One row of the page.

    Args:
        action: Whose chord it is.
        program: The command that calls this installation.
    """

    change_wanted = Signal(object)
    """The chord to hold from now on; empty for none."""
    testing = Signal(object)
    """Whether a press shall be answered here and nowhere else."""
    copy_wanted = Signal(object)
    """The command to put into the clipboard."""

    def __init__(self, action: Action, program: str = "kireji") -> None:
        super().__init__()
        self.action = action
        self._command = f"{program} {_ARGUMENTS[action]}".strip()
        self._state = ShortcutState()
        self._waits = False
        self._desktop_asked = False
        self.chord = label("", "value")
        self.chip = Chip()
        self.recorder = Recorder(action.title)
        self.remove = button(tr("Remove"))
        self.try_it = button(tr("Press it now"))
        self.again = button(tr("Try again"))
        self.copy = button(tr("Copy the command"))
        self.sentence = label("", "muted", wrap=True)
        self._offers = actions()
        self.remove.setAccessibleName(tr("Remove the keys: {title}", title=action.title))
        self.try_it.setAccessibleName(tr("Press it now: {title}", title=action.title))
        self.again.setAccessibleName(tr("Try to get the keys again: {title}", title=action.title))
        self.copy.setAccessibleName(tr("Copy the command: {title}", title=action.title))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        name = LivePair(label(action.title, "strong"), self.chip, spread_out=False)
        self._end = actions(self.chord)
        self._below = actions()
        layout.addWidget(LivePair(name, self._end))
        layout.addWidget(self.sentence)
        layout.addWidget(self._offers)
        layout.addWidget(self._below)
        self._arrange(has_chord=False)
        self._connect()
        self.show_state(self._state)

    def _connect(self) -> None:
        self.recorder.recorded.connect(self.change_wanted)
        self.recorder.recording.connect(self._recording)
        self.recorder.refused.connect(self._ask_for_modifier)
        self.remove.clicked.connect(self._remove)
        self.try_it.clicked.connect(self._try)
        self.again.clicked.connect(self._take_again)
        self.copy.clicked.connect(self._copy)

    def show_state(self, state: ShortcutState, offers: Sequence[str] = ()) -> None:
        """The truth about the chord.

        Args:
            state: What became of it.
            offers: Chords that are free, where this one is not.
        """
        if bool(state.chord) != bool(self._state.chord):
            self._arrange(has_chord=bool(state.chord))
        self._state = state
        words, kind = _SEEN if state.seen and state.status is ShortcutStatus.HELD else _CHIPS[state.status]
        words = tr(words) if words else ""
        self.chip.setText(words)
        self.chip.setVisible(bool(words))
        self.chip.setAccessibleName(f"{self.action.title}: {words or tr('no keys')}")
        restyle(self.chip, state=kind)
        keys = state.keys or state.chord
        self.chord.setText(keys)
        self.chord.setVisible(bool(keys))
        self.chord.setAccessibleName(tr("Keys for “{title}”: {keys}", title=self.action.title, keys=keys or tr("none")))
        self.recorder.set_words(tr("Change…") if state.chord else tr("Set keys…"))
        self.remove.setVisible(bool(state.chord))
        self.try_it.setVisible(state.status is ShortcutStatus.HELD)
        self.again.setVisible(state.status is ShortcutStatus.TAKEN)
        by_hand = state.status is ShortcutStatus.REFUSED and self._desktop_asked
        self.copy.setVisible(by_hand or state.status is ShortcutStatus.UNAVAILABLE)
        if not self._waits and not self.recorder.listens:
            self.say(self._about(state), "warn" if state.sentence else "muted")
            self._offer(offers)

    def set_desktop_asked(self, asked: bool) -> None:
        """Whether the desktop hands out the keys; what it refuses can be bound by hand."""
        self._desktop_asked = asked

    def show_refusal(self, sentence: str, offers: Sequence[str] = ()) -> None:
        """Why the new chord is not held; the old one stays."""
        self.say(sentence, "error")
        self._offer(offers)

    def press_arrived(self) -> None:
        """The chord was pressed while the page is open."""
        if self._waits:
            self._end_test()
            self.say(tr("It works. The keys arrived."), "ok")

    def clash(self, action: Target) -> None:
        """Keys that an action has already were pressed while this row listens for new ones."""
        self.recorder.stop()
        own = action == self.action
        words = (
            tr("These are the keys in use already.")
            if own
            else tr("“{title}” has these keys. Choose others.", title=action.title)
        )
        self.say(words, "muted" if own else "error")

    def stop_testing(self) -> None:
        """The page goes away."""
        self.recorder.stop()
        if self._waits:
            self._end_test()
            self.show_state(self._state)

    def say(self, sentence: str, role: str) -> None:
        """One sentence below the name."""
        tell(self.sentence, sentence, role)

    def _arrange(self, *, has_chord: bool) -> None:
        """Without a chord the row is one line; with one, its buttons stand in a line of their own."""
        focused = self.recorder.hasFocus()
        buttons = [self.try_it, self.again, self.recorder, self.remove, self.copy]
        for each in buttons:
            below = has_chord or each is not self.recorder
            layout = (self._below if below else self._end).layout()
            assert layout is not None
            layout.addWidget(each)
        self._below.setVisible(has_chord)
        self.recorder.show()
        if focused:
            self.recorder.setFocus()

    def _offer(self, chords: Sequence[str]) -> None:
        """A button for each chord that is free."""
        layout = self._offers.layout()
        assert layout is not None
        while (item := layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for chord in chords:
            offer = button(tr("Use {chord}", chord=chord))
            offer.setProperty("chord", chord)
            offer.clicked.connect(self._offer_taken)
            layout.addWidget(offer)
        self._offers.setVisible(bool(chords))

    def _offer_taken(self) -> None:
        self.change_wanted.emit(self.sender().property("chord"))

    def _try(self) -> None:
        self._waits = True
        self.testing.emit(True)
        self.say(tr("Waiting for {keys}…", keys=self._state.keys), "muted")

    def _end_test(self) -> None:
        self._waits = False
        self.testing.emit(False)

    def _recording(self, listens: object) -> None:
        if listens:
            self._offer(())
            self.say(tr(_ASKS_FOR_KEYS), "muted")
        else:
            self.show_state(self._state)
        self.testing.emit(bool(listens))

    def _ask_for_modifier(self) -> None:
        self.say(tr(_ASKS_FOR_MODIFIER), "warn")

    def _take_again(self) -> None:
        self.change_wanted.emit(self._state.chord)

    def _remove(self) -> None:
        self.change_wanted.emit("")

    def _copy(self) -> None:
        self.copy_wanted.emit(self._command)
        self.say(tr("Copied: {command}", command=self._command), "ok")

    def _about(self, state: ShortcutState) -> str:
        match state.status:
            case ShortcutStatus.HELD if state.trigger and state.trigger != state.chord:
                return tr("The desktop gave these keys; {chord} was asked for.", chord=state.chord)
            case ShortcutStatus.ASKED:
                return tr("The desktop has not answered yet; it may be asking you.")
            case ShortcutStatus.PAUSED:
                return tr("Paused from the tray menu; other programs get these keys until you resume there.")
            case ShortcutStatus.NONE if self.action is Action.CAPTURE:
                return tr("Capture with the button, the tray menu or the command “{command}”.", command=self._command)
            case ShortcutStatus.TAKEN:
                return state.sentence or tr("Another program uses these keys. Choose others.")
            case ShortcutStatus.UNAVAILABLE | ShortcutStatus.REFUSED:
                return state.sentence
        return ""
