"""A call of a tool that waits for the person, beside the selection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.messages import ToolCallPart
from kireji.ui.chat.permission.card import PermissionCard
from kireji.ui.overlay.card_state import CardState
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import USES_TOOLS, FakeProvider, answer, calling
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool
from tests.support.accessibility import unnamed
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt


@pytest.fixture
def git() -> FakeToolSource:
    return FakeToolSource(make_tool("commit", "mcp:git"), make_tool("push", "mcp:git"), name="mcp:git")


@pytest_asyncio.fixture
async def tools(theme: Theme, tmp_path: Path, git: FakeToolSource) -> AsyncIterator[Overlay]:
    """An overlay whose model may use tools."""
    world = OverlayWorld(remote=FakeProvider(models=(USES_TOOLS,)), tool_sources=FakeToolSources(git))
    world.screen = FakeCapture(noise()[0])
    async with overlay(world, theme, tmp_path) as made:
        yield made


def call(number: int = 1, name: str = "git__commit") -> ToolCallPart:
    return ToolCallPart(f"c{number}", name, '{"message": "Fix"}')


async def card(stand: Overlay) -> PermissionCard:
    asked = stand.presenter.stage.card.asked
    await until(lambda: asked.card is not None and asked.card.isVisible(), "the card of permission")
    assert asked.card is not None
    asked.card.guard._since = -1.0
    return asked.card


async def test_a_call_is_allowed_beside_the_selection(tools: Overlay, git: FakeToolSource) -> None:
    tools.world.remote.enqueue(calling(call(), words="I look."), answer("Done."))
    await tools.ask()
    asked = await card(tools)
    assert tools.presenter.stage.card.sentence == "Waiting for you"
    assert [button.text() for button in asked.buttons()] == ["Allow once", "Deny", "Open"]
    assert git.calls == []
    QTest.mouseClick(asked.allow, Qt.MouseButton.LeftButton)
    await tools.answer_is("I look.\n\nDone.")
    assert git.calls == [("commit", {"message": "Fix"})]
    assert not tools.presenter.stage.card.asked.waiting


async def test_a_denied_call_has_no_effect(tools: Overlay, git: FakeToolSource) -> None:
    tools.world.remote.enqueue(calling(call()), answer("Then not."))
    await tools.ask()
    QTest.mouseClick((await card(tools)).deny, Qt.MouseButton.LeftButton)
    await tools.answer_is("Then not.")
    assert git.calls == []


async def test_several_calls_are_asked_about_one_after_the_other(tools: Overlay, git: FakeToolSource) -> None:
    tools.world.remote.enqueue(calling(call(1), call(2, "git__push")), answer("Done."))
    await tools.ask()
    first, asked = await card(tools), tools.presenter.stage.card.asked
    await until(lambda: len(asked._waiting) == 2, "both calls to wait")
    first.allow.click()
    await until(lambda: asked.card is not first, "the next card")
    second = asked.card
    assert second is not None
    QTest.mouseClick(second.allow, Qt.MouseButton.LeftButton)  # the second of a double click on the first
    assert len(git.calls) <= 1
    (await card(tools)).deny.click()
    await tools.answer_is("Done.")
    assert len(git.calls) == 1


async def test_the_next_card_has_all_its_room_too(tools: Overlay) -> None:
    long = ToolCallPart("c2", "git__push", '{"message": "one\\ntwo\\nthree\\nfour\\nfive\\nsix"}')
    tools.world.remote.enqueue(calling(call(1), long))
    await tools.ask()
    first, asked = await card(tools), tools.presenter.stage.card.asked
    await until(lambda: len(asked._waiting) == 2, "both calls to wait")
    first.deny.click()
    await until(lambda: asked.card is not first, "the next card")
    second = await card(tools)
    await until(lambda: second.height() >= second.heightForWidth(second.width()), "room for the next card")


async def test_what_is_typed_goes_to_the_field_and_enter_allows_nothing(tools: Overlay, git: FakeToolSource) -> None:
    tools.world.remote.enqueue(calling(call()), answer("Done."))
    await tools.ask()
    await card(tools)
    tools.type("and")
    tools.key(Qt.Key.Key_Return)
    tools.key(Qt.Key.Key_Space)
    assert tools.presenter.stage.card.field.text().startswith("and")
    assert git.calls == []


async def test_the_keyboard_answers_what_tab_comes_to(tools: Overlay, git: FakeToolSource) -> None:
    tools.world.remote.enqueue(calling(call()), answer("Done."))
    await tools.ask()
    asked = await card(tools)
    for _ in range(20):
        if tools.focus is asked.allow:
            break
        tools.key(Qt.Key.Key_Tab)
    tools.key(Qt.Key.Key_Return)
    await tools.answer_is("Done.")
    assert len(git.calls) == 1


async def test_tab_comes_to_the_card_before_the_field(tools: Overlay) -> None:
    tools.world.remote.enqueue(calling(call()))
    await tools.ask()
    asked = await card(tools)
    for button in reversed(asked.buttons()):
        tools.key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
        assert tools.focus is button


async def test_the_rest_is_seen_in_the_main_window(tools: Overlay) -> None:
    tools.world.remote.enqueue(calling(call()))
    await tools.ask()
    left: list[object] = []
    tools.presenter.left.connect(left.append)
    (await card(tools)).open.click()
    await until(lambda: tools.opened, "the conversation in the window")
    assert len(tools.services.tools.approvals.pending(tools.opened[0])) == 1
    assert left == []


async def test_a_card_that_is_put_away_leaves_word(tools: Overlay, git: FakeToolSource) -> None:
    tools.world.remote.enqueue(calling(call()), answer("Done."))
    await tools.ask()
    await card(tools)
    left: list[object] = []
    tools.presenter.left.connect(left.append)
    tools.key(Qt.Key.Key_Escape)
    assert len(left) == 1
    assert not tools.presenter.shows(left[0])  # type: ignore[arg-type]
    assert git.calls == []


async def test_stop_takes_the_card_along(tools: Overlay, git: FakeToolSource) -> None:
    tools.world.remote.enqueue(calling(call()))
    await tools.ask()
    await card(tools)
    tools.presenter.stage.card.stopped.emit()
    await until(lambda: tools.presenter.stage.card.state is CardState.STOPPED, "the answer is stopped")
    assert tools.presenter.stage.card.asked.isHidden()
    assert git.calls == []


async def test_everything_has_a_name_and_its_place(tools: Overlay) -> None:
    tools.world.remote.enqueue(calling(call(), words="word " * 400))
    await tools.ask()
    asked = await card(tools)
    assert unnamed(tools.presenter.stage.card) == []
    whole = tools.presenter.stage.card
    for button in asked.buttons():
        corner = button.mapTo(whole, button.rect().bottomRight())
        assert whole.rect().contains(corner)


async def test_a_new_capture_begins_without_it(tools: Overlay) -> None:
    tools.world.remote.enqueue(calling(call()))
    await tools.ask()
    await card(tools)
    tools.key(Qt.Key.Key_Escape)
    await tools.capture()
    assert not tools.presenter.stage.card.asked.waiting
