"""The routing service's other wire: Anthropic's Messages, with the routing service's own extras and errors."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec

from tests.service.answers import Answer, Block, Blocks, Call, Delivery, Reasoning, Redacted, Status, Words
from tests.service.frames import Frame
from tests.service.openai_answers import Completion
from tests.service.openai_catalog import Model, check_fits, choose
from tests.service.openai_rules import check_routing, parse
from tests.service.openai_streams import WAITING
from tests.service.received import Request
from tests.service.refusal import invalid
from tests.service.server import TestService

_EXTRAS = {"models", "fallbacks", "provider", "plugins", "session_id", "route"}
_SAMPLING = {"temperature", "top_p", "top_k"}
_NOT_IN_TOOLS = ("strict", "eager_input_streaming")
_STAND_IN = "claude-haiku-5-5"
_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    524: "timeout_error",
    529: "overloaded_error",
}


class MessagesWire:
    """Checks and answers POST /messages; what both services take is left to the rules of Anthropic's own."""

    def __init__(self) -> None:
        self._judge = _Judge()

    def check(self, raw: bytes, request: Request) -> None:
        """Refuse what is wrong."""
        body = parse(raw)
        check_routing({name: body[name] for name in body if name in _EXTRAS | {"model"}})
        for number, tool in enumerate(body.get("tools") or []):
            for name in _NOT_IN_TOOLS:
                if isinstance(tool, dict) and name in tool:
                    raise invalid(f"tools.{number}.{name}", "Extra inputs are not permitted")
        plain = _plain(request)
        self._judge.requests.append(plain)
        self._judge.check(plain)
        pictures = sum(
            block["type"] == "image"
            for message in body["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
        )
        limits: dict[str, Any] = {name: body[name] for name in ("max_tokens", "tools", "provider") if name in body}
        check_fits(limits, choose(body), pictures=pictures, effort=None)

    def words(self, request: Request) -> str:
        """What the person said last."""
        return self._judge.words(_plain(request))

    def frames(self, answer: Answer, request: Request) -> list[Frame]:
        """The events of `answer`, after the comments with which this service lets its clients wait."""
        worded = _blocks_of(answer) if isinstance(answer, Completion) else answer
        comment = Frame(WAITING + b"\n\n", False)
        model = choose(request.body).id
        spoken = self._judge.frames(worded, _plain(request))
        return [comment, comment, *(_renamed(frame, model) for frame in spoken)]

    def whole(self, frames: list[Frame], request: Request) -> Any:
        """The same answer in one piece."""
        return self._judge.whole([frame for frame in frames if not frame.data.startswith(b":")], request)

    def error(self, answer: Status, id: str) -> Any:
        """An error as a value for JSON; this service's own word for it stands in `error_type`."""
        otherwise = answer.error if answer.error.endswith("_error") else "api_error"
        error: dict[str, Any] = {"type": _KINDS.get(answer.status, otherwise), "message": answer.message}
        error["error_type"] = (answer.details or {}).get("error_type", error["type"])
        if answer.details:
            error["details"] = answer.details
        return {"type": "error", "error": error, "request_id": id}

    def error_frame(self, kind: str, delivery: Delivery, request: Request) -> Frame:
        """An error in the middle of a stream."""
        return self._judge.error_frame(kind, delivery, request)


class _Judge(TestService):
    """Anthropic's own service without a socket."""

    def check(self, request: Request) -> None:
        self._check(request)


def _plain(request: Request) -> Request:
    """The request as Anthropic's own service would get it."""
    body = {name: value for name, value in request.body.items() if name not in _EXTRAS | _SAMPLING}
    body["model"] = _stand_in(choose(request.body))
    headers = [("anthropic-version", "2026-10-21")]
    return dataclasses.replace(request, headers=headers, body=body, raw=msgspec.json.encode(body))


def _stand_in(model: Model) -> str:
    """The id by which Anthropic's rules are looked up; other makers' models are held to the newest."""
    author, _, slug = model.id.partition("/")
    return slug.replace(".", "-") if author == "anthropic" else _STAND_IN


def _renamed(frame: Frame, model: str) -> Frame:
    """With the name under which the model was asked."""
    if b'"message_start"' not in frame.data:
        return frame
    head, _, rest = frame.data.partition(b'"model":"')
    return Frame(head + b'"model":"' + model.encode() + rest[rest.index(b'"') :], frame.is_delta)


def _blocks_of(answer: Completion) -> Blocks:
    blocks: list[Block] = [Reasoning(answer.reasoning)] if answer.reasoning else []
    if answer.encrypted:
        blocks.append(Redacted())
    if answer.deltas:
        blocks.append(Words(list(answer.deltas)))
    for call in answer.calls:
        pieces = [piece if isinstance(piece, str) else msgspec.json.encode(piece).decode() for piece in call.pieces()]
        blocks.append(Call(call.name, id=call.id or "", pieces=pieces))
    reason = _STOPS.get(answer.finish or "", answer.finish or "")
    return Blocks(blocks, reason, delivery=answer.delivery)
