"""The service itself."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs

from tests.service.answers import Answer, Delivery, Echo, Rule, Status
from tests.service.base import ScriptedService
from tests.service.connection import Connection
from tests.service.frames import Frame
from tests.service.memory import Memory
from tests.service.models import MODELS, find
from tests.service.received import Request
from tests.service.refusal import Refusal
from tests.service.rules import check_body, check_headers
from tests.service.streams import error_frame, frames_of, message_of

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
    ) -> None:
        super().__init__(*script, default=default or Echo(), keys=keys, port=port, log=log, tls=tls)
        self._memory = Memory()

    async def route(self, request: Request, connection: Connection) -> bool:
        check_headers(request.headers, self._keys, body=request.method == "POST")
        match request.method, request.path.split("/")[1:]:
            case "GET", ["v1", "models"]:
                return await self.scripted(request, connection, _models(request.query))
            case "GET", ["v1", "models", id]:
                model = find(id)
                if model is None:
                    raise Refusal(404, "not_found_error", f"model: {id}")
                return await self.json(200, model.listed(), request, connection)
            case "POST", ["v1", "messages"]:
                self._memory.check(check_body(request.raw))
                return await self.scripted(request, connection)
        raise Refusal(404, "not_found_error", "Not found")

    def words(self, request: Request) -> str:
        content = request.body["messages"][-1]["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        return "\n".join(block["text"] for block in blocks if block["type"] == "text")

    def frames(self, answer: Answer, request: Request) -> list[Frame]:
        return frames_of(answer, request.body, self._memory, len(self.requests))  # type: ignore[arg-type]

    def whole(self, frames: list[Frame], request: Request) -> Any:
        return message_of(frames)

    def error_frame(self, kind: str, delivery: Delivery, request: Request) -> Frame:
        return error_frame(kind, delivery)

    def error_body(self, answer: Status, request: Request) -> Any:
        error: dict[str, Any] = {"type": answer.error, "message": answer.message}
        if answer.details is not None:
            error["details"] = answer.details
        return {"type": "error", "error": error, "request_id": f"req_{len(self.requests):04}"}

    def headers(self, request: Request) -> dict[str, str]:
        account = "00000000-0000-0000-0000-000000000000"
        return {"request-id": f"req_{len(self.requests):04}", "anthropic-organization-id": account}


def _models(query: str) -> dict[str, Any]:
    wanted = parse_qs(query)
    limit = int(wanted.get("limit", ["20"])[0])
    if not 1 <= limit <= 1000:
        raise Refusal(400, "invalid_request_error", "limit: Input should be between 1 and 1000")
    ids = [model.id for model in MODELS]
    start = ids.index(wanted["after_id"][0]) + 1 if "after_id" in wanted else 0
    page = MODELS[start : start + limit]
    return {
        "data": [model.listed() for model in page],
        "has_more": start + len(page) < len(MODELS),
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
    }
