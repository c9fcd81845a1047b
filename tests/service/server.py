"""The service itself."""

from __future__ import annotations

import ssl
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import unquote

from tests.service.answers import Answer, Blocks, Delivery, Echo, Replay, Rule, Status, Text
from tests.service.anthropic_batches import MOST_BYTES as MOST_BATCH_BYTES
from tests.service.anthropic_batches import MOST_ROWS, MessageBatches
from tests.service.base import ScriptedService
from tests.service.batches import BatchDesk, Orders
from tests.service.caching import PromptCache, blocks_in, count_tokens
from tests.service.connection import Connection
from tests.service.counting import CountingRule
from tests.service.frames import Frame, split_frames
from tests.service.listing import listed
from tests.service.memory import Memory
from tests.service.models import MODELS, Model, find
from tests.service.rates import RateRule
from tests.service.received import Request
from tests.service.refusal import Refusal, invalid
from tests.service.rows import echoes
from tests.service.rules import betas, check_body, check_headers
from tests.service.speech import Speaker, as_blocks, echo
from tests.service.streams import DELTA, error_frame, message_of, written

KEY = "sk-ant-test-0123456789"


class TestService(ScriptedService):
    """Speaks Anthropic's Messages API on a socket of this computer.

    Args:
        script: What is answered to questions, first match first; after it, `default`.
        default: The answer when no rule matches.
        keys: The keys that are accepted.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
        tls: Speak TLS with this certificate.
        counting: The rule by which tokens are counted, which nobody outside knows; None takes bytes.
        windows: Models that read less than they really do, for long conversations in short tests.
        batches: What goes wrong with batches from the start; `batches.orders` changes it.
        batch_limits: The most rows and bytes of a batch, for small tests of large ones.
        rate: How many questions are taken in a while; None takes any number and says nothing of it.
    """

    __test__ = False
    questions: ClassVar[tuple[str, ...]] = ("/v1/messages",)

    def __init__(
        self,
        *script: Answer | Rule,
        default: Answer | None = None,
        keys: Collection[str] = (KEY,),
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
        counting: CountingRule | None = None,
        windows: Mapping[str, int] = MappingProxyType({}),
        batches: Orders | None = None,
        batch_limits: tuple[int, int] = (MOST_ROWS, MOST_BATCH_BYTES),
        rate: RateRule | None = None,
    ) -> None:
        super().__init__(*script, default=default or Echo(), keys=keys, port=port, log=log, tls=tls)
        self._memory = Memory()
        self._counting = counting
        self._cache = PromptCache(rule=counting)
        self._models = [replace(one, context=windows.get(one.id, one.context)) for one in MODELS]
        self._batches = MessageBatches(self, batches, *batch_limits)
        self.rate = rate

    @property
    def batches(self) -> BatchDesk:
        """The batches that were made, and what goes wrong with them."""
        return self._batches.desk

    async def route(self, request: Request, connection: Connection) -> bool:
        if request.method == "HEAD":
            return await self._warmed(request, connection)
        check_headers(
            request.headers, self._keys, body=request.method == "POST" and not request.path.endswith("/cancel")
        )
        match request.method, request.path.split("/")[1:]:
            case "GET", ["v1", "models"]:
                return await self.scripted(request, connection, listed(request.query, self._models))
            case "GET", ["v1", "models", id]:
                model = self._find(unquote(id))
                if model is None:
                    raise Refusal(404, "not_found_error", f"model: {id}")
                return await self.scripted(request, connection, model.listed())
            case "POST", ["v1", "messages"]:
                if self.rate is not None:
                    self.rate.take()
                self._check(request)
                return await self.scripted(request, connection)
            case "POST", ["v1", "messages", "count_tokens"]:
                body = self._check(request, counting=True)
                return await self.scripted(request, connection, self._count(body))
            case _, ["v1", "messages", "batches", *rest]:
                if (scripted := self._choose(request)) is not None:
                    return await self.answer(scripted, request, connection)
                return await self._batches.route(request, rest, connection)
            case _, ["v1", "models" | "messages"]:
                raise Refusal(405, "invalid_request_error", "Method Not Allowed")
        raise Refusal(404, "not_found_error", "Not found")

    # What the rows of batches ask.

    @property
    def only_echoes(self) -> bool:
        """Whether every question is answered with what it says."""
        return echoes(self._default) and not any(rule.times != 0 and not rule.path for rule in self._rules)

    def check(self, request: Request) -> None:
        """Refuse a question that is wrong."""
        self._check(request)

    def model(self, id: str) -> Model:
        """The model behind an id that is known."""
        found = self._find(id)
        assert found is not None
        return found

    def sign(self, thinking: str, body: dict[str, Any], model: Model) -> str:
        """A signature for reasoning that answers `body`."""
        return self._memory.sign(thinking, body, model)

    def chosen(self, request: Request) -> Answer:
        """What the script answers to a question."""
        return self._choose(request) or self._default

    # The wire.

    def words(self, request: Request) -> str:
        blocks = blocks_in(request.body["messages"][-1]["content"])
        return "\n".join(block["text"] for block in blocks if block["type"] == "text")

    def frames(self, answer: Answer, request: Request) -> list[Frame]:
        body, number = request.body, len(self.requests)
        model = self._find(body["model"])
        assert model is not None
        usage = self._cache.use(body, model)
        frames = self._spoken(answer, Speaker(body, model, self._memory, number), usage, body, model)
        message = message_of(frames)
        self._memory.remember(message["content"], body, model, message.get("stop_reason"))
        return frames

    def whole(self, frames: list[Frame], request: Request) -> Any:
        return message_of(frames)

    def _spoken(
        self, answer: Answer, speaker: Speaker, usage: dict[str, Any], body: dict[str, Any], model: Model
    ) -> list[Frame]:
        match answer:
            case Replay():
                return list(split_frames(answer.read(), DELTA))
            case Echo():
                answer = echo(answer, body, model)
            case Text():
                answer = as_blocks(answer)
        assert isinstance(answer, Blocks)
        return written(speaker.events(answer, usage), answer.delivery)

    def _count(self, body: dict[str, Any]) -> dict[str, int]:
        return {"input_tokens": count_tokens(body, self._counting, self._find(body["model"]))}

    def _check(self, request: Request, *, counting: bool = False) -> dict[str, Any]:
        version = request.header("anthropic-version") or ""
        asked = betas(request.headers)
        body = check_body(
            request.raw, memory=self._memory, version=version, beta=asked, counting=counting, lookup=self._find
        )
        model = self._find(body["model"])
        if model is not None and not counting:
            tokens = count_tokens(body, self._counting, model)
            if tokens > model.context:
                raise invalid("", f"prompt is too long: {tokens} tokens > {model.context} maximum")
        return body

    def _find(self, id: str) -> Model | None:
        known = find(id)
        return known and next(one for one in self._models if one.id == known.id)

    async def _warmed(self, request: Request, connection: Connection) -> bool:
        """HEAD needs no key: it is asked only to have a connection."""
        known = {"/": 200, "/v1/messages": 405, "/v1/models": 405}
        return await self.json(known.get(request.path, 404), None, request, connection)

    def error_frame(self, kind: str, delivery: Delivery, request: Request) -> Frame:
        return error_frame(kind, delivery)

    def error_body(self, answer: Status, request: Request) -> Any:
        error: dict[str, Any] = {"type": answer.error, "message": answer.message}
        if answer.details is not None:
            error["details"] = answer.details
        return {"type": "error", "error": error, "request_id": f"req_{len(self.requests):04}"}

    def headers(self, request: Request) -> dict[str, str]:
        account = "00000000-0000-0000-0000-000000000000"
        names = {"request-id": f"req_{len(self.requests):04}", "anthropic-organization-id": account}
        limited = self.rate is not None and request.path in self.questions
        return names | (self.rate.headers(request.status) if self.rate is not None and limited else {})

    def steer(self, order: dict[str, Any]) -> dict[str, Any]:
        """Also rate: [requests, seconds], or null for none."""
        if "rate" in order:
            self.rate = RateRule(*order["rate"]) if order["rate"] else None
        return super().steer(order)
