"""The routing service's other wire: Anthropic's Messages, with the routing service's own extras and errors."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.service.answers import Answer, Delivery, Status, Text
from tests.service.frames import Frame
from tests.service.memory import Memory
from tests.service.openai_answers import Completion
from tests.service.openai_catalog import Model, check_fits, choose
from tests.service.openai_rules import check_routing, parse
from tests.service.openai_streams import WAITING
from tests.service.received import Request
from tests.service.refusal import Refusal, invalid
from tests.service.rules import check_body
from tests.service.streams import error_frame, frames_of, message_of

_EXTRAS = {"models", "fallbacks", "provider", "plugins", "session_id", "route"}
_SAMPLING = {"temperature", "top_p", "top_k"}
_NOT_IN_TOOLS = ("strict", "eager_input_streaming")
_STAND_IN = "claude-haiku-5-5"
_STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


class MessagesWire:
    """Checks and answers POST /messages."""

    def __init__(self) -> None:
        self._memory = Memory()

    def check(self, raw: bytes) -> None:
        """Refuse what is wrong; what both services take is checked by the rules of Anthropic's own."""
        body = parse(raw)
        check_routing({name: body[name] for name in body if name in _EXTRAS | {"model"}})
        for number, tool in enumerate(body.get("tools") or []):
            for name in _NOT_IN_TOOLS:
                if isinstance(tool, dict) and name in tool:
                    raise invalid(f"tools.{number}.{name}", "Extra inputs are not permitted")
        model = choose(body)
        plain = {name: value for name, value in body.items() if name not in _EXTRAS | _SAMPLING}
        check_body(msgspec.json.encode(plain | {"model": _stand_in(model)}))
        pictures = sum(block.get("type") == "image" for message in body["messages"] for block in _blocks(message))
        check_fits({"max_tokens": body["max_tokens"]} | plain, model, pictures=pictures, effort=None)
        self._memory.check(body)

    def words(self, request: Request) -> str:
        """What the person said last."""
        blocks = _blocks(request.body["messages"][-1])
        return "\n".join(block["text"] for block in blocks if block["type"] == "text")

    def frames(self, answer: Answer, request: Request, number: int) -> list[Frame]:
        """The events of `answer`, after the comments with which this service lets its clients wait."""
        worded = _text_of(answer) if isinstance(answer, Completion) else answer
        comment = Frame(WAITING + b"\n\n", False)
        return [comment, comment, *frames_of(worded, request.body, self._memory, number)]  # type: ignore[arg-type]

    def whole(self, frames: list[Frame]) -> Any:
        return message_of([frame for frame in frames if not frame.data.startswith(b":")])

    def error(self, answer: Status, id: str) -> Any:
        """An error as a value for JSON; this service's own word for it stands in `error_type`."""
        error: dict[str, Any] = {"type": _kind(answer.status, answer.error), "message": answer.message}
        error["error_type"] = (answer.details or {}).get("error_type", _kind(answer.status, answer.error))
        if answer.details:
            error["details"] = answer.details
        return {"type": "error", "error": error, "request_id": id}

    def error_frame(self, kind: str, delivery: Delivery) -> Frame:
        return error_frame(kind, delivery)


def _stand_in(model: Model) -> str:
    """The id by which Anthropic's rules are looked up; other makers' models are held to the newest."""
    author, _, slug = model.id.partition("/")
    return slug.replace(".", "-") if author == "anthropic" else _STAND_IN


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text_of(answer: Completion) -> Text:
    if answer.calls:
        raise Refusal(500, "api_error", "calls are scripted for this path with the other service's answers")
    reason = _STOPS.get(answer.finish or "", answer.finish)
    return Text(answer.deltas, answer.reasoning or "none", stop_reason=reason, delivery=answer.delivery)


def _kind(status: int, otherwise: str) -> str:
    kinds = {
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
    return kinds.get(status, otherwise if otherwise.endswith("_error") else "api_error")
