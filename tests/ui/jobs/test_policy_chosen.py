"""A policy that was chosen in the window: what it judges by reaches the service; its verdict comes back in words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from kireji.core.jobs.states import JobState
from kireji.core.moderation.verdicts import Action
from kireji.core.structured.forms import AnswerForm
from kireji.ui.jobs.new_job import NewJob
from kireji.ui.jobs.new_job_dialog import Step
from kireji.ui.jobs.new_job_words import NewJobStart
from kireji.ui.theme import Theme
from tests.service import KEY, Orders, ServiceThread
from tests.support.demo_verdicts import verdicts, write_comments
from tests.support.job_program import job_program
from tests.support.waiting import until_true

pytestmark = pytest.mark.qt


async def test_a_policy_of_the_new_job_window_judges_the_rows_of_the_job_it_starts(tmp_path: Path) -> None:
    comments = tmp_path / "comments.jsonl"
    write_comments(comments)
    with ServiceThread(*verdicts(), batches=Orders(seconds=0.05)) as service:
        environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        async with job_program(tmp_path / "home", environ) as program:
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            theme, window, failures = Theme(app), QMainWindow(), list[BaseException]()
            window.resize(1000, 800)
            window.show()
            making = NewJob(program.services, theme, window, failures.append)
            try:
                making.open(NewJobStart(paths=(comments,)))
                dialog = making.dialog
                assert dialog is not None
                await until_true(lambda: dialog.form.head is not None)
                dialog.form.task.choose(AnswerForm.VERDICT)
                await until_true(lambda: bool(dialog.form.task.wanted.policy))
                dialog.form.task.policy.choose("community")
                await until_true(dialog.check_button.isEnabled)
                dialog.check_button.click()
                await until_true(lambda: dialog.step is Step.READY)

                dialog.check.trying.button.click()
                await until_true(lambda: "counts" in dialog.check.trying.sentence.text())
                tried = [each.text().casefold() for each in dialog.check.trying.fields.findChildren(QLabel)]
                await until_true(dialog.start.isEnabled)
                dialog.start.click()
                await until_true(lambda: making.dialog is None)
                job = await program.work()
                answers = await program.services.jobs.answers(job.id, limit=10)
            finally:
                await making.aclose()
                window.close()
                window.deleteLater()
                theme.deleteLater()
                await asyncio.sleep(0)
            assert not failures
    assert (job.state, job.plan.form, job.counts.succeeded) == (JobState.FINISHED, AnswerForm.VERDICT, 6)
    assert b'title = "Community"' in job.plan.policy
    assert [each.verdict.action for each in answers if each.verdict is not None] == [
        Action.REVIEW, Action.ALLOW, Action.BLOCK, Action.REVIEW, Action.REVIEW, Action.ALLOW,
    ]  # fmt: skip
    assert "review" in tried
