"""Questions for more than words without words of the person: asked as they were, or other words in their place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kireji.core.errors import Overloaded
from kireji.core.structured.comparison import Comparison, Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.results import Result
from tests.fakes.forms import Scripted, scripted
from tests.fakes.provider import answer
from tests.ui.results.support import Forms, forms

pytestmark = pytest.mark.qt

COMPARED = Comparison("Nothing.", (), Difference(True, 0.0, ()))


@asynccontextmanager
async def edited(name: str, pictures: int, result: Result) -> AsyncIterator[tuple[Forms, Scripted]]:
    """One was asked in vain, and is in the composer again."""
    async with forms() as place:
        script = scripted(place.stand.services)
        script.result = result
        place.below.provider.enqueue([Overloaded("The service is busy.", "Try again later.")])
        await place.attach(pictures)
        place.ask(name)
        transcript = place.window.chat.transcript
        await place.stand.until(lambda: (item := transcript.last_answer()) is not None and item.ending is not None)
        await place.stand.until(lambda: not place.stand.presenter.chat.streaming)
        transcript.edit_clicked.emit(1)
        drafts = place.stand.presenter.chat.drafts
        await place.stand.until(lambda: drafts.editing == 1 and len(drafts.draft.attachments) == pictures)
        await place.stand.until(lambda: all(each.picture for each in drafts.draft.attachments))
        yield place, script


async def test_a_comparison_that_is_sent_as_it_stands_is_asked_for_as_before() -> None:
    form = AnswerForm.COMPARISON
    async with edited("compare", 2, COMPARED) as (place, script):
        assert place.window.chat.composer.text() == f"Asked: {form.value}"
        place.below.provider.enqueue(answer("{}"))
        place.stand.presenter.chat.send(place.window.chat.composer.text())
        await place.stand.until(lambda: len(script.asked) == 2)
        await place.stand.until(lambda: 3 in place.below.results.asked_forms)
        await place.answered()
        assert [asked for asked, _ in script.asked] == [form, form]
        first, second = (given for _, given in script.asked)
        assert second["images"] == first["images"]
        loaded = await place.below.conversations.load(1)
        assert loaded is not None
        assert [one.id for one in loaded.messages] == [3, 4]
        assert place.below.results.asked_forms[3].form is form
