"""Whatever becomes of the program or of a connection: no server is left, and nothing grows."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.integration.tools.mcp.servers import World, plain
from tests.integration.tools.trees import MARK, alive, all_gone, new_mark

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

_PROGRAM = """
import asyncio, pathlib, sys
from tests.integration.tools.mcp.servers import plain, world
from tests.integration.tools.trees import MARK
async def main(folder, mark):
    async with world(pathlib.Path(folder)) as w:
        w.write(**{f"server{number}": plain("well", env={MARK: mark}) for number in range(20)})
        found = await asyncio.gather(*(w.sources.test(f"server{number}") for number in range(20)))
        print(all(steps[-1].passed for steps in found), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
async def test_a_program_that_is_killed_with_twenty_servers_leaves_none_after_three_seconds(
    tmp_path: Path, number: int
) -> None:
    mark = new_mark()
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, str(tmp_path), mark),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    assert await program.stdout.readline() == b"True\n"
    assert len([*alive(mark)]) == 20
    os.kill(program.pid, number)
    assert await all_gone(mark, 3)
    await program.communicate()


async def test_connecting_again_and_again_leaves_nothing_behind(world: World) -> None:
    mark = new_mark()
    world.write(one=plain("well", env={MARK: mark}))
    source = await world.source("one")

    async def again() -> None:
        await source.describe()
        await source.aclose()

    for _ in range(3):
        await again()
    before = open_descriptors(), len(asyncio.all_tasks())
    for _ in range(30):
        await again()
    assert (open_descriptors(), len(asyncio.all_tasks())) == before
    assert await all_gone(mark, 3)


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
