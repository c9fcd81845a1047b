"""The parameters of a tool's function: which types they have, and how the arguments of a call become them.

`msgspec` knows the types. Arguments are decoded into a struct that has a field for each parameter; what is left out is
left out in the call as well, so that a default may be anything that Python has.
"""

from __future__ import annotations

import functools
import inspect
import os
import pathlib
import types
import typing
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple, Optional, Union

import msgspec

from kireji.plugins import AsyncContext, Context, options_of
from kireji.tools.faults import ArgumentsFault, ToolFault, fault

_LONGEST_NAME = 64
"""Characters of a parameter's name that providers take (api-facts A.5)."""


class Parameter(NamedTuple):
    """One parameter that the model fills.

    Args:
        name: As in the function.
        type: What its arguments are decoded to.
        note: A description that stands at the type; empty where there is none.
        default: What Python has; `inspect.Parameter.empty` where it must be given.
    """

    name: str
    type: Any
    note: str
    default: object

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


class Signature(NamedTuple):
    """What is to be known of a function to call it.

    Args:
        function: The function itself.
        name: As its source calls it.
        parameters: Those that the model fills, in order.
        context: Name of the parameter that takes the context; empty where there is none.
        positional: Names of those that cannot be given by name, the context's among them.
        awaited: Whether it is an `async def`.
        arguments: The struct that arguments are decoded into.
    """

    function: Callable[..., Any]
    name: str
    parameters: tuple[Parameter, ...]
    context: str
    positional: tuple[str, ...]
    awaited: bool
    arguments: type[msgspec.Struct]

    def bind(self, arguments: bytes | Mapping[str, Any], context: Context | AsyncContext | None) -> Callable[[], Any]:
        """The call, to be made with `()`.

        Args:
            arguments: A JSON object, as text or decoded; held to the schema already.
            context: For the parameter that takes one.

        Raises:
            ArgumentsFault: They do not fit.
        """
        try:
            decoded = self._decoded(arguments)
        except (msgspec.DecodeError, ValueError, TypeError, OverflowError, RecursionError) as problem:
            raise ArgumentsFault(_place_first(str(problem))) from problem
        values = {each.name: getattr(decoded, each.name) for each in self.parameters}
        named = {name: value for name, value in values.items() if value is not _MISSING}
        if self.context:
            named[self.context] = context
        defaults = {each.name: each.default for each in self.parameters}
        positional = [named.pop(name, defaults.get(name)) for name in self.positional]
        return functools.partial(self.function, *positional, **named)

    def _decoded(self, arguments: bytes | Mapping[str, Any]) -> Any:
        try:
            if isinstance(arguments, bytes):
                return msgspec.json.decode(arguments, type=self.arguments, dec_hook=_decoded_path)
            return self._converted(dict(arguments))
        except msgspec.ValidationError:
            # To a JSON schema 3.0 is a whole number, and models write it; to msgspec it is none.
            known = msgspec.json.decode(arguments) if isinstance(arguments, bytes) else dict(arguments)
            whole = _whole(known)
            if repr(whole) == repr(known):
                raise
            return self._converted(whole)

    def _converted(self, arguments: Any) -> Any:
        return msgspec.convert(arguments, self.arguments, dec_hook=_decoded_path, str_keys=True)


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read the parameters of a function that was marked with `@tool`.

    Raises:
        ToolFault: It cannot be a tool.
    """
    options = options_of(function)
    name = (options.name if options else "") or function.__name__
    inner = inspect.unwrap(function)
    if inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        raise fault(inner, f"{name} yields; a tool returns its result.")
    awaited = inspect.iscoroutinefunction(inner)
    parameters: list[Parameter] = []
    context = ""
    found = inspect.signature(function).parameters
    for each in found.values():
        reader = _Reader(inner, name, each)
        hint = reader.hint()
        if not _is_context(hint):
            parameters.append(reader.parameter(hint))
        elif context:
            raise reader.fault("is a second context; one is enough.")
        elif hint is AsyncContext and not awaited:
            raise reader.fault("is an AsyncContext, which is for async def; write Context.")
        else:
            context = each.name
    positional = tuple(each.name for each in found.values() if each.kind is inspect.Parameter.POSITIONAL_ONLY)
    fields = [(each.name, each.type, *(() if each.required else (_OPTIONAL,))) for each in parameters]
    arguments = msgspec.defstruct("Arguments", fields, forbid_unknown_fields=True, kw_only=True)
    return Signature(function, name, tuple(parameters), context, positional, awaited, arguments)


def schema_of_path(kind: type) -> dict[str, Any]:
    """The schema of a type that msgspec does not know: paths.

    Raises:
        TypeError: It is none.
    """
    if _is_path(kind):
        return {"type": "string", "format": "path"}
    advice = "; write a dataclass" if hasattr(kind, "model_json_schema") else ""  # models of pydantic
    raise TypeError(f"{shown(kind)} is nothing that JSON can carry{advice}")


def shown(hint: Any) -> str:
    """A type as its author has written it, roughly."""
    return hint.__qualname__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)


class _Missing:
    """Stands for an argument that was not given."""


_MISSING = _Missing()
_OPTIONAL = msgspec.field(default_factory=lambda: _MISSING)


class _Reader:
    """Reads one parameter of one function; everything that is wrong with it is said with its line."""

    def __init__(self, function: Callable[..., Any], name: str, parameter: inspect.Parameter) -> None:
        self._function = function
        self._name = name
        self._parameter = parameter

    def fault(self, what: str) -> ToolFault:
        """Something is wrong with it."""
        name = self._parameter.name
        return fault(self._function, f"The parameter {name} of {self._name} {what}", name)

    def hint(self) -> Any:
        """Its type, with what is written as text resolved.

        Raises:
            ToolFault: It has none, or none that can be evaluated.
        """
        parameter = self._parameter
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            raise self.fault("takes any number of values; a tool names each of its parameters.")
        if not parameter.name.isascii() or len(parameter.name) > _LONGEST_NAME:
            raise self.fault(f"has a name that providers refuse: at most {_LONGEST_NAME} of A-Z, a-z, 0-9 and _.")
        if isinstance(parameter.default, msgspec.Meta):
            raise self.fault("has a Field as its default; write Annotated[TYPE, Field(...)].")
        if parameter.annotation is inspect.Parameter.empty:
            raise self.fault("has no type.")
        holder = types.SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
        try:
            return typing.get_type_hints(holder, self._function.__globals__, include_extras=True)[parameter.name]
        except Exception as problem:  # evaluating an annotation runs code of the plugin
            advice = ""
            if isinstance(problem, NameError):  # a class inside of a function, an import for type checkers only
                advice = ". Import or define it at the top of the file, and not below TYPE_CHECKING"
            raise self.fault(f"has a type that cannot be evaluated: {_first_line(problem)}{advice}.") from problem

    def parameter(self, hint: Any) -> Parameter:
        """What the model fills.

        Raises:
            ToolFault: The type is none that JSON can carry.
        """
        default = self._parameter.default
        kind = _bounds_inside(_without_paths_beside_text(hint))
        try:
            _check(kind)
            if default is None and not _takes_none(kind):
                kind = Optional[kind]  # noqa: UP045 - a type that is a value
                _check(kind)
        except Exception as problem:  # msgspec says what it does not support by several kinds of errors
            what = f"has the type {shown(hint)}, which is not supported: {_first_line(problem)}."
            raise self.fault(what) from problem
        return Parameter(self._parameter.name, kind, _note(hint), default)


def _whole(value: Any) -> Any:
    """The same with whole numbers for those that are written with a point and are whole."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _place_first(problem: str) -> str:
    """What msgspec says, in the form in which the schema's complaints are: `lines[1].n: ...`."""
    what, at, place = problem.rpartition(" - at `$")
    return f"{place.rstrip('`').lstrip('.')}: {what}." if at and place.rstrip("`") else problem


def _check(kind: Any) -> None:
    """Raises TypeError, or what evaluating the types inside raises, where msgspec cannot hold values to a type."""
    msgspec.json.schema_components([kind], schema_hook=schema_of_path)
    msgspec.convert({}, msgspec.defstruct("One", [("value", kind, _OPTIONAL)]), dec_hook=_decoded_path)


def _takes_none(kind: Any) -> bool:
    try:
        msgspec.convert(None, kind, dec_hook=_decoded_path)
    except (msgspec.ValidationError, TypeError):
        return False
    return True


def _is_context(hint: Any) -> bool:
    return hint is Context or hint is AsyncContext


def _is_path(kind: Any) -> bool:
    kind = typing.get_origin(kind) or kind
    return kind is os.PathLike or (isinstance(kind, type) and issubclass(kind, pathlib.PurePath))


def _decoded_path(kind: Any, value: object) -> Any:
    if not isinstance(value, str):
        raise TypeError(f"Expected `str`, got `{type(value).__name__}`")
    kind = typing.get_origin(kind) or kind
    return pathlib.Path(value) if kind is os.PathLike else kind(value)


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (Union, types.UnionType)


def _without_paths_beside_text(hint: Any) -> Any:
    """`str | Path` takes text, and that text is a path: one of the two must be chosen."""
    if not _is_union(hint):
        return hint
    members = typing.get_args(hint)
    others = [each for each in members if not _is_path(each)]
    if str not in others or len(others) == len(members):
        return hint
    path = Annotated[str, msgspec.Meta(extra_json_schema={"format": "path"})]
    return Union[tuple(path if each is str else each for each in others)]  # noqa: UP007 - made of values


def _bounds_inside(hint: Any) -> Any:
    """Bounds of a union as bounds of those of its members that they fit: `Annotated[int | None, Field(ge=1)]`."""
    if typing.get_origin(hint) is not Annotated:
        return hint
    base, *notes = typing.get_args(hint)
    if not _is_union(base):
        return hint
    members = [_bounded(each, notes) for each in typing.get_args(_without_paths_beside_text(base))]
    if all(bounded is None for _, bounded in members):
        return hint
    return Union[tuple(plain if bounded is None else bounded for plain, bounded in members)]  # noqa: UP007 - as above


def _bounded(member: Any, notes: list[Any]) -> tuple[Any, Any]:
    """A member of a union, and the same with bounds; None where they do not fit."""
    if member is types.NoneType:
        return member, None
    bounded = Annotated[(member, *notes)]
    try:
        msgspec.json.schema_components([bounded], schema_hook=schema_of_path)
    except TypeError:
        return member, None
    return member, bounded


def _note(hint: Any) -> str:
    """The description that stands at a type: of a Field, or a bare text."""
    if typing.get_origin(hint) is not Annotated:
        return ""
    for each in typing.get_args(hint)[1:]:
        if isinstance(each, str):
            return each
        if isinstance(each, msgspec.Meta) and each.description:
            return each.description
    return ""


def _first_line(problem: BaseException) -> str:
    text = str(problem).strip().partition("\n")[0].rstrip(".") or type(problem).__name__
    return text if isinstance(problem, TypeError | NameError) else f"{type(problem).__name__}: {text}"
