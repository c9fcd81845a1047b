"""The truth about this machine: what works, what does not, and what to do about it."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from kireji.core.errors import KirejiError

log = logging.getLogger(__name__)

_SECONDS_PER_CHECK = 5.0


class Verdict(enum.Enum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Finding(msgspec.Struct, frozen=True):
    """What a check found.

    Args:
        verdict: Whether it matters.
        sentence: What was found.
        hint: What to do, if anything.
        data: The same for programs.
    """

    verdict: Verdict
    sentence: str
    hint: str = ""
    data: Mapping[str, object] = {}


class Check(msgspec.Struct, frozen=True):
    """One thing to look at.

    Args:
        name: Shown before the finding.
        probe: Looks; a KirejiError it raises becomes a failed finding.
        seconds: How long it may take.
    """

    name: str
    probe: Callable[[], Awaitable[Finding]]
    seconds: float = _SECONDS_PER_CHECK


class Doctor:
    """Runs all checks side by side, each with a time limit.

    Args:
        checks: Gives them in the order in which they are shown; asked when somebody wants to know.
        at_once: How many may run at the same time; the time of a check begins when it does.
    """

    def __init__(self, checks: Callable[[], Sequence[Check]], *, at_once: int = 32) -> None:
        self._checks = checks
        self._at_once = at_once

    async def examine(self) -> Sequence[tuple[str, Finding]]:
        """Every check's name with its finding."""
        checks, room = self._checks(), asyncio.Semaphore(self._at_once)
        findings = await asyncio.gather(*(_run(check, room) for check in checks))
        return [(check.name, finding) for check, finding in zip(checks, findings, strict=True)]


async def _run(check: Check, room: asyncio.Semaphore) -> Finding:
    async with room:
        try:
            async with asyncio.timeout(check.seconds):
                return await check.probe()
        except TimeoutError:
            return Finding(Verdict.FAILED, f"No answer within {check.seconds:g} seconds.")
        except KirejiError as error:
            return Finding(Verdict.FAILED, error.message, error.hint)
