"""Which tools there are, and which of them a conversation offers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from kireji.core.errors import KirejiError, StoreError, ToolSourceError
from kireji.core.history import NO_TOOLS, ConversationSetup
from kireji.core.publisher import Publisher
from kireji.core.tool_names import distinct
from kireji.core.tool_ports import OfferStore, ToolSource, ToolSources
from kireji.core.tools import BUILT_IN, SourceState, SourceStatus, Tool
from kireji.core.words import say
from kireji.services.preferences import Preferences

log = logging.getLogger(__name__)

COMMANDS = "run_command"
"""The built-in tool that is off unless `[tools] commands` says otherwise."""


class Offer(NamedTuple):
    """What one conversation offers.

    Args:
        tools: In their fixed order.
        digest: Of the list as it is kept; NO_TOOLS for none, empty where there is none yet.
        named: The person named these themselves, so what is switched off in the settings is of no interest.
        frozen: The tools are sent, so that the beginning of the conversation stays the same, but none may be called.
    """

    tools: tuple[Tool, ...] = ()
    digest: str = ""
    named: bool = False
    frozen: bool = False


NOTHING_OFFERED = Offer()


class Found(NamedTuple):
    """A tool that is called.

    Args:
        source: Who has it.
        status: How that stands.
        tool: As it is now, under the name by which it was offered.
    """

    source: ToolSource
    status: SourceStatus
    tool: Tool


class Toolbox:
    """All sources of tools in a fixed order.

    Args:
        kinds: Built-in tools, plugins, servers.
        preferences: What is switched off.
        offers: The lists that conversations began with.

    Attributes:
        changed: Publishes the id of a source whose status, tools or switch changed.
    """

    def __init__(self, kinds: Sequence[ToolSources], preferences: Preferences, offers: OfferStore) -> None:
        self._kinds = tuple(kinds)
        self._preferences = preferences
        self._offers = offers
        self.changed: Publisher[str] = Publisher()
        for kind in self._kinds:
            kind.changed.subscribe(self.changed.publish)

    async def sources(self) -> Sequence[SourceStatus]:
        """How all of them stand; nothing is started."""
        return [self._seen(source) for source in await self._sources()]

    async def source(self, source_id: str) -> SourceStatus | None:
        """How one stands; None when it is not there."""
        return next((status for status in await self.sources() if status.id == source_id), None)

    async def tools(self) -> Sequence[Tool]:
        """All that are known, those that are switched off included; nothing is started."""
        known: list[Tool] = []
        for source in await self._sources():
            known += sorted(await self._known(source), key=lambda tool: tool.own_name)
        return distinct(known)

    async def offered(self) -> Sequence[Tool]:
        """Those that a new conversation offers."""
        if not self._preferences.settings.tools.enabled:
            return ()
        return [tool for tool in await self.tools() if self.is_on(tool)]

    async def offer_for(self, setup: ConversationSetup, names: Sequence[str] | None = None) -> Offer:
        """What a conversation offers with its next question; a list that is new is kept.

        Args:
            setup: Of the conversation.
            names: What the person named for this question: tools, sources, or the last part of a source's id; None
                leaves it to the conversation and the settings.

        Raises:
            StoreError: The lists cannot be read or written.
            KirejiError: There is no tool and no source of one of the names.
        """
        if names is not None:
            tools = await self._named(names)
            return Offer(tools, await self._offers.keep_offer(tools) if tools else NO_TOOLS, named=True)
        if setup.tools == NO_TOOLS:
            return Offer((), NO_TOOLS)
        enabled = self._preferences.settings.tools.enabled
        if setup.tools and (kept := await self._offers.offer(setup.tools)) is not None:
            return Offer(tuple(kept), setup.tools, frozen=not enabled)
        if not (tools := tuple(await self.offered())):
            return Offer((), "")
        return Offer(tools, await self._offers.keep_offer(tools))

    async def find(self, name: str, offered: Sequence[Tool]) -> Found | None:
        """Who has a tool that is called; a source that has changed since is asked anew.

        Args:
            name: As the model called it.
            offered: What it was offered.

        Raises:
            ToolSourceError: The source cannot be started.
            StoreError: What is known of it cannot be read.
        """
        wanted = next((tool for tool in offered if tool.name == name), None)
        if wanted is None:
            return None
        source = await self._source(wanted.source)
        if source is None:
            return None
        known = await source.known()
        tools = known if known is not None else await source.describe()
        current = next((tool for tool in tools if tool.own_name == wanted.own_name), None)
        if current is None:
            return None
        return Found(source, self._seen(source), msgspec.structs.replace(current, name=name))

    async def describe(self, source_id: str) -> Sequence[Tool]:
        """Ask a source for its tools anew; starts what must be started.

        Raises:
            ToolSourceError: It is not there, cannot be started, or says nonsense.
        """
        source = await self._source(source_id)
        if source is None:
            raise ToolSourceError(
                say("There is no source of tools with the name {name}.", name=source_id),
                say("List them with: kireji tools list"),
            )
        tools = await source.describe()
        self.changed.publish(source_id)
        names = {(tool.source, tool.own_name): tool for tool in await self.tools()}
        return [names.get((tool.source, tool.own_name), tool) for tool in tools]

    async def refresh(self) -> None:
        """Ask all sources whose tools are not known, one after the other; failures stand in their status."""
        for source in await self._sources():
            try:
                if source.status().state is not SourceState.OFF and await source.known() is None:
                    await source.describe()
                    self.changed.publish(source.id)
            except (ToolSourceError, StoreError) as error:
                log.info("%s could not be asked for its tools: %s", source.id, error)

    def is_on(self, tool: Tool) -> bool:
        """Whether new conversations offer it, as the settings are."""
        return self._is_on_by_itself(tool) and tool.source not in self._preferences.settings.tools.off

    async def set_on(self, name: str, on: bool) -> None:
        """Switch a tool (by the name it is offered under) or a source (by its id) on or off.

        Raises:
            SettingsError: The file could not be written.
        """
        settings = self._preferences.settings.tools
        if name == COMMANDS:
            await self._preferences.set("tools.commands", on)
        others = tuple(one for one in settings.off if one != name)
        await self._preferences.set("tools.off", others if on or name == COMMANDS else (*others, name))
        tool = next((tool for tool in await self.tools() if tool.name == name), None)
        self.changed.publish(tool.source if tool else name)

    async def aclose(self) -> None:
        """End what the sources have started."""
        for kind in reversed(self._kinds):
            await kind.aclose()

    async def _sources(self) -> list[ToolSource]:
        found = [await kind.sources() for kind in self._kinds]
        return [source for sources in found for source in sources]

    async def _source(self, source_id: str) -> ToolSource | None:
        return next((source for source in await self._sources() if source.id == source_id), None)

    async def _known(self, source: ToolSource) -> Iterable[Tool]:
        if source.status().state is SourceState.OFF:
            return ()
        return await source.known() or ()

    def _seen(self, source: ToolSource) -> SourceStatus:
        """A source that is switched off here says so, whatever it says itself."""
        status = source.status()
        if status.id in self._preferences.settings.tools.off and status.state is not SourceState.FAILED:
            return msgspec.structs.replace(status, state=SourceState.OFF)
        return status

    def _is_on_by_itself(self, tool: Tool) -> bool:
        """Whether it is on where its source is."""
        settings = self._preferences.settings.tools
        if tool.source == BUILT_IN and tool.own_name == COMMANDS and not settings.commands:
            return False
        return tool.name not in settings.off

    async def _named(self, names: Sequence[str]) -> tuple[Tool, ...]:
        """The tools of these names or sources; a name that is nobody's is refused before anything is sent.

        A source stands for those of its tools that are not switched off by themselves: who names it has not thought of
        the one that runs commands.
        """
        tools, sources = await self.tools(), await self.sources()
        chosen: set[str] = set()
        for name in names:
            ids = {status.id for status in sources if name in (status.id, status.id.partition(":")[2])}
            fitting = {
                tool.name for tool in tools if tool.name == name or (tool.source in ids and self._is_on_by_itself(tool))
            }
            if not fitting and not ids:
                raise KirejiError(
                    say("There is no tool with the name {name}.", name=name), say("List them with: kireji tools list")
                )
            chosen |= fitting
        return tuple(tool for tool in tools if tool.name in chosen)
