"""Tools in the window: which are offered, and a card that lets a call pass or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.history import NO_TOOLS
from kireji.core.messages import ToolCallPart
from kireji.core.tools import Hints, SourceState
from kireji.ui.chat.permission.card import PermissionCard
from kireji.ui.chat.tools_panel import ToolsPanel
from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
from tests.fakes.services import FakeSurroundings
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool
from tests.support.accessibility import unnamed
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

READS = Hints(read_only=True, open_world=False)


def below(*sources: FakeToolSource, uses_tools: bool = True) -> FakeSurroundings:
    model = msgspec.structs.replace(USES_TOOLS, uses_tools=uses_tools)
    found = sources or (
        FakeToolSource(make_tool("read_file", "built-in", hints=READS), name="built-in", fingerprint="built-in"),
        FakeToolSource(make_tool("status", "mcp:git"), make_tool("commit", "mcp:git"), name="mcp:git"),
    )
    made = FakeSurroundings(provider=FakeProvider(models=(model,)), tool_sources=FakeToolSources(*found))
    return made.with_key()


@asynccontextmanager
async def window(where: FakeSurroundings) -> AsyncIterator[Stand]:
    async with window_over(where) as stand:
        stand.presenter.chat._tools._waits = False
        stand.presenter.chat._tools.refresh()
        await stand.until(lambda: stand.window.chat.composer._offered is not None)
        yield stand


def chip(stand: Stand) -> str:
    return stand.window.chat.composer.tools.text()


async def panel(stand: Stand) -> ToolsPanel:
    stand.window.chat.composer.tools.click()
    tools = stand.presenter.chat._tools
    await stand.until(lambda: tools._popup is not None and tools._popup.isVisible())
    assert tools._panel is not None
    return tools._panel


def ask(stand: Stand, text: str = "Why?") -> None:
    stand.window.chat.composer.set_text(text)
    field = stand.window.chat.composer.focusProxy()
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_Return)


def cards(stand: Stand) -> list[PermissionCard]:
    return [card for card in stand.window.chat.transcript.findChildren(PermissionCard) if card.isVisible()]


async def card(stand: Stand) -> PermissionCard:
    await stand.until(lambda: cards(stand))
    found = cards(stand)[0]
    found.guard._since = -1.0
    return found


def offered(where: FakeSurroundings, turn: int = -1) -> list[str]:
    request = where.provider.encoded[turn]
    return [tool.name for tool in request.tools]


async def test_the_chip_counts_what_is_offered() -> None:
    async with window(below()) as stand:
        assert chip(stand) == "Tools 3"
        await stand.services.tools.toolbox.set_on("mcp:git", False)
        await stand.until(lambda: chip(stand) == "Tools 1")


async def test_a_model_that_uses_no_tools_says_so() -> None:
    async with window(below(uses_tools=False)) as stand:
        await stand.until(lambda: chip(stand) == "Tools 0")
        opened = await panel(stand)
        assert opened._reason.text() == "Fake model uses no tools. Choose another model for that."
        assert not any(opened.row(name).isEnabled() for name in ("read_file", "git__status"))
        assert not opened._cost.isVisible()


async def test_tools_are_chosen_for_a_conversation_that_begins() -> None:
    where = below()
    where.provider.enqueue(answer("So."))
    async with window(where) as stand:
        opened = await panel(stand)
        assert not opened._cost.isVisible()
        opened.row("git__commit").switch.click()
        await stand.until(lambda: chip(stand) == "Tools 2")
        QTest.keyClick(opened, Qt.Key.Key_Escape)
        ask(stand)
        await stand.until(lambda: where.provider.encoded)
        assert offered(where) == ["read_file", "git__status"]


async def test_what_is_changed_later_costs_something_and_that_is_said() -> None:
    where = below()
    where.provider.enqueue(answer("So."), answer("And so."))
    async with window(where) as stand:
        ask(stand)
        await stand.until(lambda: "So." in "".join(stand.shown()))
        opened = await panel(stand)
        assert opened._cost.isVisible()
        opened.source_row(1).switch.click()
        await stand.until(lambda: chip(stand) == "Tools 1")
        QTest.keyClick(opened, Qt.Key.Key_Escape)
        ask(stand, "And?")
        await stand.until(lambda: len(where.provider.encoded) > 1)
        assert [offered(where, turn) for turn in (0, 1)] == [["read_file", "git__commit", "git__status"], ["read_file"]]


async def test_all_tools_can_be_switched_off_here() -> None:
    where = below()
    where.provider.enqueue(answer("So."))
    async with window(where) as stand:
        opened = await panel(stand)
        for place in (0, 1):
            opened.source_row(place).switch.click()
        await stand.until(lambda: chip(stand) == "Tools 0")
        assert stand.presenter.chat._setup.tools == NO_TOOLS
        ask(stand)
        await stand.until(lambda: where.provider.encoded)
        assert offered(where) == []


async def test_what_the_settings_switch_off_stays_off_here() -> None:
    where = below()
    where.settings.tables["tools"] = {"off": ["git__commit"]}
    async with window(where) as stand:
        opened = await panel(stand)
        assert chip(stand) == "Tools 2"
        assert not opened.row("git__commit").isEnabled()
        assert opened.row("git__commit").switch.accessibleDescription() == "Off in the settings"


async def test_a_source_that_cannot_be_used_says_why() -> None:
    broken = FakeToolSource(name="plugin:broken")
    broken.state = SourceState.FAILED
    async with window(below(broken)) as stand:
        opened = await panel(stand)
        assert not opened.source_row(0).isEnabled()
        assert opened.source_row(0).switch.accessibleDescription() == "It cannot be used at present."
        assert unnamed(opened) == []


async def test_why_it_cannot_be_used_keeps_the_marks_of_its_language_and_nothing_hidden() -> None:
    broken = FakeToolSource(name="plugin:broken")
    broken.state, broken.detail = SourceState.FAILED, "صحّح \u200e/mcp\n\u202e هنا."
    async with window(below(broken)) as stand:
        opened = await panel(stand)
        assert opened.source_row(0).switch.accessibleDescription() == "صحّح \u200e/mcp  هنا."


@pytest.mark.parametrize("width", [480, 1200])
async def test_the_chip_has_room_in_a_narrow_window(width: int) -> None:
    async with window_over(below(), size=(width, 700)) as stand:
        composer = stand.window.chat.composer
        composer.show_tools(3, "")
        composer.set_running(True)
        await stand.until(lambda: stand.window.width() == width)
        assert composer.tools.geometry().right() < composer._queue.geometry().left()
        assert composer._go.geometry().right() <= composer.width()
        assert composer.tools.width() >= composer.tools.sizeHint().width()


# A call.


async def test_a_call_waits_for_the_person_and_then_runs() -> None:
    git = FakeToolSource(make_tool("commit", "mcp:git"), name="mcp:git")
    where = below(git)
    call = ToolCallPart("c1", "git__commit", '{"message": "Fix"}')
    where.provider.enqueue(calling(call), answer("Done."))
    async with window(where) as stand:
        ask(stand)
        found = await card(stand)
        assert git.calls == []
        found.allow.click()
        await stand.until(lambda: "Done." in "".join(stand.shown()))
        assert git.calls == [("commit", {"message": "Fix"})]
        assert cards(stand) == []


async def test_a_denied_call_has_no_effect_and_the_answer_goes_on() -> None:
    git = FakeToolSource(make_tool("commit", "mcp:git"), name="mcp:git")
    where = below(git)
    where.provider.enqueue(calling(ToolCallPart("c1", "git__commit", "{}")), answer("Then not."))
    async with window(where) as stand:
        ask(stand)
        (await card(stand)).deny.click()
        await stand.until(lambda: "Then not." in "".join(stand.shown()))
        assert git.calls == []


async def test_always_denied_is_not_asked_again() -> None:
    git = FakeToolSource(make_tool("commit", "mcp:git"), name="mcp:git")
    where = below(git)
    call = ToolCallPart("c1", "git__commit", "{}")
    where.provider.enqueue(calling(call), calling(msgspec.structs.replace(call, call_id="c2")), answer("Then not."))
    async with window(where) as stand:
        ask(stand)
        menu = (await card(stand))._choices.denials_menu()
        menu.actions()[1].trigger()
        await stand.until(lambda: "Then not." in "".join(stand.shown()))
        assert git.calls == []
        assert len(await stand.services.tools.permissions.grants()) == 1


async def test_esc_stops_a_turn_that_waits() -> None:
    git = FakeToolSource(make_tool("commit", "mcp:git"), name="mcp:git")
    where = below(git)
    where.provider.enqueue(calling(ToolCallPart("c1", "git__commit", "{}")))
    async with window(where) as stand:
        ask(stand)
        await card(stand)
        stand.window._leave()
        await stand.until(lambda: not cards(stand) and not stand.presenter.chat.streaming)
        assert git.calls == []
        (summary,) = await stand.services.conversations.recent(1)
        assert stand.services.tools.approvals.pending(summary.id) == ()


async def test_enter_in_the_composer_allows_nothing() -> None:
    git = FakeToolSource(make_tool("commit", "mcp:git"), name="mcp:git")
    where = below(git)
    where.provider.enqueue(calling(ToolCallPart("c1", "git__commit", "{}")), answer("So."))
    async with window(where) as stand:
        ask(stand)
        await card(stand)
        ask(stand, "What else?")
        await asyncio.sleep(0)
        assert git.calls == []
        assert len(cards(stand)) == 1


async def test_who_comes_back_to_a_conversation_finds_its_card() -> None:
    git = FakeToolSource(make_tool("commit", "mcp:git"), name="mcp:git")
    where = below(git)
    where.provider.enqueue(calling(ToolCallPart("c1", "git__commit", "{}")), answer("Done."))
    async with window(where) as stand:
        ask(stand)
        await card(stand)
        number = stand.presenter.chat.current
        assert number is not None
        stand.presenter.chat.begin()
        await stand.until(lambda: not cards(stand))
        stand.presenter.chat.open(number)
        (await card(stand)).allow.click()
        await stand.until(lambda: "Done." in "".join(stand.shown()))
        assert len(git.calls) == 1


async def test_who_opens_the_open_conversation_again_finds_its_card_once() -> None:
    where = below()
    where.provider.enqueue(calling(ToolCallPart("c1", "git__commit", "{}")), answer("Done."))
    async with window(where) as stand:
        ask(stand)
        await card(stand)
        number = stand.presenter.chat.current
        assert number is not None
        for _ in range(3):
            stand.presenter.chat.open(number)
            await stand.until(lambda: not stand.presenter.chat._conversation.opening)
            asked = await card(stand)
            assert len(cards(stand)) == 1
            assert stand.window.chat.composer._go.text() == "Stop"
        asked.allow.click()
        await stand.until(lambda: not stand.presenter.chat.streaming)
        assert len(stand.window.chat.transcript.messages) == 2


async def test_parallel_calls_have_a_card_each() -> None:
    git = FakeToolSource(make_tool("commit", "mcp:git"), make_tool("push", "mcp:git"), name="mcp:git")
    where = below(git)
    calls = [ToolCallPart("c1", "git__commit", "{}"), ToolCallPart("c2", "git__push", "{}")]
    where.provider.enqueue(calling(*calls), answer("Done."))
    async with window(where) as stand:
        ask(stand)
        await stand.until(lambda: len(cards(stand)) == 2)
        by_name = {each.request.tool.own_name: each for each in cards(stand)}
        by_name["push"].deny.click()
        await stand.until(lambda: len(cards(stand)) == 1)
        (await card(stand)).allow.click()
        await stand.until(lambda: "Done." in "".join(stand.shown()))
        assert git.calls == [("commit", {})]
