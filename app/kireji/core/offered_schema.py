"""JSON schemas of arguments as providers take them.

What a provider refuses in a schema (bounds, recursion, references out of it, unknown formats; Anthropic's list of what
strict tools and forms of answers may have, api-facts A.9) is said in plain words in the description of the place where
it stood. Calls are held to the complete schema by this program, so nothing is lost but the provider's own help.

The result has no references: definitions stand where they are used, and recursion ends after a few levels with words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from kireji.core.schema_words import bounds_in_words, is_simple_pattern, joined, short_json, size_of_json

_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_FORMATS = frozenset(
    ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid")
)  # api-facts A.9
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""Names of arguments that Anthropic takes."""
_TYPE_OF_KEYWORD = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "patternProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "maxItems": "array",
    "pattern": "string",
    "minLength": "string",
    "maxLength": "string",
    "format": "string",
    "minimum": "number",
    "maximum": "number",
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "multipleOf": "number",
}
_AGAIN = 1
"""How often a definition is written out inside itself."""
_MOST_CHOICES = 300
_LONGEST_DEFAULT = 1000
_LARGEST = 60_000
"""Bytes of the whole; every question pays for them."""

_Schema = dict[str, Any]


class _Limits(NamedTuple):
    """How much of a schema is told.

    Args:
        depth: How many parts may be around one.
        parts: How many there may be.
        description: Characters of one description.
    """

    depth: int
    parts: int
    description: int


_LIMITS = (_Limits(12, 1500, 8000), _Limits(6, 300, 300), _Limits(3, 60, 100))
"""The first with which the whole is no larger than it may be."""


def offered_form(schema: object, *, arguments: bool = True) -> dict[str, Any]:
    """A schema that providers take, for one that may be any; never fails, and gives the same for the same.

    Args:
        schema: A decoded JSON schema, from whomever.
        arguments: It is an object that holds the arguments of a tool, whose names are bounded; otherwise it may be of
            any type, and its names any.

    Returns:
        Of arguments an object's schema. Objects are closed unless the schema says that anything may be in them.
    """
    root = dict(schema) if isinstance(schema, Mapping) else {}
    for limits in _LIMITS:
        try:
            offering = _Offering(root, limits)
            offered = offering.root() if arguments else offering.whole()
        except RecursionError:  # a tower of combinations
            continue
        if size_of_json(offered) <= _LARGEST:
            return offered
    return {"type": "object", "description": "What it takes is too large to be told here."}


class _Inside(NamedTuple):
    """Where in a schema something stands.

    Args:
        depth: How many parts are around it.
        references: Those that have led here.
    """

    depth: int = 0
    references: tuple[str, ...] = ()

    def deeper(self) -> _Inside:
        return _Inside(self.depth + 1, self.references)

    def through(self, reference: str) -> _Inside:
        return _Inside(self.depth, (*self.references, reference))


class _Offering:
    """One schema on its way."""

    def __init__(self, root: _Schema, limits: _Limits) -> None:
        self._root = root
        self._limits = limits
        self._parts = 0
        self._steps = 0

    def root(self) -> _Schema:
        """The whole; an object whatever stands there."""
        node, _ = self._flat(self._root, _Inside())
        choices = [part for key in ("anyOf", "oneOf") for part in self._resolved_parts(node, key)]
        node = {key: value for key, value in node.items() if key not in ("anyOf", "oneOf", "enum", "const")}
        if choices:
            node = self._united(node, choices)
        node["type"] = "object"
        open_ended = node.get("additionalProperties", False) not in (False, None) or "patternProperties" in node
        offered = self._part(node, _Inside())
        properties = offered.get("properties", {})
        unspeakable = {name: part for name, part in properties.items() if not _NAME.fullmatch(name)}
        words = [f"It also takes {short_json(name)}: {short_json(part)}." for name, part in unspeakable.items()]
        kept = {name: part for name, part in properties.items() if name not in unspeakable}
        result: _Schema = {"type": "object", "properties": kept}
        if required := [name for name in offered.get("required", ()) if name in kept]:
            result["required"] = required
        if not (open_ended or unspeakable):
            result["additionalProperties"] = False
        elif isinstance(offered.get("additionalProperties"), dict):
            result["additionalProperties"] = offered["additionalProperties"]
        if text := joined(offered.get("description", ""), words)[: self._limits.description]:
            result["description"] = text
        return result

    def whole(self) -> _Schema:
        """The whole, of whatever type."""
        return self._part(self._root, _Inside())

    def _resolved_parts(self, node: _Schema, key: str) -> Iterator[_Schema]:
        for part in _list(node.get(key)):
            yield self._flat(part, _Inside())[0] if isinstance(part, dict) else {}

    def _united(self, node: _Schema, choices: list[_Schema]) -> _Schema:
        """An object that may have what any of the choices has; what they need is said in words."""
        properties = dict(_dict(node.get("properties")))
        words = []
        for number, choice in enumerate(choices[:20], 1):
            for name, part in _dict(choice.get("properties")).items():
                properties.setdefault(name, part)
            needed = ", ".join(str(name) for name in _list(choice.get("required")))
            allowed = ", ".join(_dict(choice.get("properties")))
            words.append(f"Form {number}: needs {needed or 'nothing'}" + (f", of {allowed}." if allowed else "."))
        node = {**node, "properties": properties}
        node["description"] = joined(_text(node.get("description")), ["One of these forms.", *words])
        return node

    def _flat(self, schema: _Schema, inside: _Inside) -> tuple[_Schema, _Inside]:
        """The same without a reference at its top and without `allOf`."""
        node = dict(schema)
        for _ in range(self._limits.depth):
            self._steps += 1
            if self._steps > 10 * self._limits.parts:
                break
            reference = node.pop("$ref", None)
            if isinstance(reference, str):
                if inside.references.count(reference) > _AGAIN:
                    return self._unsaid(node, reference), inside
                target = target_of(self._root, reference)
                if not isinstance(target, dict):
                    node["description"] = joined(_text(node.get("description")), [f"As {reference} says."])
                    continue
                inside = inside.through(reference)
                node = {**target, **node}
            for part in _list(node.pop("allOf", None)):
                if isinstance(part, dict):
                    flat, inside = self._flat(part, inside)
                    node = _merged(node, flat)
            if "$ref" not in node and "allOf" not in node:
                return node, inside
        return {key: value for key, value in node.items() if key not in ("$ref", "allOf")}, inside

    def _unsaid(self, node: _Schema, reference: str) -> _Schema:
        """What stands where a schema comes back into itself once too often."""
        target = target_of(self._root, reference)
        name = unquote(reference.rpartition("/")[2]) or "the whole"
        again = {"description": joined(_text(node.get("description")), [f"Again of the form {name}, as above."])}
        kind = target.get("type") if isinstance(target, dict) else None
        return {**again, **({"type": kind} if kind in _TYPES else {})}

    def _part(self, schema: object, inside: _Inside) -> _Schema:
        """One place of the schema."""
        if schema is False:
            return {"description": "Nothing is allowed here."}
        if not isinstance(schema, dict):
            return {}
        self._parts += 1
        node, inside = self._flat(schema, inside)
        inside = inside.deeper()
        words = list(bounds_in_words(node))
        notes = self._notes(node, words)
        if self._parts > self._limits.parts or inside.depth > self._limits.depth:
            kind = node.get("type")
            notes["description"] = joined(notes.get("description", ""), ["What is in it is left out here."])
            return {**({"type": kind} if kind in _TYPES else {}), **notes}
        shape = self._shape(node, inside, words)
        if text := joined(_text(node.get("description")), words)[: self._limits.description]:
            notes["description"] = text
        return {**shape, **notes}

    def _notes(self, node: _Schema, words: list[str]) -> _Schema:
        notes: _Schema = {}
        if isinstance(node.get("title"), str):
            notes["title"] = node["title"]
        if "default" in node:
            default = short_json(node["default"], _LONGEST_DEFAULT)
            if default.endswith("…"):
                words.append(f"By default {default}.")
            else:
                notes["default"] = node["default"]
        if text := _text(node.get("description")):
            notes["description"] = text[: self._limits.description]
        return notes

    def _shape(self, node: _Schema, inside: _Inside, words: list[str]) -> _Schema:
        """What the place may hold, without words."""
        if "const" in node or "enum" in node:
            return _values(node, words)
        choices = [part for key in ("anyOf", "oneOf") for part in _list(node.get(key))]
        if choices:
            rest = {key: value for key, value in node.items() if key not in ("anyOf", "oneOf", "description", "title")}
            if offered := self._choices(choices, rest, inside, words):
                return offered
        kinds = _kinds(node)
        shape: _Schema = {}
        if kinds:
            shape["type"] = kinds[0] if len(kinds) == 1 else kinds
        if "object" in kinds:
            shape.update(self._object(node, inside, words))
        if "array" in kinds:
            shape.update(self._array(node, inside, words))
        if "string" in kinds:
            shape.update(_string(node, words))
        return shape

    def _choices(self, choices: list[Any], rest: _Schema, inside: _Inside, words: list[str]) -> _Schema:
        """Several forms; empty where they only bound what stands beside them, which is said in words."""
        rest.pop("default", None)
        shapeless = [
            part
            for part in choices
            if isinstance(part, dict) and not _TELLS_SHAPE.intersection(self._flat(part, inside)[0])
        ]
        if shapeless and _TELLS_SHAPE.intersection(rest):
            words.append(f"It must also fit one of {short_json(choices)}.")
            return {}
        offered = []
        for part in choices[:_MOST_CHOICES]:
            whole = _merged(dict(part), rest) if isinstance(part, dict) else part
            offered.append(self._part(whole, inside))
        return {"anyOf": offered}

    def _object(self, node: _Schema, inside: _Inside, words: list[str]) -> _Schema:
        properties = _dict(node.get("properties"))
        more = node.get("additionalProperties")
        shape: _Schema = {}
        if properties:
            shape["properties"] = {name: self._part(part, inside) for name, part in properties.items()}
            required = [name for name in _list(node.get("required")) if isinstance(name, str) and name in properties]
            if required:
                shape["required"] = list(dict.fromkeys(required))
        if patterns := _dict(node.get("patternProperties")):
            words.append(f"Names that match a pattern: {short_json(patterns)}.")
        if isinstance(more, dict) and more:
            shape["additionalProperties"] = self._part(more, inside)
        elif more is False or (more is None and properties and not patterns):
            shape["additionalProperties"] = False
        return shape

    def _array(self, node: _Schema, inside: _Inside, words: list[str]) -> _Schema:
        items: object = node.get("items")
        places = _list(node.get("prefixItems"))
        if isinstance(items, list):  # as drafts before 2020-12 have it
            places, items = items, node.get("additionalItems")
        shape: _Schema = {}
        if places:
            parts = [self._part(part, inside) for part in places[:50]]
            words.append(f"Its items in order: {'; '.join(short_json(part) for part in parts)}.")
        elif isinstance(items, dict):
            shape["items"] = self._part(items, inside)
        if node.get("minItems") in (0, 1) and node["minItems"] is not True and node["minItems"] is not False:
            shape["minItems"] = int(node["minItems"])
        return shape


_TELLS_SHAPE = frozenset(("type", "properties", "items", "enum", "const", "anyOf", "oneOf", "$ref", "prefixItems"))


def _values(node: _Schema, words: list[str]) -> _Schema:
    """A list of values that may stand there."""
    values = [node["const"]] if "const" in node else _list(node.get("enum"))
    kinds = _kinds(node)
    shape: _Schema = {"type": kinds[0] if len(kinds) == 1 else kinds} if _typed(node) and kinds else {}
    plain = [value for value in values if value is None or isinstance(value, str | int | float)]
    if plain and len(plain) == len(values) <= _MOST_CHOICES:
        return {**shape, "enum": plain}
    words.append(f"One of {short_json(values)}.")
    if "object" in kinds:  # its properties are those of the values
        return {"type": "object"}
    return shape


def _string(node: _Schema, words: list[str]) -> _Schema:
    shape: _Schema = {}
    form = node.get("format")
    if form in _FORMATS:
        shape["format"] = form
    elif isinstance(form, str) and form:
        words.append({"path": "The path of a file or folder."}.get(form, f"Its format is {form}."))
    pattern = node.get("pattern")
    if isinstance(pattern, str) and is_simple_pattern(pattern):
        shape["pattern"] = pattern
    elif isinstance(pattern, str):
        words.append(f"It must match the regular expression {pattern}")
    return shape


def _typed(node: _Schema) -> bool:
    return isinstance(node.get("type"), str | list)


def _kinds(node: _Schema) -> list[str]:
    """The types that a place may have, guessed from its keywords where it does not say."""
    kind = node.get("type")
    named = [kind] if isinstance(kind, str) else _list(kind)
    known = [each for each in _TYPES if each in named]
    if known or named:
        return known
    return sorted({of for keyword, of in _TYPE_OF_KEYWORD.items() if keyword in node})[:1]


def _merged(first: _Schema, second: _Schema) -> _Schema:
    """Both at once, roughly: properties and needs of both, and of all else the first's."""
    merged = {**second, **first}
    for key in ("properties", "$defs", "definitions", "patternProperties"):
        if key in first and key in second:
            merged[key] = {**_dict(second[key]), **_dict(first[key])}
    if "required" in first and "required" in second:
        merged["required"] = [*_list(first["required"]), *_list(second["required"])]
    texts = [_text(each.get("description")) for each in (first, second)]
    if all(texts) and texts[0] != texts[1]:
        merged["description"] = joined(texts[0], [texts[1]])
    return merged


def target_of(root: Mapping[str, Any], reference: str) -> object:
    """What a reference inside a schema points at; None where it points elsewhere.

    Args:
        root: The whole schema.
        reference: Such as "#/$defs/item".
    """
    if reference == "#":
        return root
    if not reference.startswith("#/"):
        return None
    value: Any = root
    for step in reference[2:].split("/"):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
