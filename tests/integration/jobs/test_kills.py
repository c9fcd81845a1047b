"""Processes that work a job are killed at any instruction: nothing is sent twice, nothing is left behind."""

from __future__ import annotations

import random
import signal
import sys
from pathlib import Path

import pytest

from tests.service import Orders
from tests.support.job_kills import POINTS, Tally, killing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

KILLS = 20


def assert_nothing_lost(tally: Tally, rows: int) -> None:
    assert (tally.rows, tally.succeeded, tally.open) == (rows, rows, 0)
    assert (tally.twice, tally.paid, tally.paid_twice) == (0, rows, 0)
    assert (tally.orphaned, tally.held, tally.bodies) == (0, 0, 0)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_a_job_ends_as_if_nothing_had_happened(point: str, tmp_path: Path) -> None:
    with killing(tmp_path, Orders(seconds=0.2)) as jobs:
        jobs.add(60, 20)
        assert jobs.run(point, at=2 if point != "the job has ended" else 1) == -signal.SIGKILL
        assert jobs.run() == 0
        assert_nothing_lost(jobs.tally(), 60)


def test_killed_at_random_moments_every_row_ends_once(tmp_path: Path) -> None:
    with killing(tmp_path, Orders(seconds=0.4)) as jobs:
        count = jobs.kill_at_random(KILLS, random.Random(8), 0.6, 1_000, 50)
        assert_nothing_lost(jobs.tally(), 1_000 * count)
    assert jobs.kills == KILLS


def test_two_processes_at_once_share_one_job(tmp_path: Path) -> None:
    with killing(tmp_path, Orders(seconds=0.2), workers=2) as jobs:
        jobs.add(400, 10)
        assert jobs.run_together("", "") == [0, 0]
        assert_nothing_lost(jobs.tally(), 400)


@pytest.mark.parametrize("point", ["a batch is recorded", "the service has answered", "the first results are stored"])
def test_of_two_processes_one_dies_and_the_other_does_the_rest(point: str, tmp_path: Path) -> None:
    with killing(tmp_path, Orders(seconds=0.2), workers=2) as jobs:
        jobs.add(400, 10)
        assert jobs.run_together(point, "")[1] == 0
        assert_nothing_lost(jobs.tally(), 400)
