"""Jobs whose process is killed again and again, and what the service has counted in the end."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.service import KEY, Orders, Rule, ServiceProcess
from tests.service.outside import ROOT
from tests.support.job_program import job_program
from tests.support.job_worker import POINTS

__all__ = ["POINTS", "Killing", "Tally", "killing"]


@dataclass(frozen=True)
class Tally:
    """What came of jobs whose processes were killed.

    Args:
        kills: How often.
        rows: Of all jobs.
        succeeded: Rows that have an answer.
        open: Rows that have not ended.
        made: Batches that the service made.
        twice: Batches that it made a second time for the same submission.
        paid: Rows that it answered.
        paid_twice: Rows that it answered more than once.
        orphaned: Rows whose answers nobody has fetched.
        held: Batches for which money is still kept free.
        bodies: Bodies of batches that still stand on the disk.
    """

    kills: int
    rows: int
    succeeded: int
    open: int
    made: int
    twice: int
    paid: int
    paid_twice: int
    orphaned: int
    held: int
    bodies: int


class Killing:
    """A service, a queue, and processes that work it.

    Args:
        home: The data folder.
        service: The service.
        workers: Each makes one process after the other.
    """

    def __init__(self, home: Path, service: ServiceProcess, workers: Sequence[subprocess.Popen[str]]) -> None:
        self._home = home
        self._service = service
        self._workers = workers
        self.kills = 0

    @property
    def environ(self) -> dict[str, str]:
        return {"ANTHROPIC_BASE_URL": self._service.base_url, "ANTHROPIC_API_KEY": KEY}

    def add(self, rows: int, rows_per_batch: int, **values: Any) -> None:
        """A job that runs; `values` of its plan."""

        async def add() -> None:
            async with job_program(self._home, self.environ) as program:
                await program.add(rows, rows_per_batch, **values)

        asyncio.run(add())

    def run(self, point: str = "", at: int = 1, seconds: float | None = None) -> int:
        """Let one process work.

        Args:
            point: Where it kills itself; empty for nowhere.
            at: At which time it comes there.
            seconds: After so long it is killed from outside; None lets it.

        Returns:
            Its exit code; 0 when all jobs have ended.
        """
        pid = self._start(self._workers[0], point, at)
        if seconds is not None:
            time.sleep(seconds)  # noqa: TID251 - from outside, whatever the process does
            os.kill(pid, signal.SIGKILL)
        return self._ended(self._workers[0])

    def run_together(self, *points: str) -> list[int]:
        """Let as many processes work at the same time as there are points; gives their exit codes.

        Args:
            points: Where each kills itself; empty for nowhere.
        """
        workers = self._workers[: len(points)]
        for worker, point in zip(workers, points, strict=True):
            self._start(worker, point, 1)
        return [self._ended(worker) for worker in workers]

    @staticmethod
    def _start(worker: subprocess.Popen[str], point: str, at: int) -> int:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(f"{point} {at}\n")
        worker.stdin.flush()
        return int(worker.stdout.readline().split()[1])

    def _ended(self, worker: subprocess.Popen[str]) -> int:
        assert worker.stdout is not None
        code = int(worker.stdout.readline().split()[1])
        self.kills += code == -signal.SIGKILL
        return code

    def kill_at_random(self, kills: int, chance: random.Random, longest: float, rows: int, rows_per_batch: int) -> int:
        """Kill so many processes after up to `longest` seconds each; a job that ends before is followed by another.

        Returns:
            How many jobs there were.
        """
        jobs = 1
        self.add(rows, rows_per_batch)
        while self.kills < kills:
            if self.run(seconds=chance.uniform(0.01, longest)) == 0:
                self.add(rows, rows_per_batch)
                jobs += 1
        assert self.run() == 0
        return jobs

    def tally(self) -> Tally:
        """What came of it."""
        report = self._service.control(batches={"answered": True})["batches"]

        async def look() -> tuple[int, int, int, int]:
            async with job_program(self._home, self.environ) as program:
                counts = [job.counts for job in await program.services.jobs.jobs()]
                held = await program.services.spending.held()
            ended = sum(one.ended for one in counts)
            lines = sum(one.lines for one in counts)
            return lines, sum(one.succeeded for one in counts), lines - ended, len(held)

        rows, succeeded, waiting, held = asyncio.run(look())
        return Tally(
            self.kills,
            rows,
            succeeded,
            waiting,
            report["made"],
            report["twice"],
            report["paid"],
            sum(times - 1 for times in report["answered"].values()),
            report["orphaned"],
            held,
            len(list(self._home.glob("jobs/outgoing/*"))),
        )


@contextmanager
def killing(home: Path, orders: Orders, workers: int = 1, rules: Sequence[Rule] = ()) -> Iterator[Killing]:
    """A service and sources of processes.

    Args:
        home: The data folder.
        orders: What the service does to batches.
        workers: How many processes may work at the same time.
        rules: What the service answers.
    """
    with ServiceProcess(*rules, batches=orders) as service, ExitStack() as stack:
        variables = os.environ | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        command = [sys.executable, "-m", "tests.support.job_worker", str(home)]
        said = stack.enter_context((home / "workers.log").open("w"))
        pipe = subprocess.PIPE
        made = [
            stack.enter_context(
                subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=said, text=True, cwd=ROOT, env=variables)
            )
            for _ in range(workers)
        ]
        yield Killing(home, service, made)
