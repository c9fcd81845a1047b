"""How a prompt is reached: the tray's menu, and keys of its own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.prompts import Prompt
from kireji.ui.parts import LivePair, button, frame, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.chord_recorder import Recorder
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_ASKS = mark("Press the keys, or Escape to keep what was. If nothing happens, another program has them: press others.")
_ASKS_FOR_MODIFIER = mark("People type with that key. Press it together with Ctrl, Alt or Super.")


class UsePart(QWidget):
    """The part of the editor that is about how it is reached."""

    changed = Signal()
    recording = Signal(object)
    """Whether the next chord is taken here and nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.tray = SwitchRow(tr("In the tray menu"), tr("It is offered under “Quick prompts”."))
        self.keys = label("", "value")
        self.recorder = Recorder(tr("Keys that ask it"))
        self.remove = button(tr("Remove"), name=tr("Remove the keys"))
        self.sentence = label("", "muted", wrap=True)
        self._chord = ""
        self._build()
        self.tray.switched.connect(self._switched)
        self.recorder.recorded.connect(self._recorded)
        self.recorder.recording.connect(self._recording)
        self.recorder.refused.connect(self._refused)
        self.remove.clicked.connect(self._remove)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        spread(outer)
        card = frame("card")
        outer.addWidget(card)
        layout = QVBoxLayout(card)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        layout.addWidget(self.tray)
        layout.addWidget(
            LivePair(label(tr("Keys that ask it"), "muted"), actions(self.keys, self.recorder, self.remove))
        )
        layout.addWidget(self.sentence)
        self.sentence.hide()

    @property
    def chord(self) -> str:
        """The keys; empty for none."""
        return self._chord

    def show_prompt(self, prompt: Prompt, sentence: str = "") -> None:
        """What is written in a prompt.

        Args:
            prompt: Which.
            sentence: Why its keys are not held; empty when they are, or there are none.
        """
        self.tray.set_on(prompt.tray)
        self._show_chord(prompt.shortcut)
        self.say(sentence, "warn")

    def say(self, sentence: str, role: str = "muted") -> None:
        """A sentence about the keys."""
        tell(self.sentence, sentence, role)

    def take(self, chord: str) -> None:
        """These keys it shall be."""
        self._show_chord(chord)
        self.say("")
        self.changed.emit()

    def applied(self) -> dict[str, object]:
        """What is written, as fields of a prompt."""
        return {"tray": self.tray.is_on(), "shortcut": self._chord}

    def _show_chord(self, chord: str) -> None:
        self._chord = chord
        self.keys.setText(chord)
        self.keys.setVisible(bool(chord))
        self.keys.setAccessibleName(tr("Keys: {keys}", keys=chord or tr("none")))
        self.recorder.set_words(tr("Change…") if chord else tr("Set keys…"))
        self.remove.setVisible(bool(chord))

    def _recorded(self, chord: object) -> None:
        self.take(str(chord))

    def _remove(self) -> None:
        self.take("")
        self.recorder.setFocus()

    def _recording(self, listens: object) -> None:
        self.say(tr(_ASKS) if listens else "")
        self.recording.emit(listens)

    def _refused(self) -> None:
        self.say(tr(_ASKS_FOR_MODIFIER), "warn")

    def _switched(self) -> None:
        self.changed.emit()
