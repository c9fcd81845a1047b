"""`python -m tests.service`: the service as a process; its first line is its address."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

import msgspec

from tests.service.answers import read_script
from tests.service.batches import Orders
from tests.service.counting import CountingRule
from tests.service.server import KEY, TestService


def main() -> None:
    """Run until terminated."""
    parser = argparse.ArgumentParser(prog="python -m tests.service", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--script", type=Path, help="a JSON list of rules, see tests/service/answers.py")
    parser.add_argument("--log", type=Path, help="write each request here as a line of JSON")
    parser.add_argument("--key", action="append", help="a key that is accepted; may be given several times")
    parser.add_argument("--counting", type=int, metavar="SEED", help="count tokens by a rule made of this number")
    parser.add_argument("--batches", default="{}", help="orders as JSON, see tests/service/batches.py")
    options = parser.parse_args()
    asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    rules = read_script(options.script.read_bytes()) if options.script else []
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    counting = None if options.counting is None else CountingRule(options.counting)
    service = TestService(
        *rules,
        keys=options.key or [KEY],
        port=options.port,
        log=options.log,
        counting=counting,
        batches=msgspec.json.decode(options.batches, type=Orders),
    )
    async with service:
        print(service.base_url, flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
