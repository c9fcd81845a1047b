"""A translation laid over the frozen picture."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kireji.core.errors import KirejiError
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.translation import TextBlock, TranslatedBlock, Translation
from kireji.ui.overlay.card_state import CardState
from kireji.ui.overlay.forms.laying import scaled
from kireji.ui.overlay.forms.over_picture import OverPicture
from kireji.ui.overlay.forms.translation_result import TranslationResult
from tests.fakes.provider import Hold, answer
from tests.ui.overlay.forms.support import FormStand
from tests.ui.overlay.support import until

pytestmark = pytest.mark.qt

CHOOSE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
BLOCKS = (
    TextBlock("保存", (10, 10, 90, 30), ((10, 10, 90, 30),)),
    TextBlock("開く", (10, 50, 90, 70), ((10, 50, 90, 70),)),
)
SIZE = (200, 100)


def translation(*texts: str, language: str = "English") -> Translation:
    blocks = [TranslatedBlock(block, text) for block, text in zip(BLOCKS, texts, strict=True)]
    return Translation(language, tuple(blocks), "", *SIZE)


def over(forms: FormStand) -> OverPicture:
    return forms.stand.presenter.asking.forms.over


def shown(forms: FormStand) -> TranslationResult:
    held = forms.card.results.held
    assert isinstance(held, TranslationResult)
    return held


async def translated(forms: FormStand) -> TranslationResult:
    forms.script.result = translation("Save", "Open")
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.done()
    await until(lambda: over(forms).image is not None, "the translation on the picture")
    return shown(forms)


async def test_it_lies_over_the_picture_in_its_full_size(forms: FormStand) -> None:
    await translated(forms)
    image = over(forms).image
    assert image is not None
    assert (image.width(), image.height()) == SIZE
    original = forms.stand.window.frame
    assert original is not None
    grown = image.copy(0, 80, 200, 20)
    picture = forms.stand.presenter.stage._shot.cut(forms.stand.presenter.pictures.stored[0][0]).copy(0, 80, 200, 20)
    assert grown == picture.convertToFormat(grown.format())


async def test_it_grows_as_blocks_arrive(forms: FormStand) -> None:
    hold = Hold()
    forms.script.early, forms.script.steps = [translation("", "")], [translation("Save", "")]
    forms.script.result = translation("Save", "Open")
    steps = answer("{}")
    forms.stand.world.remote.enqueue([*steps[:-2], hold, *steps[-2:]])
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.stand.card_says("Translating… 1 of 2")
    await until(lambda: over(forms).image is not None, "the first block")
    first = over(forms).image
    assert forms.card.state is CardState.STREAMING
    hold.release()
    await forms.done()
    await until(lambda: over(forms).image != first, "the second block")


async def test_while_its_words_are_read_it_says_so(forms: FormStand) -> None:
    forms.script.reading = Hold()
    forms.script.result = translation("Save", "Open")
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.stand.card_says("Reading the picture…")
    forms.script.reading.release()
    await forms.done()


async def test_space_switches_to_the_original_and_back(forms: FormStand) -> None:
    await translated(forms)
    forms.stand.key(Qt.Key.Key_Space)
    assert over(forms).image is None
    assert shown(forms).original.isChecked()
    forms.stand.key(Qt.Key.Key_Space)
    assert over(forms).image is not None
    assert forms.card.field.text() == ""


async def test_space_that_is_held_shows_the_original_only_that_long(forms: FormStand) -> None:
    view = await translated(forms)
    QTest.keyPress(forms.stand.focus, Qt.Key.Key_Space)
    assert over(forms).image is None
    view._pressed = _LongAgo()  # type: ignore[assignment] # a clock that says how long it was held
    QTest.keyRelease(forms.stand.focus, Qt.Key.Key_Space)
    assert over(forms).image is not None


class _LongAgo:
    def isValid(self) -> bool:
        return True

    def elapsed(self) -> int:
        return 2_000

    def invalidate(self) -> None:
        return


async def test_space_in_a_question_is_a_space(forms: FormStand) -> None:
    await translated(forms)
    forms.stand.type("what is")
    assert forms.card.field.text() == "what is"
    assert over(forms).image is not None


async def test_the_button_switches_too(forms: FormStand) -> None:
    view = await translated(forms)
    view.original.click()
    assert over(forms).image is None
    view.original.click()
    assert over(forms).image is not None


async def test_ctrl_c_copies_the_translated_text(forms: FormStand) -> None:
    await translated(forms)
    forms.stand.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Save\n\nOpen"


async def test_what_is_saved_copied_or_pinned_is_what_is_seen(forms: FormStand) -> None:
    view = await translated(forms)
    stage = forms.stand.presenter.stage
    cut = stage.cut()
    assert cut == over(forms).image
    view.original.click()
    assert stage.cut() != cut


async def test_another_language_is_remembered_and_translates_again(forms: FormStand) -> None:
    view = await translated(forms)
    forms.script.result = translation("Speichern", "Öffnen", language="German")
    forms.stand.world.remote.enqueue(answer("{}"))
    view.language_chosen.emit("German")
    await until(lambda: len(forms.script.asked) == 2, "the second question")
    await forms.done()
    await until(lambda: shown(forms).into.text() == "Deutsch", "the other language")
    assert [given["language"] for _, given in forms.script.asked] == ["English", "German"]
    assert forms.stand.services.preferences.settings.capture.translate_to == "German"


async def test_the_language_is_chosen_in_the_bars_menu(forms: FormStand) -> None:
    forms.script.result = translation("Speichern", "Öffnen", language="German")
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.presenter.stage.bar.language_wanted.emit("German")
    await forms.done()
    ((form, given),) = forms.script.asked
    assert (form, given["language"]) == (AnswerForm.TRANSLATION, "German")


async def test_of_several_pictures_the_last_is_translated(forms: FormStand) -> None:
    forms.script.result = translation("Save", "Open")
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_Insert)
    forms.stand.drag((400, 100), (600, 200))
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.done()
    await until(lambda: over(forms).image is not None, "the translation on the picture")
    layer = over(forms)._layers[forms.stand.window]
    assert layer.geometry().topLeft() == QPoint(400, 100)


async def test_a_follow_up_leaves_the_picture_as_it_was_captured(forms: FormStand) -> None:
    await translated(forms)
    forms.stand.world.remote.enqueue(answer("A button."))
    forms.stand.type("what is it")
    forms.stand.key(Qt.Key.Key_Return)
    await forms.stand.answer_is("A button.")
    assert over(forms).image is None


async def test_a_picture_without_words_says_so(forms: FormStand) -> None:
    forms.script.failure = KirejiError("There are no words in the picture.", "Choose another region.")
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.stand.card_says("There are no words in the picture. Choose another region.")
    assert over(forms).image is None


async def test_the_overlay_can_go_while_it_comes(forms: FormStand) -> None:
    hold = Hold()
    forms.script.early, forms.script.result = [translation("", "")], translation("Save", "Open")
    forms.stand.world.remote.enqueue([hold, *answer("{}")])
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await hold.reached.wait()
    forms.stand.presenter.close()
    hold.release()
    await until(lambda: forms.stand.world.results.kept, "the result in the history")
    assert forms.stand.presenter.stage.instead is None


def test_boxes_of_a_picture_that_was_shrunk_lie_where_they_were_captured() -> None:
    first, _ = scaled(translation("Save", "Open"), (400, 300))
    assert first.block.box == (20, 30, 180, 90)
    assert first.block.lines == ((20, 30, 180, 90),)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("Save", "開く"), "1 text translated · Space shows the original"),
        (("保存", "開く"), "Nothing had to be translated"),
    ],
)
async def test_what_came_back_as_it_was_is_not_counted(forms: FormStand, texts: tuple[str, str], told: str) -> None:
    forms.script.result = translation(*texts)
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_L, CHOOSE)
    await forms.done()
    assert shown(forms)._told.text() == told
