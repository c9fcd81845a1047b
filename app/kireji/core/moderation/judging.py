"""Makes a verdict of what a model has answered."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kireji.core.moderation.evidence import NOWHERE, PictureWords, TextQuotes
from kireji.core.moderation.policies import Category, Level, Policy
from kireji.core.moderation.verdicts import Action, Evidence, Finding, Verdict

_MOST_FINDINGS = 50
_MOST_EVIDENCE = 20
_MOST_QUOTES = 100
"""Of all findings together: each is looked for in all that was judged."""
_LONGEST_QUOTE = 2_000
_LONGEST_REASON = 4_000
_LONGEST_REWRITE = 200_000


def problem(policy: Policy, data: Any, *, text: bool, pictures: int) -> str:
    """What is wrong with an answer that follows the schema, in a sentence for the model; empty when nothing is.

    Args:
        policy: By which was judged.
        data: The answer.
        text: Whether there was a text.
        pictures: How many pictures there were.
    """
    for number, finding in enumerate(data["findings"], start=1):
        if wrong := _wrong(policy, finding, text=text, pictures=pictures):
            return f"Finding {number}: {wrong}"
    return ""


def _wrong(policy: Policy, finding: Mapping[str, Any], *, text: bool, pictures: int) -> str:
    category = policy.category(finding["category"])
    if category is None:
        return f"there is no category {finding['category'][:80]!r}."
    if category.level(finding["level"]) is None:
        levels = ", ".join(level.name for level in category.levels)
        return f"{category.name} has no level {finding['level'][:80]!r}; its levels are: {levels}."
    if not 0 <= finding["confidence"] <= 1:
        return "confidence must be between 0 and 1."
    for evidence in finding["evidence"]:
        if evidence["where"] == "text" and not text:
            return 'there is no text, so "where" of its evidence is picture or shown.'
        if evidence["where"] != "text" and not 1 <= evidence["picture"] <= pictures:
            return f"there is no picture {evidence['picture']}; there are {pictures}."
    return ""


def quotes_pictures(data: Any) -> bool:
    """Whether it takes the words of pictures to find what an answer quotes."""
    return any(evidence["where"] != "shown" for finding in data["findings"] for evidence in finding["evidence"])


def verdict(policy: Policy, data: Any, text: str, words: Sequence[PictureWords | None]) -> Verdict:
    """The verdict of an answer in which `problem` found nothing wrong.

    What is done follows from the policy alone. May take long for long texts: not on the loop.

    Args:
        policy: By which was judged.
        data: The answer.
        text: What was judged.
        words: Of each picture; None where it could not be read.
    """
    quotes = TextQuotes(text)
    found = data["findings"][:_MOST_FINDINGS]
    most = min(_MOST_EVIDENCE, max(1, _MOST_QUOTES // max(1, len(found))))
    findings = [_finding(policy, each, each["evidence"][:most], quotes, words) for each in found]
    findings = sorted(_merged(findings), key=lambda finding: _gravity(policy, finding), reverse=True)
    return Verdict(
        policy.name,
        policy.version,
        max((finding.action for finding in findings), key=lambda action: action.weight, default=Action.ALLOW),
        tuple(findings),
        _cut(data["reason"], _LONGEST_REASON),
        _cut(data["rewrite"] or "", _LONGEST_REWRITE),
        text=text,
        pictures=len(words),
    )


def refused(policy: Policy, reason: str, text: str) -> Verdict:
    """The verdict when the model would not judge.

    Args:
        policy: By which was to be judged; it says what is done then.
        reason: What the model said.
        text: What was to be judged.
    """
    return Verdict(
        policy.name, policy.version, policy.refusal, reason=_cut(reason, _LONGEST_REASON), refused=True, text=text
    )


def _finding(
    policy: Policy,
    data: Mapping[str, Any],
    evidence: Sequence[Mapping[str, Any]],
    quotes: TextQuotes,
    words: Sequence[PictureWords | None],
) -> Finding:
    category, level = _place(policy, data)
    confidence = float(data["confidence"])
    unsure = confidence < policy.unsure_below and not math.isclose(confidence, policy.unsure_below)
    return Finding(
        category.name,
        level.name,
        Action.REVIEW if unsure else level.action,
        confidence,
        tuple(_evidence(each, quotes, words) for each in evidence),
        _cut(data["reason"], _LONGEST_REASON),
    )


def _place(policy: Policy, data: Mapping[str, Any]) -> tuple[Category, Level]:
    category = policy.category(data["category"])
    level = category.level(data["level"]) if category is not None else None
    if category is None or level is None:
        raise ValueError("the answer was not checked")
    return category, level


def _evidence(data: Mapping[str, Any], quotes: TextQuotes, words: Sequence[PictureWords | None]) -> Evidence:
    """Where it stands: first where the model says, then elsewhere, because models mistake that, too."""
    quote = _cut(data["quote"], _LONGEST_QUOTE)
    picture = int(data["picture"]) - 1
    if data["where"] == "shown":
        return Evidence(quote, picture=picture, shown=True)
    in_text = quotes.find(quote)
    if in_text != NOWHERE and data["where"] == "text":
        return Evidence(quote, *in_text)
    for number in sorted(range(len(words)), key=lambda number: number != picture):
        of_picture = words[number]
        boxes = of_picture.find(quote) if of_picture is not None else ()
        if boxes:
            return Evidence(quote, picture=number, boxes=boxes)
    return Evidence(quote, *in_text)


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Two of the same category and level are one."""
    merged: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = (finding.category, finding.level)
        if (before := merged.get(key)) is not None:
            surer, other = sorted((before, finding), key=lambda each: each.confidence, reverse=True)
            evidence = tuple(dict.fromkeys((*before.evidence, *finding.evidence)))[:_MOST_EVIDENCE]
            reason = surer.reason or other.reason
            finding = msgspec.structs.replace(surer, evidence=evidence, reason=reason)
        merged[key] = finding
    return list(merged.values())


def _gravity(policy: Policy, finding: Finding) -> tuple[int, float, float]:
    """By action, then by how high the level stands in its category, then by confidence."""
    category = policy.category(finding.category)
    names = [level.name for level in category.levels] if category is not None else [finding.level]
    return finding.action.weight, (names.index(finding.level) + 1) / len(names), finding.confidence


def _cut(text: str, longest: int) -> str:
    text = text.strip()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
