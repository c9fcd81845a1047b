"""The error object of every service: Anthropic's, OpenRouter's and OpenAI's, llama.cpp's, and Ollama's bare text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

STATUS: Mapping[str, int] = MappingProxyType(
    {
        "invalid_request_error": 400,
        "invalid_request": 400,
        "context_length_exceeded": 400,
        "exceed_context_size_error": 400,
        "invalid_image": 400,
        "image_too_large": 400,
        "image_too_small": 400,
        "unsupported_image_format": 400,
        "authentication_error": 401,
        "authentication": 401,
        "invalid_api_key": 401,
        "billing_error": 402,
        "payment_required": 402,
        "insufficient_quota": 402,
        "permission_error": 403,
        "permission_denied": 403,
        "content_policy_violation": 403,
        "refusal": 403,
        "not_found_error": 404,
        "not_found": 404,
        "model_not_found": 404,
        "conflict_error": 409,
        "request_too_large": 413,
        "payload_too_large": 413,
        "rate_limit_error": 429,
        "rate_limit_exceeded": 429,
        "api_error": 500,
        "server": 500,
        "server_error": 500,
        "provider_unavailable": 502,
        "unavailable_error": 503,
        "timeout": 504,
        "timeout_error": 504,
        "overloaded_error": 529,
        "provider_overloaded": 529,
    }
)
"""What each name of an error is as an HTTP status."""


class ErrorObject(msgspec.Struct):
    """`error` in a body or in an event of a stream; any field may be missing, or be what nobody expects.

    Args:
        type: Anthropic's and OpenAI's name of the error.
        message: What happened, for people.
        details: Anthropic's; `error_code` in it is stable, everything else may change.
        number: `code`: an HTTP status (OpenRouter, llama.cpp) or a name (OpenAI).
        metadata: OpenRouter's.
        error_type: OpenRouter's name of the error in Anthropic's shape.
    """

    type: Any = ""
    message: Any = ""
    details: Any = None
    number: Any = msgspec.field(default=None, name="code")
    metadata: Any = None
    error_type: Any = ""

    @property
    def stable_code(self) -> str:
        """Anthropic's stable code, empty if none."""
        return _text(self.details, "error_code")

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the error has, the most telling first."""
        found = (self.error_type, self.told("error_type"), self.number, self.type)
        return tuple(name for name in found if isinstance(name, str) and name)

    @property
    def said(self) -> str:
        """What the service says."""
        return self.message if isinstance(self.message, str) else ""

    def told(self, name: str) -> str:
        """A text among OpenRouter's metadata, empty if none."""
        return _text(self.metadata, name)

    def listed(self, name: str) -> tuple[str, ...]:
        """A list of texts among OpenRouter's metadata."""
        values = self.metadata.get(name) if isinstance(self.metadata, dict) else None
        return tuple(item for item in values if isinstance(item, str)) if isinstance(values, list) else ()


class _ErrorBody(msgspec.Struct):
    error: ErrorObject | str


def parse_error(body: bytes | bytearray | str) -> ErrorObject | None:
    """The error object in `body`, or None when it holds none."""
    if not ("error" in body if isinstance(body, str) else b"error" in body):
        return None
    try:
        found = msgspec.json.decode(body, type=_ErrorBody).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return ErrorObject(message=found) if isinstance(found, str) else found


def error_status(error: ErrorObject, otherwise: int = 500) -> int:
    """The HTTP status that an error would have had.

    Args:
        error: From a stream, or from an answer whose own status was a good one.
        otherwise: For errors that do not say.
    """
    number = error.number
    if isinstance(number, str) and number.isdecimal():
        number = int(number[:3])
    if isinstance(number, int) and 400 <= number < 600:
        return number
    return next((STATUS[name] for name in error.names if name in STATUS), otherwise)


def _text(fields: Any, name: str) -> str:
    value = fields.get(name) if isinstance(fields, dict) else None
    return value if isinstance(value, str) else ""
