"""The real program beside a service, with a tool that finds and secrets that must not leave."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from kireji.bootstrap.services import Overrides, open_services
from kireji.core.history import StoredMessage
from kireji.core.messages import Message, Role, TextPart, ToolCallPart, ToolResultPart
from kireji.core.placeholders import Vault
from kireji.core.ports import Reader
from kireji.core.requests import ModelRequest
from kireji.core.secrets.detection import Detection
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, Hints, ToolOutput
from kireji.desktop.paths import Paths
from kireji.services.application import Services
from kireji.services.redaction import Redaction
from kireji.services.turns import Question, QuestionSaved, TurnEvent
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool, said
from tests.integration.tools.test_loop import Model
from tests.service import Blocks, Call, Delivery, Rule, TestService, Text, Words
from tests.service.base import ScriptedService
from tests.service.openai_answers import Call as ChatCall
from tests.service.openai_answers import Completion, plain

SETTINGS = '[privacy]\nlocal = "always"\nwords = ["Heron"]\n'
FIND = make_tool(
    "find",
    "built-in",
    hints=Hints(read_only=True, open_world=False, pure=True),
    gives=None,
    schema=b'{"type":"object","properties":{"for":{"type":"string"}},"additionalProperties":false}',
)
DETECTION = Detection(own=["Heron"])


class Scene:
    """One program.

    Args:
        services: Its use cases.
        tools: Its only tool.
    """

    def __init__(self, services: Services, tools: FakeToolSource) -> None:
        self.services, self.tools = services, tools
        self.brings = ""
        """What the tool finds next."""
        tools.behaviours["find"] = self._find

    async def _find(self, _: Arguments, __: CallContext) -> ToolOutput:
        return said(self.brings)

    @property
    def redaction(self) -> Redaction:
        redaction = self.services.outbox.redaction
        assert redaction is not None
        return redaction

    async def ask(self, question: Question) -> tuple[StoredMessage, int]:
        """One turn; gives the answer and its conversation."""
        seen: list[TurnEvent] = []
        stored = await self.services.chat.ask(question, seen.append)
        begun = next(event for event in seen if isinstance(event, QuestionSaved))
        return stored, begun.conversation.id

    async def vault(self, *messages: Message) -> Vault:
        """What placeholders stand for in a conversation that goes like this."""
        vault = (await self.redaction.hidden(ModelRequest("m", messages))).vault
        assert vault is not None
        return vault

    async def digests(self, conversation: int) -> list[str]:
        """Of the questions that left from a conversation, oldest first."""
        rows = await self.services.ledger.recent(1000, conversation)
        return [row.digest for row in reversed(rows) if row.purpose in ("answer", "token count")]


@asynccontextmanager
async def scene_of(
    model: Model, home: Path, reader: Reader | None = None, settings: str = SETTINGS
) -> AsyncIterator[Scene]:
    """A program that hides what it sends to everybody, also to a server of this computer."""
    (home / "settings.toml").write_text(settings)
    tools = FakeToolSource(FIND, name="built-in", fingerprint="built-in")
    environ = {"KIREJI_HOME": str(home), **model.environ}
    overrides = Overrides(
        keychain=FakeKeyStore(), reader=reader or FakeReader(["Hello"]), tools=(FakeToolSources(tools),)
    )
    async with open_services(Paths.find(environ), environ, overrides=overrides) as services:
        await services.catalog.models(model.question.provider, refresh=True)
        yield Scene(services, tools)


def person(text: str) -> Message:
    return Message(Role.USER, (TextPart(text),))


def called(arguments: str, brought: str) -> tuple[Message, Message]:
    """A call and its result, for `Scene.vault`."""
    result = ToolResultPart("c", (TextPart(brought),))
    return Message(Role.ASSISTANT, (ToolCallPart("c", "find", arguments),)), Message(Role.USER, (result,))


def cut(text: str, places: Sequence[int]) -> list[str]:
    """A text in pieces."""
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


def will_call(service: ScriptedService, arguments: str, places: Sequence[int], chunk: int = 0) -> None:
    """Next, the model calls the tool with these arguments as they stand on the wire."""
    pieces, delivery = cut(arguments, places), Delivery(chunk=chunk)
    if isinstance(service, TestService):
        blocks = Blocks([Words(["I look."]), Call("find", pieces=pieces)], delivery=delivery)
        service.enqueue(Rule(blocks))
    else:
        service.enqueue(Rule(plain(Completion(["I look."], calls=[ChatCall("find", pieces)], delivery=delivery))))


def will_say(service: ScriptedService, words: str, places: Sequence[int] = (), chunk: int = 0) -> None:
    """Next, the model says this, as it stands on the wire."""
    pieces, delivery = cut(words, places), Delivery(chunk=chunk)
    if isinstance(service, TestService):
        service.enqueue(Rule(Text(pieces, delivery=delivery)))
    else:
        service.enqueue(Rule(plain(Completion(pieces, delivery=delivery))))


def written(value: str) -> Iterator[bytes]:
    """A value as it could stand in a request: as it is, as JSON writes it, and every long line of it."""
    for piece in {value, *(line for line in value.splitlines() if len(line) >= 20)}:
        yield piece.encode()
        yield json.dumps(piece)[1:-1].encode()
        yield json.dumps(piece, ensure_ascii=False)[1:-1].encode()


def holding(requests: Sequence[Any], values: Sequence[str]) -> list[tuple[str, str]]:
    """Which requests that a service received hold which values."""
    found = []
    for request in requests:
        told = b"\n".join([request.path.encode(), request.query.encode(), repr(request.headers).encode(), request.raw])
        found += [(request.path, value) for value in values if any(form in told for form in written(value))]
    return found
