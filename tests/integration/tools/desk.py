"""Calls through the whole of the services: built-in tools, a plugin beside them, and a person who answers cards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.messages import TextPart, ToolCallPart, ToolResultPart
from kireji.core.permissions import Approval, ApprovalRequest
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.tool_ports import FetchedPage, ToolSources
from kireji.core.tools import Outside
from kireji.resources import resource
from kireji.services.capture import CaptureService
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from kireji.services.tools.approvals import Approvals
from kireji.services.tools.context import Surroundings, contexts
from kireji.services.tools.gate import CallGate, Circumstances
from kireji.services.tools.permissions import Permissions
from kireji.services.tools.results import Results
from kireji.services.tools.runner import CallRound, ToolRunner
from kireji.services.tools.toolbox import Offer, Toolbox
from kireji.services.turns import ApprovalAsked, TurnEvent
from kireji.tools.builtin_source import BuiltInSource
from kireji.tools.command_runner import CommandRunner
from kireji.tools.contained import ContainedFiles
from kireji.tools.validation import JsonSchemaValidator
from tests.fakes.desktop import FakeCapture, FakeClipboard, FakeClock, FakeCodec, FakeWindows, MemoryLastRegion
from tests.fakes.stores import MemoryCaptureStore, MemoryLedger, MemorySettings
from tests.fakes.tools import FakeToolSource, FakeToolSources, MemoryOfferStore, MemoryPermissionStore


class Pages:
    """Gives the same page for every address, through the gate.

    Attributes:
        asked: Address, and what was allowed: near, anywhere.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool, bool]] = []
        self.page = FetchedPage("https://example.org/", 200, "text/plain", b"a page")

    async def fetch(self, gate: Gate, url: str, *, near: bool, anywhere: bool) -> FetchedPage:
        await gate(OutgoingRequest("web", "GET", url, {}, b"", "", Purpose.PAGE))
        self.asked.append((url, near, anywhere))
        return self.page


@dataclass
class Desk:
    """A program with tools, in memory but for the files.

    Attributes:
        plugin: A plugin; what its tools do is said by a test.
        more: Other kinds of sources.
        person: What they answer to every card.
        cards: What they were asked.
        outside: Whose words stand in the conversation.
    """

    settings: MemorySettings = field(default_factory=MemorySettings)
    plugin: FakeToolSource = field(default_factory=FakeToolSource)
    person: Approval = field(default_factory=lambda: Approval(True))
    commands: CommandRunner | None = None
    more: tuple[ToolSources, ...] = ()
    outside: frozenset[Outside] = frozenset()

    def __post_init__(self) -> None:
        self.cards: list[ApprovalRequest] = []
        self.pages, self.clipboard, self.screen = Pages(), FakeClipboard(), FakeCapture()
        self.clipboard.content = ClipboardContent(text="copied")
        self.store, self.ledger, self.captures = MemoryPermissionStore(), MemoryLedger(), MemoryCaptureStore()
        self.preferences = Preferences.read(self.settings)
        self.approvals = Approvals()
        self.built_in = BuiltInSource(resource, lambda: self.preferences.settings.tools.folders, self._commands)
        kinds: tuple[ToolSources, ...] = (_One(self.built_in), FakeToolSources(self.plugin), *self.more)
        self.toolbox = Toolbox(kinds, self.preferences, MemoryOfferStore())
        self.permissions = Permissions(self.store, self.toolbox, self.preferences, FakeClock())
        codec = FakeCodec()
        self.capture = CaptureService([self.screen], codec, self.captures, FakeWindows(), MemoryLastRegion())
        around = Surroundings(
            self.clipboard,
            self.capture,
            lambda: self.pages,
            Outbox(self.ledger),
            ContainedFiles(),
            self.preferences,
        )
        self.runner = ToolRunner(
            self.toolbox,
            self.permissions,
            CallGate(self.permissions, self.approvals),
            Results(codec, self.captures),
            JsonSchemaValidator(),
            contexts(around),
        )

    def _commands(self) -> CommandRunner:
        assert self.commands is not None
        return self.commands

    def _observe(self, event: TurnEvent) -> None:
        if isinstance(event, ApprovalAsked):
            self.cards.append(event.request)
            assert self.approvals.answer(event.request.id, self.person)

    async def result(self, name: str, **arguments: object) -> ToolResultPart:
        """What a call gives."""
        call = ToolCallPart("call", name, json.dumps(arguments))
        where = Circumstances(1, self.outside, True, self._observe)
        tools = tuple(await self.toolbox.tools())
        (result,) = await self.runner.run(CallRound((call,), Offer(tools, named=True), where))
        return result

    async def call(self, name: str, **arguments: object) -> str:
        """Its words."""
        return words(await self.result(name, **arguments))


class _One:
    """A kind of sources with one source."""

    def __init__(self, source: BuiltInSource) -> None:
        self._fake = FakeToolSources()
        self._source = source
        self.changed = self._fake.changed

    async def sources(self) -> tuple[BuiltInSource, ...]:
        return (self._source,)

    async def aclose(self) -> None:
        """Nothing was started."""


def words(result: ToolResultPart) -> str:
    """The words of a result."""
    return "\n".join(part.text for part in result.content if isinstance(part, TextPart))


def with_tools(**options: object) -> MemorySettings:
    """Settings with these options of tools."""
    settings = MemorySettings()
    for name, value in options.items():
        settings.write(f"tools.{name}", value)
    return settings


def whole(path: Path) -> str:
    """A path with every link followed."""
    return str(path.resolve())
