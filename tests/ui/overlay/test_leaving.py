"""What becomes of an answer when its card goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from kireji.core.errors import StoreFull
from kireji.core.messages import MessageState
from kireji.ui.overlay.shot import Lost
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import Hold, answer
from tests.fakes.stores import MemoryConversationStore
from tests.ui.overlay.slow import SlowHistory
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt
LOST = Lost(None, (), None)


def unfinished(hold: Hold) -> list[object]:
    whole = answer("Because", " and more")
    return [*whole[:3], hold, *whole[3:]]


async def half_answered(stand: Overlay) -> Hold:
    """An answer whose first words are there."""
    hold = Hold()
    stand.world.remote.enqueue(unfinished(hold))
    await stand.ask()
    await hold.reached.wait()
    return hold


async def ended(stand: Overlay) -> None:
    conversation = await stand.conversations.latest()
    assert conversation is not None
    await until(lambda: stand.live.find(conversation.id) is None, "the turn to end")


async def test_esc_closes_at_once_and_the_answer_comes_to_its_end(stand: Overlay) -> None:
    hold = await half_answered(stand)
    stand.key(Qt.Key.Key_Escape)
    assert not stand.shown
    hold.release()
    await ended(stand)
    assert await stand.texts() == ["why", "Because and more"]
    assert not stand.errors


async def test_a_stopped_answer_stays_stopped_after_esc(stand: Overlay) -> None:
    await half_answered(stand)
    stand.presenter.stage.card.stopped.emit()
    stand.key(Qt.Key.Key_Escape)
    await ended(stand)
    conversation = await stand.conversations.latest()
    assert conversation is not None
    stored = await stand.conversations.load(conversation.id)
    assert stored is not None
    assert stored.messages[-1].state is MessageState.STOPPED


async def test_the_next_capture_begins_while_the_answer_before_is_still_on_its_way(stand: Overlay) -> None:
    hold = await half_answered(stand)
    stand.key(Qt.Key.Key_Escape)
    stand.world.remote.enqueue(answer("Other."))
    await stand.ask("again")
    await stand.answer_is("Other.")
    assert await stand.texts() == ["again", "Other."]
    hold.release()
    await until(lambda: len(stand.world.conversations.updates) and not stand.live._turns, "both turns to end")
    assert stand.presenter.stage.card.view.markdown() == "Other."


async def test_esc_before_the_question_is_saved_loses_neither_question_nor_picture(
    theme: Theme, tmp_path: Path
) -> None:
    history = SlowHistory()
    world = OverlayWorld(conversations=history, screen=FakeCapture(noise()[0]))
    async with overlay(world, theme, tmp_path) as stand:
        stand.world.remote.enqueue(answer("Because."))
        await stand.ask()
        stand.key(Qt.Key.Key_Escape)
        await history.hold.reached.wait()
        history.hold.release()
        await until(lambda: stand.world.remote.asked, "the question to go out")
        await ended(stand)
        request = stand.world.remote.asked[0].cleared.request
        assert request is not None
        assert list(request.blobs.values()) == [b"\x89PNGpicture of 100,100,200,100"]


async def test_a_question_that_cannot_be_saved_is_said_even_when_the_card_is_gone(stand: Overlay) -> None:
    assert isinstance(stand.conversations, MemoryConversationStore)
    stand.conversations.failure = StoreFull("The disk is full.", "Make room.")
    await stand.ask()
    stand.key(Qt.Key.Key_Escape)
    await until(lambda: stand.errors, "the sentence")
    assert stand.errors == ["The disk is full. Make room."]


async def test_the_overlay_says_which_conversation_it_shows(stand: Overlay) -> None:
    hold = await half_answered(stand)
    conversation = await stand.conversations.latest()
    assert conversation is not None
    assert stand.presenter.shows(conversation.id)
    assert not stand.presenter.shows(conversation.id + 1)
    stand.key(Qt.Key.Key_Escape)
    assert not stand.presenter.shows(conversation.id)
    hold.release()
    await ended(stand)


async def test_a_screen_that_goes_while_the_card_is_open_takes_the_conversation_to_the_window(stand: Overlay) -> None:
    hold = await half_answered(stand)
    conversation = await stand.conversations.latest()
    assert conversation is not None
    stand.presenter.stage.screens_changed.emit(LOST)
    assert not stand.shown
    assert stand.opened == [conversation.id]
    assert not stand.errors
    hold.release()
    await ended(stand)


async def test_a_screen_that_goes_before_the_question_is_saved_loses_nothing(theme: Theme, tmp_path: Path) -> None:
    history = SlowHistory()
    world = OverlayWorld(conversations=history, screen=FakeCapture(noise()[0]))
    async with overlay(world, theme, tmp_path) as stand:
        stand.world.remote.enqueue(answer("Because."))
        await stand.ask()
        await history.hold.reached.wait()
        stand.presenter.stage.screens_changed.emit(LOST)
        assert not stand.opened
        history.hold.release()
        await until(lambda: stand.opened, "the conversation to open")
        await ended(stand)
