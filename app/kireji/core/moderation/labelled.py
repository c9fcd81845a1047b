"""Labelled sets: texts and pictures of which people have said what a policy should make of them.

One JSON object a line:

    {"id": "a1", "text": "Buy now!", "category": "spam", "level": "promotion", "action": "review"}
    {"id": "a2", "image": "pictures/desk.png", "categories": ["secrets", "own-data"], "action": "block"}
    {"id": "a3", "text": "See you at noon.", "categories": []}

`category` or `categories` says what it falls into, nothing where the list is empty. Without `action` it is the action
of the level, else allow where nothing is found, else not compared. `level` only goes with a single category.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kireji.core.moderation.policies import Policy, PolicyProblem
from kireji.core.moderation.verdicts import Action
from kireji.core.words import say

LONGEST_SET = 64 * 1024 * 1024
"""Bytes of a set."""
MOST_ITEMS = 20_000
_MOST_PROBLEMS = 100
LONGEST_ID = 120
LONGEST_TEXT = 1_000_000
_KEYS = ("id", "text", "image", "category", "categories", "level", "action", "note")
_ACTIONS = {action.value: action for action in Action}


class LabelledItem(msgspec.Struct, frozen=True):
    """One of a set.

    Args:
        id: What it is called; different from all others.
        text: What is judged; may be empty when there is a picture.
        image: Path of a picture, relative to the set; empty for none.
        categories: What it falls into.
        level: Of its only category; empty where nobody has said.
        action: What should be done; None where nobody has said.
    """

    id: str
    text: str
    image: str
    categories: tuple[str, ...]
    level: str = ""
    action: Action | None = None


class LabelledSet(msgspec.Struct, frozen=True):
    """All that could be read of a set.

    Args:
        items: In its order.
        problems: What is wrong; with a fatal one it should not be used.
    """

    items: tuple[LabelledItem, ...]
    problems: tuple[PolicyProblem, ...] = ()

    @property
    def digest(self) -> str:
        """By which the same set is known again, whatever its file is called."""
        return hashlib.sha256(msgspec.json.encode(self.items)).hexdigest()[:32]


def parse(data: bytes, policy: Policy) -> LabelledSet:
    """Read a set; never raises, whatever stands in it.

    Args:
        data: What its file holds.
        policy: Whose categories and levels are named in it.
    """
    if len(data) > LONGEST_SET:
        return LabelledSet((), (PolicyProblem(say("The set is longer than {count} MB.", count=LONGEST_SET >> 20)),))
    reading = _Reading(policy)
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        if line.strip() and not reading.full:
            reading.line(number, line)
    if not reading.items and not reading.problems:
        reading.problems.append(PolicyProblem(say("The set is empty.")))
    return LabelledSet(tuple(reading.items), tuple(reading.problems))


class _Reading:
    """Collects items and problems.

    Args:
        policy: Whose names count.
    """

    def __init__(self, policy: Policy) -> None:
        self.items: list[LabelledItem] = []
        self.problems: list[PolicyProblem] = []
        self._policy = policy
        self._ids: set[str] = set()

    @property
    def full(self) -> bool:
        """Whether no more is read."""
        if len(self.items) >= MOST_ITEMS:
            self._once(say("The set has more than {count} items.", count=f"{MOST_ITEMS:,}"))
            return True
        return len(self.problems) > _MOST_PROBLEMS

    def line(self, number: int, line: bytes) -> None:
        """Read one."""
        try:
            item = self._item(number, _object(line))
        except _Wrong as wrong:
            self.problems.append(PolicyProblem(str(wrong), number))
            return
        self._ids.add(item.id)
        self.items.append(item)

    def _item(self, number: int, value: Mapping[str, Any]) -> LabelledItem:
        for key in value:
            if key not in _KEYS:
                self.problems.append(PolicyProblem(_not_known(key), number, fatal=False))
        found = _text(value, "id", LONGEST_ID) or str(number)
        if found in self._ids:
            raise _Wrong(say("There are two with the id {name}.", name=found))
        text, image = _text(value, "text", LONGEST_TEXT), _text(value, "image", 1_000)
        if not text.strip() and not image:
            raise _Wrong(say("There is neither a text nor a picture to judge."))
        categories = self._categories(value)
        level = _text(value, "level", LONGEST_ID)
        return LabelledItem(found, text, image, categories, level, self._action(value, categories, level))

    def _categories(self, value: Mapping[str, Any]) -> tuple[str, ...]:
        if ("category" in value) == ("categories" in value):
            raise _Wrong(say('It takes either "category" or "categories", which is [] where nothing is to be found.'))
        named = value.get("categories", value.get("category"))
        names = named if isinstance(named, list) else [named]
        for name in names:
            if not isinstance(name, str) or self._policy.category(name) is None:
                known = [category.name for category in self._policy.categories]
                raise _Wrong(_no_such(say("category"), name, known))
        return tuple(dict.fromkeys(names))

    def _action(self, value: Mapping[str, Any], categories: Sequence[str], level: str) -> Action | None:
        of_level = self._of_level(categories, level) if level else None
        if "action" not in value:
            return of_level if level else None if categories else Action.ALLOW
        action = value["action"]
        if not isinstance(action, str) or action not in _ACTIONS:
            raise _Wrong(_no_such(say("action"), action, list(_ACTIONS)))
        if of_level is not None and of_level is not _ACTIONS[action]:
            raise _Wrong(
                say(
                    "It says {action}, but the policy says {other} for the level {level}.",
                    action=action,
                    other=of_level.value,
                    level=level,
                )
            )
        return _ACTIONS[action]

    def _of_level(self, categories: Sequence[str], level: str) -> Action:
        if len(categories) != 1:
            raise _Wrong(say('"level" only goes with a single category.'))
        category = self._policy.category(categories[0])
        found = category.level(level) if category is not None else None
        if found is None:
            known = [each.name for each in category.levels] if category is not None else []
            raise _Wrong(_no_such(say("level"), level, known))
        return found.action

    def _once(self, reason: str) -> None:
        if all(problem.reason != reason for problem in self.problems):
            self.problems.append(PolicyProblem(reason))


class _Wrong(ValueError):
    """Why a line is no item."""


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _Wrong(say("This is not JSON: {reason}.", reason=str(error)[:200])) from error
    if not isinstance(value, dict):
        raise _Wrong(say("This is not a JSON object."))
    return value


def _text(value: Mapping[str, Any], key: str, longest: int) -> str:
    found = value.get(key, "")
    if found is None:
        return ""
    if not isinstance(found, str):
        raise _Wrong(say("{key} must be a text in quotes.", key=key))
    if len(found) > longest:
        raise _Wrong(say("{key} is longer than {count} letters.", key=key, count=longest))
    return found


def _no_such(what: str, name: object, known: Sequence[str]) -> str:
    shown = " ".join(str(name)[:60].split())
    close = difflib.get_close_matches(shown, known, n=1)
    if close:
        return say("There is no {what} {name}; did you mean {other}?", what=what, name=shown, other=close[0])
    return say("There is no {what} {name}; there are: {known}.", what=what, name=shown, known=", ".join(known)[:300])


def _not_known(key: str) -> str:
    close = difflib.get_close_matches(key[:60], _KEYS, n=1)
    shown = " ".join(key[:60].split())
    if close:
        return say("{key} means nothing here; did you mean {other}?", key=shown, other=close[0])
    return say("{key} means nothing here.", key=shown)
