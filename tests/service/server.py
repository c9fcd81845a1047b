"""The service itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import msgspec

from tests.service.answers import Answer, Body, Delivery, Echo, Hangup, Rule, Silence, Status, read_script
from tests.service.connection import Connection, Incoming
from tests.service.memory import Memory
from tests.service.models import MODELS, find
from tests.service.received import Request
from tests.service.refusal import Refusal
from tests.service.rules import check_body, check_headers
from tests.service.streams import Frame, error_frame, frames_of, message_of

KEY = "sk-ant-test-0123456789"


class TestService:
    """Speaks Anthropic's Messages API on a socket of this computer.

    Args:
        script: What is answered to questions, first match first; after it, `default`.
        default: The answer when no rule matches.
        keys: The keys that are accepted.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
    """

    __test__ = False

    def __init__(
        self,
        *script: Answer | Rule,
        default: Answer | None = None,
        keys: Collection[str] = (KEY,),
        port: int = 0,
        log: Path | None = None,
    ) -> None:
        self._rules = [_rule(item) for item in script]
        self._default = default or Echo()
        self._keys = keys
        self._port = port
        self._log = log
        self._memory = Memory()
        self._released = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self.connections = 0
        self.requests: list[Request] = []

    @property
    def base_url(self) -> str:
        """Without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def enqueue(self, *script: Answer | Rule) -> None:
        """Answer these next."""
        self._rules += [_rule(item) for item in script]

    def release(self) -> None:
        """Let the streams that are held go on, and those that would be."""
        self._released.set()

    def hold(self) -> None:
        """Hold streams again."""
        self._released.clear()

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until `true` holds; looked at after everything that happens in the service."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(true()))

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        connection = Connection(reader, writer)
        try:
            while (incoming := await connection.read()) is not None:
                if not await self._serve(incoming, connection):
                    break
        except ConnectionError:
            pass
        except asyncio.CancelledError:  # the service is closing; asyncio's own callback would log it
            pass
        finally:
            self._tasks.discard(task)
            await connection.close()

    async def _serve(self, incoming: Incoming, connection: Connection) -> bool:
        """Answer one request; False when the connection is at its end."""
        if incoming.target.path == "/_control":
            return await self._control(incoming, connection)
        request = self._received(incoming)
        await self._notify()
        async with asyncio.TaskGroup() as group:
            answering = group.create_task(self._answer(request, connection))
            watching = group.create_task(connection.gone())
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                request.disconnected = time.monotonic()
                answering.cancel()
            watching.cancel()
        await self._notify()
        return not answering.cancelled() and answering.result()

    def _received(self, incoming: Incoming) -> Request:
        try:
            body = msgspec.json.decode(incoming.raw) if incoming.raw else None
        except (msgspec.DecodeError, UnicodeDecodeError):
            body = None
        url = incoming.target
        now = time.monotonic()
        request = Request(incoming.method, url.path, url.query, incoming.headers, incoming.raw, body, now)
        self.requests.append(request)
        return request

    async def _answer(self, request: Request, connection: Connection) -> bool:
        try:
            return await self._route(request, connection)
        except Refusal as refusal:
            request.refusal = refusal.message
            error = Status(refusal.status, refusal.kind, refusal.message, refusal.details)
            return await self._status(error, request, connection)
        except ConnectionError:
            request.disconnected = time.monotonic()
            return False
        finally:
            request.finished = True

    async def _route(self, request: Request, connection: Connection) -> bool:
        check_headers(request.headers, self._keys, body=request.method == "POST")
        match request.method, request.path.split("/")[1:]:
            case "GET", ["v1", "models"]:
                return await self._scripted(request, None, connection)
            case "GET", ["v1", "models", id]:
                model = find(id)
                if model is None:
                    raise Refusal(404, "not_found_error", f"model: {id}")
                return await self._json(200, model.listed(), request, connection)
            case "POST", ["v1", "messages"]:
                body = check_body(request.raw)
                self._memory.check(body)
                return await self._scripted(request, body, connection)
        raise Refusal(404, "not_found_error", "Not found")

    async def _scripted(self, request: Request, body: dict[str, Any] | None, connection: Connection) -> bool:
        answer = self._choose(request, body)
        if answer is None:
            return await self._json(200, self._models(request.query), request, connection)
        match answer:
            case Silence():
                await self._begin(request, 0)
                await asyncio.Event().wait()
            case Hangup():
                await self._begin(request, 0)
                return False
            case Status():
                return await self._status(answer, request, connection)
            case Body():
                data = answer.body.encode()
                headers = {"content-type": answer.content_type} | answer.headers
                return await self._whole(answer.status, headers, data, request, connection)
            case _:
                frames = frames_of(answer, body or {}, self._memory, len(self.requests))
                if not (body or {}).get("stream"):
                    return await self._json(200, message_of(frames), request, connection)
                return await self._stream(frames, answer.delivery, request, connection)
        return False

    def _choose(self, request: Request, body: dict[str, Any] | None) -> Answer | None:
        """The first rule that fits; None stands for the list of models."""
        words = _last_words(body) if body else ""
        for rule in self._rules:
            if rule.times == 0 or not request.path.startswith(rule.path) or rule.contains not in words:
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule.answer
        return self._default if body else None

    async def _stream(self, frames: list[Frame], delivery: Delivery, request: Request, connection: Connection) -> bool:
        await asyncio.sleep(delivery.header_delay)
        headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        await self._begin(request, 200)
        await connection.head(200, _common(len(self.requests)) | headers | {"transfer-encoding": "chunked"})
        for frame in frames:
            if delivery.break_after == request.delivered and (frame.is_delta or request.delivered):
                return await self._break(delivery, connection)
            if frame.is_delta:
                delays = delivery.delays
                await asyncio.sleep(delays[request.delivered] if request.delivered < len(delays) else delivery.delay)
                request.first_delta = request.first_delta or time.monotonic()
            await _write(frame.data, delivery.chunk, connection)
            request.delivered += frame.is_delta
            if request.delivered == delivery.hold_after:
                await self._wait(request)
        await connection.write(b"0\r\n\r\n")
        return True

    async def _wait(self, request: Request) -> None:
        request.held = not self._released.is_set()
        await self._notify()
        await self._released.wait()
        request.held = False

    async def _break(self, delivery: Delivery, connection: Connection) -> bool:
        match delivery.break_how:
            case "reset":
                connection.reset()
            case "silence":
                await asyncio.Event().wait()
            case "eof":
                await connection.write(b"0\r\n\r\n")
            case "error":
                await connection.chunk(error_frame(delivery.error, delivery).data)
                await connection.write(b"0\r\n\r\n")
        return False

    async def _status(self, answer: Status, request: Request, connection: Connection) -> bool:
        await asyncio.sleep(answer.header_delay)
        error: dict[str, Any] = {"type": answer.error, "message": answer.message}
        if answer.details is not None:
            error["details"] = answer.details
        body = {"type": "error", "error": error, "request_id": f"req_{len(self.requests):04}"}
        return await self._json(answer.status, body, request, connection, answer.headers)

    async def _json(
        self, status: int, value: Any, request: Request, connection: Connection, headers: dict[str, str] | None = None
    ) -> bool:
        kind = {"content-type": "application/json"} | (headers or {})
        return await self._whole(status, kind, msgspec.json.encode(value), request, connection)

    async def _whole(
        self, status: int, headers: dict[str, str], data: bytes, request: Request, connection: Connection
    ) -> bool:
        await self._begin(request, status)
        await connection.head(status, _common(len(self.requests)) | headers | {"content-length": str(len(data))})
        await connection.write(data)
        return True

    async def _begin(self, request: Request, status: int) -> None:
        """The answer is decided."""
        request.status = status
        if self._log is not None:
            with self._log.open("ab") as file:
                file.write(msgspec.json.encode(request.logged()) + b"\n")
        await self._notify()

    def _models(self, query: str) -> dict[str, Any]:
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

    async def _control(self, incoming: Incoming, connection: Connection) -> bool:
        """POST {"release": true}, {"hold": true} or {"enqueue": [...]}: steers the service from outside."""
        order = msgspec.json.decode(incoming.raw)
        if order.get("release"):
            self.release()
        if order.get("hold"):
            self.hold()
        if "enqueue" in order:
            self.enqueue(*read_script(msgspec.json.encode(order["enqueue"])))
        states = [item.state() for item in self.requests]
        data = msgspec.json.encode({"requests": states})
        await connection.head(200, {"content-type": "application/json", "content-length": str(len(data))})
        await connection.write(data)
        return True


def _rule(item: Answer | Rule) -> Rule:
    return msgspec.structs.replace(item) if isinstance(item, Rule) else Rule(item)


def _common(number: int) -> dict[str, str]:
    return {"request-id": f"req_{number:04}", "anthropic-organization-id": "00000000-0000-0000-0000-000000000000"}


def _last_words(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return "\n".join(block["text"] for block in blocks if block["type"] == "text")


async def _write(data: bytes, size: int, connection: Connection) -> None:
    for start in range(0, len(data), size or len(data)):
        await connection.chunk(data[start : start + (size or len(data))])
        if size:
            await asyncio.sleep(0)  # lets the pieces leave one by one
