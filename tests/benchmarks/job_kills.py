"""A job of a thousand rows whose process is killed two hundred times at random moments.

The processes come from one that has loaded the program already, so that they die at work and not while they start. A
hundred batches of ten rows, of which the service answers each half a second later; leases, distances between looks and
the time after which a batch that is not listed counts as never made are short, so that they too are met by kills. What
was made, answered and left lying is counted by the service, which is a process of its own.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.table import Row
from tests.service import Orders
from tests.support.job_kills import Tally, killing

_KILLS = 200
_ROWS = 1_000
_ROWS_PER_BATCH = 10
_LONGEST = 0.7
"""Seconds that a process lives."""


def measure() -> list[Row]:
    begun = time.monotonic()
    orders = Orders(seconds=0.5, unlisted=0.1)
    with tempfile.TemporaryDirectory(prefix="kireji-kills-") as folder, killing(Path(folder), orders) as jobs:
        count = jobs.kill_at_random(_KILLS, random.Random(), _LONGEST, _ROWS, _ROWS_PER_BATCH)
        tally = jobs.tally()
    _print(tally, count, time.monotonic() - begun)
    return [_row(tally, count)]


def _row(tally: Tally, count: int) -> Row:
    lost = tally.rows - tally.succeeded
    wrong = (lost, tally.open, tally.twice, tally.paid_twice, tally.orphaned, tally.held, tally.bodies)
    jobs = f"{count} jobs" if count > 1 else "a job"
    return Row(
        f"{jobs} of {_ROWS:,} rows, killed {tally.kills} times",
        "every row ends once, no batch twice, nothing orphaned",
        f"{tally.made} batches with {tally.paid:,} answers, counted by the service",
        f"{tally.succeeded:,} of {tally.rows:,} rows ended once",
        f"{tally.twice} batches twice, {tally.paid_twice} rows paid twice, {tally.orphaned} orphaned",
        not any(wrong) and tally.paid == tally.rows,
    )


def _print(tally: Tally, count: int, seconds: float) -> None:
    told = {
        "kills": tally.kills,
        "jobs": count,
        "batches made": tally.made,
        "batches made twice": tally.twice,
        "rows": tally.rows,
        "rows ended once": tally.succeeded,
        "rows that have not ended": tally.open,
        "rows answered": tally.paid,
        "rows answered and paid twice": tally.paid_twice,
        "rows orphaned": tally.orphaned,
        "batches for which money is still kept free": tally.held,
        "bodies left on the disk": tally.bodies,
        "seconds": f"{seconds:.0f}",
    }
    for what, value in told.items():
        print(f"  {what}: {value}", file=sys.stderr)
