"""What a row says about a job."""

from __future__ import annotations

import pytest

from kireji.core.jobs.counts import Leaving
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, Mode, SourceKind
from kireji.ui.jobs.words import cost_words, made_from, moment_words, progress_words, short_model, spoken, state_words
from tests.ui.jobs.support import NOW, SIX_COLUMNS, at, estimated, job, of_the_mock_up, waiting_job


def test_the_jobs_of_the_mock_up_say_what_it_shows() -> None:
    receipts, alt_text, triage, comments = of_the_mock_up()
    assert [made_from(each) for each in (receipts, alt_text, triage)] == [
        "1,284 images → 6 columns",
        "212 images",
        "9,410 rows, 2,077 duplicates merged",
    ]
    assert [progress_words(each, NOW) for each in (receipts, alt_text, triage, comments)] == [
        "976 done · 24 failed · 31 reused · last 284 rows with the service since 14:02",
        "with the service since 14:10, at most 24 h",
        "finished yesterday 22:14",
        "19 failed: retry only these",
    ]
    assert [cost_words(each) for each in (receipts, alt_text, triage, comments)] == [
        ("$0.26", "est. $0.34"),
        ("$0.00", "est. $0.05"),
        ("$1.12", "est. $1.10"),
        ("$0.88", "est. $0.90"),
    ]
    assert [state_words(each)[0] for each in (receipts, alt_text, triage, comments)] == [
        "running",
        "running",
        "finished",
        "needs you",
    ]


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (job(state=JobState.IMPORTING), "reading the rows…"),
        (job(state=JobState.READY, pending=9), "checked; nothing was sent yet"),
        (job(pending=9), "waits to be sent"),
        (job(taken=9), "sending the rows…"),
        (job(taken=9, more={"leaving": Leaving(9)}), "sending the rows…"),
        (job(taken=1000, more={"leaving": Leaving(1000, 12)}), "looking through rows, 12 of 1,000"),
        (
            job(kind=SourceKind.FOLDER, taken=1000, more={"leaving": Leaving(1000, 12)}),
            "looking through pictures, 12 of 1,000",
        ),
        (job(taken=1000, more={"leaving": Leaving(1000, 1000)}), "sending the rows…"),
        (
            job(pending=1, taken=2000, more={"waiting_since": at("14:02"), "leaving": Leaving(1000, 12)}),
            "1,000 rows with the service since 14:02 · looking through rows, 12 of 1,000",
        ),
        (
            job(taken=1500, more={"waiting_since": at("14:02"), "leaving": Leaving(500)}),
            "1,000 rows with the service since 14:02",
        ),
        (
            job(pending=9, taken=1, succeeded=5, more={"waiting_since": at("14:02")}),
            "5 done · 1 row with the service since 14:02",
        ),
        (job(pending=9, taken=1, succeeded=5, mode=Mode.LIVE), "5 done · full price, one by one"),
        (job(mode=Mode.LIVE, pending=9), "full price, one by one"),
        (
            job(state=JobState.PAUSED, pending=9, taken=2, succeeded=5, more={"waiting_since": at("14:02", 1)}),
            "5 done · paused: nothing new is sent · 2 rows with the service since yesterday 14:02",
        ),
        (
            job(state=JobState.CANCELLING, taken=2, succeeded=5),
            "5 done · cancelling: the service has not confirmed it yet",
        ),
        (
            job(state=JobState.CANCELLED, succeeded=5, canceled=2, more={"ended": at("12:30")}),
            "cancelled 12:30 · 5 done · 2 failed",
        ),
        (job(state=JobState.FINISHED, succeeded=5, reused=2, more={"ended": at("12:30")}), "finished 12:30 · 2 reused"),
        (job(state=JobState.FINISHED, succeeded=5, errored=1), "1 failed: retry only this"),
        (job(state=JobState.NEEDS_YOU, uncertain=40, succeeded=5), "5 done · 40 uncertain"),
        (job(state=JobState.NEEDS_YOU, pending=5), "nothing is done yet"),
    ],
)
def test_progress_is_one_sentence(of: Job, words: str) -> None:
    assert progress_words(of, NOW) == words


def test_the_file_is_named_where_the_job_is_not_called_like_it() -> None:
    assert made_from(job(name="Moderate comments", source="comments-v3.jsonl", succeeded=640)) == "comments-v3.jsonl"
    assert made_from(job(name="comments", source="comments.jsonl", succeeded=640)) == "640 rows"


def test_lines_that_were_left_out_are_counted() -> None:
    assert made_from(job(succeeded=5, invalid=3)) == "8 rows, 3 bad lines left out"


def test_one_image_is_no_images() -> None:
    assert made_from(job(kind=SourceKind.PICTURES, pending=1, schema=SIX_COLUMNS)) == "1 image → 6 columns"


def test_a_schema_that_is_none_breaks_no_row() -> None:
    assert made_from(job(kind=SourceKind.FOLDER, pending=2, schema=b'["no object"]')) == "2 images"
    assert made_from(job(kind=SourceKind.FOLDER, pending=2, schema=b"{")) == "2 images"


def test_a_cost_that_nobody_knows_is_not_estimated() -> None:
    assert cost_words(job(more={"estimate": estimated(5, None)})) == ("$0.00", "")


def test_less_than_a_cent_is_not_nothing() -> None:
    assert cost_words(job(more={"cost": 0.004, "estimate": estimated(5, 0.0012)})) == ("$0.0040", "est. $0.0012")


def test_moments_before_yesterday_have_their_day() -> None:
    assert moment_words(at("09:05", 3), NOW) == "27 Feb 09:05"


def test_a_screen_reader_hears_all_of_a_row() -> None:
    heard = spoken(of_the_mock_up()[0], "Haiku 5.5", NOW)
    assert heard == (
        "Receipts 2026, running, 976 done · 24 failed · 31 reused · last 284 rows with the service since 14:02, "
        "1,284 rows, Haiku 5.5, 1,284 images → 6 columns, cost $0.26, est. $0.34"
    )


def test_a_screen_reader_hears_why_a_job_waits() -> None:
    assert "The key was revoked. Put in a new one, then resume" in spoken(waiting_job(), "Haiku 5.5", NOW)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Claude Haiku 5.5", "Haiku 5.5"),
        ("Anthropic: Claude Haiku 5.5", "Haiku 5.5"),
        ("Qwen: Qwen4 32B", "Qwen4 32B"),
        ("qwen4:32b", "qwen4:32b"),
        ("Claude ", "Claude "),
    ],
)
def test_a_model_has_a_short_name(name: str, short: str) -> None:
    assert short_model(name) == short
