"""Batches on the wire of OpenRouter's service, as its reference describes them.

Not confirmed there: what the list is paged by (`after` here), whether a batch can be called back, and what `model` must
be: the id with or without `:batch` is taken here, and the rows must say the same.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import msgspec

from tests.service.answers import Body, Hangup, Silence, Status
from tests.service.batch_wire import BatchWire
from tests.service.batches import Orders, Outcome, Row, StoredBatch, words_of
from tests.service.connection import Connection
from tests.service.openai_catalog import Model, find
from tests.service.received import Request
from tests.service.refusal import Refusal, invalid, only

if TYPE_CHECKING:
    from tests.service.openrouter import OpenRouterService

PATH = "/api/v1/batches"
MOST_ROWS = 5_000
MOST_BYTES = 200_000_000
BATCH = ":batch"
_COMPLETIONS = "/v1/chat/completions"
_ENDPOINTS = (_COMPLETIONS, "/v1/responses", "/v1/messages", "/v1/embeddings")
_FIELDS = {"endpoint", "model", "provider", "completion_window", "callback_url", "requests"}
_UNDER_WAY = ("validating", "in_progress", "in_progress", "finalizing")
_CODES = {"expired": "batch_expired", "canceled": "batch_cancelled", "errored": "server_error"}


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    custom_id: str
    body: msgspec.Raw


class RoutedBatches(BatchWire):
    """Answers what is asked about batches.

    Args:
        service: Whose rules and script hold for the rows.
        orders: What goes wrong from the start.
        most: Rows in a batch.
        most_bytes: Bytes of a batch.
    """

    def __init__(
        self, service: OpenRouterService, orders: Orders | None, most: int = MOST_ROWS, most_bytes: int = MOST_BYTES
    ) -> None:
        super().__init__(service, orders)
        self._service = service
        self._most, self._most_bytes = most, most_bytes

    async def route(self, request: Request, rest: list[str], connection: Connection) -> bool:
        """Answer; `rest` is what the path has after `batches`."""
        match request.method, [unquote(part) for part in rest]:
            case "POST", []:
                self._service.check_json(request)
                return await self.create(request, connection, 202)
            case "GET", []:
                return await self._service.json(200, self._list(request.query), request, connection)
            case "GET", [id]:
                batch = self.looked_for(id)
                self._check_kept(batch)
                batch.details["looks"] += 1
                batch.delivered += batch.ended is not None
                return await self.tell(batch, request, connection)
            case "DELETE", [id]:
                return await self._delete(self.found(id), request, connection)
            case "POST", [id, "cancel"] if not self.desk.orders.no_cancel:
                batch = self.found(id)
                if batch.ended is not None:
                    raise Refusal(409, "conflict", f"Batch {id} has ended")
                self.desk.cancel(batch)
                return await self.tell(batch, request, connection)
            case "GET", [id, "results"] if not self.desk.orders.no_pages:
                return await self._results(id, request, connection)
        raise Refusal(404, "not_found", "Not Found")

    # Making one.

    def checked(self, request: Request) -> tuple[list[Row], dict[str, Any]]:
        if len(request.raw) > self._most_bytes:
            raise Refusal(413, "payload_too_large", "Request Entity Too Large")
        try:
            body = msgspec.json.decode(request.raw, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid("", "the request body is not valid JSON") from error
        only(body, "", _FIELDS, {"endpoint", "model", "requests"})
        if list(body)[-1] != "requests":
            raise invalid("requests", "must be the last field: the body is read as a stream")
        plain = {name: msgspec.json.decode(value) for name, value in body.items() if name != "requests"}
        if plain["endpoint"] not in _ENDPOINTS:
            raise invalid("endpoint", f"expected one of {', '.join(_ENDPOINTS)}")
        if plain.get("completion_window", "24h") != "24h":
            raise invalid("completion_window", "only 24h is supported")
        only(plain.get("provider", {}), "provider", {"only", "allow_fallbacks"}, set())
        _batched(plain["model"])
        rows = self._rows(body["requests"])
        problem = self.desk.orders.whole or _problem(rows, plain["model"])
        return rows, plain | {"problem": problem, "looks": 0, "cost": 0.0, "tokens": (0, 0)}

    def _rows(self, raw: msgspec.Raw) -> list[Row]:
        try:
            entries = msgspec.json.decode(raw, type=list[_Entry])
        except msgspec.ValidationError as error:
            raise invalid("requests", str(error)) from error
        if not 1 <= len(entries) <= self._most:
            raise invalid("requests", f"expected 1 to {self._most} requests")
        ids = [entry.custom_id for entry in entries]
        if len(set(ids)) < len(ids) or not all(ids):
            raise invalid("requests", "each custom_id must be unique and not empty")
        return [(entry.custom_id, entry.body) for entry in entries]

    def new_id(self, number: int) -> str:
        return f"batch_{number:024}"

    def missing(self, id: str) -> Refusal:
        return Refusal(404, "not_found", f"Batch {id} not found")

    # Telling of them.

    def told(self, batch: StoredBatch) -> dict[str, Any]:
        results = None if batch.ended is None or batch.details["problem"] else [*map(msgspec.Raw, batch.lines)]
        return self._listed(batch) | {"results": results}

    def _listed(self, batch: StoredBatch) -> dict[str, Any]:
        problem, ended = batch.details["problem"], batch.ended is not None
        failed = batch.size - batch.counts["succeeded"] if ended else 0
        asked, given = batch.details["tokens"]
        usage = {"prompt_tokens": asked, "completion_tokens": given, "total_tokens": asked + given}
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": batch.details["endpoint"],
            "model": batch.details["model"],
            "completion_window": "24h",
            "created_at": int(batch.created),
            "finalized_at": None if batch.ended is None else int(batch.ended),
            "error": {"message": problem} if problem and ended else None,
            "request_counts": {"total": batch.size, "completed": batch.counts["succeeded"], "failed": failed},
            "results": None,
            "status": _status(batch),
            "usage": usage | {"cost": batch.details["cost"]} if ended else None,
        }

    def _list(self, query: str) -> dict[str, Any]:
        wanted = {name: values[0] for name, values in parse_qs(query).items()}
        for name in wanted:
            if name not in ("limit", "after"):
                raise invalid(name, "unknown query parameter")
        limit = wanted.get("limit", "20")
        if not limit.isdecimal() or not 1 <= int(limit) <= 100:
            raise invalid("limit", "expected a number from 1 to 100")
        there = self.desk.listed()
        ids = [batch.id for batch in there]
        if wanted.get("after", ids[0] if ids else "") not in ids:
            raise invalid("after", "no such batch")
        start = ids.index(wanted["after"]) + 1 if "after" in wanted else 0
        page = there[start : start + int(limit)]
        return {
            "object": "list",
            "data": [self._listed(batch) for batch in page],
            "has_more": start + len(page) < len(there),
            "first_id": page[0].id if page else None,
            "last_id": page[-1].id if page else None,
        }

    def _check_kept(self, batch: StoredBatch) -> None:
        if self.desk.gone(batch):
            raise Refusal(410, "gone", f"The results of batch {batch.id} have expired")

    async def _delete(self, batch: StoredBatch, request: Request, connection: Connection) -> bool:
        if batch.ended is None:
            raise Refusal(409, "conflict", f"Batch {batch.id} is still in progress")
        self.desk.delete(batch)
        return await self._service.json(200, {"id": batch.id, "deleted": True}, request, connection)

    async def _results(self, id: str, request: Request, connection: Connection) -> bool:
        batch = self.found(id)
        if self.desk.orders.use("missing_results"):
            raise self.missing(id)
        self._check_kept(batch)
        if batch.ended is None:
            raise Refusal(409, "conflict", f"Batch {id} is still in progress")
        wanted = {name: values[0] for name, values in parse_qs(request.query).items()}
        limit, start = int(wanted.get("limit", "100")), int(wanted.get("cursor", "c0")[1:])
        if not 1 <= limit <= 1000:
            raise invalid("limit", "expected a number from 1 to 1000")
        page = batch.lines[start : start + limit]
        more = start + len(page) < len(batch.lines)
        answer = {
            "object": "list",
            "data": [*map(msgspec.Raw, page)],
            "has_more": more,
            "next_cursor": f"c{start + len(page)}" if more else None,
        }
        if self.desk.orders.cut:
            self.desk.orders.cut.pop(0)
            return await self._cut(answer, request, connection)
        batch.delivered += not more
        return await self._service.json(200, answer, request, connection)

    async def _cut(self, answer: Any, request: Request, connection: Connection) -> bool:
        data = msgspec.json.encode(answer)
        await self._service.begin(request, 200)
        await connection.head(200, {"content-type": "application/json", "content-length": str(len(data))})
        await connection.write(data[: len(data) // 2])
        return False

    # Rows.

    def answered(self, batch: StoredBatch, custom_id: str, body: bytes) -> tuple[Outcome, bytes, str]:
        if batch.details["problem"]:
            return "errored", b"null", ""
        if batch.details["endpoint"] != _COMPLETIONS:
            return "errored", self.unanswered(custom_id, "errored"), ""
        model = batch.details["model"].removesuffix(BATCH)
        value = {"model": model} | msgspec.json.decode(body) | {"model": model}
        request = Request("POST", "/api/v1/chat/completions", "", [], b"", value, time.monotonic())
        try:
            if "stream" in value:
                raise invalid("stream", "batches are not streamed")
            self._service.check_completion(value)
        except Refusal as refusal:
            error = self._service.error_of(refusal.status, refusal.kind, refusal.message, refusal.details)
            return "errored", _line(custom_id, refusal.status, error), ""
        words = words_of(self._service.words(request), body)
        match self._service.chosen(request):
            case Status() as status:
                return "errored", _line(custom_id, status.status, self._service.error_body(status, request)), words
            case Body() | Silence() | Hangup():
                return "errored", self.unanswered(custom_id, "errored"), words
            case answer:
                whole = self._service.whole(self._service.frames(answer, request), request)
                return "succeeded", _line(custom_id, 200, _charged(batch, whole)), words

    def unanswered(self, custom_id: str, outcome: Outcome) -> bytes:
        error = {"code": _CODES[outcome], "message": f"The request was not answered: {outcome}"}
        return msgspec.json.encode({"id": f"res_{custom_id}", "custom_id": custom_id, "response": None, "error": error})


def _line(custom_id: str, status: int, body: Any) -> bytes:
    response = {"status_code": status, "request_id": f"gen-{custom_id}", "body": body}
    return msgspec.json.encode({"id": f"res_{custom_id}", "custom_id": custom_id, "response": response, "error": None})


def _charged(batch: StoredBatch, whole: dict[str, Any]) -> dict[str, Any]:
    """An answer at half its price, which counts for the batch."""
    usage = whole.get("usage") or {}
    half = usage.get("cost", 0) / 2
    asked, given = batch.details["tokens"]
    batch.details["cost"] += half
    batch.details["tokens"] = asked + usage.get("prompt_tokens", 0), given + usage.get("completion_tokens", 0)
    return whole | {"usage": usage | {"cost": half}}


def _batched(id: Any) -> Model:
    """The model of a batch, which has such a variant."""
    model = find(id.removesuffix(BATCH)) if isinstance(id, str) else None
    if model is None or not model.batch:
        raise Refusal(404, "not_found", f"No batch endpoints found for {id}.")
    return model


def _problem(rows: list[Row], model: str) -> str:
    """What is wrong with a batch that was taken; empty if nothing."""
    for custom_id, raw in rows:
        body = msgspec.json.decode(raw)
        if not isinstance(body, dict) or body.get("model", model) != model:
            return f"{custom_id}: model must be that of the batch"
        if b'"url":"data:' in bytes(raw).replace(b" ", b"") or b'"file_data":"data:' in bytes(raw).replace(b" ", b""):
            return f"{custom_id}: only public http(s) URLs are supported for images and files in batches"
    return ""


def _status(batch: StoredBatch) -> str:
    if batch.ended is None:
        looks = min(batch.details["looks"], len(_UNDER_WAY) - 1)
        return "cancelling" if batch.cancelling is not None else _UNDER_WAY[looks]
    if batch.details["problem"]:
        return "failed"
    return "expired" if batch.expired else "cancelled" if batch.cancelling is not None else "completed"
