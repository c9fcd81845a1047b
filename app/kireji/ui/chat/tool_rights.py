"""What tools may do in the open conversation, for the pane at the end of the window."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.outside import outside_words
from kireji.core.settings import ToolSettings
from kireji.core.tools import BUILT_IN, Outside, SourceState, SourceStatus, Tool
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.tools_chip import Counted
from kireji.ui.inspector.tools import ToolsLine, ToolsSection
from kireji.ui.tools.words import ALLOWED, ASK, DENIED, OFF, one_line, source_name, tool_title, word
from kireji.ui.tools.words import outside_words as places
from kireji.ui.translation import mark, plural, tr

log = logging.getLogger(__name__)

_GROUPS: Mapping[str, str] = {
    "read_file": mark("Files"),
    "list_folder": mark("Files"),
    "search_files": mark("Files"),
    "read_clipboard": mark("Clipboard"),
    "capture_screen": mark("Screen"),
    "fetch_page": mark("Web pages"),
    "calculate": mark("Calculator"),
    "convert_units": mark("Calculator"),
    "time": mark("Clock"),
    "run_command": mark("Commands"),
}
"""Under which line a built-in tool stands."""
_FILES, _PAGES = "Files", "Web pages"
_ORDER = (_FILES, _PAGES, "Screen", "Clipboard", "Calculator", "Clock", "Commands")
_AT_ONCE = 50
"""Messages that are looked through before somebody else gets a turn."""


class ToolRights(QObject):
    """Keeps the section what is true for the conversation and the branch that are shown.

    Args:
        services: The use cases.
        section: Where it shows.
        conversation: Which one is open.
    """

    def __init__(self, services: Services, section: ToolsSection, conversation: OpenConversation) -> None:
        super().__init__(section)
        self._services = services
        self._section = section
        self._conversation = conversation
        self._scope = TaskScope("tool rights", self._failed)
        self._counted: Counted | None = None
        self._read: dict[int, frozenset[Outside]] = {}
        self._number: int | None = None
        self._unsubscribe = services.tools.permissions.changed.subscribe(self._changed)
        conversation.changed.connect(self.show)

    async def aclose(self) -> None:
        """Show nothing more."""
        self._unsubscribe()
        self._conversation.changed.disconnect(self.show)
        await self._scope.aclose()

    def take(self, counted: object) -> None:
        """The conversation offers these."""
        assert isinstance(counted, Counted)
        self._counted = counted
        self.show()

    def show(self) -> None:
        """Look at everything again, once it is known what is offered: the first screen does not wait for it."""
        if self._conversation.number != self._number:
            self._number, self._read = self._conversation.number, {}
            self._section.show_outside("")
        if self._counted is not None:
            self._scope.restart(self._show(self._counted), name="show")

    def _changed(self, _nothing: None) -> None:
        self.show()

    async def _show(self, counted: Counted) -> None:
        if counted.reason or not counted.offered:
            self._section.show_lines((), counted.reason or tr("None is offered in this conversation."))
            self._section.show_outside("")
            return
        outside = await self._outside(counted.tools)
        tools = self._services.tools
        words = await tools.permissions.words(counted.tools, self._number, outside)
        sources = await tools.toolbox.sources()
        settings = self._services.preferences.settings.tools
        self._section.show_lines(lines(sources, counted, words, settings, outside))
        self._section.show_outside(places(outside))

    async def _outside(self, tools: Sequence[Tool]) -> frozenset[Outside]:
        """Whose words stand on the path; what was read once is not read again."""
        ids = [one.id for one in reversed(self._conversation.path)]
        missing = [one for one in ids if one not in self._read]
        last = set(ids[:1])  # it may have grown since
        wanted = [*last - set(missing), *missing]
        number = self._conversation.number
        while wanted and number is not None:
            now, wanted = wanted[:_AT_ONCE], wanted[_AT_ONCE:]
            for stored in await self._services.conversations.messages(number, now):
                self._read[stored.id] = outside_words((stored.message,), tools)
            await asyncio.sleep(0)
        return frozenset().union(*(self._read.get(one, frozenset()) for one in ids))

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            log.warning("what tools may do cannot be read: %s", error)
            return
        log.error("a task of what tools may do failed", exc_info=error)


def lines(
    sources: Iterable[SourceStatus],
    counted: Counted,
    words: Mapping[str, str],
    settings: ToolSettings,
    outside: frozenset[Outside] = frozenset(),
) -> list[ToolsLine]:
    """The lines of the section, built-in tools first.

    Args:
        sources: All there are.
        counted: What the conversation offers.
        words: What holds for each tool, by its name.
        settings: The folders and hosts that are open to the built-in ones.
        outside: Whose words stand in the conversation.
    """

    def held(tools: Iterable[Tool]) -> list[str]:
        return [words[tool.name] if tool.name in counted.offered else OFF for tool in tools]

    found: list[ToolsLine] = []
    for source in sources:
        own = [tool for tool in counted.tools if tool.source == source.id]
        if source.id != BUILT_IN:
            said = joined(held(own)) if own else _state(source)
            found.append(ToolsLine(source_name(source.id, {source.id: one_line(source.title)}), said))
            continue
        groups: dict[str, list[Tool]] = {}
        for tool in own:
            groups.setdefault(_GROUPS.get(tool.own_name, ""), []).append(tool)
        for group in sorted(groups, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)):
            if group:
                said = joined(held(groups[group]))
                found.append(
                    ToolsLine(tr(group), _without_asking(group, settings, outside) if said == word(ASK) else said)
                )
                continue
            found += [ToolsLine(tool_title(tool), joined(held([tool]))) for tool in groups[group]]
    return found


def joined(held: Sequence[str]) -> str:
    """What holds for several tools: one word where it is the same, else how many of each."""
    kinds = [kind for kind in (ASK, ALLOWED, DENIED, OFF) if kind in held]
    if len(kinds) == 1:
        return word(kinds[0])
    return tr(", ").join(tr("{n} {word}", n=held.count(kind), word=word(kind)) for kind in kinds)


def _without_asking(group: str, settings: ToolSettings, outside: frozenset[Outside]) -> str:
    """What stands in the place of "ask" where some places are open."""
    if group == _FILES and (folders := len(settings.folders)):
        return plural(folders, "ask, but for 1 folder", "ask, but for {n} folders")
    if group == _PAGES and not outside and (hosts := len(settings.hosts)):
        return plural(hosts, "ask, but for 1 host", "ask, but for {n} hosts")
    return word(ASK)


def _state(source: SourceStatus) -> str:
    """Why nothing is known of a source's tools."""
    if source.state is SourceState.OFF:
        return word(OFF)
    return tr("failed") if source.state is SourceState.FAILED else tr("not started")
