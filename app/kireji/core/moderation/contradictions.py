"""Rules of a policy that contradict each other, or that do less than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from kireji.core.moderation.line_numbers import Path
from kireji.core.moderation.policies import Category, Policy
from kireji.core.moderation.verdicts import Action
from kireji.core.words import say


class Contradiction(NamedTuple):
    """One of them.

    Args:
        reason: One sentence.
        path: Where in the file.
        fatal: Nobody could follow the policy; otherwise its author should know.
    """

    reason: str
    path: Path
    fatal: bool


def contradictions(policy: Policy) -> Iterator[Contradiction]:
    """All that a policy has.

    Fatal is what gives two answers to one question: a graver level that is treated more mildly, or a text that belongs
    into a category and does not. The rest may be meant.
    """
    for number, category in enumerate(policy.categories):
        path: Path = ("categories", number)
        yield from _of_levels(category, path)
        yield from _of_examples(category, path)
    yield from _between(policy)
    if policy.refusal is Action.ALLOW:
        yield _remark(say("What the model refuses to judge is allowed."), ("refusal",))
    if policy.unsure_below == 1:
        yield _remark(say("Hardly any finding is that sure: nearly all go to a person."), ("unsure_below",))
    if all(level.action is Action.ALLOW for category in policy.categories for level in category.levels):
        yield _remark(say("All levels of all categories allow: the policy stops nothing."), ("categories",))


def _of_levels(category: Category, path: Path) -> Iterator[Contradiction]:
    for number, (milder, graver) in enumerate(pairwise(category.levels), start=1):
        here = (*path, "levels", number)
        if graver.action.weight < milder.action.weight:
            reason = say(
                "{graver} is the graver level and has the milder action: {action}, after {before} for {milder}.",
                graver=graver.name,
                action=graver.action.value,
                before=milder.action.value,
                milder=milder.name,
            )
            yield Contradiction(reason, (*here, "action"), True)
        if any(_same(graver.definition, other.definition) for other in category.levels[:number]):
            yield Contradiction(
                say("{level} has the same definition as a level before it.", level=graver.name),
                (*here, "definition"),
                True,
            )


def _of_examples(category: Category, path: Path) -> Iterator[Contradiction]:
    inside = {_plain(example) for example in category.examples}
    for number, counterexample in enumerate(category.counterexamples):
        if _plain(counterexample) in inside:
            reason = say("The same text is an example and a counterexample of {category}.", category=category.name)
            yield Contradiction(reason, (*path, "counterexamples", number), True)
    for key, texts in (("examples", category.examples), ("counterexamples", category.counterexamples)):
        seen: set[str] = set()
        for number, text in enumerate(texts):
            if (plain := _plain(text)) in seen:
                yield _remark(say("The same text stands there twice."), (*path, key, number))
            seen.add(plain)


def _between(policy: Policy) -> Iterator[Contradiction]:
    """What two categories have in common."""
    definitions: dict[str, str] = {}
    examples: dict[str, str] = {}
    for number, category in enumerate(policy.categories):
        path: Path = ("categories", number)
        if (other := definitions.get(_plain(category.definition))) is not None:
            reason = say("{category} has the same definition as {other}.", category=category.name, other=other)
            yield Contradiction(reason, (*path, "definition"), True)
        definitions.setdefault(_plain(category.definition), category.name)
        for place, example in enumerate(category.examples):
            if (other := examples.get(_plain(example))) not in (None, category.name):
                yield _remark(say("This is an example of {other}, too.", other=other), (*path, "examples", place))
            examples.setdefault(_plain(example), category.name)


def _remark(reason: str, path: Path) -> Contradiction:
    return Contradiction(reason, path, False)


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
