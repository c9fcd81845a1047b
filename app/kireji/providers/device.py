"""The provider that is always there: the text in the picture, read on this computer. Nothing leaves it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.messages import Role, StopReason, TextPart
from kireji.core.models import ModelInfo
from kireji.core.ports import Reader
from kireji.core.provider_ports import Gate
from kireji.core.requests import ClearedRequest, Delivery, ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.words import mark, say

_MODEL = "reader"
_LABEL = mark("*Read on this computer; single letters may be wrong. The question was not sent to any model.*")
_NO_PICTURE = mark(
    "This computer's own reader can only read the text in a picture, and this question has none. "
    "Cut out a piece of the screen, or add a key in the settings to ask a model."
)
_NO_TEXT = mark(
    "No text was found in the picture. This reader knows Latin, Chinese and Japanese script: "
    "cut out a region with larger or clearer text, or add a key in the settings to ask a model about it."
)
_FENCE = "```"


class DeviceProvider:
    """Answers with the text in the pictures of the last question; satisfies `core.provider_ports.Provider`.

    Args:
        reader: Reads a picture; owned by whoever made it.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @property
    def name(self) -> str:
        return "device"

    @property
    def default_model(self) -> str:
        return _MODEL

    @property
    def needs_key(self) -> bool:
        return False

    def encode(
        self, request: ModelRequest, base_url: str, delivery: Delivery = Delivery.STREAM
    ) -> OutgoingRequest | None:
        """None: nothing leaves this computer."""
        del request, base_url, delivery
        return None

    @asynccontextmanager
    async def stream(self, cleared: ClearedRequest, secret: Secret | None) -> AsyncIterator[AsyncIterator[ModelEvent]]:
        """Read the pictures of the last question, line by line. Leaving the context stops the reader.

        Raises:
            ReaderError: While iterating.
        """
        del secret
        assert cleared.request is not None
        async with aclosing(self._events(_pictures(cleared.request))) as events:
            yield events

    async def models(
        self, gate: Gate | None, base_url: str, secret: Secret | None, purpose: Purpose = Purpose.MODEL_LIST
    ) -> Sequence[ModelInfo]:
        """The one reader there is."""
        del gate, base_url, secret, purpose
        return (ModelInfo(self.name, _MODEL, "This computer", free=True),)

    def counterpart(self, model: str) -> str:
        """The one reader there is."""
        del model
        return _MODEL

    async def connect(self, gate: Gate, base_url: str) -> None:
        """Nothing to connect to."""
        del gate, base_url

    async def warm(self, base_url: str) -> None:
        """Start the reader.

        Raises:
            ReaderError: It could not be started.
        """
        del base_url
        await self._reader.warm()

    async def _events(self, pictures: Sequence[bytes]) -> AsyncGenerator[ModelEvent, None]:
        said: list[str] = []
        yield PartStarted(0, TextPart(""))
        async with aclosing(self._answer(pictures)) as answer:
            async for piece in answer:
                said.append(piece)
                yield PartDelta(0, piece)
        yield PartFinished(0, TextPart("".join(said)))
        yield TurnFinished(StopReason.END_TURN)

    async def _answer(self, pictures: Sequence[bytes]) -> AsyncGenerator[str, None]:
        if not pictures:
            yield say(_NO_PICTURE)
            return
        yield say(_LABEL)
        for number, picture in enumerate(pictures, start=1):
            if len(pictures) > 1:
                yield f"\n\n**Picture {number} of {len(pictures)}**"
            empty = True
            async with aclosing(self._reader.read(picture)) as lines:
                async for line in lines:
                    yield ("\n\n" + _FENCE + "text\n" if empty else "") + _quoted(line.text) + "\n"
                    empty = False
            yield "\n\n" + say(_NO_TEXT) if empty else _FENCE


def _pictures(request: ModelRequest) -> list[bytes]:
    """The pictures of the person's last message."""
    asked = [message for message in request.messages if message.role is Role.USER]
    return [request.blobs[image.blob] for image in asked[-1].images] if asked else []


def _quoted(text: str) -> str:
    """A line as it may stand inside the fence.

    The fence stands before the text is known, so it cannot be made longer than what a hostile picture holds. Instead
    a line that would end it is indented by four spaces, after which it ends nothing (CommonMark 0.31, section 4.5).
    """
    line = " ".join(text.splitlines())
    return "    " + line if line.lstrip(" ").startswith(_FENCE) else line
