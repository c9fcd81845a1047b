"""The file form of policies.

    title = "House rules"
    version = 3
    description = "What our forum takes down."
    unsure_below = 0.6              # findings with less confidence go to a person
    refusal = "review"              # what is done when the model refuses to judge

    [[categories]]
    name = "spam"
    title = "Spam"
    definition = "Unasked advertising, or the same message over and over."
    examples = ["Cheap watches, only today!"]
    counterexamples = ["I sell my old bike, see the market board."]

    [[categories.levels]]           # the mildest first
    name = "once"
    definition = "A single message."
    action = "review"               # allow, review or block

The file's name without its ending is the policy's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kireji.core.moderation.contradictions import contradictions
from kireji.core.moderation.file_values import NAME, Values
from kireji.core.moderation.line_numbers import LineNumbers, Path
from kireji.core.moderation.policies import Category, Level, ParsedPolicy, Policy, PolicyProblem
from kireji.core.moderation.verdicts import Action
from kireji.core.toml_text import TomlProblem, toml_table
from kireji.core.words import say

LONGEST_FILE = 256 * 1024
"""Bytes of a policy's file."""
MOST_PROBLEMS = 100
_MOST_CATEGORIES = 60
_MOST_LEVELS = 8
_MOST_EXAMPLES = 40
_LONGEST_NAME = 64
_LONGEST_TITLE = 80
_LONGEST_TEXT = 8_000
_LONGEST_EXAMPLE = 2_000
_HIGHEST_VERSION = 1_000_000_000

_POLICY_KEYS = ("title", "version", "description", "instructions", "unsure_below", "refusal", "categories")
_CATEGORY_KEYS = ("name", "title", "definition", "examples", "counterexamples", "levels")
_LEVEL_KEYS = ("name", "definition", "action")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def parse(name: str, data: bytes, *, own: bool = False) -> ParsedPolicy:
    """Read a policy's file; never raises, whatever stands in it.

    Args:
        name: The file's name without its ending.
        data: What it holds.
        own: Whether it is the person's.
    """
    text, problem = _decoded(data)
    table: Mapping[str, Any] = {}
    if problem is None:
        table, problem = _table(text)
    if problem is not None:
        return ParsedPolicy(None, (problem,))
    values = Values(LineNumbers(text))
    if not NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        values.add(
            say("The policy's name may only have small letters, digits and hyphens between them, 64 at most."), None
        )
    policy = _policy(values, name, table, own=own)
    if policy is not None:
        for found in contradictions(policy):
            values.add(found.reason, found.path, fatal=found.fatal)
    problems = tuple(sorted(values.problems, key=lambda problem: problem.line))
    if any(problem.fatal for problem in problems):
        policy = None
    return ParsedPolicy(policy, _bounded(problems))


def _bounded(problems: tuple[PolicyProblem, ...]) -> tuple[PolicyProblem, ...]:
    if len(problems) <= MOST_PROBLEMS:
        return problems
    # What keeps the policy from being used is told before what does not.
    first = sorted(problems, key=lambda problem: not problem.fatal)[: MOST_PROBLEMS - 1]
    rest = PolicyProblem(say("And {count} more.", count=len(problems) - len(first)), 0, fatal=False)
    return (*sorted(first, key=lambda problem: problem.line), rest)


def _decoded(data: bytes) -> tuple[str, PolicyProblem | None]:
    if len(data) > LONGEST_FILE:
        return "", PolicyProblem(say("The file is longer than {count} KB.", count=LONGEST_FILE // 1024))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "", PolicyProblem(say("The file is not UTF-8 text."), data[: error.start].count(b"\n") + 1)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        return "", PolicyProblem(say("The file holds control characters."), text.count("\n", 0, found.start()) + 1)
    return text, None


def _table(text: str) -> tuple[Mapping[str, Any], PolicyProblem | None]:
    try:
        return toml_table(text), None
    except TomlProblem as problem:
        return {}, PolicyProblem(say("This is not TOML: {reason}.", reason=problem.reason), problem.line)


def _policy(values: Values, name: str, table: Mapping[str, Any], *, own: bool) -> Policy | None:
    values.unknown(table, (), _POLICY_KEYS)
    title = values.text(table, (), "title", longest=_LONGEST_TITLE, missing=_titled(name))
    description = values.text(table, (), "description", longest=_LONGEST_TEXT, missing="")
    instructions = values.text(table, (), "instructions", longest=_LONGEST_TEXT, missing="")
    version = values.whole(table, (), "version", 1, _HIGHEST_VERSION)
    unsure = values.share(table, (), "unsure_below", missing=0.0)
    refusal = values.action(table, (), "refusal", missing=Action.REVIEW)
    found = values.tables(table, (), "categories", most=_MOST_CATEGORIES)
    categories = [_category(values, ("categories", number), each) for number, each in found]
    values.different([each.name if each else None for each in categories], ("categories",))
    whole = tuple(category for category in categories if category is not None)
    if version is None or unsure is None or refusal is None or len(whole) < len(categories) or not whole:
        return None
    return Policy(name, title or name, version, description or "", whole, instructions or "", unsure, refusal, own)


def _category(values: Values, path: Path, table: Mapping[str, Any]) -> Category | None:
    values.unknown(table, path, _CATEGORY_KEYS)
    name = values.name(table, path, longest=_LONGEST_NAME)
    title = values.text(table, path, "title", longest=_LONGEST_TITLE, missing=_titled(name or ""))
    definition = values.text(table, path, "definition", longest=_LONGEST_TEXT)
    examples = values.texts(table, path, "examples", most=_MOST_EXAMPLES, longest=_LONGEST_EXAMPLE)
    counterexamples = values.texts(table, path, "counterexamples", most=_MOST_EXAMPLES, longest=_LONGEST_EXAMPLE)
    found = values.tables(table, path, "levels", most=_MOST_LEVELS)
    levels = [_level(values, (*path, "levels", number), each) for number, each in found]
    values.different([each.name if each else None for each in levels], (*path, "levels"))
    whole = tuple(level for level in levels if level is not None)
    if name is None or definition is None or len(whole) < len(levels) or not whole:
        return None
    return Category(name, title or name, definition, whole, examples, counterexamples)


def _level(values: Values, path: Path, table: Mapping[str, Any]) -> Level | None:
    values.unknown(table, path, _LEVEL_KEYS)
    name = values.name(table, path, longest=_LONGEST_NAME)
    definition = values.text(table, path, "definition", longest=_LONGEST_TEXT)
    action = values.action(table, path, "action")
    if name is None or definition is None or action is None:
        return None
    return Level(name, definition, action)


def _titled(name: str) -> str:
    return name.replace("-", " ").capitalize()
