"""Choosing who answers in the overlay, and answers that go on or fail there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from kireji.core.errors import RequestRejected
from kireji.core.messages import StopReason
from kireji.core.models import ModelInfo
from kireji.services.turns import GO_ON
from kireji.ui.models.words import Pick
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt
SMALL, LARGE = ModelInfo("anthropic", "small", "Small"), ModelInfo("anthropic", "large", "Large")


def world() -> OverlayWorld:
    return OverlayWorld(remote=FakeProvider(models=(SMALL, LARGE)), screen=FakeCapture(noise()[0]))


async def selected(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    await until(lambda: stand.presenter.stage.bar.model.isVisible(), "the model's name")


async def test_the_bar_says_who_will_answer(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        await selected(stand)
        await until(lambda: stand.presenter.stage.bar.model.words() == "Small", "the model's name")


async def test_a_choice_holds_for_this_capture_and_not_for_the_next(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        await selected(stand)
        stand.presenter.stage.bar.model.click()
        QTest.keyClicks(stand.focus, "large")
        stand.key(Qt.Key.Key_Return)
        bar = stand.presenter.stage.bar
        await until(lambda: bar.model.words() == "Large", "the other name")
        stand.world.remote.enqueue(answer("A."))
        stand.key(Qt.Key.Key_Return)
        await stand.answer_is("A.")
        assert stand.world.remote.encoded[-1].model == "large"
        stand.presenter.close()
        await selected(stand)
        await until(lambda: bar.model.words() == "Small", "the settings' choice")


async def test_instructions_hold_for_this_captures_conversation(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        await selected(stand)
        stand.presenter.stage.bar.model.click()
        picking = stand.presenter.asking._model._picking
        assert picking is not None
        assert picking.panel is not None
        assert picking.panel.instructions is not None
        picking.panel.instructions.edit()
        picking.panel.instructions.field.setPlainText("Answer in French.")
        picking.panel.instructions.save.click()
        picking.close()
        stand.world.remote.enqueue(answer("A."), answer("B."))
        stand.key(Qt.Key.Key_Return)
        await stand.answer_is("A.")
        stand.presenter.stage.card.followed_up.emit("and then?")
        await stand.answer_is("B.")
        assert [request.system for request in stand.world.remote.encoded] == ["Answer in French."] * 2


async def test_instructions_changed_beside_an_answer_hold_from_the_next_question_on(
    theme: Theme, tmp_path: Path
) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        stand.world.remote.enqueue(answer("A."), answer("B."))
        await stand.ask()
        await stand.answer_is("A.")
        stand.presenter.stage.card.model_chip.click()
        picking = stand.presenter.asking._model._picking
        assert picking is not None
        picking.instructed.emit("Answer in French.")
        picking.close()
        stand.presenter.stage.card.followed_up.emit("and then?")
        await stand.answer_is("B.")
        assert [request.system for request in stand.world.remote.encoded] == ["", "Answer in French."]


async def test_escape_closes_the_picker_and_not_the_overlay(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        await selected(stand)
        stand.presenter.stage.bar.model.click()
        stand.key(Qt.Key.Key_Escape)
        assert stand.shown
        assert stand.focus is stand.presenter.stage.bar.field


async def test_another_model_answers_the_follow_up(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        stand.world.remote.enqueue(answer("A."), answer("B."))
        await stand.ask()
        await stand.answer_is("A.")
        stand.presenter.stage.card.model_chip.click()
        picking = stand.presenter.asking._model._picking
        assert picking is not None
        picking.picked.emit(Pick("anthropic", "large"))
        picking.close()
        await until(lambda: stand.presenter.stage.card.model == "Large", "the other name")
        stand.presenter.stage.card.followed_up.emit("and then?")
        await stand.answer_is("B.")
        assert stand.world.remote.encoded[-1].model == "large"


async def test_a_cut_answer_goes_on(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        stand.world.remote.enqueue(answer("First", reason=StopReason.MAX_TOKENS), answer("the rest"))
        await stand.ask()
        await stand.answer_is("First")
        card = stand.presenter.stage.card
        assert card._continue.isVisible()
        assert card.sentence
        card._continue.click()
        await stand.answer_is("the rest")
        assert stand.world.remote.encoded[-1].messages[-1].text == GO_ON
        assert card.question_text == "Continue"


async def test_a_failure_shows_its_details_on_request(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        stand.world.remote.enqueue([RequestRejected("Refused.", "Ask so.", provider="anthropic", request_id="req_1")])
        await stand.ask()
        await stand.card_says("Refused. Ask so.")
        details = stand.presenter.stage.card.ending.details
        details.toggle.click()
        assert details.isVisible()
        assert details.text() == "Kind: RequestRejected\nProvider: Anthropic\nRequest id: req_1"


async def test_after_the_choice_the_keyboard_is_where_the_question_is_written(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        await selected(stand)
        bar = stand.presenter.stage.bar
        bar.model.setFocus()
        stand.key(Qt.Key.Key_Return)
        QTest.keyClicks(stand.focus, "large")
        stand.key(Qt.Key.Key_Return)
        assert stand.focus is bar.field


async def test_the_button_that_stops_keeps_its_place_while_the_card_grows(theme: Theme, tmp_path: Path) -> None:
    async with overlay(world(), theme, tmp_path) as stand:
        hold, more = Hold(), Hold()
        start, middle, *rest = answer("One.\n\n", "Two.\n\nThree.\n\nFour.\n\nFive.")
        stand.world.remote.enqueue([start, middle, hold, rest[0], more, *rest[1:]])
        await stand.ask()
        await hold.reached.wait()
        card = stand.presenter.stage.card
        await until(lambda: card.isVisible() and card._stop.x() > 0, "the card to be laid out")
        before = card._stop.mapToGlobal(QPoint(0, 0)), card.height()
        hold.release()
        await more.reached.wait()
        await until(lambda: card.height() > before[1], "the card to grow")
        assert card._stop.mapToGlobal(QPoint(0, 0)) == before[0]
        more.release()
