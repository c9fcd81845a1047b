"""What is wrong with a policy's text, each a line that leads to its place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.moderation.policies import PolicyProblem
from kireji.ui.parts import label, spread
from kireji.ui.settings.policies.wide_button import WideButton
from kireji.ui.settings.policies.words import problem_words
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_MOST = 8


class ProblemList(QWidget):
    """The gravest first; takes no room where nothing is wrong.

    Args:
        theme: Colours and text size.
    """

    chosen = Signal(object)
    """The line that shall be gone to; 0 for none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[ProblemRow] = []
        self._rest = label("", "small", wrap=True)
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[0])
        self._column.addWidget(self._rest)
        self.setAccessibleName(tr("What is wrong with the text"))
        self.hide()

    def show_problems(self, problems: Sequence[PolicyProblem]) -> None:
        """Show these."""
        found = sorted(problems, key=lambda problem: not problem.fatal)
        shown = found[:_MOST]
        if [row.problem for row in self.rows] != shown:
            self._renew(shown)
        more = len(found) - len(shown)
        self._rest.setText(plural(more, "and 1 more", "and {n} more"))
        self._rest.setVisible(more > 0)
        self.setVisible(bool(found))

    def _renew(self, problems: Sequence[PolicyProblem]) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [ProblemRow(self._theme, problem) for problem in problems]
        for number, row in enumerate(self.rows):
            row.clicked.connect(self._clicked)
            self._column.insertWidget(number, row)
            row.show()

    def _clicked(self) -> None:
        row = self.sender()
        assert isinstance(row, ProblemRow)
        self.chosen.emit(row.problem.line)


class ProblemRow(WideButton):
    """One of them as a button.

    Args:
        theme: Colours and text size.
        problem: What is wrong.
    """

    def __init__(self, theme: Theme, problem: PolicyProblem) -> None:
        role, icon = ("error", "x") if problem.fatal else ("warn", "circle-alert")
        super().__init__(theme, problem_words(problem), role, icon)
        self.problem = problem
