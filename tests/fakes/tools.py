"""Tools and what is kept of them, in memory."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from kireji.core.errors import KirejiError, StoreError, ToolSourceError
from kireji.core.permissions import Decision, Grant
from kireji.core.publisher import Publisher
from kireji.core.tool_names import tool_name
from kireji.core.tool_ports import CallContext, SchemaFlaw
from kireji.core.tool_servers import Importable, ServerEntry, TestStep
from kireji.core.tools import (
    Arguments,
    Hints,
    Outside,
    Place,
    SourceKind,
    SourceState,
    SourceStatus,
    TextOutput,
    Tool,
    ToolOutput,
)

ANYTHING = b'{"type":"object"}'
UNKNOWN = Hints()
"""The worst case."""

Behaviour: TypeAlias = Callable[[Arguments, CallContext], Awaitable[ToolOutput]]


def said(text: str) -> ToolOutput:
    """A result in words."""
    return ToolOutput((TextOutput(text),))


def make_tool(
    own_name: str = "look",
    source: str = "plugin:probe",
    *,
    schema: bytes = ANYTHING,
    hints: Hints = UNKNOWN,
    places: tuple[Place, ...] = (),
    gives: Outside | None = Outside.TOOL,
    asks_always: bool = False,
    seconds: float = 60.0,
) -> Tool:
    """A tool of a source, named as the sources name theirs."""
    return Tool(
        tool_name(own_name, source.partition(":")[2]),
        own_name,
        source,
        own_name.replace("_", " ").capitalize(),
        f"Does {own_name}.",
        schema,
        schema,
        hints,
        places,
        gives,
        asks_always,
        seconds,
    )


class FakeToolSource:
    """A source of tools; what a call gives is what a test has said, else its arguments.

    Args:
        *tools: What it has.
        name: Its id.
        fingerprint: Of its file or command.

    Attributes:
        tools: What it has now.
        cold: Whether its tools are not known before it is asked.
        detail: What its status says beside its state.
        calls: What ran, as (own name, arguments), in the order of the beginnings.
        ended: Own names of calls that were cancelled.
        behaviours: By own name, what a call does.
        previews: By own name, what is shown before it runs.
        failure: When set, `describe` and `call` raise it.
        described: How often it was asked for its tools.
    """

    def __init__(self, *tools: Tool, name: str = "plugin:probe", fingerprint: str = "f1") -> None:
        self._name = name
        self.tools: tuple[Tool, ...] = tools
        self.fingerprint = fingerprint
        self.state = SourceState.READY
        self.cold = False
        self.detail = ""
        self.calls: list[tuple[str, Arguments]] = []
        self.ended: list[str] = []
        self.behaviours: dict[str, Behaviour] = {}
        self.previews: dict[str, str] = {}
        self.failure: ToolSourceError | None = None
        self.described = 0
        self.closed = False

    @property
    def id(self) -> str:
        return self._name

    def status(self) -> SourceStatus:
        kinds = {"built-in": SourceKind.BUILT_IN, "plugin": SourceKind.PLUGIN, "mcp": SourceKind.MCP}
        kind = kinds[self._name.partition(":")[0]]
        title = self._name.partition(":")[2] or "Kireji"
        return SourceStatus(
            self._name,
            kind,
            title,
            self.state,
            fingerprint=self.fingerprint,
            detail=self.detail,
            tools=0 if self.cold else len(self.tools),
        )

    async def known(self) -> Sequence[Tool] | None:
        return None if self.cold else self.tools

    async def describe(self) -> Sequence[Tool]:
        self.described += 1
        if self.failure is not None:
            raise self.failure
        self.cold = False
        return self.tools

    async def call(self, tool: Tool, arguments: Arguments, context: CallContext) -> ToolOutput:
        self.calls.append((tool.own_name, arguments))
        if self.failure is not None:
            raise self.failure
        behaviour = self.behaviours.get(tool.own_name)
        if behaviour is None:
            return said(msgspec.json.encode(arguments).decode())
        try:
            return await behaviour(arguments, context)
        except asyncio.CancelledError:
            self.ended.append(tool.own_name)
            raise

    async def preview(self, tool: Tool, arguments: Arguments) -> str:
        return self.previews.get(tool.own_name, "")

    async def aclose(self) -> None:
        self.closed = True


class FakeToolSources:
    """A kind of sources.

    Args:
        *found: Those there are.
    """

    def __init__(self, *found: FakeToolSource) -> None:
        self.found: list[FakeToolSource] = list(found)
        self._changed: Publisher[str] = Publisher()
        self.closed = False

    @property
    def changed(self) -> Publisher[str]:
        return self._changed

    async def sources(self) -> Sequence[FakeToolSource]:
        return tuple(self.found)

    async def aclose(self) -> None:
        self.closed = True


class MemoryPermissionStore:
    """Permissions.

    Attributes:
        failure: When set, every call raises it.
        kept: Permissions and denials by number.
        rows: The log, oldest first.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.kept: dict[int, Grant] = {}
        self.rows: list[Decision] = []
        self._trusted: dict[str, str] = {}
        self._grants = 0
        self._decisions = 0

    async def grants(self) -> Sequence[Grant]:
        self._fail()
        return [self.kept[number] for number in sorted(self.kept, reverse=True)]

    async def grant(self, grant: Grant) -> Grant:
        self._fail()
        self._grants += 1
        kept = msgspec.structs.replace(grant, id=self._grants)
        self.kept[kept.id] = kept
        return kept

    async def revoke(self, grant: int) -> bool:
        self._fail()
        return self.kept.pop(grant, None) is not None

    async def trusted(self) -> Mapping[str, str]:
        self._fail()
        return dict(self._trusted)

    async def set_trusted(self, source: str, fingerprint: str) -> None:
        self._fail()
        if fingerprint:
            self._trusted[source] = fingerprint
        else:
            self._trusted.pop(source, None)

    async def log(self, decision: Decision) -> int:
        self._fail()
        self._decisions += 1
        self.rows.append(msgspec.structs.replace(decision, id=self._decisions))
        return self._decisions

    async def decisions(self, limit: int = 100, conversation: int | None = None) -> Sequence[Decision]:
        self._fail()
        found = [row for row in self.rows if conversation is None or row.conversation == conversation]
        return list(reversed(found))[:limit]

    async def forget_decisions(self, before: datetime) -> int:
        self._fail()
        old = [row for row in self.rows if row.time < before]
        self.rows = [row for row in self.rows if row.time >= before]
        return len(old)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryOfferStore:
    """Lists of tools as they were offered.

    Attributes:
        failure: When set, every call raises it.
        lists: By digest.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.lists: dict[str, tuple[Tool, ...]] = {}

    async def keep_offer(self, tools: Sequence[Tool]) -> str:
        self._fail()
        digest = hashlib.sha256(msgspec.json.encode(list(tools))).hexdigest()
        self.lists[digest] = tuple(tools)
        return digest

    async def offer(self, digest: str) -> Sequence[Tool] | None:
        self._fail()
        return self.lists.get(digest)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryDescriptionStore:
    """What sources said of their tools.

    Attributes:
        failure: When set, every call raises it.
        kept: By source, the fingerprint and the tools.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.kept: dict[str, tuple[str, tuple[Tool, ...]]] = {}

    async def described(self, source: str, fingerprint: str) -> Sequence[Tool] | None:
        self._fail()
        of, tools = self.kept.get(source, ("", ()))
        return tools if source in self.kept and of == fingerprint else None

    async def keep_description(self, source: str, fingerprint: str, tools: Sequence[Tool]) -> None:
        self._fail()
        self.kept[source] = (fingerprint, tuple(tools))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class FakeValidator:
    """Holds arguments to nothing but what a test has said.

    Attributes:
        complaint: What is said of every call's arguments; empty when they fit.
        seen: What was looked at.
        schema_flaw: What is said of every schema.
    """

    def __init__(self) -> None:
        self.complaint = ""
        self.seen: list[object] = []
        self.schema_flaw: SchemaFlaw | None = None

    def flaw(self, schema: bytes) -> SchemaFlaw | None:
        return self.schema_flaw

    def fits(self, schema: bytes, arguments: object) -> bool:
        return False

    def problem(self, schema: bytes, arguments: object) -> str:
        self.seen.append(arguments)
        return self.complaint


class MemoryServerFile:
    """A file of servers.

    Attributes:
        failure: When set, every call raises it.
        servers: Those in it, in order.
    """

    def __init__(self, *servers: ServerEntry) -> None:
        self.failure: KirejiError | None = None
        self.servers: list[ServerEntry] = list(servers)

    @property
    def path(self) -> str:
        return "/settings/mcp.json"

    def entries(self) -> Sequence[ServerEntry]:
        self._fail()
        return tuple(self.servers)

    def problem(self, entry: ServerEntry) -> str:
        return entry.problem

    def put(self, entry: ServerEntry) -> None:
        self._fail()
        names = [one.name for one in self.servers]
        if entry.name in names:
            self.servers[names.index(entry.name)] = entry
        else:
            self.servers.append(entry)

    def remove(self, name: str) -> bool:
        self._fail()
        before = len(self.servers)
        self.servers = [one for one in self.servers if one.name != name]
        return len(self.servers) < before

    def set_disabled(self, name: str, disabled: bool) -> bool:
        self._fail()
        found = any(one.name == name for one in self.servers)
        self.servers = [
            msgspec.structs.replace(one, disabled=disabled) if one.name == name else one for one in self.servers
        ]
        return found

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class FakeOtherHosts:
    """Files of other programs.

    Attributes:
        found: Those that are there.
    """

    def __init__(self, *found: Importable) -> None:
        self.found: list[Importable] = list(found)

    def find(self) -> Sequence[Importable]:
        return tuple(self.found)

    def read(self, path: str) -> Importable:
        missing = Importable("", path, problem="There is no such file.")
        return next((one for one in self.found if one.path == path), missing)


class FakeProbe:
    """The servers as sources of tools.

    Attributes:
        reloads: How often the file was looked at again.
        steps: What a test of a server finds, by name.
        next_step: A test that tells goes on from stage to stage while this is set.
    """

    def __init__(self) -> None:
        self._changed: Publisher[str] = Publisher()
        self.reloads = 0
        self.steps: dict[str, Sequence[TestStep]] = {}
        self.next_step = asyncio.Event()
        self.next_step.set()

    @property
    def changed(self) -> Publisher[str]:
        return self._changed

    async def reload(self) -> None:
        self.reloads += 1

    async def test(self, name: str, told: Callable[[TestStep], None] | None = None) -> Sequence[TestStep]:
        steps = self.steps.get(name, ())
        if told is not None:
            for step in steps:
                await self.next_step.wait()
                told(step)
        return steps
