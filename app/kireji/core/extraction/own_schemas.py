"""JSON schemas that people give for what they want extracted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.extraction.sheets import CellType, Column
from kireji.core.offered_schema import offered_form, target_of
from kireji.core.words import say

LONGEST = 1024 * 1024
"""Bytes of a schema."""
MOST_COLUMNS = 1000
_WRAP = "items"
"""Under which name a list is asked for: services want an object."""
_NO_SCHEMAS = ("enum", "const", "default", "examples")
_ANYTHING = ["string", "number", "boolean", "null"]


class SheetPlan(msgspec.Struct, frozen=True):
    """One sheet that is made of an answer.

    Args:
        title: The name of the list; empty for the answer itself.
        steps: Names that lead to its rows; a list on the way gives the rows of all its entries.
        columns: Their `path` leads from a row to the value.
        paths: The same in steps.
        listed: Whether the rows are a list; otherwise there is one.
    """

    title: str
    steps: tuple[str, ...]
    columns: tuple[Column, ...]
    paths: tuple[tuple[str, ...], ...]
    listed: bool


class OwnSchema(msgspec.Struct, frozen=True):
    """A schema that a person gave.

    Args:
        given: As it came; answers are held to it.
        wire: The same as services take it, an object: what they refuse is said in words.
        wrapped: Whether it is of a list, which services do not take: the answer is an object that holds it.
        plans: The sheets that are made of an answer.
    """

    given: bytes
    wire: bytes
    wrapped: bool
    plans: tuple[SheetPlan, ...]

    @property
    def fields(self) -> bool:
        """Whether it is of fields, not of a table."""
        return not self.plans[0].listed

    def answer(self, data: Any) -> Any:
        """What the model gave, without what was put around it: the schema that was given holds for this."""
        if self.wrapped and isinstance(data, Mapping):
            return data.get(_WRAP)
        return data


def own_schema(given: bytes) -> OwnSchema:
    """Make sense of a schema.

    Args:
        given: JSON text: an object's schema for fields, that of a list of objects (or of an object with one list) for
            a table.

    Raises:
        KirejiError: It is none that can be asked for; the words say why.
    """
    decoded = _decoded(given)
    _check(decoded)
    offered = offered_form(decoded, arguments=False)
    root = _chosen(offered)
    if decoded.get("properties") and not (root.get("properties") or root.get("anyOf")):
        raise KirejiError(say("The schema is too large to be asked for."), say("Ask for fewer values at once."))
    kind = _kind(root)
    if kind not in ("object", "array"):
        raise KirejiError(
            say("The schema must be that of an object or of a list of objects."),
            say('Give one with "type": "object" and its "properties".'),
        )
    wrapped = kind == "array"
    whole = root if not wrapped else {"type": "object", "properties": {_WRAP: root}, "required": [_WRAP]}
    wire = _closed(whole, "")
    plans = tuple(_plans(whole, wrapped))
    if not plans:
        raise KirejiError(
            say("The schema names nothing that could be extracted."), say('Name what is wanted under "properties".')
        )
    if sum(len(plan.columns) for plan in plans) > MOST_COLUMNS:
        raise _too_many()
    return OwnSchema(given, msgspec.json.encode(wire), wrapped, plans)


def _decoded(given: bytes) -> dict[str, Any]:
    if len(given) > LONGEST:
        raise KirejiError(say("The schema is larger than 1 MB."), say("Give a smaller one."))
    try:
        schema = msgspec.json.decode(given)
    except (msgspec.DecodeError, RecursionError) as error:
        raise KirejiError(
            say("The schema is not valid JSON: {reason}.", reason=str(error)), say("Correct the file.")
        ) from error
    if not isinstance(schema, dict):
        raise KirejiError(say("The schema is not a JSON object."), say('Give one with "type": "object".'))
    return schema


def _check(schema: dict[str, Any]) -> None:
    """See that answers can be held to it: what a validator stumbles over would be taken for the answer's fault, twice.

    Raises:
        KirejiError: A reference leads nowhere, a choice has no choices, or it names too much.
    """
    places = list(_places(schema, _NO_SCHEMAS))
    anchors = [place.get(key) for place in places for key in ("$anchor", "$dynamicAnchor", "$id")]
    names = {name for name in anchors if isinstance(name, str)}
    for place in places:
        reference = place.get("$ref")
        if isinstance(reference, str) and not _leads_somewhere(reference, schema, names):
            raise KirejiError(
                say("The schema refers to {reference}, which does not stand in it.", reference=reference[:200]),
                say('Put what it means under "$defs", and refer to it as "#/$defs/NAME".'),
            )
        if place.get("enum") == []:
            raise KirejiError(say("The schema has a choice without choices."), say('Name some under "enum".'))
    used = [place.get("properties") for place in _places(schema, (*_NO_SCHEMAS, "$defs", "definitions"))]
    if sum(len(named) for named in used if isinstance(named, dict)) > MOST_COLUMNS:
        raise _too_many()


def _places(schema: dict[str, Any], without: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Everything in it that may be a schema, but for what stands under these names."""
    waiting: list[Any] = [schema]
    while waiting:
        place = waiting.pop()
        if isinstance(place, dict):
            yield place
            waiting += [part for key, part in place.items() if key not in without]
        elif isinstance(place, list):
            waiting += place


def _leads_somewhere(reference: str, schema: dict[str, Any], names: set[str]) -> bool:
    if reference == "#" or reference.startswith("#/"):
        return isinstance(target_of(schema, reference), dict | bool)
    return reference.removeprefix("#") in names or any("/" in name for name in names)


def _too_many() -> KirejiError:
    return KirejiError(
        say("The schema names more than {most} values.", most=MOST_COLUMNS), say("Ask for fewer at once.")
    )


def _kind(node: Mapping[str, Any]) -> str:
    """The type of a place besides null; empty where there are several or none."""
    kinds = node.get("type")
    named = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    real = [kind for kind in named if kind != "null"]
    return str(real[0]) if len(real) == 1 else ""


def _chosen(node: Mapping[str, Any]) -> dict[str, Any]:
    """The place without a choice whose only other form is null."""
    forms = [form for form in node.get("anyOf", ()) if isinstance(form, dict) and form.get("type") != "null"]
    return dict(forms[0]) if len(forms) == 1 else dict(node)


def _closed(node: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The same with closed objects and a type everywhere, as services want it.

    Raises:
        KirejiError: There is an object whose names are not said.
    """
    whole = dict(node)
    if "anyOf" in whole:
        kept: dict[str, Any] = {key: whole[key] for key in ("title", "description", "default") if key in whole}
        return {**kept, "anyOf": [_closed(form, place) for form in whole["anyOf"] if isinstance(form, dict)]}
    if "enum" in whole:
        return whole
    kinds = whole.get("type")
    if kinds is None:
        return {**whole, "type": _ANYTHING}
    if "object" in (kinds if isinstance(kinds, list) else [kinds]):
        properties = whole.get("properties", {})
        if not properties:
            raise KirejiError(
                say("The schema does not say what stands in {place}.", place=place or say("the object")),
                say('Name it under "properties".'),
            )
        whole["properties"] = {name: _closed(part, f"{place}.{name}".lstrip(".")) for name, part in properties.items()}
        whole["additionalProperties"] = False
    if "items" in whole:
        whole["items"] = _closed(whole["items"], f"{place}[]")
    elif "array" in (kinds if isinstance(kinds, list) else [kinds]):
        whole["items"] = {"type": _ANYTHING}
    return whole


def _plans(whole: Mapping[str, Any], wrapped: bool) -> Iterator[SheetPlan]:
    values: list[tuple[tuple[str, ...], Mapping[str, Any]]] = []
    lists: list[tuple[tuple[str, ...], Mapping[str, Any]]] = []
    _walk(whole, (), values, lists)
    if values:
        yield _plan("", (), values, listed=False)
    while lists:
        steps, items = lists.pop(0)
        title = "" if wrapped and len(steps) == 1 else ".".join(steps[1:] if wrapped else steps)
        inner: list[tuple[tuple[str, ...], Mapping[str, Any]]] = []
        deeper: list[tuple[tuple[str, ...], Mapping[str, Any]]] = []
        _walk(items, (), inner, deeper)
        if inner:
            yield _plan(title, steps, inner, listed=True)
        lists += [((*steps, *below), part) for below, part in deeper]


def _walk(
    node: Mapping[str, Any],
    steps: tuple[str, ...],
    values: list[tuple[tuple[str, ...], Mapping[str, Any]]],
    lists: list[tuple[tuple[str, ...], Mapping[str, Any]]],
) -> None:
    """Values and lists that stand in a place, in the order of the schema."""
    node = _chosen(node)
    properties = node.get("properties")
    items = node.get("items")
    if isinstance(properties, dict) and properties:
        for name, part in properties.items():
            _walk(part, (*steps, name), values, lists)
    elif isinstance(items, dict) and _kind(node) == "array" and steps:
        lists.append((steps, items))
    else:
        values.append((steps, node))


def _plan(
    title: str, steps: tuple[str, ...], values: list[tuple[tuple[str, ...], Mapping[str, Any]]], *, listed: bool
) -> SheetPlan:
    columns = tuple(_column(path, node, title) for path, node in values)
    return SheetPlan(title, steps, columns, tuple(path for path, _ in values), listed)


def _column(path: tuple[str, ...], node: Mapping[str, Any], title: str) -> Column:
    name = ".".join(path) or title or "value"
    named = node.get("title")
    shown = named if isinstance(named, str) and named.strip() else name
    choices = tuple(str(value) for value in node.get("enum", ()) if isinstance(value, str | int | float))
    return Column(shown, _type(node), choices, "", name)


def _type(node: Mapping[str, Any]) -> CellType:
    kind = _kind(node)
    said = str(node.get("description", ""))
    if "enum" in node and kind != "boolean":
        return CellType.ENUM
    if "Its format is currency." in said:
        return CellType.CURRENCY
    if kind in ("number", "integer"):
        return CellType.NUMBER
    if kind == "boolean":
        return CellType.BOOLEAN
    return CellType.DATE if node.get("format") in ("date", "date-time") else CellType.TEXT
