"""Policies by name or as a file, and what is wrong with them, line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kireji.cli.console import Console
from kireji.cli.sources import whole_file
from kireji.core.moderation.policies import ParsedPolicy, Policy, PolicyProblem
from kireji.services.application import Services
from kireji.services.moderation.service import usable

ENDING = ".toml"
_NO_NAME = re.compile(r"[^a-z0-9]+")


class NamedPolicy(NamedTuple):
    """What was named on the command line.

    Args:
        name: Of the policy.
        path: As it was typed; empty when a name was typed.
        data: What the file holds; None when a name was typed.
    """

    name: str
    path: str = ""
    data: bytes | None = None

    @property
    def shown(self) -> str:
        """Before a line's number."""
        return self.path or f"{self.name}{ENDING}"


def named_policy(typed: str) -> NamedPolicy:
    """A name, or a file that is read now: what ends in .toml or has a folder in it.

    Raises:
        KirejiError: The file cannot be read.
    """
    if not typed.lower().endswith(ENDING) and "/" not in typed and "\\" not in typed:
        return NamedPolicy(typed)
    data = whole_file(typed, "Check the name.", "A policy has 256 KB at most.")
    return NamedPolicy(name_of(typed), typed, data)


def name_of(path: str) -> str:
    """The policy's name that goes with a file's."""
    return _NO_NAME.sub("-", Path(path).stem.lower()).strip("-")[:64].strip("-") or "policy"


async def parsed_policy(services: Services, named: NamedPolicy) -> ParsedPolicy:
    """What stands in it, and what is wrong.

    Raises:
        KirejiError: There is no policy of that name.
    """
    moderation = services.habits().moderation
    if named.data is not None:
        return await moderation.parsed(named.name, named.data)
    found = (await moderation.policies()).get(named.name)
    if found is None:
        await moderation.policy(named.name)  # which says what may have been meant
    return found or ParsedPolicy(None)


async def usable_policy(services: Services, named: NamedPolicy, console: Console) -> Policy:
    """The policy; what its author should know stands beside the result.

    Raises:
        KirejiError: There is none, or it cannot be used.
    """
    parsed = await parsed_policy(services, named)
    if parsed.policy is None and len(parsed.problems) > 1:
        tell(named.shown, parsed.problems, console)
    return usable(named.path or named.name, parsed)


def tell(shown: str, problems: Sequence[PolicyProblem], console: Console) -> None:
    """Print problems as compilers do, so that editors find the place."""
    for problem in problems:
        console.note(problem_line(shown, problem))


def problem_line(shown: str, problem: PolicyProblem) -> str:
    """One of them."""
    where = f"{shown}:{problem.line}" if problem.line else shown
    return f"{where}: {'' if problem.fatal else 'remark: '}{problem.reason}"


def problem_value(problem: PolicyProblem) -> dict[str, object]:
    """The same as JSON."""
    return {"line": problem.line or None, "reason": problem.reason, "fatal": problem.fatal}
