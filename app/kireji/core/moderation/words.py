"""A verdict in words, as Markdown: for the history, the search and exports."""

from __future__ import annotations

import re

from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Action, Evidence, Finding, Verdict
from kireji.core.outside import quoted
from kireji.core.words import mark, say

_ACTIONS = {Action.ALLOW: mark("Allowed"), Action.REVIEW: mark("For review"), Action.BLOCK: mark("Blocked")}
# No brackets besides the one that begins links: with a backslash they would begin and end formulas.
_MEANS_SOMETHING = re.compile(r"([\\`*_{}\[<>#+\-.!|~$&:/@])")


def action_words(action: Action) -> str:
    """What is done."""
    return say(_ACTIONS[action])


def words_of(verdict: Verdict, policy: Policy) -> str:
    """All of it; what the model wrote is no markup in it.

    Args:
        verdict: Which.
        policy: By which was judged; gives titles.
    """
    head = say(
        "**{action}** by the policy “{title}”, version {version}.",
        action=action_words(verdict.action),
        title=_plain(policy.title),
        version=verdict.version,
    )
    parts = [head]
    if verdict.refused:
        parts.append(say("The model refused to judge; the policy says what is done then."))
    elif not verdict.findings:
        parts.append(say("Nothing of the policy's categories was found."))
    parts += [_finding_words(finding, policy, verdict.pictures) for finding in verdict.findings]
    if verdict.reason:
        parts.append(_plain(verdict.reason))
    if verdict.rewrite:
        parts.append(f"{say('A version that would comply:')}\n\n{quoted(_lines(verdict.rewrite))}")
    return "\n\n".join(parts)


def finding_head(finding: Finding, policy: Policy) -> str:
    """One line: category, level, what is done, how sure the model is."""
    category = policy.category(finding.category)
    return say(
        "{category}, {level}: {action} ({confidence} % sure)",
        category=category.title if category is not None else finding.category,
        level=finding.level,
        action=action_words(finding.action).lower(),
        confidence=round(finding.confidence * 100),
    )


def evidence_words(evidence: Evidence, pictures: int = 0) -> str:
    """Where a piece of evidence stands, as a remark behind it; empty where there is nothing to remark.

    Args:
        evidence: Which.
        pictures: How many were judged, as of `Verdict`; of a single one it is not said that it is the first.
    """
    if pictures == 1 and evidence.picture >= 0:
        return say("what is to be seen, not words") if evidence.shown else ""
    if evidence.shown:
        return say("to be seen on picture {number}", number=evidence.picture + 1)
    if evidence.picture >= 0:
        return say("on picture {number}", number=evidence.picture + 1)
    return "" if evidence.found else say("not found in what was judged")


def _finding_words(finding: Finding, policy: Policy, pictures: int) -> str:
    lines = [f"- {_plain(finding_head(finding, policy))}"]
    if finding.reason:
        lines.append(f"  {_plain(finding.reason)}")
    for evidence in finding.evidence:
        remark = evidence_words(evidence, pictures)
        lines += ["", f"  > {_plain(evidence.quote)}{f' ({remark})' if remark else ''}"]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Words in one line that mean nothing in Markdown."""
    return _MEANS_SOMETHING.sub(r"\\\1", " ".join(text.split()))


def _lines(text: str) -> str:
    """The same with its lines."""
    return "\n".join(_plain(line) for line in text.splitlines())
