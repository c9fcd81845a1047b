"""`kireji doctor`: what works on this machine."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from kireji.cli.console import Console
from kireji.cli.findings import tell
from kireji.cli.work import Work
from kireji.core.errors import KirejiError
from kireji.services.application import Services
from kireji.services.doctor import Check, Doctor, Finding, Verdict


async def without_services(
    arguments: argparse.Namespace, console: Console, error: KirejiError, checks: Callable[[], Sequence[Check]]
) -> int:
    """Say why the services cannot be opened, and what can be said without them; returns the exit code.

    Args:
        arguments: As they were typed.
        console: Where.
        error: Why.
        checks: What can be looked at all the same.
    """
    data = ("data", Finding(Verdict.FAILED, error.message, error.hint))
    return tell(console, [data, *await Doctor(checks).examine()], as_json=arguments.json)


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""

    async def work(services: Services) -> int:
        return tell(console, await services.doctor.examine(), as_json=arguments.json)

    return work
