"""Where a text or a picture is judged by the policy as it is being written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Verdict
from kireji.ui.chat.before_sending import BeforeSending
from kireji.ui.parts import Pair, button, frame, label, spread
from kireji.ui.results.picture_boxes import PictureBoxes
from kireji.ui.results.shown_verdict import VerdictContent
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.fields import Passage
from kireji.ui.settings.policies.pasting import Pasted
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_PICTURE = 200
"""Height of a picture, in logical pixels at the usual text size."""


class TrialPart(QWidget):
    """Takes a text, a picture or both, and shows the verdict; nothing is judged before it is pressed.

    Args:
        theme: Colours and text size.
    """

    judge_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.passage = Passage(
            tr("What is judged"),
            tr("It is judged by the text as it stands here, saved or not, and is not kept in the history."),
            tr("A text, and a picture if you like"),
        )
        self.field = self.passage.field
        self.paste = Pasted(self.field)
        self.choose = button(tr("Choose picture…"))
        self.paste_picture = button(tr("Paste picture"))
        self.remove = button(tr("Remove picture"))
        self.picture = PictureBoxes(theme, tr("Picture that is judged"))
        self._around = frame("details")
        self.picture_name = label("", "small", wrap=True)
        self.judge = button(tr("Judge"), "primary", name=tr("Judge it by this policy"))
        self.stop = button(tr("Stop"), name=tr("Stop judging"))
        self.asking = BeforeSending()
        self.bar = QProgressBar()
        self.progress = label("", "muted", wrap=True)
        self.problem = label("", "error", wrap=True)
        self.expected = label("", "muted", wrap=True)
        self.content = VerdictContent(theme)
        self.verdict = self.content.view
        self.cost = label("", "small", wrap=True)
        self._build()
        self.judge.clicked.connect(self.judge_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.field.installEventFilter(self)
        self.content.went.connect(self._show_place)
        self.picture.chosen.connect(self._chosen)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        inside = QVBoxLayout(self._around)
        spread(inside, SPACE[0], SPACE[0])
        inside.addWidget(self.picture)
        inside.addWidget(Pair(self.picture_name, self.remove))
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Judging"))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for each in (
            self.passage, self._around, actions(self.judge, self.stop, self.choose, self.paste_picture),
            self.asking, self.bar, self.progress, self.problem, self.expected, self.content, self.cost,
        ):  # fmt: skip
            layout.addWidget(each)
        for hidden in (self.bar, self.progress, self.problem, self.expected, self.content, self.cost, self._around):
            hidden.hide()
        self.stop.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter judges; the field would take it for itself."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not enter or not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        self.judge.click()
        return True

    def text(self) -> str:
        """What shall be judged."""
        return self.field.toPlainText()

    def show_text(self, text: str) -> None:
        """Put a text there."""
        self.field.setPlainText(text)

    def show_picture(self, image: QImage, name: str) -> None:
        """Show the picture that goes along; one without pixels takes it away."""
        self._around.setVisible(not image.isNull())
        self.picture_name.setText(name)
        self.picture.show_picture(image)
        self.picture.show_boxes(())

    def begin(self) -> None:
        """It is being judged."""
        held = self.judge.hasFocus()
        self.clear()
        self.judge.setEnabled(False)
        self.stop.show()
        self.bar.show()
        if held:
            self.stop.setFocus()

    def advance(self, sentence: str) -> None:
        """How far it is."""
        tell(self.progress, sentence, "muted")

    def end(self) -> None:
        """It is over, however it came out."""
        held = self.stop.hasFocus()
        self.judge.setEnabled(True)
        self.stop.hide()
        self.bar.hide()
        self.progress.hide()
        self.asking.clear()
        if held:
            self.judge.setFocus()

    def clear(self) -> None:
        """Nothing was judged."""
        for each in (self.problem, self.expected, self.content, self.cost):
            each.hide()
        self.picture.show_boxes(())

    def show_verdict(self, verdict: Verdict, policy: Policy, cost: str, expected: tuple[str, str]) -> None:
        """Show what came of it.

        Args:
            verdict: What it is.
            policy: By which it was judged.
            cost: Who has judged, and for how much.
            expected: Whether that is as the policy says of the example, and its role; empty words for none.
        """
        self.content.show_verdict(verdict)
        self.verdict.show_verdict(verdict, policy)
        self.picture.show_boxes(tuple(self.content.boxes(0)))
        self.content.show()
        tell(self.cost, cost, "small")
        tell(self.expected, *expected)

    def refuse(self, sentence: str) -> None:
        """Why there is no verdict."""
        tell(self.problem, sentence, "error")

    def _show_place(self, key: object) -> None:
        self.picture.choose(key)

    def _chosen(self, key: object) -> None:
        self.content.choose(key)

    def _dress(self) -> None:
        self.picture.setFixedHeight(self._theme.px(_PICTURE))
