"""What can be done with a job in each of its states."""

from __future__ import annotations

import pytest

from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job
from kireji.ui.jobs.commands import Command, command_words, next_steps, offered
from tests.ui.jobs.support import job, waiting_job


@pytest.mark.parametrize(
    ("of", "commands"),
    [
        (job(state=JobState.IMPORTING), []),
        (job(state=JobState.READY, pending=9), [Command.REVIEW, Command.REMOVE]),
        (job(pending=9), [Command.OPEN, Command.PAUSE, Command.CANCEL]),
        (job(pending=9, succeeded=1), [Command.OPEN, Command.PAUSE, Command.EXPORT, Command.CANCEL]),
        (job(state=JobState.PAUSED, taken=9), [Command.OPEN, Command.RESUME, Command.CANCEL]),
        (job(state=JobState.PAUSED, pending=9), [Command.OPEN, Command.RESUME, Command.CANCEL, Command.REMOVE]),
        (job(state=JobState.CANCELLING, taken=9), [Command.OPEN]),
        (job(state=JobState.CANCELLED, canceled=9), [Command.OPEN, Command.RETRY, Command.EXPORT, Command.REMOVE]),
        (job(state=JobState.FINISHED, succeeded=9), [Command.OPEN, Command.EXPORT, Command.REMOVE]),
        (
            job(state=JobState.FINISHED, succeeded=8, errored=1),
            [Command.OPEN, Command.RETRY, Command.EXPORT, Command.REMOVE],
        ),
        (
            job(state=JobState.NEEDS_YOU, uncertain=9),
            [Command.OPEN, Command.SEND_AGAIN, Command.COUNT_FAILED, Command.RESUME, Command.CANCEL],
        ),
    ],
)
def test_the_menu_offers_what_the_state_allows(of: Job, commands: list[Command]) -> None:
    assert offered(of) == commands


def test_a_job_that_needs_a_new_key_can_go_on_or_be_cancelled() -> None:
    assert next_steps(waiting_job()) == (Command.RESUME, Command.CANCEL)


def test_a_job_with_uncertain_rows_asks_what_becomes_of_them() -> None:
    assert next_steps(job(state=JobState.NEEDS_YOU, uncertain=3)) == (Command.SEND_AGAIN, Command.COUNT_FAILED)


def test_a_job_that_was_checked_waits_for_its_start() -> None:
    assert next_steps(job(state=JobState.READY, pending=3)) == (Command.REVIEW,)


def test_a_finished_job_with_verdicts_that_wait_for_a_person_leads_to_them() -> None:
    assert next_steps(job(state=JobState.FINISHED, succeeded=3, more={"undecided": True})) == (Command.DECIDE,)
    assert next_steps(job(state=JobState.RUNNING, succeeded=3, more={"undecided": True})) == ()


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.FINISHED, JobState.CANCELLING, JobState.PAUSED])
def test_other_jobs_need_nothing(state: JobState) -> None:
    assert next_steps(job(state=state, succeeded=3)) == ()


def test_a_retry_says_how_many_rows_it_takes() -> None:
    assert command_words(Command.RETRY, job(errored=19)) == "Retry the 19 rows that failed"
    assert command_words(Command.RETRY, job(errored=1)) == "Retry the row that failed"
