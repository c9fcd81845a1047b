"""Arguments held to a JSON schema."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec

from kireji.core.tool_ports import SchemaFlaw
from kireji.tools.cheap_patterns import is_cheap, misses
from kireji.tools.quick_validation import Fits, quick_check

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

    _Check: TypeAlias = Callable[[Any, Any, Any, Any], Iterable[ValidationError] | None]

_COMPILED = 256
"""Schemas that are ready; one that has fallen out is made ready again."""
_STEPS = 20_000
"""References that are followed in one check."""
_DEEPEST = 64
"""References inside references. Python has no room for a few hundred, and what it cannot do then ends in a panic of the
library in which `jsonschema` keeps documents (rpds), which is no Exception."""
_SECONDS = 4.0
"""Of computing in one check. What a model writes is checked in milliseconds, whatever its schema; this is for schemas
that are made to hold the program up."""
_KINDS = ("object", "array", "string", "number", "integer", "boolean", "null")
_SHOWN = 200
"""Characters of a complaint that are passed on: it repeats the argument, which may be long."""


class JsonSchemaValidator:
    """Satisfies `core.tool_ports.SchemaValidator`; may be called from any thread.

    `jsonschema` is imported with the first call. A schema that names another document is not followed: nothing is
    ever fetched. What could take for ever is not checked here: costly regular expressions (`cheap_patterns`).
    """

    def __init__(self) -> None:
        self._ready: OrderedDict[bytes, _Ready] = OrderedDict()
        self._changing = threading.Lock()
        self._steps = _Steps()

    def fits(self, schema: bytes, arguments: object) -> bool:
        """As in SchemaValidator: of a plain schema that was used before."""
        ready = self._ready.get(schema)
        return ready is not None and ready.quick is not None and ready.quick(arguments)

    def problem(self, schema: bytes, arguments: object) -> str:
        """What is wrong with arguments, in one sentence for the model that names the place; empty when nothing is."""
        from jsonschema.exceptions import SchemaError, best_match
        from referencing.exceptions import Unresolvable

        self._steps.begin()
        try:
            ready = self._validator(schema)
            if ready.quick is not None and ready.quick(arguments):
                return ""
            error = best_match(ready.whole.iter_errors(arguments))
        except _TooManySteps:
            return "the tool's own schema takes too long to be followed."
        except (SchemaError, Unresolvable, msgspec.DecodeError) as broken:
            return f"the tool's own schema cannot be used ({_short(str(broken))})."
        except RecursionError:
            return "they are nested too deeply."
        except OverflowError:
            return "they hold a number that is too large to be checked."
        except BaseException as panic:  # rpds panics in Rust on deep recursion, which is no Exception
            if type(panic).__name__ != "PanicException":
                raise
            return "they are nested too deeply."
        return _told(error) if error is not None else ""

    def flaw(self, schema: bytes) -> SchemaFlaw | None:
        """As in SchemaValidator."""
        from jsonschema.exceptions import SchemaError

        self._steps.begin()
        try:
            self._validator(schema)
        except SchemaError as broken:
            place = tuple(broken.absolute_path)
            if place[-1:] == ("type",) and isinstance(broken.instance, str):
                return SchemaFlaw(place, f"{_short(repr(broken.instance))} is no type; there are {', '.join(_KINDS)}")
            return SchemaFlaw(place, _short(broken.message))
        except (msgspec.DecodeError, RecursionError) as broken:
            return SchemaFlaw((), _short(str(broken)))
        except _TooManySteps:
            return SchemaFlaw((), "it is too large to be checked in time")
        except (AttributeError, TypeError):  # of what is neither an object nor true or false
            return SchemaFlaw((), "it is no object")
        return None

    def _validator(self, schema: bytes) -> _Ready:
        with self._changing:
            ready = self._ready.get(schema)
            if ready is not None:
                self._ready.move_to_end(schema)
                return ready
        decoded = msgspec.json.decode(schema)
        made = _Ready(_made(decoded, self._steps), quick_check(decoded))
        with self._changing:
            self._ready[schema] = made
            while len(self._ready) > _COMPILED:
                self._ready.popitem(last=False)
        return made


class _Ready(NamedTuple):
    """What holds values to a schema.

    Args:
        whole: All of it; says what is wrong.
        quick: True only for values that fit; None where the schema is not a plain one.
    """

    whole: Validator
    quick: Fits | None


class _Steps(threading.local):
    """How much may still be done in this check: definitions that name each other can multiply."""

    left = 0
    depth = 0
    until = 0.0

    def begin(self) -> None:
        """For the next check on this thread."""
        self.left, self.depth, self.until = _STEPS, 0, time.thread_time() + _SECONDS

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While a reference is followed. Raises _TooManySteps and RecursionError."""
        self.left -= 1
        if self.left < 0:
            raise _TooManySteps
        self.depth += 1
        try:
            if self.depth > _DEEPEST:
                raise RecursionError
            yield
        finally:
            self.depth -= 1

    def go_on(self) -> None:
        """Something is looked at. Raises _TooManySteps."""
        if time.thread_time() > self.until:
            raise _TooManySteps


class _TooManySteps(Exception):
    """The schema would be followed for ever."""


def _made(schema: Any, steps: _Steps) -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend, validator_for
    from referencing import Registry

    kind = validator_for(schema, default=Draft202012Validator)
    checks, references = _bounded(kind.VALIDATORS, steps)
    _is_schema(schema, kind, _throughout(extend(kind, checks)))
    steps.begin()
    made: Validator = _throughout(extend(kind, checks | references))(schema, registry=Registry())
    return made


def _throughout(kind: Any) -> Any:
    """The same class, which goes on with itself inside of a schema: `$schema` in a part of it would name another one.

    Args:
        kind: Made by `extend`; changed.
    """
    import attrs

    fields = [field for field in attrs.fields(kind) if field.init]

    def evolve(self: Any, **changes: Any) -> Any:
        return kind(**{field.alias: getattr(self, field.name) for field in fields} | changes)

    kind.evolve = evolve
    return kind


def _is_schema(schema: Any, kind: Any, bounded: Any) -> None:
    """What `check_schema` of the library does, within bounds: it compares every two items of some lists.

    Raises:
        SchemaError: It is none.
        _TooManySteps: That cannot be told in time.
    """
    from jsonschema.exceptions import SchemaError

    for error in bounded(kind.META_SCHEMA, format_checker=kind.FORMAT_CHECKER).iter_errors(schema):
        raise SchemaError.create_from(error)


def _bounded(usual: Mapping[str, _Check], steps: _Steps) -> tuple[dict[str, _Check], dict[str, _Check]]:
    """The checks that could take for ever, so that they do not; and those of references apart."""
    from jsonschema import ValidationError

    def pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
        del validator, schema
        if isinstance(instance, str) and misses(wanted, instance):
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    def pattern_properties(validator: Any, parts: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        length = sum(map(len, instance)) if isinstance(instance, dict) else 0
        cheap = {wanted: part for wanted, part in parts.items() if is_cheap(wanted, length)}
        yield from usual["patternProperties"](validator, cheap, instance, schema) or ()

    def additional(validator: Any, part: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        length = sum(map(len, instance)) if isinstance(instance, dict) else 0
        if all(is_cheap(wanted, length) for wanted in schema.get("patternProperties", ())):
            yield from usual["additionalProperties"](validator, part, instance, schema) or ()

    def unique_items(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        del validator, schema
        if wanted and isinstance(instance, list) and len({_identity(each) for each in instance}) < len(instance):
            yield ValidationError(f"{instance!r} has non-unique elements")

    def timed(check: _Check) -> _Check:
        def look(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            steps.go_on()
            yield from check(validator, wanted, instance, schema) or ()

        return look

    def followed(check: _Check) -> _Check:
        def follow(validator: Any, reference: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            with steps.taken():
                yield from check(validator, reference, instance, schema) or ()

        return follow

    references = {name: followed(usual[name]) for name in ("$ref", "$dynamicRef", "$recursiveRef") if name in usual}
    checks: dict[str, _Check] = {
        **usual,
        "pattern": pattern,
        "patternProperties": pattern_properties,
        "additionalProperties": additional,
        "uniqueItems": unique_items,
    }
    return _each(timed, checks), _each(timed, references)


def _each(wrapped: Callable[[_Check], _Check], checks: Mapping[str, _Check]) -> dict[str, _Check]:
    return {name: wrapped(check) for name, check in checks.items()}


def _identity(value: Any) -> Hashable:
    """The same for values that are equal in JSON, where 1 and 1.0 are, and 1 and true are not."""
    match value:
        case dict():
            return "object", frozenset((name, _identity(each)) for name, each in value.items())
        case list():
            return "array", tuple(map(_identity, value))
        case bool():
            return "boolean", value
        case _:
            return "other", value


def _told(error: ValidationError) -> str:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    complaint = _short(_strange(error) or error.message)
    return f"{place}: {complaint}." if place else f"{complaint}."


def _strange(error: ValidationError) -> str:
    """What a closed object does not name, with what it does name; empty where that is not what is wrong."""
    schema, instance = error.schema, error.instance
    if error.validator != "additionalProperties" or not isinstance(schema, dict) or not isinstance(instance, dict):
        return ""
    known = schema.get("properties", {})
    strange = [name for name in instance if name not in known]
    if not strange or not isinstance(known, dict) or "patternProperties" in schema:
        return ""
    those = f"there are {', '.join(known)}" if known else "there are none"
    return f"{', '.join(map(repr, strange))} {'is' if len(strange) == 1 else 'are'} not known here; {those}"


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
