"""How far verdicts agree with what people have said, and what has changed since they were last checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from kireji.core.moderation.verdicts import Action

_Said = TypeVar("_Said")

NOTHING = ""
"""Stands for no category in a confusion matrix."""


class ItemOutcome(msgspec.Struct, frozen=True):
    """What came of one item of a labelled set.

    Args:
        id: Which.
        expected: Categories that people have named.
        given: Those of the verdict.
        expected_action: What should be done; None where nobody has said.
        action: What would be done; None where there is no verdict.
        expected_level: Of the only category; empty where nobody has said.
        level: What the verdict says there; empty where that category was not found.
        failed: Why there is no verdict; empty when there is one.
        refused: The model refused to judge it.
    """

    id: str
    expected: tuple[str, ...]
    given: tuple[str, ...] = ()
    expected_action: Action | None = None
    action: Action | None = None
    expected_level: str = ""
    level: str = ""
    failed: str = ""
    refused: bool = False

    @property
    def judged(self) -> bool:
        """Whether categories and action can be compared; a refusal names none, but has an action."""
        return not self.failed

    @property
    def right(self) -> bool:
        """Whether all that people have said is met."""
        if self.failed:
            return False
        if self.expected_action is not None and self.action is not self.expected_action:
            return False
        return self.refused or set(self.given) == set(self.expected)


class CategoryAgreement(msgspec.Struct, frozen=True):
    """How far one category is agreed about.

    Args:
        name: Of the category.
        both: So many items people and verdicts put there.
        only_given: Only verdicts.
        only_expected: Only people.
        neither: Nobody.
    """

    name: str
    both: int
    only_given: int
    only_expected: int
    neither: int

    @property
    def precision(self) -> float | None:
        """Part of what was found there that belongs there; None when nothing was found."""
        return _share(self.both, self.both + self.only_given)

    @property
    def recall(self) -> float | None:
        """Part of what belongs there that was found; None when nothing belongs there."""
        return _share(self.both, self.both + self.only_expected)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None when neither was anything found nor does anything belong there."""
        return _share(2 * self.both, 2 * self.both + self.only_given + self.only_expected)

    @property
    def agreement(self) -> float | None:
        """Part of all items that are agreed about."""
        return _share(self.both + self.neither, self.both + self.neither + self.only_given + self.only_expected)

    @property
    def kappa(self) -> float | None:
        """The same beyond what chance would give."""
        return kappa(
            {
                (True, True): self.both,
                (True, False): self.only_expected,
                (False, True): self.only_given,
                (False, False): self.neither,
            }
        )


class Agreement(msgspec.Struct, frozen=True):
    """All of a check in numbers.

    Args:
        items: How many there were.
        failed: How many have no verdict.
        refused: How many the model refused to judge.
        right: How many are as people have said in everything.
        categories: One by one, in the policy's order.
        actions: How often which action was given (second) where which was expected (first).
        confusion: The same of categories; `NOTHING` stands for none. An item counts once for each category that is
            agreed about, and for each pair of one that is missed and one that is found in its place.
        levels: How often the level was named, and how often it was right.
    """

    items: int
    failed: int
    refused: int
    right: int
    categories: tuple[CategoryAgreement, ...]
    actions: Mapping[tuple[Action, Action], int]
    confusion: Mapping[tuple[str, str], int]
    levels: tuple[int, int] = (0, 0)

    @property
    def accuracy(self) -> float | None:
        """Part of the judged items that are right in everything."""
        return _share(self.right, self.items - self.failed)

    @property
    def action_agreement(self) -> float | None:
        """Part of the items with an expected action that got it."""
        same = sum(count for (expected, given), count in self.actions.items() if expected is given)
        return _share(same, sum(self.actions.values()))

    @property
    def action_kappa(self) -> float | None:
        """The same beyond what chance would give (Cohen)."""
        return kappa(self.actions)

    @property
    def macro_f1(self) -> float | None:
        """Mean over the categories that have one."""
        known = [found for category in self.categories if (found := category.f1) is not None]
        return sum(known) / len(known) if known else None


class Changes(msgspec.Struct, frozen=True):
    """What is different from an earlier check of the same set.

    Args:
        fixed: Items that were wrong and are right.
        broken: Those that were right and are wrong.
        moved: Those that are as wrong as before, but otherwise.
    """

    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    moved: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fixed or self.broken or self.moved)


def agreement(outcomes: Sequence[ItemOutcome], categories: Iterable[str]) -> Agreement:
    """Count a check.

    Args:
        outcomes: Of all items; those that failed are counted as such and in nothing else.
        categories: All of the policy.
    """
    judged = [outcome for outcome in outcomes if outcome.judged]
    named = [outcome for outcome in judged if not outcome.refused]
    return Agreement(
        len(outcomes),
        len(outcomes) - len(judged),
        sum(outcome.refused for outcome in judged),
        sum(outcome.right for outcome in judged),
        tuple(_of_category(category, named) for category in categories),
        _actions(judged),
        _confusion(named),
        _levels(named),
    )


def changes(before: Sequence[ItemOutcome], after: Sequence[ItemOutcome]) -> Changes:
    """What has changed; items that only one of the two has a verdict on are left out."""
    earlier = {outcome.id: outcome for outcome in before if outcome.judged}
    pairs = [(earlier[outcome.id], outcome) for outcome in after if outcome.judged and outcome.id in earlier]

    def where(test: Callable[[ItemOutcome, ItemOutcome], bool]) -> tuple[str, ...]:
        return tuple(new.id for old, new in pairs if test(old, new))

    return Changes(
        where(lambda old, new: new.right and not old.right),
        where(lambda old, new: old.right and not new.right),
        where(lambda old, new: not old.right and not new.right and _given(old) != _given(new)),
    )


def kappa(counts: Mapping[tuple[_Said, _Said], int]) -> float | None:
    """Cohen's kappa: agreement beyond chance, 1 for full and 0 for none.

    Args:
        counts: How often the one said the first and the other the second.

    Returns:
        None when there is nothing to agree about: no items, or both always say the same one thing.
    """
    whole = sum(counts.values())
    if not whole:
        return None
    firsts: Counter[_Said] = Counter()
    seconds: Counter[_Said] = Counter()
    for (first, second), count in counts.items():
        firsts[first] += count
        seconds[second] += count
    same = sum(count for (first, second), count in counts.items() if first == second) / whole
    chance = sum(firsts[each] * seconds[each] for each in firsts) / whole**2
    return None if chance >= 1 else (same - chance) / (1 - chance)


def _of_category(name: str, outcomes: Sequence[ItemOutcome]) -> CategoryAgreement:
    counts = Counter((name in outcome.expected, name in outcome.given) for outcome in outcomes)
    return CategoryAgreement(name, counts[True, True], counts[False, True], counts[True, False], counts[False, False])


def _actions(outcomes: Sequence[ItemOutcome]) -> Mapping[tuple[Action, Action], int]:
    return Counter(
        (outcome.expected_action, outcome.action)
        for outcome in outcomes
        if outcome.expected_action is not None and outcome.action is not None
    )


def _confusion(outcomes: Sequence[ItemOutcome]) -> Mapping[tuple[str, str], int]:
    counts: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        expected, given = set(outcome.expected), set(outcome.given)
        counts.update((each, each) for each in expected & given)
        missed, added = sorted(expected - given) or [NOTHING], sorted(given - expected) or [NOTHING]
        if missed != [NOTHING] or added != [NOTHING] or not expected:
            counts.update((one, other) for one in missed for other in added)
    return counts


def _levels(outcomes: Sequence[ItemOutcome]) -> tuple[int, int]:
    named = [outcome for outcome in outcomes if outcome.expected_level and outcome.level]
    return len(named), sum(outcome.level == outcome.expected_level for outcome in named)


def _given(outcome: ItemOutcome) -> object:
    return outcome.action, set(outcome.given), outcome.refused


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
