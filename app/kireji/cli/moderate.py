"""`kireji moderate`: text and pictures judged by a policy."""

from __future__ import annotations

import argparse
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from kireji.cli.console import Console
from kireji.cli.hiding import asked_before_sending
from kireji.cli.pictures import named_pictures, opened
from kireji.cli.policy_files import named_policy, usable_policy
from kireji.cli.sources import PictureFile, whole_file
from kireji.cli.values import usage_value
from kireji.cli.work import DONE, Work, WrongUsage
from kireji.core.documents import is_picture
from kireji.core.errors import KirejiError
from kireji.core.geometry import Rect
from kireji.core.moderation.asking import MOST_PICTURES
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Action, Evidence, Finding, Verdict
from kireji.core.moderation.words import evidence_words
from kireji.core.structured.questions import Asker
from kireji.services.application import Services
from kireji.services.structured.turn import Outcome

EXIT_CODES = {Action.ALLOW: DONE, Action.REVIEW: 3, Action.BLOCK: 4}
"""With --exit-code; 1 and 2 say that nothing was judged."""
_STDIN = "-"
_LONGEST_NAME = 4096
_LIKE_A_FILE = re.compile(
    r"(?:\.{1,2}|~)[/\\]\S+|/\S+/\S+"
    r"|[^\s:]+\.(?:txt|md|log|csv|tsv|html?|json|xml|eml|docx?|pdf|png|jpe?g|webp|gif)",
    re.IGNORECASE,
)
"""A word that nobody writes to somebody, and everybody to name a file."""


class _Content(NamedTuple):
    text: str
    pictures: tuple[PictureFile, ...] = ()


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read what is judged, and the policy's file.

    Raises:
        WrongUsage: There is nothing to judge.
        KirejiError: A file or standard input cannot be read.
    """
    content = _content(arguments, console)
    pictures = (*content.pictures, *named_pictures(arguments.images, MOST_PICTURES))
    screen = Rect(*arguments.screen) if arguments.screen else None
    if not content.text.strip() and not pictures and screen is None:
        raise WrongUsage('There is nothing to judge. Try: kireji moderate "TEXT", or kireji moderate -i FILE')
    named = named_policy(arguments.policy)

    async def work(services: Services) -> int:
        policy = await usable_policy(services, named, console)
        found = await opened(services, pictures, screen)
        with asked_before_sending(services, console, yes=arguments.yes):
            outcome = await services.habits().moderation.judge(
                policy, content.text, _asker(arguments, console), found.images, found.at_hand
            )
        verdict = verdict_of(outcome)
        for name, why in found.failed:
            console.note(f"{name}: {why}")
        if arguments.json:
            console.object(_value(outcome, verdict))
        else:
            for line in verdict_lines(verdict, policy):
                console.line(line)
        console.note(outcome.answer.note)
        return EXIT_CODES[verdict.action] if arguments.exit_code else DONE

    return work


def verdict_of(outcome: Outcome) -> Verdict:
    """What judging gave."""
    assert isinstance(outcome.result, Verdict)
    return outcome.result


def verdict_lines(verdict: Verdict, policy: Policy) -> Iterator[str]:
    """A verdict for a person at a terminal: what is done first, words of others behind marks."""
    yield f"{verdict.action.value.upper()}  {policy.title}, version {verdict.version}"
    if verdict.refused:
        yield f"{verdict.reason} The policy says what is done then."
        return
    if not verdict.findings:
        yield "Nothing of the policy's categories was found."
    for finding in verdict.findings:
        yield ""
        yield from _finding_lines(finding, policy, verdict.pictures)
    if verdict.reason:
        yield ""
        yield _one_line(verdict.reason)
    if verdict.rewrite:
        yield ""
        yield "A version that would comply:"
        yield from (f"> {line}".rstrip() for line in verdict.rewrite.splitlines())


def verdict_value(verdict: Verdict) -> dict[str, object]:
    """The same as JSON; places in the text count characters."""
    return {
        "action": verdict.action.value,
        "policy": verdict.policy,
        "version": verdict.version,
        "refused": verdict.refused,
        "findings": [_finding_value(finding) for finding in verdict.findings],
        "reason": verdict.reason,
        "rewrite": verdict.rewrite or None,
    }


def _content(arguments: argparse.Namespace, console: Console) -> _Content:
    typed = arguments.text
    if typed == _STDIN or (typed is None and not arguments.images and not arguments.screen):
        return _Content(console.piped_text())
    if typed is None:
        return _Content("")
    if arguments.literal or not _is_file(typed):
        return _Content(typed)
    data = whole_file(typed, "Check the name.", "Judge it in pieces.")
    if is_picture(typed, data):
        return _Content("", (PictureFile(typed, data),))
    try:
        return _Content(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise KirejiError(
            f"{typed} is neither UTF-8 text nor a picture.", "Save it as UTF-8, or take a picture of it."
        ) from error


def _is_file(typed: str) -> bool:
    """Whether a text is the name of a file or a pipe.

    Raises:
        KirejiError: It can be nothing else and is not there: a verdict on its name would be taken for one on what was
            to stand in it. Or it is a folder.
    """
    if not typed or len(typed) > _LONGEST_NAME or "\n" in typed:
        return False
    try:
        mode = Path(typed).stat().st_mode
    except (OSError, ValueError) as error:  # also names that no file can have
        if isinstance(error, OSError) and _LIKE_A_FILE.fullmatch(typed):
            why = error.strerror or type(error).__name__
            raise KirejiError(
                f"{typed} cannot be read: {why}.", "Check the name, or judge it as a text with --literal."
            ) from error
        return False
    if not stat.S_ISDIR(mode):
        return True
    if "/" in typed:
        raise KirejiError(f"{typed} is a folder.", "For many files make a job: kireji batch add FOLDER --policy NAME")
    return False


def _asker(arguments: argparse.Namespace, console: Console) -> Asker:
    return Asker(
        arguments.provider,
        arguments.model,
        keep=not arguments.no_save,
        attended=arguments.yes or console.keyboard is not None,
        hide=not arguments.no_redact,
        unpriced=arguments.yes,
    )


def _finding_lines(finding: Finding, policy: Policy, pictures: int) -> Iterator[str]:
    category = policy.category(finding.category)
    title = category.title if category is not None else finding.category
    sure = f"{finding.confidence * 100:.0f} % sure"
    yield f"{title} ({finding.category}), {finding.level}: {finding.action.value}, {sure}"
    if finding.reason:
        yield f"  {_one_line(finding.reason)}"
    for evidence in finding.evidence:
        remark = evidence_words(evidence, pictures)
        yield f"  > {_one_line(evidence.quote)}{f'  ({remark})' if remark else ''}"


def _value(outcome: Outcome, verdict: Verdict) -> Mapping[str, object]:
    return {
        **verdict_value(verdict),
        "provider": outcome.answer.provider,
        "model": outcome.answer.model,
        "attempts": outcome.answer.attempts,
        "usage": usage_value(outcome.answer.usage),
        "note": outcome.answer.note,
        "conversation": outcome.conversation,
        "message": outcome.message,
    }


def _finding_value(finding: Finding) -> dict[str, object]:
    return {
        "category": finding.category,
        "level": finding.level,
        "action": finding.action.value,
        "confidence": finding.confidence,
        "reason": finding.reason,
        "evidence": [_evidence_value(evidence) for evidence in finding.evidence],
    }


def _evidence_value(evidence: Evidence) -> dict[str, object]:
    in_text, on_picture = evidence.start >= 0, evidence.picture >= 0
    return {
        "quote": evidence.quote,
        "found": evidence.found,
        "shown": evidence.shown,
        "start": evidence.start if in_text else None,
        "end": evidence.end if in_text else None,
        "picture": evidence.picture + 1 if on_picture else None,
        "boxes": [list(box) for box in evidence.boxes],
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
