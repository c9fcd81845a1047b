"""Moderation policies: categories with definitions, examples, severity levels and what is done there."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.moderation.verdicts import Action


class Level(msgspec.Struct, frozen=True):
    """How grave something of a category is.

    Args:
        name: Lower case letters, digits and hyphens.
        definition: What belongs there.
        action: What is done.
    """

    name: str
    definition: str
    action: Action


class Category(msgspec.Struct, frozen=True):
    """One kind of thing that the policy is about.

    Args:
        name: Lower case letters, digits and hyphens; how verdicts name it.
        title: For people.
        definition: What belongs there, and what does not.
        levels: The mildest first; at least one.
        examples: What belongs there.
        counterexamples: What looks like it and does not belong there.
    """

    name: str
    title: str
    definition: str
    levels: tuple[Level, ...]
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()

    def level(self, name: str) -> Level | None:
        """The level of that name."""
        return next((level for level in self.levels if level.name == name), None)


class Policy(msgspec.Struct, frozen=True):
    """One policy.

    Args:
        name: The file's name without its ending.
        title: For people.
        version: Counted up by whoever changes it; verdicts and checks carry it.
        description: What it is for.
        categories: At least one.
        instructions: What holds for all of them, for the model; may be empty.
        unsure_below: Findings with less confidence than this are for review, even where the level says allow or block.
        refusal: What is done when the model refuses to judge.
        own: It is the person's, not one that came with the program.
    """

    name: str
    title: str
    version: int
    description: str
    categories: tuple[Category, ...]
    instructions: str = ""
    unsure_below: float = 0.0
    refusal: Action = Action.REVIEW
    own: bool = False

    def category(self, name: str) -> Category | None:
        """The category of that name."""
        return next((category for category in self.categories if category.name == name), None)


class PolicyProblem(msgspec.Struct, frozen=True):
    """What is wrong with a policy's file.

    Args:
        reason: One sentence, without the file's name.
        line: Where, counted from 1; 0 when it is no single line's fault.
        fatal: Whether the policy cannot be used because of it.
    """

    reason: str
    line: int = 0
    fatal: bool = True


class ParsedPolicy(msgspec.Struct, frozen=True):
    """What a file gave: a policy when nothing fatal is wrong, and all that is."""

    policy: Policy | None
    problems: Sequence[PolicyProblem] = ()
