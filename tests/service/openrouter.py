"""A service that speaks as OpenRouter does."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

from tests.service.answers import Answer, Delivery, Rule, Status
from tests.service.batches import BatchDesk, Orders
from tests.service.connection import Connection
from tests.service.frames import Frame
from tests.service.openai_answers import ChatAnswer, Completion
from tests.service.openai_catalog import Model, check_fits, choose, find, listing
from tests.service.openai_content import Dialect, MessageCheck
from tests.service.openai_memory import ReasoningMemory
from tests.service.openai_messages import MessagesWire
from tests.service.openai_rules import ROUTED, check_fields, check_routing, effort, parse
from tests.service.openai_service import ChatService, usage_of
from tests.service.openai_sign_in import Consent, SignIn
from tests.service.openai_streams import Voice, completion
from tests.service.openrouter_batches import MOST_BYTES, MOST_ROWS, RoutedBatches
from tests.service.received import Request
from tests.service.refusal import Refusal

KEY = "sk-or-v1-test-0123456789"
_DIALECT = Dialect(
    roles=frozenset({"system", "developer", "user", "assistant", "tool"}),
    assistant=frozenset({"name", "refusal", "reasoning", "reasoning_details"}),
    tool_pictures=True,
    files=True,
    cache_control=True,
)
_BALANCE = {
    "label": "sk-or-v1-tes...789",
    "limit": 10,
    "limit_remaining": 7.5,
    "limit_reset": None,
    "usage": 2.5,
    "usage_daily": 0.25,
    "usage_weekly": 1,
    "usage_monthly": 2.5,
    "byok_usage": 0,
    "is_free_tier": False,
    "expires_at": None,
    "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
}


class OpenRouterService(ChatService):
    """Speaks OpenRouter's API, with a page on which a person signs in.

    Args:
        script: What is answered to questions, first match first; after it, `default`. Rules with a path answer
            other requests, such as "/api/v1/models".
        default: The answer when no rule matches.
        keys: The keys that are accepted from the start; those that sign-in hands out are added.
        consent: What the person on the sign-in page does; `sign_in.consent` changes it.
        balance: Overrides in the answer of GET /key.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
        tls: Speak TLS with this certificate.
        batches: What goes wrong with batches from the start; `batches.orders` changes it.
        batch_limits: The most rows and bytes of a batch, for small tests of large ones.
    """

    prefix: ClassVar[str] = "/api/v1"
    questions: ClassVar[tuple[str, ...]] = ("/api/v1/chat/completions", "/api/v1/messages")

    def __init__(
        self,
        *script: ChatAnswer | Rule,
        default: ChatAnswer | None = None,
        keys: Collection[str] = (KEY,),
        consent: Consent = "allow",
        balance: dict[str, Any] | None = None,
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
        batches: Orders | None = None,
        batch_limits: tuple[int, int] = (MOST_ROWS, MOST_BYTES),
    ) -> None:
        self._accepted = set(keys)
        super().__init__(*script, default=default, keys=self._accepted, port=port, log=log, tls=tls)
        self.sign_in = SignIn(consent)
        self._balance = _BALANCE | (balance or {})
        self._reasoning = ReasoningMemory()
        self._messages = MessagesWire()
        self._generations: dict[str, dict[str, Any]] = {}
        self._batches = RoutedBatches(self, batches, *batch_limits)

    @property
    def batches(self) -> BatchDesk:
        """The batches that were made, and what goes wrong with them."""
        return self._batches.desk

    def accept(self, *keys: str) -> None:
        self._accepted.clear()
        self._accepted.update(keys)

    def chosen(self, request: Request) -> Answer:
        """What the script answers to a question."""
        return self._choose(request) or self._default

    @property
    def auth_url(self) -> str:
        """The page on which a person signs in."""
        return f"{self.origin}/auth"

    async def route(self, request: Request, connection: Connection) -> bool:
        match request.method, request.path.split("/")[1:]:
            case "HEAD", _:
                return await self.json(200, {}, request, connection)
            case "GET", ["auth"]:
                return await self._page(request, connection)
            case "GET", ["api", "v1", "models"]:
                return await self.scripted(request, connection, listing(request.query))
            case _, ["api", "v1", "auth", "keys"]:
                return await self._exchange(request, connection)
            case _, ["api", "v1", *_]:
                self._check_key(request)
                return await self._with_key(request, connection)
        raise Refusal(404, "not_found", "Not Found")

    async def _with_key(self, request: Request, connection: Connection) -> bool:
        match request.method, request.path.split("/")[3:]:
            case "GET", ["models", "user"]:
                return await self.scripted(request, connection, listing(request.query))
            case "GET", ["models", author, slug, "endpoints"]:
                model = find(f"{author}/{slug}")
                if model is None:
                    raise Refusal(404, "not_found", "Model not found")
                return await self.json(200, {"data": model.listed() | {"endpoints": []}}, request, connection)
            case "GET", ["key"]:
                return await self.scripted(request, connection, {"data": self._balance})
            case "GET", ["credits"]:
                raise Refusal(403, "forbidden", "Only management keys can fetch credits for an account")
            case "GET", ["generation"]:
                return await self._generation(request, connection)
            case "POST", ["chat", "completions"]:
                self.check_json(request)
                self.check_completion(parse(request.raw))
                return await self.scripted(request, connection)
            case "POST", ["messages"]:
                self.check_json(request)
                self._messages.check(request.raw, request)
                return await self.scripted(request, connection)
            case _, ["batches", *rest]:
                if (scripted := self._choose(request)) is not None:
                    return await self.answer(scripted, request, connection)
                return await self._batches.route(request, rest, connection)
            case _, ["chat", "completions"] | ["messages"] | ["key"] | ["models"]:
                raise Refusal(405, "method_not_allowed", "Method Not Allowed")
        raise Refusal(404, "not_found", "Not Found")

    def _check_key(self, request: Request) -> None:
        key = self.bearer(request)
        if not key:
            raise Refusal(401, "unauthorized", "No auth credentials found")
        if key not in self._accepted:
            raise Refusal(401, "unauthorized", "User not found.")

    def check_completion(self, body: dict[str, Any]) -> None:
        """Refuse a question that is wrong."""
        check_fields(body, ROUTED)
        check_routing(body)
        check = MessageCheck(_DIALECT)
        if "cache_control" in body:
            check.cache_control(body["cache_control"], "cache_control")
        for number, tool in enumerate(body.get("tools", [])):
            if "cache_control" in tool:
                check.cache_control(tool["cache_control"], f"tools.{number}.cache_control")
        check.messages(body["messages"])
        model = choose(body)
        check_fits(body, model, pictures=check.pictures, effort=effort(body))
        claude = model.id.startswith("anthropic/")
        self._reasoning.check(body["messages"], required=claude and effort(body) != "none")

    async def _page(self, request: Request, connection: Connection) -> bool:
        target = self.sign_in.page(request.query)
        if target is None:
            return await self.text("Do you allow this app to use your account?", request, connection)
        return await self.json(302, {}, request, connection, {"location": target})

    async def _exchange(self, request: Request, connection: Connection) -> bool:
        if request.method != "POST":
            raise Refusal(405, "method_not_allowed", "Method Not Allowed")
        self.check_json(request)
        key = self.sign_in.exchange(parse(request.raw))
        self._accepted.add(key)
        return await self.scripted(request, connection, {"key": key, "user_id": "user_0001"})

    async def _generation(self, request: Request, connection: Connection) -> bool:
        id = parse_qs(request.query).get("id", [""])[0]
        if id not in self._generations:
            raise Refusal(404, "not_found", f"Generation {id} not found")
        return await self.json(200, {"data": self._generations[id]}, request, connection)

    # The wire.

    def words(self, request: Request) -> str:
        return self._messages.words(request) if _anthropic(request) else super().words(request)

    def frames(self, answer: Answer, request: Request) -> list[Frame]:
        if _anthropic(request):
            return self._messages.frames(answer, request)
        frames = super().frames(answer, request)
        whole = completion(frames)
        if "choices" in whole:
            self._reasoning.remember(whole["choices"][0]["message"])
            usage = whole.get("usage") or {}
            self._generations[whole["id"]] = {
                "id": whole["id"],
                "model": whole["model"],
                "total_cost": usage.get("cost", 0),
                "native_tokens_prompt": usage.get("prompt_tokens", 0),
                "native_tokens_completion": usage.get("completion_tokens", 0),
                "finish_reason": whole["choices"][0]["finish_reason"],
            }
        return frames

    def whole(self, frames: list[Frame], request: Request) -> Any:
        return self._messages.whole(frames, request) if _anthropic(request) else super().whole(frames, request)

    def voice(self, request: Request, answer: Completion | None) -> Voice:
        model = choose(request.body)
        if answer is not None and answer.model:
            model = find(answer.model) or model
        return Voice(
            self._id(),
            model.id,
            {"provider": model.name.partition(":")[0]},
            waiting=True,
            details=True,
            usage=_usage(request.body, answer, model),
            native=True,
            sign=self._reasoning.sign,
        )

    def error_of(self, status: int, kind: str, message: str, details: dict[str, Any] | None) -> Any:
        error: dict[str, Any] = {"code": status, "message": message}
        if details is not None:
            error["metadata"] = details
        return {"error": error, "user_id": "user_0001"}

    def error_body(self, answer: Status, request: Request) -> Any:
        if _anthropic(request):
            return self._messages.error(answer, self._id())
        return super().error_body(answer, request)

    def error_frame(self, kind: str, delivery: Delivery, request: Request) -> Frame:
        if _anthropic(request):
            return self._messages.error_frame(kind, delivery, request)
        return super().error_frame(kind, delivery, request)

    def headers(self, request: Request) -> dict[str, str]:
        return {"x-generation-id": self._id()} if request.path in self.questions else {}

    def _id(self) -> str:
        return f"gen-1790000000-{len(self.requests):020}"


def _anthropic(request: Request) -> bool:
    return request.path == "/api/v1/messages"


def _usage(body: dict[str, Any], answer: Completion | None, model: Model) -> dict[str, Any]:
    counted = usage_of(body, answer)
    prices = [max(Decimal(price), Decimal(0)) for price in model.prices]
    asked, given = prices[0] * counted["prompt_tokens"], prices[1] * counted["completion_tokens"]
    costs = {"upstream_inference_prompt_cost": float(asked), "upstream_inference_completions_cost": float(given)}
    reasoning = sum(map(len, answer.reasoning)) // 4 if answer else 0
    return counted | {
        "cost": float(asked + given),
        "is_byok": False,
        "cost_details": {"upstream_inference_cost": None} | costs,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "image_tokens": 0},
    }
