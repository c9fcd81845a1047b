"""Single values of a policy's file changed in its text, so that comments, order and blank lines stay as they are."""

from __future__ import annotations

import json
from typing import Any

from kireji.core.moderation.line_numbers import LineNumbers, Path
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.policy_file import parse
from kireji.core.moderation.verdicts import Action
from kireji.core.toml_text import TomlProblem, toml_table

LONGEST_LINE = 10_000
"""Letters of one line that a field for text can still lay out at once."""


def with_action(text: str, category: str, level: str, action: Action) -> str | None:
    """The text with another action for a level.

    Args:
        text: Of a policy's file; rules in it may contradict each other.
        category: Name of the category.
        level: Name of the level in it.
        action: What is done there.

    Returns:
        None where the text cannot be changed at that place; then it has to be done by hand.
    """
    try:
        table = toml_table(text)
    except TomlProblem:
        return None
    first = _named(table.get("categories"), category)
    second = None if first is None else _named(table["categories"][first].get("levels"), level)
    if first is None or second is None:
        return None
    return _with(text, ("categories", first, "levels", second, "action"), action.value)


def with_version(text: str, version: int) -> str | None:
    """The text with another version; None as of `with_action`."""
    return _with(text, ("version",), version)


def with_title(text: str, title: str) -> str | None:
    """The text with another title, which is put before all others where there was none; None as of `with_action`."""
    changed = _with(text, ("title",), title)
    if changed is not None:
        return changed
    changed = f"title = {_written(title)}\n{text}"
    return changed if _value(changed, ("title",)) == title else None


def copied(text: str, title: str) -> str:
    """The text of a policy that begins as a copy: with a title of its own, and counted from 1."""
    named = with_title(text, title) or text
    return with_version(named, 1) or named


def same_rules(one: Policy | None, other: Policy | None) -> bool:
    """Whether two policies say the same, whatever their versions and names."""
    if one is None or other is None:
        return one is other
    return _rules(one) == _rules(other)


def policy_of(name: str, text: str) -> Policy | None:
    """The policy that a text gives; None where it cannot be used."""
    return parse(name, text.encode("utf-8", "surrogatepass"), own=True).policy


def _rules(policy: Policy) -> tuple[object, ...]:
    return policy.description, policy.categories, policy.instructions, policy.unsure_below, policy.refusal


def _named(tables: Any, name: str) -> int | None:
    if not isinstance(tables, list):
        return None
    return next((at for at, each in enumerate(tables) if isinstance(each, dict) and each.get("name") == name), None)


def _with(text: str, path: Path, value: str | int) -> str | None:
    span = LineNumbers(text).span(path)
    if span is None:
        return None
    begin, end = span
    end = begin + len(text[begin:end].rstrip())
    changed = f"{text[:begin]}{_written(value)}{text[end:]}"
    # What reads TOML has the last word on whether that was the right place.
    return changed if _value(changed, path) == value else None


def _written(value: str | int) -> str:
    # Texts of JSON are texts of TOML, but for a sign that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(text: str, path: Path) -> Any:
    try:
        found: Any = toml_table(text)
    except TomlProblem:
        return None
    try:
        for key in path:
            found = found[key]
    except (KeyError, IndexError, TypeError):
        return None
    return found
