"""Message Batches on the wire of Anthropic's service: strict about a batch, and about its rows only when they run."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import msgspec

from tests.service.batch_wire import BatchWire
from tests.service.batches import DAY, KEPT_DAYS, Orders, Outcome, Row, StoredBatch
from tests.service.connection import Connection
from tests.service.received import Request
from tests.service.refusal import Refusal, invalid
from tests.service.rows import RowAnswers

if TYPE_CHECKING:
    from tests.service.server import TestService

PATH = "/v1/messages/batches"
MOST_ROWS = 100_000
MOST_BYTES = 256_000_000
MOST_ROW_BYTES = 32_000_000
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")
_TYPES = ("application/binary", "application/x-jsonl", "application/octet-stream", "*/*")
_WRITE = 64 * 1024


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    custom_id: str
    params: msgspec.Raw


class _Created(msgspec.Struct, forbid_unknown_fields=True):
    requests: list[_Entry]


class MessageBatches(BatchWire):
    """Answers what is asked about batches.

    Args:
        service: Whose rules and script hold for the rows.
        orders: What goes wrong from the start.
        most: Rows in a batch.
        most_bytes: Bytes of a batch.
    """

    def __init__(
        self, service: TestService, orders: Orders | None, most: int = MOST_ROWS, most_bytes: int = MOST_BYTES
    ) -> None:
        super().__init__(service, orders)
        self._service = service
        self._rows = RowAnswers(service)
        self._most, self._most_bytes = most, most_bytes

    async def route(self, request: Request, rest: list[str], connection: Connection) -> bool:
        """Answer; `rest` is what the path has after `batches`."""
        match request.method, [unquote(part) for part in rest]:
            case "POST", []:
                return await self.create(request, connection)
            case "GET", []:
                return await self._service.json(200, self._list(request.query), request, connection)
            case "GET", [id]:
                return await self.tell(self.looked_for(id), request, connection)
            case "DELETE", [id]:
                return await self._delete(self.found(id), request, connection)
            case "POST", [id, "cancel"]:
                return await self._cancel(self.found(id), request, connection)
            case "GET", [id, "results"]:
                return await self._results(id, request, connection)
        raise Refusal(405, "invalid_request_error", "Method Not Allowed")

    # Making one.

    def checked(self, request: Request) -> tuple[list[Row], dict[str, Any]]:
        raw = request.raw
        if len(raw) > self._most_bytes:
            raise Refusal(413, "request_too_large", "Request exceeds the maximum size")
        try:
            entries = msgspec.json.decode(raw, type=_Created).requests
        except msgspec.ValidationError as error:
            raise invalid("requests", str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid("", "The request body is not valid JSON") from error
        if not entries:
            raise invalid("requests", "List should have at least 1 item after validation, not 0")
        if len(entries) > self._most:
            raise invalid("requests", f"List should have at most {self._most} items after validation")
        seen: set[str] = set()
        for number, entry in enumerate(entries):
            if not _ID.match(entry.custom_id):
                raise invalid(f"requests.{number}.custom_id", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
            if entry.custom_id in seen:
                raise invalid("requests", f"custom_id must be unique within a batch: {entry.custom_id}")
            seen.add(entry.custom_id)
            if not bytes(memoryview(entry.params)[:1]) == b"{":
                raise invalid(f"requests.{number}.params", "Input should be a valid dictionary")
        return [(entry.custom_id, entry.params) for entry in entries], {"headers": _versions(request)}

    def new_id(self, number: int) -> str:
        return f"msgbatch_{number:024}"

    def missing(self, id: str) -> Refusal:
        return Refusal(404, "not_found_error", f"Message Batch {id} not found")

    # Telling of them.

    def told(self, batch: StoredBatch) -> dict[str, Any]:
        ended, gone = batch.ended is not None, self.desk.gone(batch)
        status = "ended" if ended else "canceling" if batch.cancelling is not None else "in_progress"
        names = ("succeeded", "errored", "canceled", "expired")
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": status,
            "request_counts": {"processing": batch.waiting} | {name: batch.counts[name] for name in names},
            "created_at": _time(batch.created),
            "expires_at": _time(batch.created + DAY),
            "ended_at": _time(batch.ended),
            "cancel_initiated_at": _time(batch.cancelling),
            "archived_at": _time(batch.created + KEPT_DAYS * DAY) if gone else None,
            "results_url": f"{self._service.base_url}{PATH}/{batch.id}/results" if ended and not gone else None,
        }

    def _list(self, query: str) -> dict[str, Any]:
        wanted = parse_qs(query, keep_blank_values=True)
        for name in wanted:
            if name not in ("limit", "after_id", "before_id"):
                raise invalid(name, "Extra inputs are not permitted")
        limit = wanted.get("limit", ["20"])[0]
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 1000:
            raise invalid("limit", "Input should be between 1 and 1000")
        if "after_id" in wanted and "before_id" in wanted:
            raise invalid("", "Only one of after_id and before_id may be given")
        there = self.desk.listed()
        ids = [batch.id for batch in there]
        start, end = 0, len(there)
        if "after_id" in wanted:
            start = _place(ids, wanted["after_id"][0]) + 1
        elif "before_id" in wanted:
            end = _place(ids, wanted["before_id"][0])
            start = max(0, end - int(limit))
        page = there[start:end][: int(limit)]
        more = start > 0 if "before_id" in wanted else start + len(page) < len(there)
        return {
            "data": [self.told(batch) for batch in page],
            "has_more": more,
            "first_id": page[0].id if page else None,
            "last_id": page[-1].id if page else None,
        }

    # Ending them.

    async def _cancel(self, batch: StoredBatch, request: Request, connection: Connection) -> bool:
        if batch.ended is not None:
            raise invalid("", "Batch has already ended and cannot be canceled")
        self.desk.cancel(batch)
        return await self.tell(batch, request, connection)

    async def _delete(self, batch: StoredBatch, request: Request, connection: Connection) -> bool:
        if batch.ended is None:
            raise invalid("", "Message Batches can only be deleted once they've finished processing")
        self.desk.delete(batch)
        answer = {"id": batch.id, "type": "message_batch_deleted"}
        return await self._service.json(200, answer, request, connection)

    # Results.

    async def _results(self, id: str, request: Request, connection: Connection) -> bool:
        orders, batch = self.desk.orders, self.found(id)
        if orders.use("missing_results"):
            raise self.missing(id)
        if batch.ended is None:
            raise invalid("", f"Batch {batch.id} has no results yet: its processing has not ended")
        if self.desk.gone(batch):
            raise Refusal(404, "not_found_error", f"The results of batch {batch.id} are no longer available")
        if (request.header("accept") or "*/*").partition(",")[0] not in _TYPES:
            raise Refusal(406, "invalid_request_error", "Not Acceptable: results come as application/x-jsonl")
        most = orders.cut.pop(0) if orders.cut else None
        lines = batch.lines if most is None else batch.lines[:most]
        await self._service.begin(request, 200)
        kind = {"content-type": "application/x-jsonl", "transfer-encoding": "chunked"}
        await connection.head(200, self._service.headers(request) | kind)
        await _write_lines(lines, connection)
        if most is not None and orders.cut_how != "between" and most < len(batch.lines):
            await connection.chunk(batch.lines[most][: len(batch.lines[most]) // 2])
        if most is not None and orders.cut_how == "close":
            return False
        await connection.write(b"0\r\n\r\n")
        batch.delivered += most is None
        return True

    def answered(self, batch: StoredBatch, custom_id: str, body: bytes) -> tuple[Outcome, bytes, str]:
        outcome, result, words = self._rows.answer(body, batch.details["headers"])
        return outcome, _line(custom_id, result), words

    def unanswered(self, custom_id: str, outcome: Outcome) -> bytes:
        if outcome == "errored":
            return _line(custom_id, self._rows.errored("api_error", "Internal server error"))
        return _line(custom_id, {"type": outcome})


async def _write_lines(lines: list[bytes], connection: Connection) -> None:
    buffer = bytearray()
    for line in lines:
        buffer += line
        if len(buffer) >= _WRITE:
            await connection.chunk(bytes(buffer))
            await asyncio.sleep(0)
            buffer.clear()
    if buffer:
        await connection.chunk(bytes(buffer))


def _line(custom_id: str, result: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"custom_id": custom_id, "result": result}) + b"\n"


def _versions(request: Request) -> list[tuple[str, str]]:
    """What a batch's version and betas say, which hold for every row."""
    return [(name, value) for name, value in request.headers if name.lower().startswith("anthropic-")]


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _place(ids: list[str], id: str) -> int:
    if id not in ids:
        raise invalid("after_id", "no such batch")
    return ids.index(id)
