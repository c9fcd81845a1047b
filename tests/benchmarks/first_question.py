"""A process that opens the program's services and asks one question: `python -m tests.benchmarks.first_question`."""

from __future__ import annotations

import asyncio
import os
import sys
import time

from kireji.bootstrap.services import Overrides, open_services
from kireji.desktop.keystore import SessionKeyStore
from kireji.desktop.paths import Paths
from kireji.services.turns import Question


async def main(refresh: bool) -> None:
    """Say when the question was asked, in seconds of the system's monotonic clock.

    Args:
        refresh: Ask nothing; ask the sources for their tools instead, as the running program does in time.
    """
    environ = dict(os.environ)
    async with open_services(Paths.find(environ), environ, overrides=Overrides(keychain=SessionKeyStore())) as services:
        if refresh:
            await services.tools.toolbox.refresh()
            return
        await services.chat.prepare()
        begin = time.monotonic()
        await services.chat.ask(Question("What is this?"), lambda _event: None)
        print(begin)


asyncio.run(main(sys.argv[1:] == ["refresh"]))
