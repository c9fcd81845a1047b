"""Tools from functions: what the model is told of them, made from their types and their docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import docstring_parser
import msgspec

from kireji.core.offered_schema import offered_form
from kireji.core.tools import Hints, Place, PlaceKind, Tool
from kireji.plugins import ToolOptions, options_of
from kireji.tools.faults import fault
from kireji.tools.signature import Parameter, Signature, read_signature, schema_of_path

_PLACES = {"path": PlaceKind.PATH, "uri": PlaceKind.ADDRESS}
_DEFAULT_LIMIT = 1000
"""Bytes of a default that is told to the model."""


def described_tool(function: Callable[..., Any], *, source: str = "", name: str = "") -> Tool:
    """The tool that a function is.

    Args:
        function: Marked with `@tool`.
        source: Id of its source.
        name: As it is offered; its own name when empty.

    Raises:
        ToolFault: It cannot be a tool; says which type of which parameter is not supported, and where.
    """
    signature = read_signature(function)
    options = options_of(function) or ToolOptions()
    words = _words_of(inspect.getdoc(inspect.unwrap(function)) or "")
    schema = arguments_schema(signature, words.parameters)
    return Tool(
        name=name or signature.name,
        own_name=signature.name,
        source=source,
        title=options.title or signature.name.replace("_", " ").strip().capitalize(),
        description=options.description or words.text,
        schema=msgspec.json.encode(schema),
        offered=msgspec.json.encode(offered_form(schema)),
        hints=Hints(options.read_only, options.open_world),
        places=tuple(_places(schema)),
        asks_always=options.asks_always,
        seconds=options.seconds,
    )


def arguments_schema(signature: Signature, descriptions: Mapping[str, str]) -> dict[str, Any]:
    """The complete JSON schema of a function's arguments: one closed object, its parts below `$defs`.

    Args:
        signature: Of the function.
        descriptions: Of its parameters, from its docstring.

    Raises:
        ToolFault: Types of two parameters do not go together.
    """
    classes = list(_classes(signature))
    try:
        (root, *references), parts = msgspec.json.schema_components(
            [signature.arguments, *classes], schema_hook=schema_of_path
        )
    except (TypeError, ValueError, RecursionError) as problem:  # each type was checked alone
        raise fault(signature.function, f"The types of {signature.name} do not go together: {problem}.") from problem
    top = parts.pop(root["$ref"].rpartition("/")[2])
    for reference in references:
        _describe_fields(parts[reference["$ref"].rpartition("/")[2]])
    for part in parts.values():
        _close(part)
    properties = {}
    for each in signature.parameters:
        properties[each.name] = _described(each, top["properties"][each.name], descriptions.get(each.name, ""))
    required = [each.name for each in signature.parameters if each.required]
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    if parts:
        schema["$defs"] = parts
    return schema


class _Words(NamedTuple):
    """What a docstring says.

    Args:
        text: Of the function.
        parameters: Of its parameters.
    """

    text: str
    parameters: dict[str, str]


def _words_of(docstring: str) -> _Words:
    try:
        parsed = docstring_parser.parse(docstring)
    except docstring_parser.ParseError:
        return _Words(docstring, {})
    text = "\n\n".join(each for each in (parsed.short_description, parsed.long_description) if each)
    if parsed.returns is not None and parsed.returns.description:
        text = f"{text}\n\nReturns: {parsed.returns.description}".strip()
    return _Words(text, {each.arg_name: each.description for each in parsed.params if each.description})


def _described(parameter: Parameter, schema: dict[str, Any], words: str) -> dict[str, Any]:
    schema = dict(schema)
    if text := parameter.note or words:
        schema["description"] = text
    if not parameter.required:
        try:
            default = msgspec.json.encode(parameter.default, enc_hook=str)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return schema  # Python knows it, and the model need not
        if len(default) <= _DEFAULT_LIMIT:
            schema["default"] = msgspec.json.decode(default)
    return schema


def _places(schema: Mapping[str, Any]) -> Iterator[Place]:
    for name, part in schema["properties"].items():
        for each in (part, *part.get("anyOf", ())):
            if kind := _PLACES.get(each.get("format", "")):
                yield Place(name, kind)
                break


def _classes(signature: Signature) -> Iterator[type]:
    """The classes with fields that are anywhere in the parameters' types, each once."""
    seen: set[int] = set()
    waiting: list[Any] = [msgspec.inspect.type_info(signature.arguments)]
    while waiting:
        info = waiting.pop()
        if isinstance(info, list | tuple):
            waiting.extend(info)
        elif isinstance(info, msgspec.inspect.Type | msgspec.inspect.Field) and id(info) not in seen:
            seen.add(id(info))
            kind = getattr(info, "cls", None)
            if kind is not None and kind is not signature.arguments and hasattr(info, "fields"):
                yield kind
            waiting.extend(getattr(info, name) for name in info.__struct_fields__ if name != "cls")


def _describe_fields(schema: dict[str, Any]) -> None:
    """Put what a class's docstring says of its fields to them, and leave the rest as its description."""
    words = _words_of(inspect.cleandoc(schema.get("description", "")))
    if words.text:
        schema["description"] = words.text
    else:
        schema.pop("description", None)
    for name, part in schema.get("properties", {}).items():
        if name in words.parameters and isinstance(part, dict):
            part.setdefault("description", words.parameters[name])


def _close(schema: Any) -> None:
    """Refuse what an object does not name, wherever it names anything."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for each in schema.values():
            _close(each)
    elif isinstance(schema, list):
        for each in schema:
            _close(each)
