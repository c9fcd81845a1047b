"""The real services over a real file and a strict service, with tools that a test steers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from kireji.bootstrap.services import Overrides, open_services
from kireji.core.history import StoredMessage
from kireji.core.messages import Message, TextPart, ToolResultPart
from kireji.core.permissions import Approval
from kireji.core.tools import Hints, Outside
from kireji.desktop.paths import Paths
from kireji.services.application import Services
from kireji.services.turns import ApprovalAsked, Question, TurnControl, TurnEvent
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool

PURE = Hints(read_only=True, open_world=False, pure=True)
READS = Hints(read_only=True, open_world=False)
SCHEMA = b'{"type":"object","properties":{"n":{"type":"integer"}},"additionalProperties":false}'
LOOK = make_tool("look", "built-in", hints=PURE, gives=None, schema=SCHEMA)
PAGE = make_tool("page", "built-in", hints=Hints(read_only=True), gives=Outside.WEB, schema=SCHEMA)
ACT = make_tool("act", "plugin:probe", schema=SCHEMA)


class ToolScene:
    """One program, its tools, and a person who answers cards.

    Args:
        services: The program's.
        built_in: Its own tools.
        plugin: A plugin's.
    """

    def __init__(self, services: Services, built_in: FakeToolSource, plugin: FakeToolSource) -> None:
        self.services = services
        self.built_in = built_in
        self.plugin = plugin
        self.seen: list[TurnEvent] = []
        self.control = TurnControl()
        self.person: Callable[[ApprovalAsked], Approval | None] = lambda asked: Approval(True)

    def observe(self, event: TurnEvent) -> None:
        """Take an event in, and answer cards."""
        self.seen.append(event)
        if isinstance(event, ApprovalAsked) and (approval := self.person(event)) is not None:
            self.services.tools.approvals.answer(event.request.id, approval)

    async def ask(self, question: Question) -> StoredMessage:
        """One turn."""
        self.control = TurnControl()
        return await self.services.chat.ask(question, self.observe, self.control)

    async def last(self, conversation: int = 1) -> StoredMessage:
        """The newest message, as it is stored."""
        loaded = await self.services.conversations.load(conversation)
        assert loaded is not None
        return loaded.messages[-1]


@asynccontextmanager
async def tool_scene(home: Path, environ: dict[str, str]) -> AsyncIterator[ToolScene]:
    """A program over the data in a folder.

    Args:
        home: The folder.
        environ: Addresses and keys of services.
    """
    built_in = FakeToolSource(LOOK, PAGE, name="built-in", fingerprint="built-in")
    plugin = FakeToolSource(ACT)
    environ = {"KIREJI_HOME": str(home), **environ}
    overrides = Overrides(
        keychain=FakeKeyStore(), reader=FakeReader(), tools=(FakeToolSources(built_in), FakeToolSources(plugin))
    )
    async with open_services(Paths.find(environ), environ, overrides=overrides) as services:
        yield ToolScene(services, built_in, plugin)


def results(message: Message) -> list[ToolResultPart]:
    """The results in a message."""
    return [part for part in message.parts if isinstance(part, ToolResultPart)]


def told(result: ToolResultPart) -> str:
    """The words of a result."""
    return "\n".join(item.text for item in result.content if isinstance(item, TextPart))
