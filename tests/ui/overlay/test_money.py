"""Budgets on the screen: what keeps a question here, and the ways out in the card."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kireji.core.errors import AuthenticationFailed
from kireji.core.messages import MessageState
from kireji.core.models import ModelInfo, Price
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import FakeProvider, answer
from tests.ui.overlay.support import Overlay, noise, overlay
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt

UNKNOWN = ModelInfo("anthropic", "fake-model", "Fake model")
PRICED = ModelInfo("anthropic", "fake-model", "Fake model", prices=(Price(10.0, 50.0, 12.5, 1.0),))
NO_PRICE = "The price of Fake model is unknown"


@asynccontextmanager
async def refused(theme: Theme, folder: Path, model: ModelInfo) -> AsyncIterator[tuple[Overlay, AnswerCard]]:
    """An overlay in which a question was asked that money keeps here."""
    world = OverlayWorld(remote=FakeProvider(models=(model,)))
    world.screen = FakeCapture(noise()[0])
    world.settings.tables["budget"] = {"day": 0.01}
    async with overlay(world, theme, folder) as stand:
        await stand.ask("why")
        await stand.card_says("nothing was sent" if model is UNKNOWN else "The budget for today is")
        yield stand, stand.presenter.stage.card


async def test_an_unknown_price_is_asked_about_in_the_card(theme: Theme, tmp_path: Path) -> None:
    async with refused(theme, tmp_path, UNKNOWN) as (stand, card):
        assert card.sentence.startswith(NO_PRICE)
        assert card.ending.anyway.isVisible()
        assert not card._retry.isVisible()  # it would be refused again
        assert stand.world.remote.asked == []


async def test_it_is_sent_anyway_with_its_picture_and_no_second_copy_of_the_question(
    theme: Theme, tmp_path: Path
) -> None:
    async with refused(theme, tmp_path, UNKNOWN) as (stand, card):
        stand.world.remote.enqueue(answer("Because."))
        card.ending.anyway.click()
        await stand.answer_is("Because.")
        request = stand.world.remote.asked[0].cleared.request
        assert request is not None
        assert len(request.messages[-1].images) == 1
        assert await stand.texts() == ["why", "Because."]
        assert (card.ending.anyway.isVisible(), card.ending.budget.isVisible()) == (False, False)


async def test_saying_so_once_holds_for_one_question(theme: Theme, tmp_path: Path) -> None:
    async with refused(theme, tmp_path, UNKNOWN) as (stand, card):
        stand.world.remote.enqueue(answer("Because."))
        card.ending.anyway.click()
        await stand.answer_is("Because.")
        stand.type("and now?")
        stand.key(Qt.Key.Key_Return)
        await stand.card_says(NO_PRICE)
        assert len(stand.world.remote.asked) == 1


async def test_the_keyboard_reaches_both_ways_out(theme: Theme, tmp_path: Path) -> None:
    async with refused(theme, tmp_path, UNKNOWN) as (stand, card):
        stand.world.remote.enqueue(answer("Because."))
        card.field.setFocus()
        for expected in (card.ending.budget, card.ending.anyway):
            stand.key(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
            assert stand.focus is expected
        QTest.keyClick(stand.focus, Qt.Key.Key_Return)
        await stand.answer_is("Because.")


async def test_a_reached_budget_leads_to_the_budgets_and_the_question_is_kept(theme: Theme, tmp_path: Path) -> None:
    pages: list[str] = []
    async with refused(theme, tmp_path, PRICED) as (stand, card):
        stand.presenter._open_settings = pages.append
        assert (card.ending.anyway.isVisible(), card.ending.budget.isVisible()) == (False, True)
        card.ending.budget.click()
        assert pages == ["spending"]
        assert not stand.shown
        stored = await stand.conversations.latest()
        assert stored is not None
        loaded = await stand.conversations.load(stored.id)
        assert loaded is not None
        assert [one.state for one in loaded.messages] == [MessageState.COMPLETE, MessageState.FAILED]


async def test_after_the_budget_was_raised_it_is_asked_again(theme: Theme, tmp_path: Path) -> None:
    async with refused(theme, tmp_path, PRICED) as (stand, card):
        await stand.services.preferences.set("budget.day", 10.0)
        stand.world.remote.enqueue(answer("Because."))
        card._retry.click()
        await stand.answer_is("Because.")


async def test_other_failures_say_nothing_of_money(stand: Overlay) -> None:
    stand.world.remote.enqueue([AuthenticationFailed("The key is refused.", "Replace it.")])
    await stand.ask("why")
    await stand.card_says("The key is refused.")
    card = stand.presenter.stage.card
    assert (card.ending.anyway.isVisible(), card.ending.budget.isVisible()) == (False, False)
    assert card._retry.isVisible()


async def test_the_card_has_room_for_the_sentence_and_the_buttons(theme: Theme, tmp_path: Path) -> None:
    async with refused(theme, tmp_path, UNKNOWN) as (_, card):
        assert card.ending.height() >= card.ending.heightForWidth(card.ending.width())
        assert card.ending.anyway.geometry().bottom() <= card.ending._ways.height()
        assert card.ending.geometry().bottom() < card.field.mapTo(card, QPoint(0, 0)).y()
