"""The stages of a test, shown one by one as they pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kireji.ui.announcer import ScreenReader
from kireji.ui.parts import label, spread
from kireji.ui.settings.cards import tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.tools.words import breakable
from kireji.ui.translation import tr

RUNNING, DONE, FAILED = "running", "done", "failed"
_MARKS = {RUNNING: "…", DONE: "✓", FAILED: "✗"}
_ROLES = {RUNNING: "muted", DONE: "ok", FAILED: "error"}


class Step(NamedTuple):
    """One stage.

    Args:
        words: What is tried.
        state: RUNNING, DONE or FAILED.
        detail: What came of it; for a failure, why and what to do.
    """

    words: str
    state: str
    detail: str = ""


class StepList(QWidget):
    """Takes no room until something is tested.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[_Row] = []
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[0])

    def clear(self) -> None:
        """Nothing was tested."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        self.hide()

    def show_step(self, step: Step) -> None:
        """A stage has begun or ended; the same stage again takes the place of its row."""
        self._add(step)
        self.show()
        voice = ScreenReader(self.window())
        if step.state != RUNNING and voice.active():
            voice.say(f"{step.words}: {self._rows[-1].spoken()}", urgent=step.state == FAILED)

    def _add(self, step: Step) -> None:
        if not self._rows or self._rows[-1].step.words != step.words:
            row = _Row(self._theme)
            self._rows.append(row)
            self._column.addWidget(row)
        self._rows[-1].show_step(step)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """How it came out: exactly these stages, said already."""
        self.clear()
        for step in steps:
            self._add(step)
        self.setVisible(bool(steps))

    def words(self) -> list[str]:
        """What is shown, one line for each stage."""
        return [row.text() for row in self._rows]


class _Row(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.step = Step("", RUNNING)
        self._mark = label("", "muted")
        self._mark.setFixedWidth(theme.px(16))
        self._words = label("", "value", wrap=True)
        self._detail = label("", "small", wrap=True)
        layout = QHBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(self._mark)
        column = QVBoxLayout()
        spread(column)
        column.addWidget(self._words)
        column.addWidget(self._detail)
        layout.addLayout(column, 1)
        self._detail.hide()

    def show_step(self, step: Step) -> None:
        self.step = step
        tell(self._mark, _MARKS[step.state], _ROLES[step.state])
        self._mark.setAccessibleName(self.spoken())
        self._words.setText(step.words)
        tell(self._detail, breakable(step.detail), "error" if step.state == FAILED else "small")

    def spoken(self) -> str:
        outcome = {RUNNING: tr("running"), DONE: tr("done"), FAILED: tr("failed")}[self.step.state]
        return f"{outcome}. {self.step.detail}" if self.step.detail else outcome

    def text(self) -> str:
        parts = (self._mark, self._words, self._detail)
        return " ".join(_plain(part) for part in parts if not part.isHidden())


def _plain(part: QLabel) -> str:
    return part.text().replace("\N{ZERO WIDTH SPACE}", "")
