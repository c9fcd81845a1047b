"""What was read for a new job, and what it will take: the last look before anything is sent."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from kireji.core.jobs.values import Estimate, Job
from kireji.ui.announcer import ScreenReader
from kireji.ui.chat.words import provider_name
from kireji.ui.jobs import new_job_words as words
from kireji.ui.jobs.new_job_bad import BadLines, BadTable
from kireji.ui.jobs.new_job_try import TryCard
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.parts import Pair, button, frame, label, restyle, spread
from kireji.ui.settings.cards import Chip, actions, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class CheckPage(QScrollArea):
    """How far the reading is; then rows, bad lines, cost and time, and one row to try.

    Args:
        theme: Colours and text size.
    """

    budgets_clicked = Signal()
    unpriced_clicked = Signal()
    """It shall run although nobody knows what it costs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.name = label("", "lead", wrap=True)
        self.about = label("", "muted", wrap=True)
        self.reading = WorkRow(tr("Reading"))
        self.found = label("", "strong", wrap=True)
        self.refused = label("", "warn", wrap=True)
        self.lines = BadLines()
        self.table = BadTable(theme, self.lines)
        self.copy = button(tr("Copy these lines"))
        self._bad = frame("card")
        self._costs = frame("card")
        self.share = Chip()
        self.expected = label("", "value")
        self.most = label("", "value")
        self.time = label("", "value")
        self.tokens = label("", "value")
        self.problem = label("", "warn", wrap=True)
        self.budgets = button(tr("Change the budgets…"))
        self.unpriced = button(tr("Run it all the same"))
        self.trying = TryCard(theme)
        self._build()
        self.copy.clicked.connect(self.table.copy)
        self.budgets.clicked.connect(self.budgets_clicked)
        self.unpriced.clicked.connect(self.unpriced_clicked)

    def _build(self) -> None:
        bad = QVBoxLayout(self._bad)
        spread(bad, (SPACE[3], SPACE[2], SPACE[3], SPACE[2]), SPACE[1])
        for each in (Pair(self.refused, self.copy), self.table):
            bad.addWidget(each)
        costs = QVBoxLayout(self._costs)
        spread(costs, (SPACE[3], SPACE[2], SPACE[3], SPACE[2]), SPACE[1])
        costs.addWidget(Pair(label(tr("What it will take"), "strong"), self.share))
        for title, value in (
            (tr("Cost, expected"), self.expected),
            (tr("Cost, at most"), self.most),
            (tr("Time"), self.time),
            (tr("Tokens"), self.tokens),
        ):
            costs.addWidget(Pair(label(title, "muted"), value))
        costs.addWidget(self.problem)
        self._next = actions(self.budgets, self.unpriced)
        costs.addWidget(self._next)
        page = QWidget()
        page.setProperty("kind", "page")
        column = QVBoxLayout(page)
        spread(column, (SPACE[4], SPACE[3], SPACE[4], SPACE[3]), SPACE[3])
        head = QVBoxLayout()
        spread(head, 0, 2)
        head.addWidget(self.name)
        head.addWidget(self.about)
        column.addLayout(head)
        for part in (self.reading, self.found, self._bad, self._costs, self.trying):
            column.addWidget(part)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)

    def begin(self, name: str, about: str) -> None:
        """Rows are being read.

        Args:
            name: Of the job.
            about: What it is made from.
        """
        self.name.setText(name)
        tell(self.about, about, "muted")
        for each in (self.found, self._bad, self._costs, self.trying):
            each.hide()
        self.trying.clear()
        self.reading.begin(tr("Reading…"))
        self.verticalScrollBar().setValue(0)

    def show_job(self, job: Job, model: str) -> None:
        """All is read.

        Args:
            job: READY.
            model: As people know it.
        """
        self.name.setText(job.plan.name)
        parts = [job.source, " · ".join(each for each in (model, provider_name(job.plan.provider)) if each)]
        tell(self.about, " → ".join(each for each in parts if each), "muted")
        self.reading.clear()
        tell(self.found, words.found(job), "strong")
        invalid = job.counts.invalid
        self._bad.setVisible(invalid > 0)
        if invalid:
            tell(self.refused, words.refused(invalid), "warn")
        self.lines.reset(invalid)
        voice = ScreenReader(self.window())
        if voice.active():
            voice.say(f"{words.found(job)}. {words.refused(invalid) if invalid else ''}".strip(), urgent=False)
        self.trying.show()
        if job.estimate is not None:
            self.show_estimate(job.estimate)
        else:
            self._costs.hide()

    def show_estimate(self, estimate: Estimate) -> None:
        """What it will take, with the budgets of now."""
        self._costs.show()
        self.share.setText(words.share(estimate))
        self.share.setAccessibleName(words.share(estimate))
        restyle(self.share, state="ok" if estimate.share < 1 else "idle")
        self.expected.setText(words.expected(estimate))
        self.most.setText(words.at_most(estimate))
        self.time.setText(words.time(estimate))
        self.tokens.setText(words.tokens(estimate))
        over = bool(estimate.over_budget)
        tell(self.problem, estimate.over_budget, "warn")
        self.unpriced.hide()
        self.budgets.setVisible(over)
        self._next.setVisible(over)

    def say_problem(self, sentence: str, *, unpriced: bool = False) -> None:
        """Why it cannot be started, or cannot be estimated.

        Args:
            sentence: Why.
            unpriced: Whether it could be, if the person allows it although nobody knows what it costs.
        """
        self._costs.show()
        tell(self.problem, sentence, "warn")
        self.unpriced.setVisible(unpriced)
        self.budgets.setVisible(unpriced)
        self._next.setVisible(unpriced)
