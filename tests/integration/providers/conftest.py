"""A provider with waits that take no time, and the questions it is asked."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec
import pytest
from PIL import Image

from kireji.core.errors import ProviderError
from kireji.core.events import MessageBuilder, ModelEvent
from kireji.core.messages import Message, Role, TextPart
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest
from kireji.core.secret import Secret
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from tests.service import KEY
from tests.support.cleared import cleared

SECRET = Secret(KEY)


def question(*texts: str, system: str = "") -> ModelRequest:
    """A conversation of the person's words alone."""
    messages = tuple(Message(Role.USER, (TextPart(text),)) for text in texts or ("Why?",))
    return ModelRequest("claude-haiku-5-5", messages, system=system)


def png(width: int, height: int, kind: str = "PNG") -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, kind)
    return file.getvalue()


@dataclass
class Asking:
    """A provider over real sockets.

    Args:
        silence: Seconds without a byte that are waited.
        waits: The seconds it would have waited between attempts.
    """

    silence: float = 30.0
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.http = HttpClient(sleep=self._sleep, chance=lambda: 0.0)
        self.provider = AnthropicProvider(self.http)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def _cleared(self, request: ModelRequest, base_url: str) -> ClearedRequest:
        outgoing = self.provider.encode(request, base_url)
        return cleared(msgspec.structs.replace(outgoing, silence=self.silence), request)

    async def ask(self, base_url: str, request: ModelRequest | None = None) -> Message:
        """The whole answer."""
        builder = MessageBuilder("anthropic")
        for event in await self.events(base_url, request):
            builder.feed(event)
        return builder.snapshot()

    async def events(self, base_url: str, request: ModelRequest | None = None) -> list[ModelEvent]:
        """Every event of an answer that ends well."""
        asked = self._cleared(request or question(), base_url)
        async with self.provider.stream(asked, SECRET) as events:
            return [event async for event in events]

    async def failure(
        self, base_url: str, request: ModelRequest | None = None, secret: Secret | None = SECRET
    ) -> tuple[list[ModelEvent], ProviderError]:
        """What had arrived, and the error that it ended with."""
        arrived: list[ModelEvent] = []
        asked = self._cleared(request or question(), base_url)

        async def read() -> None:
            async with self.provider.stream(asked, secret) as events:
                async for event in events:
                    arrived.append(event)

        with pytest.raises(ProviderError) as caught:
            await read()
        return arrived, caught.value


class Passing:
    """A gate that lets everything through and remembers it."""

    def __init__(self) -> None:
        self.passed: list[OutgoingRequest] = []

    async def __call__(self, outgoing: OutgoingRequest) -> ClearedRequest:
        self.passed.append(outgoing)
        return cleared(outgoing)


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    """Closed at the end."""
    asking = Asking()
    yield asking
    await asking.http.aclose()
