"""What a verdict says, in words for people."""

from __future__ import annotations

from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Action, Evidence, Finding, Verdict
from kireji.ui.chat.words import decimal
from kireji.ui.translation import mark, plural, tr

_ACTIONS = {Action.ALLOW: mark("Allow"), Action.REVIEW: mark("Review"), Action.BLOCK: mark("Block")}
_MEANINGS = {
    Action.ALLOW: mark("Nothing in it asks for anything to be done."),
    Action.REVIEW: mark("A person shall decide."),
    Action.BLOCK: mark("The policy does not let it pass."),
}
TONES = {Action.ALLOW: "ok", Action.REVIEW: "warn", Action.BLOCK: "error"}
"""Of the stylesheet."""
ICONS = {Action.ALLOW: "check", Action.REVIEW: "circle-alert", Action.BLOCK: "x"}
"""As Lucide calls them."""
_SURE = ((0.9, mark("very sure")), (0.7, mark("fairly sure")), (0.4, mark("not sure")), (0.0, mark("only guessing")))


def action_word(action: Action) -> str:
    """Allow, Review or Block."""
    return tr(_ACTIONS[action])


def headline(verdict: Verdict) -> str:
    """The action, in a sentence of its own."""
    if verdict.refused:
        return tr("{action}: the model declined to judge", action=action_word(verdict.action))
    count = len(verdict.findings)
    if not count:
        return tr("{action}: nothing was found", action=action_word(verdict.action))
    found = plural(count, "1 finding", "{n} findings")
    return tr("{action}: {findings}", action=action_word(verdict.action), findings=found)


def meaning(verdict: Verdict) -> str:
    """What the action means; of a refusal, what became of it."""
    if verdict.refused:
        return tr("The policy says what is done then. Another model may judge it.")
    return tr(_MEANINGS[verdict.action])


def policy_line(verdict: Verdict, policy: Policy | None) -> str:
    """The policy and its version."""
    title = policy.title if policy is not None and policy.name == verdict.policy else verdict.policy
    line = tr("{policy}, version {version}", policy=title, version=verdict.version)
    if policy is not None and policy.name == verdict.policy and policy.version != verdict.version:
        return tr("{line} (now version {now})", line=line, now=policy.version)
    return line


def finding_title(finding: Finding, policy: Policy | None) -> str:
    """The category as people call it."""
    category = policy.category(finding.category) if policy is not None else None
    return category.title if category is not None else finding.category.replace("-", " ").capitalize()


def level_word(finding: Finding) -> str:
    """The level as people read it."""
    return finding.level.replace("-", " ")


def level_definition(finding: Finding, policy: Policy | None) -> str:
    """What belongs to the level; empty when nobody knows."""
    category = policy.category(finding.category) if policy is not None else None
    level = category.level(finding.level) if category is not None else None
    return level.definition if level is not None else ""


def confidence(finding: Finding) -> str:
    """How sure the model is, in words and as a number."""
    word = next(word for least, word in _SURE if finding.confidence >= least or least == 0.0)
    return tr("{words} ({number})", words=tr(word), number=decimal(finding.confidence, 2))


def evidence_place(evidence: Evidence, pictures: int = 0) -> str:
    """Where it stands, or that it stands nowhere; empty where that is the only picture, on which it is marked.

    Args:
        evidence: Which.
        pictures: How many were judged; 0 where nobody knows.
    """
    if evidence.start >= 0:
        return tr("in the text")
    if evidence.picture >= 0:
        if pictures == 1:
            return "" if evidence.boxes else tr("place unknown")
        if evidence.boxes:
            return tr("on picture {number}", number=evidence.picture + 1)
        return tr("on picture {number}, place unknown", number=evidence.picture + 1)
    if evidence.shown:
        return tr("what is to be seen, not words")
    return tr("not found in what was judged")


def doubtful(evidence: Evidence) -> bool:
    """Whether the model quotes something that does not stand in what was judged."""
    return not evidence.found and not evidence.shown
