"""`kireji doctor`: what works on this machine."""

from __future__ import annotations

import argparse

from kireji.cli.console import Console
from kireji.cli.findings import tell
from kireji.cli.work import Work
from kireji.services.application import Services


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""

    async def work(services: Services) -> int:
        return tell(console, await services.doctor.examine(), as_json=arguments.json)

    return work
