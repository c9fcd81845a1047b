"""Between the cards of sources and the services: how they stand, and what holds for their tools."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from kireji.core.errors import KirejiError
from kireji.core.tools import SourceKind, SourceState, SourceStatus, Tool
from kireji.services.tools.service import ToolService
from kireji.ui.aio import TaskScope
from kireji.ui.settings.opening import open_file
from kireji.ui.settings.tools.page import ToolsPage
from kireji.ui.settings.tools.source_card import COPY, LOG, OFF, ON, SourceCard
from kireji.ui.settings.tools.tool_rows import ToolLine
from kireji.ui.translation import tr


class SourcesPresenter(QObject):
    """Shows the sources as they stand and the tools of those that are open; starts nothing unless told to.

    Args:
        page: The page.
        tools: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    shown = Signal(object)
    """All `SourceStatus`, after they are on the page."""

    def __init__(
        self, page: ToolsPage, tools: ToolService, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._tools = tools
        self._scope = TaskScope("tool sources", failed)
        for part in page.lists.values():
            part.made.connect(self._connect)
        page.plugins.reload.clicked.connect(self.refresh)

    def refresh(self) -> None:
        """Show again how all of them stand."""
        self._scope.restart(self._refresh(), name="sources")

    def card(self, source: str) -> SourceCard | None:
        """The card of one source; None when there is no such source."""
        found = (part.card(source) for part in self._page.lists.values())
        return next((card for card in found if card is not None), None)

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    def _connect(self, card: object) -> None:
        assert isinstance(card, SourceCard)
        card.opened.connect(self._opened)
        card.test_clicked.connect(self._ask_anew)
        card.chosen.connect(self._chosen)
        card.trust_switched.connect(self._trust)
        card.made_rows.connect(self._connect_rows)

    def _connect_rows(self, card: object) -> None:
        assert isinstance(card, SourceCard)
        assert card.body is not None
        card.body.rows.switched.connect(self._switch)
        card.body.rows.denied.connect(self._deny)
        card.body.rows.forgotten.connect(self._forget)

    async def _refresh(self) -> None:
        sources = await self.statuses()
        self._page.show_sources(sources)
        self.shown.emit(sources)
        await self._show_open()

    async def statuses(self) -> Sequence[SourceStatus]:
        """All sources, with whether each is trusted."""
        toolbox, permissions = self._tools.toolbox, self._tools.permissions
        return await permissions.marked(await toolbox.sources())

    async def _show_open(self) -> None:
        """The tools of all cards that are open."""
        cards = [card for part in self._page.lists.values() for card in part.cards() if card.is_open]
        if not cards:
            return
        tools = await self._tools.toolbox.tools()
        words = await self._tools.permissions.words(tools)
        given = {(grant.source, grant.tool) for grant in await self._tools.permissions.grants()}
        for card in cards:
            own = [tool for tool in tools if tool.source == card.status.id]
            lines = [
                ToolLine(tool, self._is_on(tool), words[tool.name], (tool.source, tool.own_name) in given)
                for tool in own
            ]
            card.show_tools(lines, "" if own else _why_none(card.status))

    def _is_on(self, tool: Tool) -> bool:
        return self._tools.toolbox.is_on(tool)

    def _opened(self, _source: object) -> None:
        self._scope.restart(self._show_open(), name="open")

    # What the person does.

    def _ask_anew(self, source: object) -> None:
        card = self.card(str(source))
        if card is not None and card.status.kind is not SourceKind.MCP:
            self._scope.restart(self._describe(card), name=f"describe {source}")

    async def _describe(self, card: SourceCard) -> None:
        card.show_starting()
        with contextlib.suppress(KirejiError):  # its status says why
            await self._tools.toolbox.describe(card.status.id)
        self.refresh()

    def _chosen(self, source: object, what: object) -> None:
        card = self.card(str(source))
        if card is None:
            return
        if what == LOG:
            open_file(card.status.log)
        elif what == COPY:
            QGuiApplication.clipboard().setText(_known(card.status))
        elif card.status.kind is not SourceKind.MCP and what in (ON, OFF):
            self._run(self._tools.toolbox.set_on(card.status.id, what == ON), f"switch {source}")

    def _switch(self, tool: object, on: object) -> None:
        assert isinstance(tool, Tool)
        self._run(self._tools.toolbox.set_on(tool.name, bool(on)), f"switch {tool.name}")

    def _trust(self, source: object, on: object) -> None:
        self._run(self._tools.permissions.trust(str(source), bool(on)), f"trust {source}")

    def _deny(self, tool: object) -> None:
        assert isinstance(tool, Tool)
        card = self.card(tool.source)
        fingerprint = card.status.fingerprint if card is not None else ""
        self._run(self._tools.permissions.deny(tool.source, tool.own_name, fingerprint), f"rights {tool.name}")

    def _forget(self, tool: object) -> None:
        assert isinstance(tool, Tool)
        self._run(self._revoke_all(tool), f"rights {tool.name}")

    async def _revoke_all(self, tool: Tool) -> None:
        for grant in await self._tools.permissions.grants():
            if (grant.source, grant.tool) == (tool.source, tool.own_name):
                await self._tools.permissions.revoke(grant.id)

    def _run(self, work: Coroutine[Any, Any, object], name: str) -> None:
        self._scope.restart(self._then_refresh(work), name=name)

    async def _then_refresh(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except KirejiError as error:
            self._page.say(error.sentence)
        else:
            self._page.say("")
        finally:
            work.close()
        self.refresh()


def _why_none(status: SourceStatus) -> str:
    if status.state is SourceState.OFF:
        return tr("It is switched off, so nothing is known of its tools. Its menu switches it on.")
    if status.state is SourceState.FAILED:
        return ""
    if status.kind is SourceKind.MCP:
        return tr("Its tools are not known yet: it starts when they are first wanted. Test it to see them now.")
    return tr("Its tools are not known yet: it starts when they are first wanted. Reload it to see them now.")


def _known(status: SourceStatus) -> str:
    """What helps somebody who is asked for advice."""
    return "\n".join(line for line in (status.id, status.origin, status.detail, status.log) if line)
