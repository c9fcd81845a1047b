"""Tools from functions: their schema from types and docstring, and what cannot be one."""

from __future__ import annotations

import enum
import json
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Optional, TypedDict

import jsonschema
import msgspec
import pytest

from kireji.core.tools import Hints, Place, PlaceKind
from kireji.plugins import AsyncContext, Context, Field, tool
from kireji.tools.faults import ArgumentsFault, ToolFault
from kireji.tools.schema import described_tool
from kireji.tools.signature import read_signature
from tests.service.schemas import check_schema


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    """A point on the screen.

    Attributes:
        x: From the left.
    """

    x: Annotated[int, Field(ge=0)]
    y: int = 0


@dataclass
class Line:
    start: Point
    end: Point
    color: Color = Color.RED


@dataclass
class Node:
    name: str
    children: list[Node] = field(default_factory=list)


class Options(TypedDict):
    width: int
    style: NotRequired[str]


class Pair(NamedTuple):
    left: int
    right: str = "x"


class Size(msgspec.Struct):
    width: int


class Shape:
    """Nothing that JSON could carry."""


@dataclass
class Drawing:
    shape: Shape


def schema_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The complete schema, which is valid as one and takes the form that providers want."""
    described = described_tool(tool(function))
    schema: dict[str, Any] = json.loads(described.schema)
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def part(hint: Any) -> Any:
    """The schema of one parameter of a type, with the definitions that it needs."""

    def take(value): ...  # type: ignore[no-untyped-def]

    take.__annotations__ = {"value": hint}
    schema = schema_of(take)
    return schema["properties"]["value"] | ({"$defs": schema["$defs"]} if "$defs" in schema else {})


TYPES: dict[str, tuple[Any, Any]] = {
    "bool": (bool, {"type": "boolean"}),
    "int": (int, {"type": "integer"}),
    "float": (float, {"type": "number"}),
    "str": (str, {"type": "string"}),
    "anything": (Any, {}),
    "literal": (Literal["a", "b"], {"enum": ["a", "b"]}),
    "optional": (Optional[int], {"anyOf": [{"type": "integer"}, {"type": "null"}]}),  # noqa: UP045
    "union": (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
    "list": (list[int], {"type": "array", "items": {"type": "integer"}}),
    "sequence": (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
    "set": (set[str], {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
    "tuple": (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
    "dict": (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
    "mapping": (Mapping[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
    "date": (date, {"type": "string", "format": "date"}),
    "duration": (timedelta, {"type": "string", "format": "duration"}),
    "uuid": (uuid.UUID, {"type": "string", "format": "uuid"}),
    "decimal": (Decimal, {"type": "string", "format": "decimal"}),
    "path": (Path, {"type": "string", "format": "path"}),
    "path-like": (os.PathLike[str], {"type": "string", "format": "path"}),
    "path or text": (str | Path, {"type": "string", "format": "path"}),
    "bounds": (Annotated[int, Field(ge=1, le=9)], {"type": "integer", "minimum": 1, "maximum": 9}),
    "bounds inside": (
        list[Annotated[str, Field(max_length=3)]],
        {"type": "array", "items": {"type": "string", "maxLength": 3}},
    ),
    "bounds of an optional": (
        Annotated[int | None, Field(ge=1)],
        {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
    ),
    "words": (Annotated[int, "How many"], {"type": "integer", "description": "How many"}),
    "format": (Annotated[str, Field(format="uri")], {"type": "string", "format": "uri"}),
    "dataclass": (
        Point,
        {
            "$ref": "#/$defs/Point",
            "$defs": {
                "Point": {
                    "title": "Point",
                    "description": "A point on the screen.",
                    "type": "object",
                    "properties": {
                        "x": {"type": "integer", "minimum": 0, "description": "From the left."},
                        "y": {"type": "integer", "default": 0},
                    },
                    "required": ["x"],
                    "additionalProperties": False,
                }
            },
        },
    ),
    "typed dict": (
        Options,
        {
            "$ref": "#/$defs/Options",
            "$defs": {
                "Options": {
                    "title": "Options",
                    "type": "object",
                    "properties": {"width": {"type": "integer"}, "style": {"type": "string"}},
                    "required": ["width"],
                    "additionalProperties": False,
                }
            },
        },
    ),
    "enum": (Color, {"$ref": "#/$defs/Color", "$defs": {"Color": {"title": "Color", "enum": ["blue", "red"]}}}),
}


@pytest.mark.parametrize("case", TYPES)
def test_a_type_has_its_schema(case: str) -> None:
    hint, expected = TYPES[case]
    assert part(hint) == expected


@pytest.mark.parametrize("hint", [Line, Node, list[Line], Pair, Size, dict[str, Line], Line | None, datetime])
def test_every_object_that_names_its_parts_is_closed(hint: Any) -> None:
    def closed(schema: Any) -> bool:
        if isinstance(schema, list):
            return all(map(closed, schema))
        if not isinstance(schema, dict):
            return True
        return ("properties" not in schema or schema.get("additionalProperties") is False) and all(
            map(closed, schema.values())
        )

    assert closed(part(hint))


def test_the_root_is_an_object_in_place() -> None:
    def draw(line: Line, width: int = 1) -> None: ...

    schema = schema_of(draw)
    assert schema["type"] == "object"
    assert schema["required"] == ["line"]
    assert schema["properties"]["width"] == {"type": "integer", "default": 1}
    assert schema["additionalProperties"] is False
    check_schema(json.loads(described_tool(tool(draw)).offered), "")


def test_a_tool_without_parameters_takes_none() -> None:
    def now() -> str: ...  # type: ignore[empty-body]

    assert schema_of(now) == {"type": "object", "properties": {}, "additionalProperties": False}


def test_a_default_of_none_allows_null() -> None:
    def count(limit: int = None) -> None: ...  # type: ignore[assignment]  # noqa: RUF013

    assert schema_of(count)["properties"]["limit"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def test_a_default_that_json_cannot_hold_is_not_told() -> None:
    def count(limit: Any = object) -> None: ...

    assert "required" not in schema_of(count)


DOCSTRINGS = {
    "Google": """Count.

    Args:
        text: What to count.
            All of it.

    Returns:
        How many.
    """,
    "NumPy": """Count.

    Parameters
    ----------
    text : str
        What to count.
        All of it.

    Returns
    -------
    int
        How many.
    """,
    "reST": """Count.

    :param text: What to count.
        All of it.
    :returns: How many.
    """,
}


@pytest.mark.parametrize("form", DOCSTRINGS)
def test_the_docstring_says_what_the_tool_and_its_parameters_are(form: str) -> None:
    def count(text: str) -> int: ...  # type: ignore[empty-body]

    count.__doc__ = DOCSTRINGS[form]
    described = described_tool(tool(count))
    assert described.description == "Count.\n\nReturns: How many."
    schema = json.loads(described.schema)
    assert schema["properties"]["text"]["description"].split() == ["What", "to", "count.", "All", "of", "it."]


@pytest.mark.parametrize("text", ["", "   ", "Args:", "Args:\n  :\n----\n:param", "\x00", "Args:\n    text (" * 50])
def test_any_docstring_will_do(text: str) -> None:
    def count(text: str) -> None: ...

    count.__doc__ = text
    described_tool(tool(count))


def test_the_options_say_what_the_tool_says_of_itself() -> None:
    @tool(
        name="words",
        title="Words",
        description="Counts.",
        read_only=True,
        open_world=False,
        asks_always=True,
        seconds=5,
    )
    def count() -> None:
        """Something else."""

    described = described_tool(count, source="plugin:x", name="x__words")
    assert (described.name, described.own_name, described.source) == ("x__words", "words", "plugin:x")
    assert (described.title, described.description) == ("Words", "Counts.")
    assert described.hints == Hints(read_only=True, open_world=False)
    assert (described.asks_always, described.seconds) == (True, 5)


def test_the_title_is_made_from_the_name() -> None:
    @tool
    def word_count() -> None: ...

    assert described_tool(word_count).title == "Word count"


def test_paths_and_addresses_are_places() -> None:
    @tool
    def copy(
        source: Path,
        target: Annotated[str, Field(format="uri")],
        other: Annotated[str | None, Field(format="path")] = None,
        name: str = "",
    ) -> None: ...

    assert described_tool(copy).places == (
        Place("source", PlaceKind.PATH),
        Place("target", PlaceKind.ADDRESS),
        Place("other", PlaceKind.PATH),
    )


def test_the_context_is_not_shown() -> None:
    def read(context: Context, name: str) -> None: ...
    async def read_later(name: str, context: AsyncContext) -> None: ...
    async def read_so(name: str, *, context: Context) -> None: ...

    for function in (read, read_later, read_so):
        assert list(schema_of(function)["properties"]) == ["name"]


# what cannot be a tool


def stars(*names: str) -> None: ...
def double_stars(**names: str) -> None: ...
def untyped(name): ...  # type: ignore[no-untyped-def]
def custom(shape: Shape) -> None: ...
def custom_inside(
    name: str,
    drawing: Drawing,
) -> None: ...
def unknown(name: Unknown) -> None: ...  # type: ignore[name-defined]  # noqa: F821
def callback(then: Callable[[], None]) -> None: ...
def two_objects(which: Point | Line) -> None: ...
def bound_of_text(name: Annotated[str, Field(ge=1)]) -> None: ...
def field_as_default(count: int = Field(ge=1)) -> None: ...  # type: ignore[assignment]
def yields() -> Any:
    yield 1


def two_contexts(one: Context, two: Context) -> None: ...
def awaits_nothing(context: AsyncContext) -> None: ...
def größe(größe: int) -> None: ...


REFUSED: dict[Callable[..., Any], tuple[str, int]] = {
    stars: ("The parameter names of stars takes any number of values; a tool names each of its parameters.", 0),
    double_stars: ("The parameter names of double_stars takes any number of values", 0),
    untyped: ("The parameter name of untyped has no type.", 0),
    custom: ("The parameter shape of custom has the type Shape, which is not supported: Shape is nothing", 0),
    custom_inside: ("The parameter drawing of custom_inside has the type Drawing, which is not supported: Shape", 2),
    unknown: (
        "The parameter name of unknown has a type that cannot be evaluated: name 'Unknown' is not defined. Import or "
        "define it at the top of the file, and not below TYPE_CHECKING.",
        0,
    ),
    callback: ("The parameter then of callback has the type", 0),
    two_objects: ("The parameter which of two_objects has the type", 0),
    bound_of_text: ("Can only set `ge` on a numeric type", 0),
    field_as_default: ("has a Field as its default; write Annotated[TYPE, Field(...)].", 0),
    yields: ("yields yields; a tool returns its result.", 0),
    two_contexts: ("The parameter two of two_contexts is a second context; one is enough.", 0),
    awaits_nothing: ("is an AsyncContext, which is for async def; write Context.", 0),
    größe: ("has a name that providers refuse", 0),
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda function: function.__name__)
def test_what_cannot_be_a_tool_is_named_with_its_place(function: Callable[..., Any]) -> None:
    words, below = REFUSED[function]
    with pytest.raises(ToolFault) as caught:
        described_tool(tool(function))
    assert words in caught.value.reason
    assert caught.value.file == __file__
    assert caught.value.line == function.__code__.co_firstlineno + below


# arguments


def called(function: Callable[..., Any], arguments: dict[str, Any], context: Any = None) -> Any:
    """What a function gives back, called with decoded arguments and with the same as text."""
    signature = read_signature(tool(function))
    results = [signature.bind(each, context)() for each in (arguments, json.dumps(arguments).encode())]
    assert results[0] == results[1]
    return results[0]


def test_arguments_arrive_as_the_types_that_were_written() -> None:
    def take(
        line: Line, paths: list[Path], when: datetime, pair: Pair, names: set[str], options: Options, tree: Node
    ) -> Any:
        return (line, paths, when, pair, names, options, tree)

    assert called(
        take,
        {
            "line": {"start": {"x": 1}, "end": {"x": 2, "y": 3}, "color": "blue"},
            "paths": ["/a"],
            "when": "2026-10-01T12:00:00",
            "pair": [1],
            "names": ["a", "a"],
            "options": {"width": 3},
            "tree": {"name": "a", "children": [{"name": "b"}]},
        },
    ) == (
        Line(Point(1), Point(2, 3), Color.BLUE),
        [Path("/a")],
        datetime(2026, 10, 1, 12),
        Pair(1),
        {"a"},
        {"width": 3},
        Node("a", [Node("b")]),
    )


def test_what_is_left_out_has_its_default_whatever_that_is() -> None:
    marker = object()

    def take(name: str = "x", *, other: Any = marker) -> Any:
        return (name, other)

    assert called(take, {}) == ("x", marker)


def test_parameters_without_names_and_the_context_have_their_places() -> None:
    def take(first: int, context: Context, second: int = 2, /, third: int = 3) -> Any:
        return (first, context, second, third)

    assert called(take, {"first": 1}, "context") == (1, "context", 2, 3)
    assert called(take, {"first": 1, "second": 5, "third": 6}, "context") == (1, "context", 5, 6)


@pytest.mark.parametrize("arguments", [{}, {"count": "1"}, {"count": 1.5}, {"count": 0}, {"count": 1, "more": 1}])
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, Any]) -> None:
    def take(count: Annotated[int, Field(ge=1)]) -> None: ...

    with pytest.raises(ArgumentsFault):
        called(take, arguments)
