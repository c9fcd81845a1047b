"""The two bodies that lines may bring along: which service takes which, and turning one into the other.

A line is turned only when all of it can be carried over; what cannot is named, and the line is refused. What a person
asks for and a service never hears of would be paid for all the same.
"""

from __future__ import annotations

from typing import NoReturn, TypeAlias

import msgspec

from kireji.core.jobs.values import LineKind
from kireji.core.words import say

Json: TypeAlias = dict[str, object]

EFFORTS = ("low", "medium", "high", "xhigh", "max")


class NotCarried(Exception):
    """Something in a body has no counterpart in the other form.

    Args:
        what: Its name, as a path: messages[2].content[0].detail.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    @property
    def sentence(self) -> str:
        """For the person."""
        return say("“{what}” cannot be carried over to this service's form.", what=self.what)


def form_of(provider: str) -> LineKind:
    """The form in which a service's jobs take their questions: PARAMS at Anthropic, BODY at all others."""
    return LineKind.PARAMS if provider == "anthropic" else LineKind.BODY


def carried(content: bytes, kind: LineKind, form: LineKind) -> bytes:
    """The body of a question in another form; the same bytes when it is in that form already.

    Args:
        content: The body, a JSON object.
        kind: Its form: PARAMS or BODY.
        form: The wanted one.

    Raises:
        NotCarried: Something in it has no counterpart.
    """
    if kind is form:
        return content
    try:
        body = msgspec.json.decode(content, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        refuse("body")
    if form is LineKind.PARAMS:
        from kireji.core.jobs.to_params import to_params

        return msgspec.json.encode(to_params(body))
    from kireji.core.jobs.to_body import to_body

    return msgspec.json.encode(to_body(body))


def refuse(what: str) -> NoReturn:
    """Raises NotCarried."""
    raise NotCarried(what)


def only(value: Json, known: tuple[str, ...], where: str) -> None:
    """Refuse what stands in an object besides what is known; null counts as left out."""
    for name, inner in value.items():
        if name not in known and inner is not None:
            refuse(f"{where}{name}")


def text_of(value: object, where: str) -> str:
    """A string."""
    return value if isinstance(value, str) else refuse(where)


def object_of(value: object, where: str) -> Json:
    """A JSON object."""
    return value if isinstance(value, dict) else refuse(where)


def list_of(value: object, where: str) -> list[object]:
    """A JSON list."""
    return value if isinstance(value, list) else refuse(where)
