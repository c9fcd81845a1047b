"""Arguments held to a JSON schema."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_COMPILED = 256
"""Schemas that are ready; one that has fallen out is made ready again."""
_SHOWN = 200
"""Characters of a complaint that are passed on: it repeats the argument, which may be long."""


class JsonSchemaValidator:
    """Satisfies `core.tool_ports.SchemaValidator`; may be called from any thread.

    `jsonschema` is imported with the first call. A schema that names another document is not followed: nothing is
    ever fetched.
    """

    def __init__(self) -> None:
        self._ready: OrderedDict[bytes, Validator] = OrderedDict()
        self._changing = threading.Lock()

    def problem(self, schema: bytes, arguments: object) -> str:
        """What is wrong with arguments, in one sentence for the model that names the place; empty when nothing is."""
        from jsonschema.exceptions import SchemaError, best_match
        from referencing.exceptions import Unresolvable

        try:
            validator = self._validator(schema)
            error = best_match(validator.iter_errors(arguments))
        except (SchemaError, Unresolvable, msgspec.DecodeError) as broken:
            return f"the tool's own schema cannot be used ({_short(str(broken))})."
        except RecursionError:
            return "they are nested too deeply."
        return _told(error) if error is not None else ""

    def _validator(self, schema: bytes) -> Validator:
        with self._changing:
            ready = self._ready.get(schema)
            if ready is not None:
                self._ready.move_to_end(schema)
                return ready
        made = _made(msgspec.json.decode(schema))
        with self._changing:
            self._ready[schema] = made
            while len(self._ready) > _COMPILED:
                self._ready.popitem(last=False)
        return made


def _made(schema: Any) -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for
    from referencing import Registry

    kind = validator_for(schema, default=Draft202012Validator)
    kind.check_schema(schema)
    return kind(schema, registry=Registry())


def _told(error: ValidationError) -> str:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    complaint = _short(error.message)
    return f"{place}: {complaint}." if place else f"{complaint}."


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
