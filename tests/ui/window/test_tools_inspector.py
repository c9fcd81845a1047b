"""The inspector's section "Tools": what holds for the open conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from kireji.core.messages import ImagePart, Message, MessageState, Role, TextPart, ToolCallPart, ToolResultPart
from kireji.core.permissions import Grant, Pattern
from kireji.core.tools import Hints, Outside, SourceState, Tool
from kireji.ui.chat.tool_rights import joined
from tests.fakes.provider import USES_TOOLS, FakeProvider
from tests.fakes.services import FakeSurroundings
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

PURE = Hints(read_only=True, open_world=False, pure=True)
READS = Hints(read_only=True, open_world=False)
FETCHES = Hints(read_only=True, open_world=True)


def own() -> FakeToolSource:
    tools = (
        make_tool("read_file", "built-in", hints=READS, gives=Outside.FILE),
        make_tool("search_files", "built-in", hints=READS, gives=Outside.FILE),
        make_tool("fetch_page", "built-in", hints=FETCHES, gives=Outside.WEB),
        make_tool("calculate", "built-in", hints=PURE, gives=None),
        make_tool("run_command", "built-in", asks_always=True),
    )
    return FakeToolSource(*tools, name="built-in", fingerprint="built-in")


def git() -> FakeToolSource:
    return FakeToolSource(make_tool("log", "mcp:git"), make_tool("commit", "mcp:git"), name="mcp:git")


def below(*sources: FakeToolSource, uses_tools: bool = True) -> FakeSurroundings:
    model = msgspec.structs.replace(USES_TOOLS, uses_tools=uses_tools)
    made = FakeSurroundings(provider=FakeProvider(models=(model,)), tool_sources=FakeToolSources(*sources))
    return made.with_key()


def allowed(where: FakeSurroundings, tool: Tool, conversation: int | None = None) -> None:
    number = len(where.permissions.kept) + 1
    where.permissions.kept[number] = Grant(
        number, tool.own_name, tool.source, "f1", True, Pattern(), conversation, None, where.clock.now()
    )


@asynccontextmanager
async def window(where: FakeSurroundings) -> AsyncIterator[Stand]:
    async with window_over(where) as stand:
        stand.presenter.chat._tools._waits = False
        stand.presenter.chat._tools.refresh()
        section = stand.window.inspector.tools
        await stand.until(lambda: section.lines() or not section.sentence.isHidden())
        yield stand


def shown(stand: Stand) -> dict[str, str]:
    return {line.name: line.words for line in stand.window.inspector.tools.lines()}


async def conversation(where: FakeSurroundings, *parts: ImagePart | TextPart) -> int:
    summary, question = await where.conversations.create("Talk", Message(Role.USER, parts or (TextPart("Why?"),)))
    await where.conversations.append(
        summary.id, question.id, Message(Role.ASSISTANT, (TextPart("So."),)), MessageState.COMPLETE
    )
    return summary.id


async def test_each_source_says_what_its_tools_may_do() -> None:
    async with window(below(own(), git())) as stand:
        assert shown(stand) == {
            "Files": "ask",
            "Web pages": "ask",
            "Calculator": "allowed",
            "Commands": "off",
            "mcp: git": "ask",
        }


async def test_a_permission_that_is_given_is_seen_at_once() -> None:
    server = git()
    where = below(server)
    async with window(where) as stand:
        await stand.services.tools.permissions.allow(server.tools[0])
        await stand.until(lambda: shown(stand) == {"mcp: git": "1 ask, 1 allowed"})
        await stand.services.tools.permissions.deny("mcp:git")
        await stand.until(lambda: shown(stand) == {"mcp: git": "denied"})


async def test_folders_and_hosts_of_the_settings_are_told() -> None:
    where = below(own())
    where.settings.tables["tools"] = {"folders": ["/a", "/b"], "hosts": ["docs.python.org"]}
    async with window(where) as stand:
        assert shown(stand)["Files"] == "ask, but for 2 folders"
        assert shown(stand)["Web pages"] == "ask, but for 1 host"


async def test_what_is_off_is_said_to_be() -> None:
    where = below(own(), git())
    where.settings.tables["tools"] = {"off": ["git__commit", "search_files", "read_file"]}
    async with window(where) as stand:
        assert shown(stand)["mcp: git"] == "1 ask, 1 off"
        assert shown(stand)["Files"] == "off"


async def test_a_source_whose_tools_are_not_known_says_why() -> None:
    cold, broken = git(), FakeToolSource(name="plugin:broken")
    cold.cold, cold.state, broken.state = True, SourceState.IDLE, SourceState.FAILED
    async with window(below(own(), broken, cold)) as stand:
        assert (shown(stand)["broken"], shown(stand)["mcp: git"]) == ("failed", "not started")
        assert cold.described == 0


async def test_where_tools_are_switched_off_one_line_says_so() -> None:
    where = below(own())
    where.settings.tables["tools"] = {"enabled": False}
    async with window(where) as stand:
        section = stand.window.inspector.tools
        assert (shown(stand), section.sentence.text()) == ({}, "Tools are switched off in the settings.")


async def test_a_model_that_uses_no_tools_is_told() -> None:
    async with window(below(own(), uses_tools=False)) as stand:
        assert "uses no tools" in stand.window.inspector.tools.sentence.text()


async def test_words_from_outside_are_told_and_ask_again_what_could_send_or_change() -> None:
    server = git()
    where = below(own(), server)
    allowed(where, server.tools[0])
    allowed(where, server.tools[1])
    where.settings.tables["tools"] = {"hosts": ["docs.python.org"]}
    tainted = await conversation(where, ImagePart("a" * 64, "image/png", 4, 4))
    async with window(where) as stand:
        assert shown(stand)["mcp: git"] == "allowed"
        assert stand.window.inspector.tools.outside.isHidden()
        stand.window.conversation_chosen.emit(tainted)
        outside = stand.window.inspector.tools.outside
        await stand.until(lambda: not outside.isHidden())
        assert outside.text() == "Contains text from your screen"
        assert "asks again here" in outside.toolTip()
        assert outside.accessibleDescription() == outside.toolTip()
        assert shown(stand)["mcp: git"] == "ask"
        assert shown(stand)["Web pages"] == "ask"
        assert shown(stand)["Calculator"] == "allowed"
        stand.window.new_clicked.emit()
        await stand.until(lambda: shown(stand)["mcp: git"] == "allowed")
        assert outside.isHidden()


async def test_what_tools_gave_back_counts_by_what_they_give() -> None:
    where = below(own())
    summary, question = await where.conversations.create("Talk", Message(Role.USER, (TextPart("Why?"),)))
    answer = Message(
        Role.ASSISTANT,
        (
            ToolCallPart("1", "calculate", "{}"),
            ToolResultPart("1", (TextPart("4"),)),
            ToolCallPart("2", "fetch_page", "{}"),
            ToolResultPart("2", (TextPart("a page"),)),
        ),
    )
    await where.conversations.append(summary.id, question.id, answer, MessageState.COMPLETE)
    async with window(where) as stand:
        stand.window.conversation_chosen.emit(summary.id)
        outside = stand.window.inspector.tools.outside
        await stand.until(lambda: not outside.isHidden())
        assert outside.text() == "Contains text from the web"


async def test_a_permission_for_a_conversation_is_seen_there_alone() -> None:
    server = git()
    where = below(server)
    here, there = await conversation(where), await conversation(where)
    allowed(where, server.tools[0], here)
    allowed(where, server.tools[1], here)
    async with window(where) as stand:
        stand.window.conversation_chosen.emit(here)
        await stand.until(lambda: shown(stand) == {"mcp: git": "allowed"})
        stand.window.conversation_chosen.emit(there)
        await stand.until(lambda: shown(stand) == {"mcp: git": "ask"})


async def test_the_section_stands_before_what_left_the_computer_and_folds() -> None:
    async with window(below(own())) as stand:
        inspector = stand.window.inspector
        names = [section.name for section in inspector._sections]
        assert names.index("instructions") < names.index("tools") < names.index("sent")
        inspector.tools._heading.click()
        assert inspector.tools.folded
        await stand.until(lambda: stand.below.settings.tables.get("appearance") == {"folded": ["tools"]})


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (["ask", "ask"], "ask"),
        (["allowed", "ask", "ask", "off"], "2 ask, 1 allowed, 1 off"),
        (["off"], "off"),
        (["denied", "allowed"], "1 allowed, 1 denied"),
    ],
)
def test_several_words_are_joined(held: list[str], words: str) -> None:
    assert joined(held) == words


async def test_of_many_sources_the_first_are_shown_and_the_rest_on_demand() -> None:
    many = [FakeToolSource(make_tool("look", f"plugin:p{n}"), name=f"plugin:p{n}") for n in range(30)]
    async with window(below(*many)) as stand:
        section = stand.window.inspector.tools
        assert len(section.lines()) == 30
        assert len(section._rows_shown) == 14
        assert section.more.text() == "Show 16 more"
        section.more.click()
        assert len(section._rows_shown) == 30
        assert section._more.isHidden()
