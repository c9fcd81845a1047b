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
from tests.support.job_program import Parts, job_program

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


def doomed(parts: Parts, doom: Doom) -> Parts:
    """The program's parts, with a point before or after what they do."""
    reach = doom.reach

    def batch_set(batch: int, state: BatchState, *rest: Any) -> None:
        match state:
            case BatchState.SUBMITTED:
                reach("that is recorded")
            case BatchState.COLLECTING:
                reach("that it is collected is recorded")
            case BatchState.COMPLETED:
                reach("it is completed")

    store = Observed(
        parts["store"],
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
    desk = Observed(
        parts["desk"],
        {"settle": lambda *_: reach("all results are stored")},
        {"write": lambda *_: reach("the ledger has its row"), "settle": lambda *_: reach("it is settled")},
    )
    _observe(parts["desk"], reach)
    provider = _Provider(parts["provider"], reach)
    return {"store": store, "provider": provider, "desk": desk}


def _observe(desk: Any, reach: Callable[[str], None]) -> None:
    """Points inside of what writes a batch."""
    spool, outbox = desk._spool, desk._outbox
    desk._spool = Observed(spool, {}, {"write": lambda *_: reach("its body is written")})
    spending = outbox.accounts.spending
    outbox.accounts.spending = Observed(spending, {}, {"reserve_held": lambda *_: reach("its cost is kept free")})


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
    async with job_program(home, environ, wrapped=lambda parts: doomed(parts, doom)) as program:
        await program.runner.run(until_done=True)


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
