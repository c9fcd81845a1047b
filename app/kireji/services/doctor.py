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
    """

    name: str
    probe: Callable[[], Awaitable[Finding]]


class Doctor:
    """Runs all checks at the same time, each with a time limit.

    Args:
        checks: In the order in which they are shown.
    """

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = tuple(checks)

    async def examine(self) -> Sequence[tuple[str, Finding]]:
        """Every check's name with its finding."""
        findings = await asyncio.gather(*(self._run(check) for check in self._checks))
        return [(check.name, finding) for check, finding in zip(self._checks, findings, strict=True)]

    async def _run(self, check: Check) -> Finding:
        try:
            async with asyncio.timeout(_SECONDS_PER_CHECK):
                return await check.probe()
        except TimeoutError:
            return Finding(Verdict.FAILED, f"No answer within {_SECONDS_PER_CHECK:g} seconds.")
        except KirejiError as error:
            return Finding(Verdict.FAILED, error.message, error.hint)
