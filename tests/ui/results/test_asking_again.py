"""Questions for more than words are asked again, or edited, as what they were: in this window and in a later one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kireji.core.errors import Overloaded
from kireji.core.extraction.sheets import Extraction
from kireji.core.messages import MessageState
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import Translation
from tests.fakes.forms import Scripted, scripted
from tests.fakes.provider import answer
from tests.ui.results.support import Forms, forms
from tests.ui.window.support import window_over

pytestmark = pytest.mark.qt

WISH = "only the drinks"


async def fails(place: Forms) -> None:
    """A table is asked for with a wish, in vain."""
    place.below.provider.enqueue([Overloaded("The service is busy.", "Try again later.")])
    await place.attach()
    place.window.chat.composer.set_text(WISH)
    place.ask("table")
    await place.stand.until(lambda: not place.stand.presenter.chat.streaming and place.stand.presenter.chat.current)
    await place.stand.until(lambda: ended(place))


def ended(place: Forms) -> bool:
    item = place.window.chat.transcript.last_answer()
    return item is not None and item.ending is not None


async def retried(place: Forms, script: Scripted) -> None:
    place.below.provider.enqueue(answer("{}"))
    place.window.chat.transcript.retry_clicked.emit(1)
    await place.stand.until(lambda: script.asked and not place.stand.presenter.chat.streaming)
    await place.opened()


async def states(place: Forms, *rows: int) -> list[MessageState]:
    found = await place.below.conversations.messages(1, rows)
    return [one.state for one in found]


@asynccontextmanager
async def later(place: Forms) -> AsyncIterator[tuple[Forms, Scripted]]:
    """Another window over the same history, in which the conversation is open."""
    async with window_over(place.below) as stand:
        again = Forms(stand)
        script = scripted(stand.services)
        script.result = Extraction(())
        again.window.open_conversation(1)
        await stand.until(lambda: stand.presenter.chat.current == 1)
        await stand.until(lambda: again.window.chat.transcript.last_answer() is not None)
        yield again, script


async def test_asked_again_in_a_later_window_it_is_the_same_table_as_a_second_answer() -> None:
    async with forms() as place:
        await fails(place)
        async with later(place) as (again, script):
            await retried(again, script)
            form, given = script.asked[0]
            assert (form, given["wish"], len(given["images"])) == (AnswerForm.TABLE, WISH, 1)
            loaded = await place.below.conversations.load(1)
            assert loaded is not None
            assert [one.id for one in loaded.messages] == [1, 3]
            assert loaded.messages[-1].parent == 1
            assert await states(place, 2, 3) == [MessageState.FAILED, MessageState.COMPLETE]


async def test_an_edited_question_asks_for_a_table_with_another_wish() -> None:
    async with forms() as place:
        await fails(place)
        async with later(place) as (again, script):
            again.window.chat.transcript.edit_clicked.emit(1)
            composer = again.window.chat.composer
            await again.stand.until(lambda: composer.text() == WISH)
            drafts = again.stand.presenter.chat.drafts
            await again.stand.until(lambda: len(drafts.draft.attachments) == 1)
            place.below.provider.enqueue(answer("{}"))
            again.stand.presenter.chat.send("only the cakes")
            await again.opened()
            form, given = script.asked[0]
            assert (form, given["wish"], len(given["images"])) == (AnswerForm.TABLE, "only the cakes", 1)
            loaded = await place.below.conversations.load(1)
            assert loaded is not None
            assert [one.id for one in loaded.messages] == [3, 4]
            assert place.below.results.asked_forms[3].text == "only the cakes"


async def test_a_text_that_was_translated_on_the_command_line_is_translated_again() -> None:
    translated = '{"source_language": "Polish", "blocks": [{"id": 1, "text": "Yes"}]}'
    async with forms() as place:
        services = place.stand.services
        place.below.provider.enqueue(answer(translated))
        await services.habits().translation.translate_text("Tak", "English", Asker())
        assert place.below.results.asked_forms == {1: AskedForm(AnswerForm.TRANSLATION, "Tak", language="English")}
        place.window.open_conversation(1)
        await place.stand.until(lambda: place.stand.presenter.chat.current == 1)
        place.below.provider.enqueue(answer(translated))
        place.window.chat.transcript.retry_clicked.emit(1)
        await place.stand.until(lambda: set(place.below.results.kept) == {2, 3})
        again = await place.below.results.find(3)
        assert isinstance(again, Translation)
        assert [block.text for block in again.blocks] == ["Yes"]
