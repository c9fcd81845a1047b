"""The page "Tools" over fakes, without a window around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from kireji.core.tools import Hints, SourceState, SourceStatus
from kireji.services.application import Services
from kireji.ui.settings.tools.page import ToolsPage
from kireji.ui.settings.tools.presenter import ToolsPresenter
from kireji.ui.settings.tools.source_card import SourceCard
from kireji.ui.settings.tools.tool_rows import ToolRow
from kireji.ui.theme import Theme
from tests.fakes.services import FakeSurroundings
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool

PURE = Hints(read_only=True, open_world=False, pure=True)
READS = Hints(read_only=True, open_world=False)


class ShownSource(FakeToolSource):
    """A source that also says where it comes from.

    Attributes:
        detail: Why it failed.
        origin: Its file or command.
        log: Path of its log.
    """

    detail = ""
    origin = ""
    log = ""

    def status(self) -> SourceStatus:
        return msgspec.structs.replace(super().status(), detail=self.detail, origin=self.origin, log=self.log)


def own() -> ShownSource:
    """Built-in tools."""
    tools = (
        make_tool("calculate", "built-in", hints=PURE, gives=None),
        make_tool("read_file", "built-in", hints=READS),
        make_tool("run_command", "built-in", asks_always=True),
    )
    return ShownSource(*tools, name="built-in", fingerprint="built-in")


def weather() -> ShownSource:
    """A plugin."""
    return ShownSource(make_tool("forecast", "plugin:weather"), name="plugin:weather")


def git() -> ShownSource:
    """A server."""
    tools = (make_tool("log", "mcp:git"), make_tool("commit", "mcp:git"))
    return ShownSource(*tools, name="mcp:git")


def broken() -> ShownSource:
    """A plugin that cannot be loaded."""
    result = ShownSource(name="plugin:broken")
    result.state = SourceState.FAILED
    result.detail = "/plugins/broken.py:12: the type complex cannot be used. Use str."
    result.origin = "/plugins/broken.py"
    return result


@dataclass
class Shown:
    """The page, with what is below it."""

    below: FakeSurroundings
    services: Services
    page: ToolsPage
    presenter: ToolsPresenter
    plugins: Path
    failures: list[BaseException] = field(default_factory=list)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the loop run until something holds; the test's own time limit ends a wait that never does."""
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)

    def card(self, source: str) -> SourceCard:
        """The card of one source."""
        card = self.presenter.sources.card(source)
        assert card is not None
        return card

    async def opened(self, source: str) -> SourceCard:
        """The same with its tools."""
        card = self.card(source)
        card.fold.line.click()
        assert card.body is not None
        body = card.body
        await self.until(lambda: body.sentence.text() or body.rows.findChildren(ToolRow))
        return card

    def row(self, source: str, tool: str) -> ToolRow:
        """The row of one tool of an open card."""
        body = self.card(source).body
        assert body is not None
        return body.rows.row(tool)


def with_sources(*sources: FakeToolSource) -> FakeSurroundings:
    """Fakes in which these sources are."""
    below = FakeSurroundings()
    below.tool_sources = FakeToolSources(*sources)
    return below


@asynccontextmanager
async def page_over(below: FakeSurroundings, plugins: Path = Path("/plugins")) -> AsyncIterator[Shown]:
    """Show the page until all its cards are there, and close it."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    failures: list[BaseException] = []
    services = below.build()
    theme = Theme(app)
    page = ToolsPage(theme)
    owner = QObject()
    presenter = ToolsPresenter(page, services, plugins, failures.append, owner)
    end = services.preferences.changed.subscribe(presenter.settings_changed)
    page.resize(560, 900)
    presenter.show()
    page.show()
    shown = Shown(below, services, page, presenter, plugins, failures)
    expected = len(below.tool_sources.found)
    await shown.until(lambda: sum(len(tuple(part.cards())) for part in page.lists.values()) == expected)
    await shown.until(lambda: page.log.sentence.text() or page.log.rows())
    try:
        yield shown
    finally:
        end()
        await presenter.aclose()
        page.close()
        page.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
    for failure in failures:
        raise failure
