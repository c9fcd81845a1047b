"""How the service says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An error answer in the real shape."""

    def __init__(
        self, status: int, kind: str, message: str, details: dict[str, Any] | None = None, at: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = f"{at}: {message}" if at else message
        self.details = details


def invalid(at: str, message: str, details: dict[str, Any] | None = None) -> Refusal:
    """400, with the place in the body."""
    return Refusal(400, "invalid_request_error", message, details, at)


def only(value: Any, at: str, allowed: set[str], required: set[str]) -> dict[str, Any]:
    """`value` as an object that has these fields and no others."""
    if not isinstance(value, dict):
        raise invalid(at, "Input should be a valid dictionary")
    for name in value:
        if name not in allowed | required:
            raise invalid(f"{at}.{name}" if at else name, "Extra inputs are not permitted")
    for name in sorted(required):
        if name not in value:
            raise invalid(f"{at}.{name}" if at else name, "Field required")
    return value


def text(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise invalid(at, "Input should be a valid string")
    return value
