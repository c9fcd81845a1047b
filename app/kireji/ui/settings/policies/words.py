"""What the page "Policies" says about policies and verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.core.moderation.agreement import ItemOutcome
from kireji.core.moderation.policies import Category, ParsedPolicy, Policy, PolicyProblem
from kireji.core.moderation.verdicts import Action, Verdict
from kireji.ui.chat.words import count
from kireji.ui.results.verdict_words import action_word
from kireji.ui.translation import plural, tr


def problem_words(problem: PolicyProblem) -> str:
    """Where, how grave and what."""
    kind = tr("Error") if problem.fatal else tr("Remark")
    if problem.line:
        return tr("Line {line} · {kind}: {reason}", line=count(problem.line), kind=kind, reason=problem.reason)
    return tr("{kind}: {reason}", kind=kind, reason=problem.reason)


def first_fatal(problems: Sequence[PolicyProblem]) -> PolicyProblem | None:
    """What keeps a policy from being used, the first of it."""
    return next((problem for problem in problems if problem.fatal), None)


def state_words(problems: Sequence[PolicyProblem]) -> tuple[str, str]:
    """What is wrong with a text in a few words, and their role."""
    errors = sum(problem.fatal for problem in problems)
    remarks = len(problems) - errors
    parts = []
    if errors:
        parts.append(plural(errors, "1 error", "{n} errors"))
    if remarks:
        parts.append(plural(remarks, "1 remark", "{n} remarks"))
    if not parts:
        return tr("Nothing is wrong with it"), "ok"
    return tr(", ").join(parts), "error" if errors else "warn"


def about(parsed: ParsedPolicy) -> str:
    """What a row says below the title."""
    policy = parsed.policy
    if policy is None:
        return ""
    categories = plural(len(policy.categories), "1 category", "{n} categories")
    line = tr("Version {version} · {categories}", version=count(policy.version), categories=categories)
    return f"{line} · {_one_line(policy.description)}" if policy.description.strip() else line


def level_words(name: str) -> str:
    """A level as people read it."""
    return name.replace("-", " ")


def names(policy: Policy, categories: Sequence[str]) -> str:
    """Categories as people call them."""
    if not categories:
        return tr("nothing")
    return tr(", ").join(_titled(policy.category(name), name) for name in categories)


def said(policy: Policy, categories: Sequence[str], action: Action | None, level: str = "") -> str:
    """What people or a verdict say of an item."""
    found = names(policy, categories)
    if level:
        found = tr("{categories} ({level})", categories=found, level=level_words(level))
    return found if action is None else tr("{found}: {action}", found=found, action=action_word(action))


def given(policy: Policy, outcome: ItemOutcome) -> str:
    """What the verdict on an item was."""
    if outcome.failed:
        return tr("no verdict: {reason}", reason=outcome.failed)
    if outcome.refused and outcome.action is not None:
        return tr("the model declined to judge: {action}", action=action_word(outcome.action))
    return said(policy, outcome.given, outcome.action, outcome.level)


def met(verdict: Verdict, category: Category, *, example: bool) -> tuple[str, str]:
    """Whether a verdict is as the policy says of its example, and the role of that sentence.

    Args:
        verdict: On the text of the example.
        category: Whose example it is.
        example: It belongs there; otherwise it only looks like it.
    """
    if verdict.refused:
        return tr("The model declined to judge this example."), "warn"
    found = any(finding.category == category.name for finding in verdict.findings)
    if example:
        if found:
            return tr("As the policy says: it is found in “{title}”.", title=category.title), "ok"
        return tr("Not as the policy says: it belongs to “{title}” and was not found there.", title=category.title), (
            "warn"
        )
    if found:
        return tr("Not as the policy says: it does not belong to “{title}” and was found there.",
                  title=category.title), "warn"  # fmt: skip
    return tr("As the policy says: it is not found in “{title}”.", title=category.title), "ok"


def percent(share: float | None) -> str:
    """A share for people; a dash where there is none."""
    return "–" if share is None else tr("{number} %", number=count(round(share * 100)))


def _titled(category: Category | None, name: str) -> str:
    return category.title if category is not None else name


def _one_line(text: str) -> str:
    return " ".join(text.split())
