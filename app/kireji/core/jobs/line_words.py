"""Why a line is none of the shapes that are known, in sentences."""

from __future__ import annotations

import difflib
import json
import re

import msgspec

from kireji.core.words import mark, say

_KEYS = ("prompt", "image", "images", "id", "custom_id", "params", "method", "url", "body")
_AT = re.compile(r" \(byte (\d+)\)$")
_UNKNOWN = re.compile(r"unknown field `(.*)`", re.DOTALL)
WRONG = re.compile(r"Expected `.*?`, got `(\w+)`(?: - at `\$\.(\w+)(?:\[.*)?`)?")
_KINDS = {
    "str": mark("text"),
    "int": mark("a number"),
    "float": mark("a number that is not whole"),
    "bool": mark("true or false"),
    "array": mark("a list"),
    "object": mark("an object"),
    "null": mark("null"),
}


def too_deep() -> str:
    """Why a line that no JSON reader takes whole is refused."""
    return say("The line is nested too deeply, or holds a number with too many digits.")


def why_broken(line: bytes, error: Exception) -> str:
    """Why bytes are none of the three shapes.

    Args:
        line: The bytes.
        error: What reading them as `Line` raised.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError as wrong:
        column = len(line[: wrong.start].decode()) + 1
        return say("The line is not UTF-8: there is a wrong byte at column {column}.", column=column)
    if isinstance(error, RecursionError):
        return too_deep()
    if isinstance(error, msgspec.ValidationError):
        return _misshapen(str(error))
    return _broken(text, error)


def _broken(text: str, error: Exception) -> str:
    if "\0" in text:
        return say("The JSON is broken at column {column}: there is a NUL byte.", column=text.index("\0") + 1)
    try:
        json.loads(text)
    except json.JSONDecodeError as found:
        return say(
            "The JSON is broken at column {column}: {reason}.",
            column=found.pos + 1,
            reason=_lower(found.msg.removesuffix(" at")),
        )
    except (RecursionError, ValueError):  # as of a number with thousands of digits
        return too_deep()
    if at := _AT.search(str(error)):
        column = len(text.encode()[: int(at[1])].decode(errors="ignore")) + 1
        return say("The JSON is broken at column {column}: {reason}.", column=column, reason=_reason(str(error)))
    return say("The JSON holds half of a character, as \\ud83d without its other half.")


def _reason(told: str) -> str:
    return _lower(_AT.sub("", told).removeprefix("JSON is malformed: "))


def _lower(reason: str) -> str:
    return reason[:1].lower() + reason[1:]


def _misshapen(told: str) -> str:
    if found := _UNKNOWN.search(told):
        return unknown_key(found[1])
    if found := WRONG.search(told):
        got, field = found[1], found[2]
        if field is None:
            return say("The line is not a JSON object.")
        return wrong_kind(field, got)
    return say("The line has a shape that is not known here.")


def wrong_kind(field: str, got: str) -> str:
    """Why a field cannot hold what it holds, by msgspec's name for that."""
    return say("“{field}” cannot be {got}.", field=field, got=say(_KINDS.get(got, got)))


def unknown_key(name: str) -> str:
    """Why a line with a key of its own is refused."""
    close = difflib.get_close_matches(name.lower(), _KEYS, n=1)
    if close:
        return say("“{name}” is not known here; did you mean “{close}”?", name=name[:60], close=close[0])
    return say("“{name}” is not known here: a line has prompt, image, images and id.", name=name[:60])
