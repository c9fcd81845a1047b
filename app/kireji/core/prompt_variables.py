"""The variables of a prompt as they stand in the head of its file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kireji.core.prompt_heads import PromptProblem, choice_of, no_controls
from kireji.core.prompts import Variable, VariableKind

_LONGEST_NAME = 64
_LONGEST_VALUE = 10_000
_LONGEST_CHOICE = 200
_MOST_CHOICES = 40
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")


def variables_of(tables: object) -> Mapping[str, Variable]:
    """The places of a prompt by name.

    Args:
        tables: As they stand in the head.

    Raises:
        PromptProblem: One of them contradicts itself.
    """
    if not isinstance(tables, Mapping):
        raise PromptProblem("variables must be tables, such as [variables.language]", key="variables")
    return {name: _variable(name, table) for name, table in tables.items()}


def _variable(name: str, table: object) -> Variable:
    at = f"variables.{name}"
    if not _VARIABLE.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise PromptProblem(f"the variable {name[:_LONGEST_NAME]!r} may only have small letters, digits and _", key=at)
    if not isinstance(table, Mapping):
        raise PromptProblem(f"the variable {name} must be a table, [variables.{name}]", key=at)
    description, default = table.get("description", ""), table.get("default")
    if not isinstance(description, str) or not isinstance(default, str | None):
        wrong = "default" if isinstance(description, str) else "description"
        raise PromptProblem(
            f"description and default of the variable {name} must be texts in quotes", key=f"{at}.{wrong}"
        )
    no_controls(description + (default or ""), f"the variable {name}", at)
    if len(description) + len(default or "") > _LONGEST_VALUE:
        raise PromptProblem(f"the variable {name} is longer than {_LONGEST_VALUE} letters", key=at)
    kinds = [each.value for each in VariableKind]
    kind = VariableKind(choice_of(table.get("type", "text"), kinds, f"the type of the variable {name}", f"{at}.type"))
    choices = _choices(name, table.get("choices", []))
    if kind is VariableKind.CHOICE:
        if not choices:
            raise PromptProblem(f"the variable {name} is a choice without choices", key=at)
        if default is not None and default not in choices:
            raise PromptProblem(f"the default of the variable {name} is not among its choices", key=f"{at}.default")
    elif choices:
        raise PromptProblem(f'the variable {name} has choices, so it needs type = "choice"', key=f"{at}.choices")
    if default is not None and kind in (VariableKind.DATE, VariableKind.CAPTURE):
        raise PromptProblem(
            f"the variable {name} has a default, though a {kind.value} never needs one", key=f"{at}.default"
        )
    return Variable(" ".join(description.split()), default, kind, choices)


def _choices(name: str, value: object) -> tuple[str, ...]:
    at = f"variables.{name}.choices"
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise PromptProblem(f"choices of the variable {name} must be a list of texts", key=at)
    if len(value) > _MOST_CHOICES or any(len(each) > _LONGEST_CHOICE for each in value):
        raise PromptProblem(
            f"the variable {name} has more than {_MOST_CHOICES} choices, or one longer than {_LONGEST_CHOICE} letters",
            key=at,
        )
    if len(set(value)) != len(value):
        raise PromptProblem(f"a choice of the variable {name} stands there twice", key=at)
    no_controls("".join(value), f"a choice of the variable {name}", at, lines=False)
    return tuple(value)
