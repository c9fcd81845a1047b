"""What the person's own address is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from kireji.core.jobs.counts import Counts
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, JobPlan, SourceKind
from kireji.core.jobs.webhooks import RETRIES, message, secret_of, signing_key, wait_after

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def job(state: JobState, sentence: str = "") -> Job:
    counts = Counts(pending=2, succeeded=5, errored=1, invalid=3, same=4)
    plan = JobPlan("Receipts", "anthropic", "claude-haiku-5-5", prompt="What does it cost?", system="Be short.")
    return Job(7, plan, "receipts.jsonl", SourceKind.JSONL, state, counts, NOW, sentence=sentence, cost=0.1234567)


def test_it_tells_how_a_job_ended_and_nothing_of_its_rows() -> None:
    body = message(job(JobState.FINISHED), NOW)
    assert body is not None
    assert json.loads(body) == {
        "type": "job.finished",
        "timestamp": "2026-11-22T12:00:00Z",
        "data": {
            "job": 7,
            "name": "Receipts",
            "state": "finished",
            "sentence": "",
            "rows": {
                "lines": 15,
                "invalid": 3,
                "same": 4,
                "waiting": 2,
                "succeeded": 5,
                "errored": 1,
                "expired": 0,
                "canceled": 0,
                "uncertain": 0,
                "reused": 0,
            },
            "cost": 0.123457,
        },
    }


@pytest.mark.parametrize(
    ("state", "event"), [(JobState.CANCELLED, "job.cancelled"), (JobState.NEEDS_YOU, "job.needs_you")]
)
def test_each_end_has_its_name(state: JobState, event: str) -> None:
    assert json.loads(message(job(state, "Why."), NOW) or b"")["type"] == event


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.PAUSED, JobState.READY, JobState.CANCELLING])
def test_nothing_is_told_of_a_job_that_goes_on(state: JobState) -> None:
    assert message(job(state), NOW) is None


def test_a_message_is_tried_for_a_day() -> None:
    assert 85_000 <= sum(RETRIES) <= 90_000
    assert [wait_after(attempts) for attempts in (1, 2, len(RETRIES), len(RETRIES) + 1)] == [5.0, 30.0, 28_800.0, None]


def test_a_secret_holds_its_key() -> None:
    assert signing_key(secret_of(b"k" * 32)) == b"k" * 32


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!", "k" * 40, "whsec_" + "a" * 4, "whsec_" + "YWFh" * 40])
def test_other_texts_hold_none(text: str) -> None:
    assert signing_key(text) == b""
