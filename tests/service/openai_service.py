"""What all OpenAI-shaped services have in common."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from tests.service.answers import Answer, Blocks, Delivery, Echo, Replay, Rule, Status, Text
from tests.service.base import ScriptedService
from tests.service.connection import Connection
from tests.service.frames import Frame, split_frames
from tests.service.openai_answers import ChatAnswer, Completion, Fault, completion_of, plain, read_chat_script
from tests.service.openai_content import count_pictures, last_words
from tests.service.openai_streams import Voice, completion, fault_chunk, frame, frames_of
from tests.service.received import Request
from tests.service.refusal import Refusal


class ChatService(ScriptedService):
    """Answers chat completions by a script; derived classes say which models there are and what they take.

    Args:
        script: What is answered to questions, first match first; after it, `default`.
        default: The answer when no rule matches.
        keys: The keys that are accepted; without any, everybody is.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
        tls: Speak TLS with this certificate.
    """

    completions: ClassVar[str] = "/v1/chat/completions"
    questions: ClassVar[tuple[str, ...]] = ("/v1/chat/completions",)

    def __init__(
        self,
        *script: ChatAnswer | Rule,
        default: ChatAnswer | None = None,
        keys: Collection[str] = (),
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        rules = [item if isinstance(item, Rule) else Rule(plain(item)) for item in script]
        super().__init__(*rules, default=plain(default or Echo()), keys=keys, port=port, log=log, tls=tls)

    @property
    def origin(self) -> str:
        """The address without a path."""
        return self.base_url.removesuffix(self.prefix)

    def voice(self, request: Request, answer: Completion | None) -> Voice:
        """How the answer to `request` is worded; the last totals are sent when the request wants them."""
        raise NotImplementedError

    def error_of(self, status: int, kind: str, message: str, details: dict[str, Any] | None) -> Any:
        """An error as a value for JSON."""
        raise NotImplementedError

    # What the machinery asks.

    def words(self, request: Request) -> str:
        return last_words(request.body["messages"])

    def frames(self, answer: Answer, request: Request) -> list[Frame]:
        if isinstance(answer, Replay):
            return list(split_frames(answer.read(), b'"delta":{"content":"'))
        worded = _worded(answer, request.body)
        return frames_of(worded, self.voice(request, worded))

    def whole(self, frames: list[Frame], request: Request) -> Any:
        return completion(frames)

    def error_frame(self, kind: str, delivery: Delivery, request: Request) -> Frame:
        end = b"\r\n" if delivery.crlf else b"\n"
        return frame(fault_chunk(Fault(kind), self.voice(request, None)), end)

    def error_body(self, answer: Status, request: Request) -> Any:
        return self.error_of(answer.status, answer.error, answer.message, answer.details)

    def script(self, data: bytes) -> list[Rule]:
        return read_chat_script(data)

    # What derived classes build upon.

    async def text(self, words: str, request: Request, connection: Connection) -> bool:
        """Answer in plain words."""
        headers = {"content-type": "text/plain; charset=utf-8"}
        return await self._whole(200, headers, words.encode(), request, connection)

    def bearer(self, request: Request, *names: str) -> str:
        """The key that was sent, as Bearer or in one of the headers `names`; empty when there was none."""
        given = [value for name, value in request.headers if name.lower() in names]
        for name, value in request.headers:
            if name.lower() == "authorization":
                kind, _, key = value.partition(" ")
                given.append(key if kind == "Bearer" else "")
        if len(given) > 1:
            raise Refusal(400, "invalid_request_error", "more than one key was sent")
        return given[0] if given else ""

    def check_json(self, request: Request) -> None:
        """Refuse a body that is not said to be JSON."""
        kinds = [value.partition(";")[0] for name, value in request.headers if name.lower() == "content-type"]
        if kinds != ["application/json"]:
            raise Refusal(415, "invalid_request_error", "expected content-type: application/json")


def tokens(value: Any) -> int:
    """About how many tokens that is."""
    return len(msgspec.json.encode(value)) // 4 + 1


def usage_of(body: dict[str, Any], answer: Completion | None) -> dict[str, int]:
    """The totals that every service tells."""
    asked = tokens(body["messages"]) + tokens(body.get("tools", []))
    given = (
        tokens("".join(answer.deltas)) + (tokens("".join(answer.reasoning)) if answer.reasoning else 0) if answer else 0
    )
    return {"prompt_tokens": asked, "completion_tokens": given, "total_tokens": asked + given}


def _worded(answer: Any, body: dict[str, Any]) -> Completion:
    match answer:
        case Completion():
            return answer
        case Text() | Blocks():
            return completion_of(answer)
        case Echo():
            messages = body["messages"]
            said = f"{count_pictures(messages)} picture(s) and these words: {last_words(messages)}"
            return Completion([f"{body.get('model', 'the model')} received {said}"], delivery=answer.delivery)
    raise TypeError(f"{type(answer).__name__} cannot be said here")
