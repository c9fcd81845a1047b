"""Lies over the list of jobs with what the rows in view need of the person.

Qt's list tells assistive technology of its rows and of nothing else that stands in it, so real buttons stand over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Signal
from PySide6.QtGui import QRegion, QWheelEvent
from PySide6.QtWidgets import QWidget

from kireji.core.jobs.values import Job
from kireji.ui.jobs.next_step import NextStep

if TYPE_CHECKING:
    from kireji.ui.jobs.job_list import JobList


class StepsLayer(QWidget):
    """Follows the list below it; is there for the mouse only where something stands in it.

    Args:
        below: The list.
        parent: The widget in which the list stands.
    """

    chosen = Signal(object)
    """An `Order`."""

    def __init__(self, below: JobList, parent: QWidget) -> None:
        super().__init__(parent)
        self._below = below
        self._around = parent
        self._steps: dict[int, NextStep] = {}
        below.viewport().installEventFilter(self)
        below.steps_placed.connect(self._place)
        self.hide()

    def step_of(self, job: int) -> NextStep | None:
        """What stands below a job's row, when it waits for the person and is in view."""
        return self._steps.get(job)

    @property
    def steps(self) -> tuple[NextStep, ...]:
        """All that are in view."""
        return tuple(self._steps.values())

    def _place(self, wanted: Mapping[int, tuple[Job, QRect]]) -> None:
        """Show these; places are those of the list's viewport."""
        for gone in self._steps.keys() - wanted.keys():
            step = self._steps.pop(gone)
            step.hide()
            step.deleteLater()
        mask = QRegion()
        for number, (job, place) in wanted.items():
            step = self._steps.get(number) or self._new(number)
            step.show_job(job)
            step.setGeometry(place)
            step.show()
            mask += place
        self._cover()
        self.setMask(mask & self.rect())
        self.setVisible(bool(wanted))

    def _new(self, job: int) -> NextStep:
        step = self._steps[job] = NextStep(self)
        step.chosen.connect(self.chosen)
        return step

    def _cover(self) -> None:
        viewport = self._below.viewport()
        self.setGeometry(QRect(viewport.mapTo(self._around, QPoint(0, 0)), viewport.size()))
        self.raise_()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._cover()
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        # The list scrolls, wherever in it the pointer is.
        QCoreApplication.sendEvent(self._below.viewport(), event)
