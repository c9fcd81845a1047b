"""A service on a socket that answers by a script; what it speaks is added by those who derive from it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import msgspec

from tests.service.answers import Answer, Body, Delivery, Hangup, Rule, Silence, Status, read_script
from tests.service.batches import BatchDesk
from tests.service.connection import Connection, Incoming
from tests.service.frames import Frame
from tests.service.received import Request, received
from tests.service.refusal import Refusal


class ScriptedService:
    """Listens, records what it receives and answers by rules, with delays, holds and faults.

    A mistake of its own is raised when it closes.

    Derived classes say what is spoken: `route` decides what a request may get, and the methods below it how
    answers and errors look on the wire.

    Args:
        script: What is answered to questions, first match first; after it, `default`.
        default: The answer when no rule matches.
        keys: The keys that are accepted.
        port: 0 chooses a free one.
        log: Where each request is written as a line of JSON.
        tls: Speak TLS with this certificate.
    """

    questions: ClassVar[tuple[str, ...]] = ()
    """The paths of questions: rules without a path hold for these."""
    prefix: ClassVar[str] = ""
    """What `base_url` ends in."""

    def __init__(
        self,
        *script: Answer | Rule,
        default: Answer,
        keys: Collection[str] = (),
        port: int = 0,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = [_rule(item) for item in script]
        self._default = default
        self._keys = keys
        self._port = port
        self._log = log
        self._tls = tls
        self._released = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._faults: list[BaseException] = []
        self.connections = 0
        self.requests: list[Request] = []

    @property
    def base_url(self) -> str:
        """Without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}{self.prefix}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, ssl=self._tls)
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
        if self.batches is not None:
            await self.batches.close()
        if self._faults and error is None:
            raise self._faults[0]

    def enqueue(self, *script: Answer | Rule) -> None:
        """Answer these next."""
        self._rules += [_rule(item) for item in script]

    def accept(self, *keys: str) -> None:
        """Accept these keys from now on, and no others."""
        self._keys = keys

    def steer(self, order: dict[str, Any]) -> dict[str, Any]:
        """Orders from outside: release, hold (true), enqueue (rules), keys (those that are accepted), batches (see
        `BatchDesk.steer`; `answered` tells what was, too). Returns the state of all requests and of the batches.
        """
        if order.get("release"):
            self.release()
        if order.get("hold"):
            self.hold()
        if "enqueue" in order:
            self.enqueue(*self.script(msgspec.json.encode(order["enqueue"])))
        if "keys" in order:
            self.accept(*order["keys"])
        state: dict[str, Any] = {"requests": [item.state() for item in self.requests]}
        if self.batches is not None:
            about = order.get("batches", {})
            self.batches.steer(about)
            state["batches"] = self.batches.report(answered=about.get("answered", False))
        return state

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

    # What derived classes say.

    async def route(self, request: Request, connection: Connection) -> bool:
        """Check and answer; False when the connection is at its end.

        Raises:
            Refusal: The request is wrong.
        """
        raise NotImplementedError

    def words(self, request: Request) -> str:
        """What the person said last; rules look for their words in it."""
        raise NotImplementedError

    def frames(self, answer: Answer, request: Request) -> list[Frame]:
        """`answer` as a stream."""
        raise NotImplementedError

    def whole(self, frames: list[Frame], request: Request) -> Any:
        """The same answer for a request without `stream`, as a value for JSON."""
        raise NotImplementedError

    def error_frame(self, kind: str, delivery: Delivery, request: Request) -> Frame:
        """An error in the middle of a stream."""
        raise NotImplementedError

    def error_body(self, answer: Status, request: Request) -> Any:
        """An error as a value for JSON."""
        raise NotImplementedError

    def script(self, data: bytes) -> list[Rule]:
        """Rules that come from outside, as JSON."""
        return read_script(data)

    def headers(self, request: Request) -> dict[str, str]:
        """Headers of every answer."""
        return {}

    @property
    def batches(self) -> BatchDesk | None:
        """The batches that were made; None where there are none."""
        return None

    # What they build upon.

    async def scripted(self, request: Request, connection: Connection, otherwise: Any = None) -> bool:
        """Answer by the script; when no rule fits, with `otherwise` as JSON or, if that is None, the default."""
        answer = self._choose(request)
        if answer is None and otherwise is not None:
            return await self.json(200, otherwise, request, connection)
        return await self.answer(answer or self._default, request, connection)

    async def answer(self, answer: Answer, request: Request, connection: Connection) -> bool:
        """Answer as the script says; False when the connection is at its end."""
        match answer:
            case Silence() | Hangup():
                return await self.give_up(answer, request)
            case Status() as status:
                return await self.status(status, request, connection)
            case Body() as body:
                headers = {"content-type": body.content_type} | body.headers
                return await self._whole(body.status, headers, body.body.encode(), request, connection)
            case worded:
                frames = self.frames(worded, request)
                if not (request.body or {}).get("stream"):
                    value = self.whole(frames, request)
                    return await self._delivered(value, worded.delivery, request, connection)
                return await self._stream(frames, worded.delivery, request, connection)

    async def give_up(self, how: Silence | Hangup, request: Request) -> bool:
        """Say nothing, for ever or with the connection closed."""
        await self.begin(request, 0)
        if isinstance(how, Silence):
            await asyncio.Event().wait()
        return False

    async def json(
        self,
        status: int,
        value: Any,
        request: Request,
        connection: Connection,
        headers: dict[str, str] | None = None,
    ) -> bool:
        """Answer with `value` as JSON."""
        kind = {"content-type": "application/json"} | (headers or {})
        return await self._whole(status, kind, msgspec.json.encode(value), request, connection)

    async def status(self, answer: Status, request: Request, connection: Connection) -> bool:
        """Answer with an error."""
        await asyncio.sleep(answer.header_delay)
        return await self.json(answer.status, self.error_body(answer, request), request, connection, answer.headers)

    # Connections.

    async def notify(self) -> None:
        """Something has changed that `until` may wait for."""
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
        except BaseExceptionGroup as fault:
            self._faults.append(fault)
        finally:
            self._tasks.discard(task)
            await connection.close()

    async def _serve(self, incoming: Incoming, connection: Connection) -> bool:
        """Answer one request; False when the connection is at its end."""
        if incoming.target.path == f"{self.prefix}/_control":
            return await self._control(incoming, connection)
        request = received(incoming)
        self.requests.append(request)
        await self.notify()
        async with asyncio.TaskGroup() as group:
            answering = group.create_task(self._answer(request, connection))
            watching = group.create_task(connection.gone())
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                request.disconnected = time.monotonic()
                answering.cancel()
            watching.cancel()
        await self.notify()
        return not answering.cancelled() and answering.result()

    async def _answer(self, request: Request, connection: Connection) -> bool:
        try:
            return await self.route(request, connection)
        except Refusal as refusal:
            request.refusal = refusal.message
            error = Status(refusal.status, refusal.kind, refusal.message, refusal.details)
            return await self.status(error, request, connection)
        except ConnectionError:
            request.disconnected = time.monotonic()
            return False
        finally:
            request.finished, request.ended = True, time.monotonic()
            request.forget_batch()

    def _choose(self, request: Request) -> Answer | None:
        """The answer of the first rule that fits."""
        asked = request.path in self.questions
        for rule in self._rules:
            if rule.times == 0 or not (request.path.startswith(rule.path) if rule.path else asked):
                continue
            if rule.contains and rule.contains not in (self.words(request) if asked else ""):
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule.answer
        return None

    # Writing.

    async def _stream(self, frames: list[Frame], delivery: Delivery, request: Request, connection: Connection) -> bool:
        await asyncio.sleep(delivery.header_delay)
        headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        await self.begin(request, 200)
        await connection.head(200, self.headers(request) | headers | {"transfer-encoding": "chunked"})
        for frame in frames:
            if delivery.break_after == request.delivered and (frame.is_delta or request.delivered):
                return await self._break(delivery, request, connection)
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
        await self.notify()
        await self._released.wait()
        request.held = False

    async def _break(self, delivery: Delivery, request: Request, connection: Connection) -> bool:
        match delivery.break_how:
            case "reset":
                connection.reset()
            case "silence":
                await asyncio.Event().wait()
            case "eof":
                await connection.write(b"0\r\n\r\n")
            case "error":
                await connection.chunk(self.error_frame(delivery.error, delivery, request).data)
                await connection.write(b"0\r\n\r\n")
        return False

    async def _delivered(self, value: Any, delivery: Delivery, request: Request, connection: Connection) -> bool:
        """A whole answer; one that breaks off does so in the middle."""
        await asyncio.sleep(delivery.header_delay)
        if delivery.break_after is None:
            return await self.json(200, value, request, connection)
        data = msgspec.json.encode(value)
        await self.begin(request, 200)
        kind = {"content-type": "application/json", "content-length": str(len(data))}
        await connection.head(200, self.headers(request) | kind)
        await connection.write(data[: len(data) // 2])
        match delivery.break_how:
            case "reset":
                connection.reset()
            case "silence":
                await asyncio.Event().wait()
        return False

    async def _whole(
        self, status: int, headers: dict[str, str], data: bytes, request: Request, connection: Connection
    ) -> bool:
        await self.begin(request, status)
        await connection.head(status, self.headers(request) | headers | {"content-length": str(len(data))})
        if request.method != "HEAD":
            await connection.write(data)
        return True

    async def begin(self, request: Request, status: int) -> None:
        """The answer is decided."""
        request.status = status
        if self._log is not None:
            with self._log.open("ab") as file:
                file.write(msgspec.json.encode(request.logged()) + b"\n")
        await self.notify()

    async def _control(self, incoming: Incoming, connection: Connection) -> bool:
        """POST an order as JSON: steers the service from outside."""
        data = msgspec.json.encode(self.steer(msgspec.json.decode(incoming.raw)))
        await connection.head(200, {"content-type": "application/json", "content-length": str(len(data))})
        await connection.write(data)
        return True


def _rule(item: Answer | Rule) -> Rule:
    return msgspec.structs.replace(item) if isinstance(item, Rule) else Rule(item)


async def _write(data: bytes, size: int, connection: Connection) -> None:
    for start in range(0, len(data), size or len(data)):
        await connection.chunk(data[start : start + (size or len(data))])
        if size:
            await asyncio.sleep(0)  # lets the pieces leave one by one
