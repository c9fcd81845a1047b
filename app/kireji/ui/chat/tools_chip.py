"""Which tools the open conversation offers: the number on the composer's chip, and the panel behind it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.history import NO_TOOLS
from kireji.core.tools import SourceState, SourceStatus, Tool
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.markdown.characters import clean
from kireji.ui.chat.permission.exact import exact_line
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.chat.tools_panel import SourceEntry, ToolEntry, ToolsPanel
from kireji.ui.main_window import MainWindow
from kireji.ui.models.popup import Popup
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_LATER_SECONDS = 1.0
"""After the start: what a person writes first does not wait for a list that they have not asked for."""
_TITLE = 60
_SENTENCE = 200
_DEVICE = "device"


class Counted(NamedTuple):
    """What the open conversation offers.

    Args:
        tools: All that are known.
        offered: The names of those that are offered with the next question.
        reason: Why none can be used; empty when they can.
    """

    tools: Sequence[Tool]
    offered: frozenset[str]
    reason: str


class ToolsPresenter(QObject):
    """Fills chip and panel, and keeps what the person chooses.

    Args:
        services: The use cases.
        window: Where it shows.
        setup: Knows who answers, and keeps the choice.
        theme: For the panel.
    """

    counted = Signal(object)
    """A `Counted`, whenever it may be another one."""

    def __init__(self, services: Services, window: MainWindow, setup: SetupPresenter, theme: Theme) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._setup = setup
        self._theme = theme
        self._scope = TaskScope("tools", self._failed)
        self._panel: ToolsPanel | None = None
        self._popup: Popup | None = None
        self._waits = True
        window.chat.composer.tools_clicked.connect(self._open)
        setup.named.connect(self.refresh)
        self._unsubscribe = [
            services.tools.toolbox.changed.subscribe(self._changed),
            services.preferences.changed.subscribe(self._changed),
        ]

    async def aclose(self) -> None:
        """Show nothing more."""
        for end in self._unsubscribe:
            end()
        await self._scope.aclose()

    def refresh(self) -> None:
        """Count anew."""
        self._scope.restart(self._show(), name="count")

    def close(self) -> None:
        """Put the panel away."""
        if self._popup is not None:
            self._popup.close_panel()

    def _changed(self, _what: object) -> None:
        self.refresh()

    async def _show(self) -> None:
        if self._waits:
            await asyncio.sleep(_LATER_SECONDS)
            self._waits = False
        toolbox = self._services.tools.toolbox
        tools = await toolbox.tools()
        self._name(tools)
        offered = await self._offered(tools)
        reason = self._reason()
        self._window.chat.composer.show_tools(0 if reason else len(offered), reason)
        self.counted.emit(Counted(tools, offered, reason))
        if self._panel is not None and self._popup is not None and not self._popup.isHidden():
            await self._fill(self._panel)

    def _name(self, tools: Sequence[Tool]) -> None:
        """What is read already gets the names that people know."""
        transcript = self._window.chat.transcript
        if transcript.tool_names.learn(tools):
            for item in transcript.messages:
                if item.rows and item.renew_tools():
                    transcript.put_rows(item, item.arrange())
            transcript.settle()

    async def _offered(self, tools: Sequence[Tool]) -> frozenset[str]:
        """Names of what is offered with the next question."""
        toolbox, digest = self._services.tools.toolbox, self._setup.tools
        if digest == NO_TOOLS:
            return frozenset()
        on = {tool.name for tool in tools if toolbox.is_on(tool)}
        if digest:
            kept = await toolbox.offer_for(self._setup.setup)
            return frozenset(tool.name for tool in kept.tools if tool.name in on)
        return frozenset(on)

    def _reason(self) -> str:
        """Why no tool can be used; empty when they can."""
        if not self._services.preferences.settings.tools.enabled:
            return tr("Tools are switched off in the settings.")
        info = self._setup.info
        if self._setup.pick.provider == _DEVICE:
            return tr("This computer's own reader uses no tools. Choose another model for that.")
        if info is not None and not info.uses_tools:
            return tr("{model} uses no tools. Choose another model for that.", model=info.name)
        return ""

    def _open(self) -> None:
        self._scope.restart(self._open_panel(), name="open")

    async def _open_panel(self) -> None:
        if self._panel is None or self._popup is None:
            self._panel = ToolsPanel(self._theme)
            self._panel.switched.connect(self._switched)
            self._panel.settings_clicked.connect(self._open_settings)
            self._popup = Popup(self._theme, self._panel)
        await self._fill(self._panel)
        self._popup.open_at(self._window.chat.composer.tools)

    async def _fill(self, panel: ToolsPanel) -> None:
        toolbox = self._services.tools.toolbox
        tools = await toolbox.tools()
        offered = await self._offered(tools)
        names = self._window.chat.transcript.tool_names
        names.learn(tools)

        def entry(tool: Tool) -> ToolEntry:
            title = exact_line(tool.title, _TITLE) if tool.source != "built-in" else names.name(tool.name)
            off = "" if toolbox.is_on(tool) else tr("Off in the settings")
            return ToolEntry(tool.name, title, tool.name in offered, off)

        sources = [
            SourceEntry(
                exact_line(status.title, _TITLE),
                tuple(entry(tool) for tool in tools if tool.source == status.id),
                _problem(status),
            )
            for status in await toolbox.sources()
        ]
        listed = [source for source in sources if source.tools or source.problem]
        panel.show_tools(listed, self._reason(), begun=self._setup.begun_already)

    def _switched(self, names: object) -> None:
        assert isinstance(names, tuple)
        self._scope.restart(self._keep(names), name="keep")

    async def _keep(self, names: tuple[str, ...]) -> None:
        toolbox = self._services.tools.toolbox
        usual = {tool.name for tool in await toolbox.offered()}
        if not self._setup.begun_already and set(names) == usual:
            digest = ""  # as the settings say, also when these change before the first question
        elif names:
            digest = (await toolbox.offer_for(self._setup.setup, names)).digest
        else:
            digest = NO_TOOLS
        self._setup.choose_tools(digest)

    def _open_settings(self) -> None:
        self.close()
        self._window.tool_settings_clicked.emit()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._window.chat.show_notice(error.sentence)
            return
        log.error("a task of the tools failed", exc_info=error)
        self._window.chat.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))


def _problem(status: SourceStatus) -> str:
    """Why a source has no tools to offer."""
    if status.state is SourceState.OFF:
        return tr("Off in the settings")
    if status.state is SourceState.FAILED:
        # Sentences of ours, which have direction marks of their own, around words of others.
        sentence = clean(" ".join(status.detail.split()))
        shown = sentence if len(sentence) <= _SENTENCE else f"{sentence[: _SENTENCE - 1]}…"
        return shown or tr("It cannot be used at present.")
    return ""
