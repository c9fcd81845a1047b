"""A check of a policy as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kireji.cli.terminal_text import width_of
from kireji.cli.values import time_value, usage_value
from kireji.core.moderation.agreement import NOTHING, Agreement, Changes, ItemOutcome
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.policy_checks import PolicyCheck
from kireji.core.moderation.verdicts import Action
from kireji.services.moderation.checking import CheckReport
from kireji.services.spending import dollars

_MOST_SHOWN = 50
"""Items that are listed."""
_NOTHING = "(nothing)"


def report_lines(report: CheckReport, policy: Policy) -> Iterator[str]:
    """For a person: how well, what is confused with what, what has changed, which items are wrong."""
    found = report.agreement
    yield _summary(report, policy)
    yield ""
    yield from _category_table(found)
    yield ""
    yield from _action_table(found)
    if any(count for pair, count in found.confusion.items() if pair[0] != pair[1]):
        yield ""
        yield from _confusion_table(found)
    if report.before is not None and report.changes is not None:
        yield ""
        yield from _change_lines(report, report.before, report.changes)
    yield from _item_lines(report.check.outcomes)


def report_value(report: CheckReport) -> dict[str, object]:
    """As JSON."""
    check, found, before = report.check, report.agreement, report.before
    return {
        "policy": check.policy,
        "version": check.version,
        "model": check.model,
        "check": check.id or None,
        "checked": time_value(check.checked),
        "stopped": report.stopped or None,
        "usage": usage_value(check.usage),
        "items": found.items,
        "right": found.right,
        "failed": found.failed,
        "refused": found.refused,
        "accuracy": found.accuracy,
        "action_agreement": found.action_agreement,
        "action_kappa": found.action_kappa,
        "macro_f1": found.macro_f1,
        "levels": {"named": found.levels[0], "right": found.levels[1]},
        "categories": [
            {
                "name": each.name,
                "labelled": each.both + each.only_expected,
                "found": each.both + each.only_given,
                "both": each.both,
                "precision": each.precision,
                "recall": each.recall,
                "f1": each.f1,
                "agreement": each.agreement,
                "kappa": each.kappa,
            }
            for each in found.categories
        ],
        "actions": [
            {"expected": expected.value, "given": given.value, "count": count}
            for (expected, given), count in sorted(found.actions.items(), key=lambda item: _action_order(item[0]))
        ],
        "confusion": [
            {"expected": expected or None, "given": given or None, "count": count}
            for (expected, given), count in sorted(found.confusion.items())
        ],
        "before": _before_value(before) if before is not None else None,
        "changes": _changes_value(report.changes) if report.changes is not None else None,
        "uncounted": report.uncounted,
        "outcomes": [_outcome_value(outcome) for outcome in check.outcomes],
    }


def _summary(report: CheckReport, policy: Policy) -> str:
    check, found = report.check, report.agreement
    judged = found.items - found.failed
    parts = [f"{found.right} of {judged} as labelled ({_percent(found.accuracy)})"]
    if found.failed:
        parts.append(f"{found.failed} without a verdict")
    if found.refused:
        parts.append(f"{found.refused} refused")
    if found.levels[0]:
        parts.append(f"level right in {found.levels[1]} of {found.levels[0]}")
    if check.usage.cost is not None:
        parts.append(dollars(check.usage.cost))
    return f"{policy.title}, version {check.version}, judged by {check.model}: {', '.join(parts)}."


def _category_table(found: Agreement) -> Iterator[str]:
    head = ("CATEGORY", "LABELLED", "FOUND", "BOTH", "PRECISION", "RECALL", "F1", "AGREEMENT", "KAPPA")
    rows = [
        (
            each.name,
            str(each.both + each.only_expected),
            str(each.both + each.only_given),
            str(each.both),
            _percent(each.precision),
            _percent(each.recall),
            _number(each.f1),
            _percent(each.agreement),
            _number(each.kappa),
        )
        for each in found.categories
    ]
    yield from _table(head, rows)


def _action_table(found: Agreement) -> Iterator[str]:
    head = ("LABELLED \\ GIVEN", *(action.value for action in Action))
    rows = [
        (expected.value, *(str(found.actions.get((expected, given), 0)) for given in Action)) for expected in Action
    ]
    yield from _table(head, rows)
    yield f"Actions agree in {_percent(found.action_agreement)}, Cohen's kappa {_number(found.action_kappa)}."


def _confusion_table(found: Agreement) -> Iterator[str]:
    """All categories against all, with numbers as heads, because names would make it too wide."""
    names = [category.name for category in found.categories] + [NOTHING]
    used = [name for name in names if any(name in pair and count for pair, count in found.confusion.items())]
    head = ("LABELLED \\ FOUND", *(str(number) for number in range(1, len(used) + 1)))
    rows = [
        (
            f"{number} {name or _NOTHING}",
            *(_count(found.confusion.get((name, other), 0)) for other in used),
        )
        for number, name in enumerate(used, start=1)
    ]
    yield from _table(head, rows)


def _change_lines(report: CheckReport, before: PolicyCheck, changes: Changes) -> Iterator[str]:
    when = before.checked.astimezone().strftime("%Y-%m-%d %H:%M")
    yield f"Since the check of {when} (version {before.version}, {before.model}):"
    if report.uncounted:
        yield "  The rules were changed since then, and the version was not counted up."
    if not changes:
        yield "  nothing has changed"
    for words, items in (
        ("now right", changes.fixed),
        ("now wrong", changes.broken),
        ("wrong in another way", changes.moved),
    ):
        if items:
            more = f" and {len(items) - _MOST_SHOWN} more" if len(items) > _MOST_SHOWN else ""
            yield f"  {words} ({len(items)}): {', '.join(items[:_MOST_SHOWN])}{more}"


def _item_lines(outcomes: Sequence[ItemOutcome]) -> Iterator[str]:
    wrong = [outcome for outcome in outcomes if not outcome.right]
    if not wrong:
        return
    yield ""
    rows = [
        (outcome.id, _said(outcome.expected, outcome.expected_action), _given(outcome))
        for outcome in wrong[:_MOST_SHOWN]
    ]
    yield from _table(("NOT AS LABELLED", "LABELLED", "GIVEN"), rows)
    if len(wrong) > _MOST_SHOWN:
        yield f"and {len(wrong) - _MOST_SHOWN} more; --json lists all"


def _given(outcome: ItemOutcome) -> str:
    if outcome.failed:
        return f"no verdict: {outcome.failed}"
    if outcome.refused:
        return f"refused -> {outcome.action.value if outcome.action else '-'}"
    return _said(outcome.given, outcome.action)


def _said(categories: Sequence[str], action: Action | None) -> str:
    return f"{', '.join(categories) or _NOTHING}{f' -> {action.value}' if action else ''}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    lines = [head, *([" ".join(cell.split()) for cell in row] for row in rows)]
    widths = [max(width_of(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = [cell + " " * (width - width_of(cell)) for cell, width in zip(line, widths, strict=True)]
        yield "  ".join(cells).rstrip()


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.0f} %"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _count(count: int) -> str:
    return str(count) if count else "."


def _action_order(pair: tuple[Action, Action]) -> tuple[int, int]:
    return pair[0].weight, pair[1].weight


def _before_value(before: PolicyCheck) -> dict[str, object]:
    return {
        "check": before.id,
        "version": before.version,
        "model": before.model,
        "checked": time_value(before.checked),
    }


def _changes_value(changes: Changes) -> dict[str, object]:
    return {"fixed": list(changes.fixed), "broken": list(changes.broken), "moved": list(changes.moved)}


def _outcome_value(outcome: ItemOutcome) -> dict[str, object]:
    return {
        "id": outcome.id,
        "right": outcome.right,
        "expected": list(outcome.expected),
        "given": list(outcome.given),
        "expected_action": outcome.expected_action.value if outcome.expected_action else None,
        "action": outcome.action.value if outcome.action else None,
        "expected_level": outcome.expected_level or None,
        "level": outcome.level or None,
        "refused": outcome.refused,
        "failed": outcome.failed or None,
    }
