"""Services that speak as the model servers do which people run on their own computers."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar, Literal

from tests.service.answers import Rule
from tests.service.connection import Connection
from tests.service.openai_answers import ChatAnswer, Completion
from tests.service.openai_content import Dialect, MessageCheck
from tests.service.openai_local_models import OLLAMA_MODELS, STUDIO_MODELS, LocalModel, find, listed_openai
from tests.service.openai_rules import COMMON, check_fields, parse
from tests.service.openai_service import ChatService, usage_of
from tests.service.openai_streams import Voice
from tests.service.received import Request
from tests.service.refusal import Refusal, invalid, only, text


class OllamaService(ChatService):
    """Speaks as Ollama does. No key is needed and any is accepted.

    Args:
        script: What is answered to questions, first match first; after it, `default`.
        default: The answer when no rule matches.
        models: That are installed.
        blind: What models without sight do with a picture: answer an error, or ignore it.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
        tls: Speak TLS with this certificate.
    """

    _dialect = Dialect(assistant=frozenset({"name", "reasoning"}), remote_pictures=False)
    # It says of `tool_choice` and `user` that it ignores them; they are no error.
    _fields = COMMON | {"reasoning_effort", "logit_bias", "n"}

    def __init__(
        self,
        *script: ChatAnswer | Rule,
        default: ChatAnswer | None = None,
        models: tuple[LocalModel, ...] = OLLAMA_MODELS,
        blind: Literal["error", "ignore"] = "error",
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(*script, default=default, port=port, log=log, tls=tls)
        self._models = models
        self._blind = blind

    async def route(self, request: Request, connection: Connection) -> bool:
        match request.method, request.path.split("/")[1:]:
            case "GET" | "HEAD", [""]:
                return await self.text("Ollama is running", request, connection)
            case "GET" | "HEAD", ["api", "version"]:
                return await self.scripted(request, connection, {"version": "0.15.2"})
            case "GET" | "HEAD", ["api", "tags"]:
                tags = {"models": [model.tag() for model in self._models]}
                return await self.scripted(request, connection, tags)
            case "POST", ["api", "show"]:
                body = only(parse(request.raw), "", {"verbose", "name"}, {"model"})
                shown = self._find(text(body["model"], "model")).shown()
                return await self.scripted(request, connection, shown)
            case "GET", ["v1", "models"]:
                return await self.scripted(request, connection, listed_openai(self._models, "library"))
            case "POST", ["v1", "chat", "completions"]:
                self.check_json(request)
                self._check(parse(request.raw))
                return await self.scripted(request, connection)
            case _, [""] | ["api", "version" | "tags" | "show"] | ["v1", "models"] | ["v1", "chat", "completions"]:
                raise Refusal(405, "invalid_request_error", "405 method not allowed")
        raise Refusal(404, "not_found_error", "404 page not found")

    def _find(self, name: str) -> LocalModel:
        model = find(self._models, name)
        if model is None:
            raise Refusal(404, "not_found_error", f"model '{name}' not found")
        return model

    def _check(self, body: dict[str, Any]) -> None:
        check_fields(body, self._fields)
        model = self._find(text(body.get("model", ""), "model"))
        check = MessageCheck(self._dialect)
        check.messages(body["messages"])
        if check.pictures and "vision" not in model.abilities and self._blind == "error":
            raise Refusal(500, "api_error", "this model is missing data required for image input")
        if body.get("tools") and "tools" not in model.abilities:
            raise invalid("", f"registry.ollama.ai/library/{model.id} does not support tools")

    def voice(self, request: Request, answer: Completion | None) -> Voice:
        return Voice(
            f"chatcmpl-{len(self.requests)}",
            request.body["model"],
            {"system_fingerprint": "fp_ollama"},
            whole_calls=True,
            usage=_wanted_usage(request, answer),
        )

    def error_of(self, status: int, kind: str, message: str, details: dict[str, Any] | None) -> Any:
        return {"error": {"message": message, "type": kind, "param": None, "code": None} | (details or {})}

    def error_body(self, answer: Any, request: Request) -> Any:
        if request.path.startswith("/api/"):
            return {"error": answer.message}
        return super().error_body(answer, request)


class LlamaCppService(ChatService):
    """Speaks as llama.cpp's server does: one model, whatever name is asked for.

    Args:
        script: What is answered to questions, first match first; after it, `default`.
        default: The answer when no rule matches.
        keys: The keys that are accepted, as Bearer or x-api-key; without any, everybody is.
        vision: Whether a projector for pictures was given.
        loading: How many requests are answered with 503 because the model is being loaded.
        context: Tokens.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
        tls: Speak TLS with this certificate.
    """

    model: ClassVar[str] = "gemma-3-4b-it-Q4_K_M.gguf"
    _dialect = Dialect(assistant=frozenset({"name", "reasoning_content"}))
    _fields = COMMON | {
        "top_k",
        "min_p",
        "n_predict",
        "repeat_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "cache_prompt",
        "chat_template_kwargs",
        "reasoning_format",
        "timings_per_token",
        "id_slot",
    }
    _open: ClassVar[tuple[str, ...]] = ("/health", "/v1/health", "/models", "/v1/models")

    def __init__(
        self,
        *script: ChatAnswer | Rule,
        default: ChatAnswer | None = None,
        keys: Collection[str] = (),
        vision: bool = True,
        loading: int = 0,
        context: int = 8192,
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(*script, default=default, keys=keys, port=port, log=log, tls=tls)
        self._vision = vision
        self._loading = loading
        self._context = context

    async def route(self, request: Request, connection: Connection) -> bool:
        if self._loading:
            self._loading -= 1
            raise Refusal(503, "unavailable_error", "Loading model")
        if self._keys and request.path not in self._open and self.bearer(request, "x-api-key") not in self._keys:
            raise Refusal(401, "authentication_error", "Invalid API Key")
        match request.method, request.path.split("/")[1:]:
            case "GET" | "HEAD", ["health"] | ["v1", "health"]:
                return await self.scripted(request, connection, {"status": "ok"})
            case "GET", ["props"]:
                return await self.scripted(request, connection, self._props())
            case "GET", ["models"] | ["v1", "models"]:
                return await self.scripted(request, connection, self._listing())
            case "POST", ["v1", "chat", "completions"]:
                self.check_json(request)
                self._check(parse(request.raw))
                return await self.scripted(request, connection)
        raise Refusal(404, "not_found_error", "File Not Found")

    def _props(self) -> dict[str, Any]:
        return {
            "default_generation_settings": {"id": 0, "n_ctx": self._context, "params": {"temperature": 0.8}},
            "total_slots": 4,
            "model_path": f"models/{self.model}",
            "modalities": {"vision": self._vision, "audio": False},
            "chat_template": "{{ messages }}",
            "bos_token": "<bos>",
            "eos_token": "<eos>",
            "build_info": "b7100-0123abcd",
        }

    def _listing(self) -> dict[str, Any]:
        abilities = ["completion", *(["multimodal"] if self._vision else [])]
        meta = {"vocab_type": 1, "n_vocab": 262_144, "n_ctx_train": 131_072, "n_embd": 2560, "n_params": 3_880_099_328}
        model = {"id": self.model, "object": "model", "created": 1_790_000_000, "owned_by": "llamacpp", "meta": meta}
        native = {"name": self.model, "model": self.model, "type": "model", "capabilities": abilities}
        return {"models": [native], "object": "list", "data": [model]}

    def _check(self, body: dict[str, Any]) -> None:
        check_fields(body, self._fields)
        check = MessageCheck(self._dialect)
        check.messages(body["messages"])
        if check.pictures and not self._vision:
            hint = "hint: if this is unexpected, you may need to provide the mmproj"
            raise Refusal(500, "server_error", f"image input is not supported - {hint}")
        asked = usage_of(body, None)["prompt_tokens"]
        if not check.pictures and asked > self._context:
            message = f"the request exceeds the available context size ({self._context} tokens), try increasing it"
            details = {"n_prompt_tokens": asked, "n_ctx": self._context}
            raise Refusal(400, "exceed_context_size_error", message, details)

    def voice(self, request: Request, answer: Completion | None) -> Voice:
        timings = {"prompt_n": 12, "prompt_ms": 30.5, "predicted_n": 20, "predicted_per_second": 42.1}
        return Voice(
            f"chatcmpl-{len(self.requests):032}",
            request.body.get("model", self.model),
            {"system_fingerprint": "b7100-0123abcd"},
            reasoning="reasoning_content",
            usage=_wanted_usage(request, answer),
            ending={"timings": timings},
        )

    def error_of(self, status: int, kind: str, message: str, details: dict[str, Any] | None) -> Any:
        return {"error": {"code": status, "message": message, "type": kind} | (details or {})}


class LMStudioService(ChatService):
    """Speaks as LM Studio does. Paths that it does not know are answered 200, with an error in the body.

    Args:
        script: What is answered to questions, first match first; after it, `default`.
        default: The answer when no rule matches.
        models: That were downloaded.
        keys: The keys that are accepted, as Bearer or x-api-key; without any, everybody is.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
        tls: Speak TLS with this certificate.
    """

    _dialect = Dialect(assistant=frozenset({"name"}))
    _fields = COMMON | {"top_k", "repeat_penalty", "logit_bias", "reasoning_effort", "ttl", "draft_model"}

    def __init__(
        self,
        *script: ChatAnswer | Rule,
        default: ChatAnswer | None = None,
        models: tuple[LocalModel, ...] = STUDIO_MODELS,
        keys: Collection[str] = (),
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(*script, default=default, keys=keys, port=port, log=log, tls=tls)
        self._models = models

    async def route(self, request: Request, connection: Connection) -> bool:
        if self._keys and self.bearer(request, "x-api-key") not in self._keys:
            raise Refusal(401, "invalid_request_error", "Malformed LM Studio API token provided")
        match request.method, request.path.split("/")[1:]:
            case "GET", ["v1", "models"]:
                return await self.scripted(request, connection, listed_openai(self._models, "organization_owner"))
            case "GET", ["api", "v1", "models"]:
                native = {"models": [model.native() for model in self._models]}
                return await self.scripted(request, connection, native)
            case "POST", ["v1", "chat", "completions"]:
                self.check_json(request)
                self._check(parse(request.raw))
                return await self.scripted(request, connection)
        unknown = f"Unexpected endpoint or method. ({request.method} {request.path})"
        return await self.json(200, {"error": unknown}, request, connection)

    def _check(self, body: dict[str, Any]) -> None:
        check_fields(body, self._fields)
        name = text(body.get("model", ""), "model")
        model = find(self._models, name)
        if model is None or "embedding" in model.abilities:
            message = f"Model '{name}' not found. Please specify a valid model"
            raise Refusal(404, "invalid_request_error", message, {"code": "model_not_found", "param": "model"})
        check = MessageCheck(self._dialect)
        check.messages(body["messages"])
        if check.pictures and "vision" not in model.abilities:
            raise invalid("", "Model does not support images. Please use a model that does.")

    def voice(self, request: Request, answer: Completion | None) -> Voice:
        return Voice(
            f"chatcmpl-{len(self.requests):020}",
            request.body["model"],
            {"system_fingerprint": request.body["model"]},
            reasoning="",
            usage=_wanted_usage(request, answer),
        )

    def error_of(self, status: int, kind: str, message: str, details: dict[str, Any] | None) -> Any:
        return {"error": {"message": message, "type": kind, "param": None, "code": None} | (details or {})}


def _wanted_usage(request: Request, answer: Completion | None) -> dict[str, Any] | None:
    """The totals: always in whole answers, in streams only for those who ask."""
    if request.body.get("stream") and not request.body.get("stream_options", {}).get("include_usage"):
        return None
    return usage_of(request.body, answer)
