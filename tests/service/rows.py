"""Answers to the rows of a batch, from the same script and rules as those to single questions."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

import msgspec

from tests.service.answers import Body, Echo, Hangup, Silence, Status
from tests.service.batches import Outcome, words_of
from tests.service.caching import BYTES_PER_TOKEN
from tests.service.received import Request
from tests.service.refusal import Refusal, invalid

if TYPE_CHECKING:
    from tests.service.server import TestService

Headers = list[tuple[str, str]]
_NOT_IN_BATCHES = ("stream", "speed")
_SIGNATURE = "signature"


class RowAnswers:
    """Answers rows one after the other; those that are like one before but for their words cost little.

    Args:
        service: Whose rules and script hold.
    """

    def __init__(self, service: TestService) -> None:
        self._service = service
        self._numbers = itertools.count(1)
        self._alike: dict[bytes, tuple[dict[str, Any], int]] = {}
        """A whole answer and how long the question was, by what the question is without its words."""

    def answer(self, raw: bytes, headers: Headers) -> tuple[Outcome, dict[str, Any], str]:
        """How a row ends, its `result`, and by what it is counted.

        Args:
            raw: Its `params`.
            headers: Of the request that made the batch, whose version holds for every row.
        """
        body = msgspec.json.decode(raw)
        plain = self._plain(body)
        if plain is not None and self._service.only_echoes:
            key = msgspec.json.encode([{**body, "messages": []}, *headers])
            if key in self._alike:
                return "succeeded", {"type": "succeeded", "message": self._like(key, body, plain)}, plain
            outcome, result, words = self._whole(raw, body, headers)
            if outcome == "succeeded":
                self._alike[key] = result["message"], len(plain)
            return outcome, result, words
        return self._whole(raw, body, headers)

    def errored(self, kind: str, message: str) -> dict[str, Any]:
        """The `result` of a row that failed: an error inside an error."""
        error = {"type": "error", "error": {"type": kind, "message": message}, "request_id": self._id("req")}
        return {"type": "errored", "error": error}

    def _whole(self, raw: bytes, body: Any, headers: Headers) -> tuple[Outcome, dict[str, Any], str]:
        request = Request("POST", "/v1/messages", "", headers, raw, body, time.monotonic())
        try:
            for name in _NOT_IN_BATCHES:
                if name in body:
                    raise invalid(name, "Extra inputs are not permitted")
            if body.get("max_tokens") == 0:
                raise invalid("max_tokens", "Input should be greater than or equal to 1")
            self._service.check(request)
        except Refusal as refusal:
            return "errored", self.errored(refusal.kind, refusal.message), ""
        words = words_of(self._service.words(request), raw)
        match self._service.chosen(request):
            case Status() as status:
                return "errored", self.errored(status.error, status.message), words
            case Body():
                return "errored", self.errored("api_error", "Internal server error"), words
            case Silence() | Hangup():
                return "expired", {"type": "expired"}, words
            case answer:
                message = self._service.whole(self._service.frames(answer, request), request)
                return "succeeded", {"type": "succeeded", "message": message | {"id": self._id("msg")}}, words

    def _plain(self, body: dict[str, Any]) -> str | None:
        """The words of a question that is nothing but words; None for others."""
        messages = body.get("messages")
        if not isinstance(messages, list) or len(messages) != 1 or not isinstance(messages[0], dict):
            return None
        if set(messages[0]) != {"role", "content"} or messages[0]["role"] != "user":
            return None
        content = messages[0]["content"]
        if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
            block = content[0]
            content = block.get("text") if set(block) == {"type", "text"} and block["type"] == "text" else None
        asks_more = {"output_config", "stop_sequences", "tools"} & set(body) or not isinstance(body.get("model"), str)
        return content if isinstance(content, str) and content.strip() and not asks_more else None

    def _like(self, key: bytes, body: dict[str, Any], words: str) -> dict[str, Any]:
        """The same answer, to other words."""
        message, length = self._alike[key]
        model = self._service.model(body["model"])
        usage = message["usage"]
        more = (len(words) - length) // BYTES_PER_TOKEN
        content = [
            block | {_SIGNATURE: self._service.sign("", body, model)} if _SIGNATURE in block else block
            for block in message["content"][:-1]
        ]
        said = f"{body['model']} received 0 picture(s) and these words: {words}"
        return message | {
            "id": self._id("msg"),
            "content": [*content, message["content"][-1] | {"text": said}],
            "usage": usage | {"input_tokens": max(1, usage["input_tokens"] + more)},
        }

    def _id(self, kind: str) -> str:
        return f"{kind}_batch_{next(self._numbers):06}"


def echoes(answer: Any) -> bool:
    """Whether an answer only says what was received."""
    return isinstance(answer, Echo) and answer == Echo()
