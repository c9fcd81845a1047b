"""Bounds of a JSON schema in plain words, for models."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

_LONGEST = 500
"""Characters of a piece of JSON in the middle of a sentence."""
_AS_THEY_ARE = (
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "examples",
)
"""Keywords that are told as JSON."""
_NOT_SIMPLE = re.compile(r"\(\?|\\[1-9bBAZzGpPkK]")
"""Regular expressions beyond groups, classes and repetitions."""


def bounds_in_words(schema: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each bound of a place that providers refuse."""
    yield from _numbers(schema)
    yield from _counts(schema, "minLength", "maxLength", "characters", "character")
    few = schema.get("minItems")
    items = schema if few not in (0, 1) else {"maxItems": schema.get("maxItems")}
    yield from _counts(items, "minItems", "maxItems", "items", "item")
    yield from _counts(schema, "minProperties", "maxProperties", "entries", "entry")
    if schema.get("uniqueItems") is True:
        yield "No item twice."
    if isinstance(schema.get("contentEncoding"), str):
        yield f"Encoded as {schema['contentEncoding']}."
    for key in _AS_THEY_ARE:
        if key in schema:
            yield f"{key}: {short_json(schema[key])}"


def _numbers(schema: Mapping[str, Any]) -> Iterator[str]:
    low, high = _number(schema.get("minimum")), _number(schema.get("maximum"))
    if low is not None and high is not None:
        yield f"Between {low} and {high}."
    elif low is not None:
        yield f"At least {low}."
    elif high is not None:
        yield f"At most {high}."
    if (above := _number(schema.get("exclusiveMinimum"))) is not None:
        yield f"Above {above}."
    if (below := _number(schema.get("exclusiveMaximum"))) is not None:
        yield f"Below {below}."
    if (step := _number(schema.get("multipleOf"))) is not None:
        yield f"A multiple of {step}."


def _counts(schema: Mapping[str, Any], least: str, most: str, many: str, one: str) -> Iterator[str]:
    low, high = _number(schema.get(least)), _number(schema.get(most))
    if low is not None and low == high:
        yield f"Exactly {low} {one if low == 1 else many}."
    elif low is not None and high is not None:
        yield f"Between {low} and {high} {many}."
    elif low is not None:
        yield f"At least {low} {one if low == 1 else many}."
    elif high is not None:
        yield f"At most {high} {one if high == 1 else many}."


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def short_json(value: object, longest: int = _LONGEST) -> str:
    """A value as JSON, cut where it is long; ends with … then.

    Args:
        value: Decoded JSON.
        longest: Characters.
    """
    try:
        text = msgspec.json.encode(value).decode(errors="replace")
    except (TypeError, ValueError, OverflowError, RecursionError):
        text = "…"
    return text if len(text) <= longest else f"{text[:longest]}…"


def size_of_json(value: object) -> float:
    """Bytes of a value as JSON; infinite where it cannot be written."""
    try:
        return len(msgspec.json.encode(value))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return math.inf


def joined(text: str, sentences: Sequence[str]) -> str:
    """A text with sentences behind it."""
    kept = [each for each in sentences if each]
    if not kept:
        return text
    if not text.strip():
        return " ".join(kept)
    end = "" if text.rstrip().endswith((".", "!", "?", ":", "…")) else "."
    return f"{text.rstrip()}{end} {' '.join(kept)}"


def is_simple_pattern(pattern: str) -> bool:
    """Whether providers take a regular expression."""
    if len(pattern) > 200 or _NOT_SIMPLE.search(pattern):
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
