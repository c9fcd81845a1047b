"""A provider that answers what a test has queued."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KirejiError
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished, UsageReported
from kireji.core.messages import StopReason, TextPart, ToolCallPart, Usage
from kireji.core.models import Effort, ModelInfo
from kireji.core.provider_ports import Gate
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret


class Hold:
    """Stands in a turn: the answer waits here until `release`."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._released = asyncio.Event()

    def release(self) -> None:
        self._released.set()

    async def wait(self) -> None:
        self.reached.set()
        await self._released.wait()


Step: TypeAlias = ModelEvent | Hold | KirejiError


@dataclass(frozen=True)
class Asked:
    """One call of `stream` or `models`."""

    cleared: ClearedRequest
    secret: Secret | None


def answer(*deltas: str, reason: StopReason = StopReason.END_TURN, usage: Usage | None = None) -> list[Step]:
    """The events of an answer in words."""
    words = "".join(deltas)
    raw = msgspec.json.encode([{"type": "text", "text": words}]) if words else None
    return [
        UsageReported(usage or Usage(input_tokens=10, output_tokens=1)),
        PartStarted(0, TextPart("")),
        *(PartDelta(0, delta) for delta in deltas),
        PartFinished(0, TextPart(words)),
        UsageReported(usage or Usage(input_tokens=10, output_tokens=len(deltas))),
        TurnFinished(reason, raw),
    ]


def calling(*calls: ToolCallPart, words: str = "", usage: Usage | None = None) -> list[Step]:
    """The events of an answer that asks for tools, after some words."""
    parts: list[TextPart | ToolCallPart] = [*([TextPart(words)] if words else ()), *calls]
    blocks = [{"type": "text", "text": words}] if words else []
    blocks += [{"type": "tool_use", "id": one.call_id, "name": one.name} for one in calls]
    steps: list[Step] = [UsageReported(usage or Usage(input_tokens=10, output_tokens=1))]
    for index, part in enumerate(parts):
        if isinstance(part, TextPart):
            steps += [PartStarted(index, TextPart("")), PartDelta(index, part.text), PartFinished(index, part)]
        else:
            begun = msgspec.structs.replace(part, arguments="")
            steps += [PartStarted(index, begun), PartDelta(index, part.arguments), PartFinished(index, part)]
    return [*steps, TurnFinished(StopReason.TOOL_USE, msgspec.json.encode(blocks))]


USES_TOOLS = ModelInfo("anthropic", "fake-model", "Fake model", efforts=tuple(Effort), uses_tools=True)


class FakeProvider:
    """Satisfies `core.provider_ports.Provider`; each question takes the next turn from the queue.

    A turn is a list of events; a `Hold` in it waits, an error in it is raised. A turn that does not finish breaks off.

    Args:
        turns: What is answered, one after the other.
        name: Whose place it takes.
        models: What `models` gives; the first is the default. None for one model of its own.
        needs_key: Whether it refuses to work without one.
        leaves: Whether anything leaves this computer; without, `encode` gives None.
        default_model: What it answers with by itself; None for the first of `models`.
    """

    def __init__(
        self,
        *turns: Sequence[Step],
        name: str = "anthropic",
        models: Sequence[ModelInfo] | None = None,
        needs_key: bool = True,
        leaves: bool = True,
        default_model: str | None = None,
    ) -> None:
        self._turns: deque[Sequence[Step]] = deque(turns)
        self._name = name
        own = ModelInfo(name, "fake-model", "Fake model", efforts=tuple(Effort))
        self._models = (own,) if models is None else tuple(models)
        self._needs_key = needs_key
        self._leaves = leaves
        self._default_model = self._models[0].id if default_model is None else default_model
        self.asked: list[Asked] = []
        self.encoded: list[ModelRequest] = []
        self.models_error: KirejiError | None = None
        self.encode_error: KirejiError | None = None
        self.connect_error: KirejiError | None = None
        self.listed: Sequence[ModelInfo] | None = None
        """What the service itself says it has; None for the same as the built-in table."""
        self.warmed: list[str] = []
        self.connected: list[str] = []
        self.open = 0
        """How many answers are being read."""

    @property
    def name(self) -> str:
        return self._name

    @property
    def default_model(self) -> str:
        return self._default_model

    @property
    def needs_key(self) -> bool:
        return self._needs_key

    def enqueue(self, *turns: Sequence[Step]) -> None:
        """Answer these next."""
        self._turns.extend(turns)

    def encode(
        self, request: ModelRequest, base_url: str, delivery: Delivery = Delivery.STREAM
    ) -> OutgoingRequest | None:
        if self.encode_error is not None:
            raise self.encode_error
        self.encoded.append(request)
        if not self._leaves:
            return None
        words = [[message.role.value, message.text, len(message.images)] for message in request.messages]
        body = msgspec.json.encode({"model": request.model, "system": request.system, "messages": words})
        url = f"{base_url.rstrip('/')}/fake"
        return OutgoingRequest(self._name, "POST", url, {}, body, request.model, Purpose.ANSWER, delivery)

    @asynccontextmanager
    async def stream(self, cleared: ClearedRequest, secret: Secret | None) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        self._check_key(secret)
        self.asked.append(Asked(cleared, secret))
        turn = self._turns.popleft()
        self.open += 1
        try:
            async with aclosing(_play(turn, self._name)) as events:
                yield events
        finally:
            self.open -= 1

    async def models(
        self, gate: Gate | None, base_url: str, secret: Secret | None, purpose: Purpose = Purpose.MODEL_LIST
    ) -> Sequence[ModelInfo]:
        if gate is not None and self._leaves:
            url = f"{base_url.rstrip('/')}/models"
            cleared = await gate(OutgoingRequest(self._name, "GET", url, {}, b"", "", purpose))
            self._check_key(secret)
            self.asked.append(Asked(cleared, secret))
            if self.models_error is not None:
                raise self.models_error
            if self.listed is not None:
                return self.listed
        return self._models

    def counterpart(self, model: str) -> str:
        return next((known.id for known in self._models if known.id == model), self.default_model)

    async def warm(self, base_url: str) -> None:
        self.warmed.append(base_url)

    async def connect(self, gate: Gate, base_url: str) -> None:
        if self._leaves:
            await gate(OutgoingRequest(self._name, "HEAD", base_url, {}, b"", "", Purpose.CONNECTION))
        if self.connect_error is not None:
            raise self.connect_error
        self.connected.append(base_url)

    def _check_key(self, secret: Secret | None) -> None:
        if self._needs_key and secret is None:
            raise AuthenticationFailed("There is no key.", "Paste one in the settings.", provider=self._name)


async def _play(turn: Sequence[Step], provider: str) -> AsyncGenerator[ModelEvent]:
    finished = False
    for step in turn:
        match step:
            case Hold():
                await step.wait()
            case KirejiError():
                raise step
            case _:
                finished = finished or isinstance(step, TurnFinished)
                yield step
    if not finished:
        raise ConnectionFailed("The answer broke off before its end.", "Ask again.", provider=provider)
