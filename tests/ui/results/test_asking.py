"""Attached pictures are asked for as a table and the like: from the menu and by a slash, with an answer that stays."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kireji.core.errors import Overloaded
from kireji.core.extraction.sheets import Extraction
from kireji.core.ports import EncodedPicture
from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.services.turns import Question
from kireji.ui.results.sheet_view import SheetView
from tests.fakes.forms import scripted
from tests.fakes.provider import Hold, answer
from tests.support.pictures import png
from tests.ui.results.support import BILL, PROMPTS, forms

pytestmark = pytest.mark.qt


async def test_a_table_opens_when_it_is_there_and_stays_below_its_answer() -> None:
    async with forms() as place:
        place.below.provider.enqueue(answer(BILL))
        await place.attach()
        place.ask("table")
        page = await place.opened()
        assert isinstance(page.content, SheetView)
        assert [str(page.content.model.index(1, at).data()) for at in range(2)] == ["Cake", "4.20"]
        page.header.back.click()
        assert place.window.page() == "chat"
        row = await place.answered()
        assert row.open.text() == "Open table"


async def test_a_picture_of_the_desktops_own_dialog_becomes_the_table_it_was_cut_out_for() -> None:
    async with forms() as place:
        place.below.provider.enqueue(answer(BILL))
        place.stand.presenter.take_picture(EncodedPicture(png(3, 2), "image/png", 3, 2), PROMPTS[0])
        page = await place.opened()
        assert isinstance(page.content, SheetView)


async def test_while_it_is_read_the_conversation_says_how_far_it_is_and_can_stop_it() -> None:
    async with forms() as place:
        hold = Hold()
        cut = BILL.index('["Cake"')
        steps = answer(BILL[:cut], BILL[cut:])
        place.below.provider.enqueue([*steps[:3], hold, *steps[3:]])
        await place.attach()
        place.ask("table")
        await hold.reached.wait()
        await place.stand.until(lambda: place.waiting() == "Reading the table… 1 row")
        place.window.chat.composer.stop()
        await place.stand.until(lambda: not place.stand.presenter.chat.streaming)
        assert place.window.page() == "chat"


async def test_a_table_does_not_open_over_what_the_person_writes_meanwhile() -> None:
    async with forms() as place:
        hold = Hold()
        place.below.provider.enqueue([hold, *answer(BILL)])
        await place.attach()
        place.ask("table")
        await hold.reached.wait()
        place.window.chat.composer.set_text("And what is the total")
        hold.release()
        await place.answered()
        assert place.window.page() == "chat"


async def test_without_a_picture_it_is_said_what_is_missing() -> None:
    async with forms() as place:
        place.ask("table")
        await place.stand.until(lambda: place.notice)
        assert place.notice == "“As a table” needs a picture. Capture or attach one."
        place.ask("moderate")
        await place.stand.until(lambda: place.notice.startswith("There is nothing to judge"))


async def test_a_failure_stands_in_the_conversation_and_can_be_asked_again_as_a_table() -> None:
    async with forms() as place:
        place.below.provider.enqueue(Overloaded("The service is busy.", "Try again later."))
        await place.attach()
        place.ask("table")
        await place.stand.until(lambda: not place.stand.presenter.chat.streaming and place.stand.presenter.chat.current)
        transcript = place.window.chat.transcript
        await place.stand.until(lambda: (item := transcript.last_answer()) is not None and item.ending is not None)
        item = transcript.last_answer()
        assert item is not None
        actions = place.stand.actions(item)
        assert actions is not None
        place.below.provider.enqueue(answer(BILL))
        actions.retry_clicked.emit(item)
        page = await place.opened()
        assert isinstance(page.content, SheetView)


async def test_a_slash_offers_it() -> None:
    async with forms() as place:
        place.below.provider.enqueue(answer(BILL))
        await place.attach()
        place.window.activateWindow()
        field = place.window.chat.composer.field
        field.setFocus()
        QTest.keyClicks(field, "/table")
        await place.stand.until(lambda: place.window.chat.composer.prompts.offered() == ("table",))
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClick(field, Qt.Key.Key_Return)
        await place.opened()
        assert place.window.chat.composer.text() == ""


async def test_the_menu_says_what_cannot_be_asked_yet() -> None:
    async with forms() as place:
        await place.attach()
        place.window.chat.composer.forms.click()
        asking = place.stand.presenter.chat.forms
        await place.stand.until(lambda: asking.menu is not None)
        assert asking.menu is not None
        named = {action.text(): action.isEnabled() for action in asking.menu.actions()}
        assert named["As a table"]
        assert not named["Compare two captures (needs 2 pictures)"]
        asking.menu.close()


async def test_what_is_typed_beside_it_goes_along_as_a_wish() -> None:
    async with forms() as place:
        script = scripted(place.stand.services)
        await place.attach()
        place.below.provider.enqueue(answer("{}"))
        place.window.chat.composer.set_text("only the drinks")
        script.result = Extraction(())
        place.ask("table")
        await place.opened()
        form, given = script.asked[0]
        assert form is AnswerForm.TABLE
        assert given["wish"] == "only the drinks"
        assert place.window.chat.composer.text() == ""


async def test_a_table_is_copied_from_below_its_answer() -> None:
    async with forms() as place:
        place.below.provider.enqueue(answer(BILL))
        await place.attach()
        place.ask("table")
        page = await place.opened()
        page.header.back.click()
        row = await place.answered()
        row.copy.click()
        await place.stand.until(lambda: place.notice == "Copied.")
        assert QGuiApplication.clipboard().text().splitlines()[1:] == ["Tea\t3.5", "Cake\t4.2"]


async def test_opened_again_later_the_answer_still_has_its_row() -> None:
    async with forms() as place:
        place.below.provider.enqueue(answer(BILL))
        await place.attach()
        place.ask("table")
        await place.opened()
        place.below.provider.enqueue(answer("Two."))
        await place.stand.services.chat.ask(Question("How many?"), lambda _: None)
        place.window.open_conversation(2)
        await place.stand.until(lambda: place.stand.shown() == ["How many?", "Two."])
        assert place.row() is None
        place.window.open_conversation(1)
        await place.answered()


async def test_while_a_picture_is_read_for_a_translation_the_window_says_so_and_can_stop_it() -> None:
    async with forms() as place:
        script = scripted(place.stand.services)
        script.reading = Hold()
        await place.attach()
        translate = Prompt("in-place", "Translate in place", "", form=AnswerForm.TRANSLATION)
        place.below.prompts.found = (*PROMPTS, translate)
        place.ask("in-place")
        before = place.window.chat.before
        await place.stand.until(lambda: before.sentence == "Reading the picture…")
        place.window.chat.composer.stop()
        await place.stand.until(lambda: not before.sentence)
        assert place.stand.presenter.chat.drafts.draft.attachments
