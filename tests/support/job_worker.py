"""Processes that work jobs and may be killed: `python -m tests.support.job_worker HOME`.

Each line on its standard input makes one process: the name of a point at which it ends itself as `kill -9` would, and
at which time it passes there; `-` for none. It says `started PID`, and `ended CODE` when that process is over. All of
them come from one that has loaded the program already, so that nearly all of their time is work.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from kireji.core.jobs.states import BatchState
from kireji.services.jobs.parts import JobParts
from tests.support.job_program import job_program

Reached = Callable[..., None]
POINTS = (
    "before a batch is recorded",
    "a batch is recorded",
    "its body is written",
    "its cost is kept free",
    "the ledger has its row",
    "the service has answered",
    "that is recorded",
    "the claim is given back",
    "a batch is claimed",
    "the service says that it has ended",
    "that it is collected is recorded",
    "the first results are stored",
    "all results are stored",
    "it is settled",
    "it is completed",
    "the job has ended",
)
"""In the order in which a batch reaches them."""


class Doom:
    """Ends the process at a point.

    Args:
        point: Which; empty for none.
        time: At which time it is passed.
    """

    def __init__(self, point: str, time: int) -> None:
        self._point = point
        self._time = time
        self._passed: Counter[str] = Counter()

    def reach(self, point: str) -> None:
        self._passed[point] += 1
        if point == self._point and self._passed[point] == self._time:
            os.kill(os.getpid(), signal.SIGKILL)


class Observed:
    """Calls something else, and tells before and after which call.

    Args:
        inner: What is called.
        before: Told the arguments before a call, by its name.
        after: Told the arguments and the result after it.
    """

    def __init__(
        self, inner: Any, before: dict[str, Callable[..., None]], after: dict[str, Callable[..., None]]
    ) -> None:
        self._inner = inner
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in self._before and name not in self._after:
            return method

        async def call(*arguments: Any, **named: Any) -> Any:
            self._before.get(name, _nothing)(*arguments)
            result = await method(*arguments, **named)
            self._after.get(name, _nothing)(*arguments)
            return result

        return call


def _nothing(*arguments: Any) -> None:
    """No point."""


def doom_parts(parts: JobParts, doom: Doom) -> None:
    """Put a point before or after what the program's parts do."""
    reach, engine = doom.reach, parts.runner._engine

    def batch_set(batch: int, state: BatchState, *rest: Any) -> None:
        match state:
            case BatchState.SUBMITTED:
                reach("that is recorded")
            case BatchState.COLLECTING:
                reach("that it is collected is recorded")
            case BatchState.COMPLETED:
                reach("it is completed")

    engine.store = Observed(
        engine.store,
        {"take": lambda *_: reach("before a batch is recorded")},
        {
            "take": lambda *_: reach("a batch is recorded"),
            "set_batch": batch_set,
            "release": lambda *_: reach("the claim is given back"),
            "claim_due": lambda *_: reach("a batch is claimed"),
            "record": lambda *_: reach("the first results are stored"),
            "set_state": lambda *_: reach("the job has ended"),
        },
    )
    desk: Any = engine.desk
    desk._spool = Observed(desk._spool, {}, {"write": lambda *_: reach("its body is written")})
    accounts = desk._outbox.batches
    accounts._spending = Observed(accounts._spending, {}, {"reserve_held": lambda *_: reach("its cost is kept free")})
    engine.desk = Observed(
        desk,
        {"settle": lambda *_: reach("all results are stored")},
        {"write": lambda *_: reach("the ledger has its row"), "settle": lambda *_: reach("it is settled")},
    )
    engine.providers = {name: _Provider(provider, reach) for name, provider in engine.providers.items()}


class _Provider:
    """The service's batch interface."""

    def __init__(self, inner: Any, reach: Callable[[str], None]) -> None:
        self._inner = inner
        self._reach = reach

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def submit(self, *arguments: Any) -> Any:
        answer = await self._inner.submit(*arguments)
        self._reach("the service has answered")
        return answer

    async def poll(self, *arguments: Any) -> Any:
        answer = await self._inner.poll(*arguments)
        if answer.state.value == "ended":
            self._reach("the service says that it has ended")
        return answer

    @asynccontextmanager
    async def results(self, *arguments: Any) -> Any:
        async with self._inner.results(*arguments) as results:
            yield results


async def work(home: Path, doom: Doom) -> None:
    """Work all jobs until none runs."""
    environ = {name: os.environ[name] for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY")}
    async with job_program(home, environ, changed=lambda parts: doom_parts(parts, doom)) as program:
        await program.work()


def main() -> None:
    """Make one process for each line."""
    home = Path(sys.argv[1])
    for line in sys.stdin:
        point, _, time = line.strip().rpartition(" ")
        child = os.fork()
        if not child:
            code = 1
            try:
                asyncio.run(work(home, Doom(point, int(time))))
                code = 0
            finally:
                os._exit(code)
        print(f"started {child}", flush=True)
        _, status = os.waitpid(child, 0)
        print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
