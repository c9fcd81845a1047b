"""`kireji policies check`: a policy's file, and its verdicts against a labelled set."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import NamedTuple

from kireji.cli.agreement_text import report_lines, report_value
from kireji.cli.console import Console
from kireji.cli.policy_files import NamedPolicy, named_policy, parsed_policy, problem_value, tell
from kireji.cli.sources import whole_file
from kireji.cli.work import DONE, FAILED, INTERRUPTED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.moderation.labelled import LabelledSet, parse
from kireji.core.moderation.policies import ParsedPolicy, Policy
from kireji.core.structured.questions import Asker
from kireji.resources import resource
from kireji.services.application import Services
from kireji.services.moderation.checking import CheckEstimate, CheckProgress, CheckReport
from kireji.services.moderation.set_pictures import SetPictures
from kireji.services.spending import dollars

_LARGEST_SET = "Split it into several."


class _Set(NamedTuple):
    """A labelled set as it lies in a file.

    Args:
        name: As people call it.
        data: What the file holds.
        folder: Where its pictures are.
    """

    name: str
    data: bytes
    folder: Path


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the policy's file and the set.

    Raises:
        WrongUsage: The options do not go together.
        KirejiError: A file cannot be read.
    """
    if arguments.no_set and (arguments.labelled or arguments.at_least is not None):
        raise WrongUsage("--no-set goes neither with --set nor with --at-least")
    named = named_policy(arguments.policy)
    found = None if arguments.no_set else _set(arguments.labelled, named)

    async def work(services: Services) -> int:
        parsed = await parsed_policy(services, named)
        if parsed.policy is None or found is None:
            return _file_alone(named, parsed, arguments, console)
        tell(named.shown, parsed.problems, console)
        labelled = await asyncio.to_thread(parse, found.data, parsed.policy)
        tell(found.name, labelled.problems, console)
        if any(problem.fatal for problem in labelled.problems):
            raise KirejiError(f"The set {found.name} cannot be used with this policy.", "Correct it.")
        return await _checked(services, parsed.policy, labelled, found, arguments, console)

    return work


def _set(typed: str | None, named: NamedPolicy) -> _Set | None:
    """The set that was named, else the one that came with the policy."""
    if typed:
        return _Set(typed, whole_file(typed, "Check the name after --set.", _LARGEST_SET), Path(typed).parent)
    path = resource("policies") / "sets" / f"{named.name}.jsonl"
    return _Set(path.name, path.read_bytes(), path.parent) if path.is_file() else None


def _file_alone(named: NamedPolicy, parsed: ParsedPolicy, arguments: argparse.Namespace, console: Console) -> int:
    """What a file holds, when nothing is judged."""
    usable = parsed.policy is not None
    if arguments.json:
        console.object(
            {"policy": named.name, "usable": usable, "problems": [problem_value(each) for each in parsed.problems]}
        )
        return DONE if usable else FAILED
    tell(named.shown, parsed.problems, console)
    if not usable:
        count = sum(problem.fatal for problem in parsed.problems)
        console.note(f"kireji: {named.shown} cannot be used: {count} {'error' if count == 1 else 'errors'}.")
        return FAILED
    console.line(f"{named.shown} can be used.")
    if not arguments.no_set:
        console.note("There is no labelled set of that name; name one with --set FILE to see how well it judges.")
    return DONE


async def _checked(
    services: Services,
    policy: Policy,
    labelled: LabelledSet,
    found: _Set,
    arguments: argparse.Namespace,
    console: Console,
) -> int:
    checking = services.habits().policy_checks
    asker = Asker(arguments.provider, arguments.model, hide=not arguments.no_redact, unpriced=arguments.yes)
    estimate = await checking.estimate(policy, labelled, asker)
    console.note(_estimate_words(policy, found, estimate))
    if not arguments.yes and not await _wanted(console):
        console.note("Nothing was sent.")
        return INTERRUPTED
    opener = SetPictures(services.capture, found.folder, _picture)
    try:
        report = await checking.run(
            policy, labelled, asker, opener.open, observe=lambda told: console.progress(_progress_words(told))
        )
    finally:
        console.progress("")
    if arguments.json:
        console.object({"set": found.name, **report_value(report)})
    else:
        for line in report_lines(report, policy):
            console.line(line)
    return _ended(report, arguments.at_least, console)


async def _wanted(console: Console) -> bool:
    """Whether the person at the terminal wants it; where nobody sits, whoever typed the command does."""
    if console.keyboard is None:
        return True
    console.keyboard.forget()
    console.show("Judge them? y = yes, n = no (Enter: y)")
    return (await console.keyboard.line()).strip().lower() in ("", "y", "yes")


def _ended(report: CheckReport, at_least: float | None, console: Console) -> int:
    if report.stopped:
        console.note(f"kireji: Not all items were judged. {report.stopped}")
        return FAILED
    right = report.agreement.right * 100 / max(1, report.agreement.items)
    if at_least is not None and right < at_least:
        console.note(f"kireji: {right:.1f} % are as their labels say, and {at_least:g} % are wanted.")
        return FAILED
    return DONE


def _estimate_words(policy: Policy, found: _Set, estimate: CheckEstimate) -> str:
    cost = "at a price that is not known" if estimate.cost is None else f"about {dollars(estimate.cost)}"
    return (
        f"{policy.title}, version {policy.version}, against {found.name}: {estimate.requests:,} requests to "
        f"{estimate.provider}/{estimate.model}, about {estimate.tokens:,} tokens to read, {cost}."
    )


def _progress_words(told: CheckProgress) -> str:
    parts = [f"{told.done:,} of {told.items:,} judged", f"{told.wrong:,} not as labelled"]
    if told.failed:
        parts.append(f"{told.failed:,} failed")
    if told.cost:
        parts.append(dollars(told.cost))
    return ", ".join(parts)


def _picture(path: Path) -> bytes:
    return whole_file(str(path), "Check its name in the set.", "Use a smaller picture.")
