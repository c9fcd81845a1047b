"""What a person does about the row that is shown: accept, overrule, undo, go on; and how far it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from kireji.core.jobs.reviews import ReviewItem
from kireji.core.moderation.policies import Policy
from kireji.ui.flow import FlowLayout
from kireji.ui.jobs.review.overruling import OverruleForm
from kireji.ui.parts import Pair, button, label, row_of, set_icon, spread
from kireji.ui.results.verdict_words import action_word
from kireji.ui.settings.cards import tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class DecisionBar(QFrame):
    """Stands below the row; holds no state of the program.

    Args:
        theme: Colours and text size.
    """

    accepted = Signal()
    overruled = Signal(object)
    """An `Overruling`."""
    undone = Signal()
    stepped = Signal(object)
    """1 for the next row, -1 for the one before."""
    form_closed = Signal()
    """The keyboard shall go back to the rows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "decisions")
        self._theme = theme
        self._item: ReviewItem | None = None
        self._policy: Policy | None = None
        self.accept = button("", "primary")
        self.overrule = button(tr("Overrule… (O)"), name=tr("Overrule: say what shall be done"))
        self.undo = button(tr("Undo (U)"), name=tr("Undo the last decision (U, Ctrl+Z)"))
        self.back = button("", "quiet", name=tr("The row before (K)"))
        self.forth = button("", "quiet", name=tr("The next row (J)"))
        self.progress = label("", "small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(SPACE[0] + 2)
        self.bar.setAccessibleName(tr("Decided"))
        self.sentence = label("", "error", wrap=True)
        self.form = OverruleForm()
        self._build()
        self.accept.clicked.connect(self.accepted)
        self.undo.clicked.connect(self.undone)
        self.overrule.clicked.connect(self.open_form)
        self.back.clicked.connect(self._go_back)
        self.forth.clicked.connect(self._go_forth)
        self.form.saved.connect(self._saved)
        self.form.cancelled.connect(self.close_form)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_item(None, None)

    def _build(self) -> None:
        buttons = QWidget()
        flow = FlowLayout(SPACE[1], buttons)
        for each in (self.accept, self.overrule, self.undo):
            flow.addWidget(each)
        self._buttons = Pair(buttons, row_of(self.back, self.forth))
        far = QHBoxLayout()
        spread(far, 0, SPACE[2])
        far.addWidget(self.progress)
        far.addWidget(self.bar, 1)
        column = QVBoxLayout(self)
        spread(column, (SPACE[3], SPACE[2], SPACE[3], SPACE[2]), SPACE[1])
        column.addWidget(self.sentence)
        column.addWidget(self.form)
        column.addWidget(self._buttons)
        column.addLayout(far)
        self.form.hide()
        self.sentence.hide()

    def show_item(self, item: ReviewItem | None, policy: Policy | None) -> None:
        """What can be done about a row; None for no row."""
        self._item, self._policy = item, policy
        action = item.judged.action if item is not None else None
        said = tr("Accept: {action} (A)", action=action_word(action)) if action is not None else tr("Accept (A)")
        self.accept.setText(said)
        self.accept.setAccessibleName(said)
        self.accept.setEnabled(action is not None)
        self.accept.setToolTip("" if action is not None or item is None else tr("There is no verdict to accept."))
        self.overrule.setEnabled(item is not None)

    def show_progress(self, words: str, done: int, total: int) -> None:
        """How far deciding is."""
        self.progress.setText(words)
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)

    def set_steps(self, *, back: bool, forth: bool, undo: bool) -> None:
        """Whether there are rows before and behind this one, and something that can be undone."""
        self.back.setEnabled(back)
        self.forth.setEnabled(forth)
        self.undo.setEnabled(undo)
        self._dress()

    def say(self, sentence: str, role: str = "error") -> None:
        """A sentence above the buttons; empty removes it."""
        tell(self.sentence, sentence, role)

    @property
    def form_open(self) -> bool:
        """Whether the person is saying what shall be done instead."""
        return not self.form.isHidden()

    def open_form(self) -> None:
        """Let the person overrule the row that is shown."""
        if self._item is None:
            return
        self._buttons.hide()
        self.form.show()
        self.form.begin(self._item, self._policy)

    def close_form(self) -> None:
        """Nothing is overruled (any more)."""
        if self.form_open:
            self.form.hide()
            self._buttons.show()
            self.form_closed.emit()

    def _saved(self, overruling: object) -> None:
        self.form.hide()
        self._buttons.show()
        self.overruled.emit(overruling)
        self.form_closed.emit()

    def _go_back(self) -> None:
        self.stepped.emit(-1)

    def _go_forth(self) -> None:
        self.stepped.emit(1)

    def _dress(self) -> None:
        colours = self._theme.colours
        for each, icon in ((self.back, "arrow-up"), (self.forth, "arrow-down")):
            set_icon(each, self._theme, icon, colours.muted if each.isEnabled() else colours.line)
        set_icon(self.undo, self._theme, "undo-2", colours.ink if self.undo.isEnabled() else colours.muted)
