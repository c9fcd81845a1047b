"""The window in which a job is made, over a fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication, QMainWindow

from kireji.core.jobs.values import Job, JobPlan, JobSource, SourceHead
from kireji.ui.jobs.new_job import NewJob
from kireji.ui.jobs.new_job_check import CheckPage
from kireji.ui.jobs.new_job_dialog import NewJobDialog, Step
from kireji.ui.jobs.new_job_form import NewJobForm
from kireji.ui.jobs.new_job_words import NewJobStart
from kireji.ui.theme import Theme
from tests.fakes.job_service import FakeJobService
from tests.fakes.services import FakeSurroundings
from tests.support.waiting import until_true

MAILS = SourceHead(bytes=1_000, columns=("id", "subject", "mail"), first=("7", "Invoice", "Dear team"))


@dataclass
class Making:
    """The window with everything below it."""

    below: FakeSurroundings
    jobs: FakeJobService
    presenter: NewJob
    folder: Path
    made: list[Job] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    @property
    def dialog(self) -> NewJobDialog:
        assert self.presenter.dialog is not None
        return self.presenter.dialog

    @property
    def form(self) -> NewJobForm:
        return self.dialog.form

    @property
    def check(self) -> CheckPage:
        return self.dialog.check

    def file(self, name: str, head: SourceHead | None = None) -> Path:
        """A file that can be chosen, and what is seen of it at a glance."""
        path = self.folder / name
        path.write_text("", "utf-8")
        self.jobs.heads[str(path)] = head or (
            SourceHead(pictures=1) if path.suffix in (".png", ".jpg") else SourceHead(bytes=10)
        )
        return path

    async def open(self, *paths: Path, prompt: str = "", **start: str) -> None:
        """Begin a job about files, and wait until they are known."""
        self.presenter.open(NewJobStart(paths=paths, prompt=prompt, **start))
        await self.until_who()
        if paths:
            await until_true(lambda: self.form.head is not None)

    async def until_who(self) -> None:
        """It is known who answers."""
        await until_true(lambda: self.form.model.button.text() not in ("", "Choose a model"))

    async def read(self) -> None:
        """Check, and wait until all is read."""
        await until_true(self.dialog.check_button.isEnabled)
        self.dialog.check_button.click()
        await until_true(lambda: self.presenter.dialog is None or self.dialog.step is not Step.READING)

    def added(self) -> tuple[JobPlan, JobSource]:
        """What was asked to be read."""
        order = next(order for order in self.jobs.orders if order[0] == "add")
        return order[1], order[2]


@asynccontextmanager
async def making(folder: Path, below: FakeSurroundings | None = None) -> AsyncIterator[Making]:
    """Make jobs, and close all of it."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    below = below or FakeSurroundings().with_key()
    jobs = FakeJobService()
    services = msgspec.structs.replace(below.build(), jobs=jobs)
    theme = Theme(app)
    window = QMainWindow()
    window.resize(1000, 800)
    window.show()
    failures: list[BaseException] = []
    presenter = NewJob(services, theme, window, failures.append)
    result = Making(below, jobs, presenter, folder, failures=failures)
    presenter.made.connect(result.made.append)
    try:
        yield result
        assert not failures
    finally:
        await presenter.aclose()
        window.close()
        window.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
