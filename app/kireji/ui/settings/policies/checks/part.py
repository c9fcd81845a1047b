"""Where a labelled set is run against the policy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from kireji.core.moderation.policies import PolicyProblem
from kireji.services.moderation.checking import CheckEstimate, CheckProgress
from kireji.ui.chat.words import count, dollars, provider_name
from kireji.ui.parts import button, frame, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.policies.checks.report_view import ReportView
from kireji.ui.settings.policies.checks.sets import shipped_sets
from kireji.ui.settings.policies.words import problem_words
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_MOST_PROBLEMS = 6


class CheckPart(QWidget):
    """Chooses a set, says what a run takes, shows how far it is and what came of it.

    Args:
        theme: Colours and text size.
    """

    estimate_wanted = Signal(object)
    """Name of a shipped set or path of a file: what would a run take?"""
    confirmed = Signal()
    """It shall be run."""
    stop_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.set = ChoiceRow(tr("Labelled set"))
        self.choose = button(tr("Choose file…"), name=tr("Choose a labelled set of your own"))
        self.begin = button(tr("Check…"), "primary", name=tr("Say what a check takes"))
        self.problem = label("", "error", wrap=True)
        self.question = frame("notice")
        self.estimate = label("", wrap=True)
        self.go = button("", "primary", name=tr("Check"))
        self.cancel = button(tr("Cancel"), name=tr("Judge nothing"))
        self.bar = QProgressBar()
        self.progress = label("", "muted", wrap=True)
        self.stop = button(tr("Stop"), name=tr("Stop the check"))
        self.report = ReportView(theme)
        self._path = ""
        self._build()
        self.begin.clicked.connect(self._begin)
        self.go.clicked.connect(self._go)
        self.cancel.clicked.connect(self._cancel)
        self.stop.clicked.connect(self._stop)
        self.set.chosen.connect(self._set_chosen)

    def _build(self) -> None:
        about = label(
            tr("A labelled set holds texts of which people have said what the policy should make of them, one JSON "
               "object a line. All of it is judged by the text as it stands here, saved or not."),
            "muted",
            wrap=True,
        )  # fmt: skip
        inside = QVBoxLayout(self.question)
        spread(inside, SPACE[2], SPACE[1])
        inside.addWidget(self.estimate)
        inside.addWidget(actions(self.go, self.cancel))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("How far the check is"))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for each in (
            about, self.set, actions(self.begin, self.choose, self.stop), self.problem, self.question, self.bar,
            self.progress, self.report,
        ):  # fmt: skip
            layout.addWidget(each)
        self.clear()

    def show_sets(self, name: str) -> None:
        """Offer the shipped sets, that of this name first, and the file that was chosen."""
        names = sorted(shipped_sets(), key=lambda each: (each != name, each))
        choices = [(each, tr("{name}, from Kireji", name=each)) for each in names]
        if self._path:
            choices.insert(0, (self._path, self._path.replace("\\", "/").rpartition("/")[2]))
        self.set.set_choices(choices)

    def show_file(self, path: str) -> None:
        """A file was chosen."""
        self._path = path
        self.show_sets("")
        self.set.set_value(path)
        self._set_chosen()

    def clear(self) -> None:
        """Nothing was asked and nothing was judged."""
        for each in (self.problem, self.question, self.bar, self.progress, self.stop, self.report):
            each.hide()
        self.begin.setEnabled(True)

    def ask(self, estimate: CheckEstimate, remarks: Sequence[PolicyProblem]) -> None:
        """Say what it takes, and ask whether it shall be done.

        Args:
            estimate: What it takes.
            remarks: What is wrong with the set, though it can be used.
        """
        cost = (
            tr("at a price that is not known")
            if estimate.cost is None
            else tr("about {amount}", amount=dollars(estimate.cost))
        )
        words = tr(
            "{requests} to {model} · {provider}, about {tokens} tokens to read, {cost}.",
            requests=plural(estimate.requests, "1 question", "{n} questions", n=count(estimate.requests)),
            model=estimate.model, provider=provider_name(estimate.provider), tokens=count(estimate.tokens), cost=cost,
        )  # fmt: skip
        told = [problem_words(each) for each in remarks[:_MOST_PROBLEMS]]
        self.estimate.setText("\n".join([words, *told]))
        self.go.setText(plural(estimate.requests, "Judge 1 item", "Judge {n} items", n=count(estimate.requests)))
        self.go.setAccessibleName(self.go.text())
        self.question.show()
        self.go.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, sentence: str) -> None:
        """Why it was not done."""
        tell(self.problem, sentence, "error")

    def refuse_set(self, name: str, problems: Sequence[PolicyProblem]) -> None:
        """The set cannot be used with this policy."""
        told = [problem_words(each) for each in problems if each.fatal][:_MOST_PROBLEMS]
        head = tr("The set {name} cannot be used with this policy.", name=name)
        self.refuse("\n".join([head, *told]))

    def start(self, items: int) -> None:
        """It runs."""
        self.clear()
        self.bar.setRange(0, items)
        self.bar.setValue(0)
        self.begin.setEnabled(False)
        for each in (self.bar, self.stop):
            each.show()
        self.stop.setEnabled(True)
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        self.advance(CheckProgress(0, items))

    def advance(self, told: CheckProgress) -> None:
        """How far it is."""
        self.bar.setValue(told.done)
        parts = [tr("{done} of {items} judged", done=count(told.done), items=count(told.items))]
        if told.wrong:
            parts.append(tr("{number} not as labelled", number=count(told.wrong)))
        if told.failed:
            parts.append(plural(told.failed, "1 without a verdict", "{n} without a verdict"))
        if told.cost:
            parts.append(dollars(told.cost))
        tell(self.progress, tr(", ").join(parts), "muted")

    def end(self) -> None:
        """It is over, however it came out."""
        held = self.stop.hasFocus()
        for each in (self.bar, self.progress, self.stop):
            each.hide()
        self.begin.setEnabled(True)
        if held:
            self.begin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin(self) -> None:
        for each in (self.problem, self.question):
            each.hide()
        self.estimate_wanted.emit(self.set.value())

    def _go(self) -> None:
        self.question.hide()
        self.confirmed.emit()

    def _cancel(self) -> None:
        self.question.hide()
        self.begin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        tell(self.progress, tr("Stopping after the items that are being judged…"), "muted")
        self.stop_wanted.emit()

    def _set_chosen(self, _value: object = None) -> None:
        for each in (self.problem, self.question):
            each.hide()
