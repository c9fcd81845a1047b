"""The two bodies that lines may bring along: which service takes which, and turning one into the other.

A line is turned only when all of it can be carried over; what cannot is named, and the line is refused. What a person
asks for and a service never hears of would be paid for all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn, TypeAlias

import msgspec

from kireji.core.jobs.values import JobPlan, LineKind
from kireji.core.words import say

Json: TypeAlias = dict[str, object]

EFFORTS = ("low", "medium", "high", "xhigh", "max")
_NEEDED = ("model", "messages", "body")
"""What no question can do without."""
_SAMPLING = ("temperature", "top_p", "top_k")
"""Anthropic's interface has them no more: any value is refused, whatever the model."""


class NotCarried(Exception):
    """Something in a body has no counterpart in the other form.

    Args:
        what: Its name, as a path: messages[2].content[0].detail.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    @property
    def name(self) -> str:
        """The field of the body in which it stands."""
        return self.what.partition(".")[0].partition("[")[0]

    @property
    def sentence(self) -> str:
        """For the person."""
        return say("“{what}” cannot be carried over to this service's form.", what=self.what)

    def next_step(self, form: LineKind) -> str:
        """What the person can do about it.

        Args:
            form: In which it has no place.
        """
        if self.name in _NEEDED:
            if form is LineKind.PARAMS:
                return say("Take it out, or let OpenRouter or a local server answer.")
            return say("Take it out, or let Anthropic answer.")
        if form is LineKind.PARAMS:
            return say(
                "Take it out, have it left out (on the command line: --drop {name}), or let OpenRouter or a local "
                "server answer.",
                name=self.name,
            )
        return say(
            "Take it out, have it left out (on the command line: --drop {name}), or let Anthropic answer.",
            name=self.name,
        )


def form_of(provider: str) -> LineKind:
    """The form in which a service's jobs take their questions: PARAMS at Anthropic, BODY at all others."""
    return LineKind.PARAMS if provider == "anthropic" else LineKind.BODY


def askable(content: bytes, kind: LineKind, plan: JobPlan) -> bytes:
    """The body of a question as the plan's service can be asked it: without what the plan leaves out.

    Only what would be refused is left out; the same bytes when that is nothing.

    Args:
        content: The body, a JSON object.
        kind: Its form: PARAMS or BODY.
        plan: Who answers, and what may be left out.

    Raises:
        NotCarried: The service refuses something in it for certain, or its form has no counterpart.
    """
    form = form_of(plan.provider)
    while True:
        try:
            if kind is form is LineKind.PARAMS:
                _refuse_sampling(content)
            carried(content, kind, form)
            return content
        except NotCarried as problem:
            fields = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
            if problem.name not in plan.drop or fields.pop(problem.name, None) is None:
                raise
            content = msgspec.json.encode(fields)


def _refuse_sampling(content: bytes) -> None:
    if not any(name.encode() in content for name in _SAMPLING):  # most hold none, and need not be read again
        return
    fields = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    for name in _SAMPLING:
        if name in fields and bytes(fields[name]) != b"null":
            refuse(name)


def carried(content: bytes, kind: LineKind, form: LineKind, drop: Sequence[str] = ()) -> bytes:
    """The body of a question in another form; the same bytes when it is in that form already.

    Args:
        content: The body, a JSON object.
        kind: Its form: PARAMS or BODY.
        form: The wanted one.
        drop: Fields that are left out where they have no counterpart.

    Raises:
        NotCarried: Something else in it has no counterpart.
    """
    if kind is form:
        return content
    try:
        body = msgspec.json.decode(content, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        refuse("body")
    turned: Callable[[Json], Json]
    if form is LineKind.PARAMS:
        from kireji.core.jobs.to_params import to_params

        turned = to_params
    else:
        from kireji.core.jobs.to_body import to_body

        turned = to_body
    while True:
        try:
            return msgspec.json.encode(turned(body))
        except NotCarried as problem:
            if problem.name not in drop or problem.name not in body:
                raise
            del body[problem.name]


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
