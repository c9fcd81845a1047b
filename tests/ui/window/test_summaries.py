"""A summary of what is left out: asked about with its price, made, attached to the next question."""

from __future__ import annotations

import pytest

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.services.turns import Question
from kireji.ui.chat.transcript.border import Border
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt
SMALL = ModelInfo("anthropic", "small", "Small", context_tokens=3_000, prices=(Price(1.0, 5.0, 1.25, 0.1),))
WORDS = "The heron stands in the shallow water and waits for a fish. " * 12


async def opened(stand: Stand) -> None:
    """A conversation whose beginning is left out, at the line that says so."""
    for number in range(8):
        stand.below.provider.enqueue(answer(WORDS, usage=Usage(300 + 420 * min(number, 4), 200)))
        await stand.services.chat.ask(Question(WORDS, conversation=1 if number else None), lambda event: None)
    stand.presenter.chat.open(1)
    await stand.until(lambda: stand.window.chat.findChildren(Border))
    stand.window.chat.findChildren(Border)[0].summarise.click()
    await stand.until(lambda: stand.window.chat.summary.sentence())


def below() -> FakeSurroundings:
    made = FakeSurroundings().with_key()
    made.provider = FakeProvider(models=(SMALL,))
    return made


async def test_it_is_asked_about_with_its_price_and_nothing_leaves_before() -> None:
    async with window_over(below()) as stand:
        await opened(stand)
        rows = len(stand.below.ledger.rows)
        sentence = stand.window.chat.summary.sentence()
        assert sentence.startswith("Have Small summarise the ")
        assert "which costs about $0.0" in sentence
        stand.window.chat.summary.leave.click()
        assert not stand.window.chat.summary.sentence()
        assert len(stand.below.ledger.rows) == rows


async def test_the_summary_is_attached_to_the_next_question() -> None:
    async with window_over(below()) as stand:
        await opened(stand)
        for _ in range(9):
            stand.below.provider.enqueue(answer("Herons were spoken of."))
        stand.window.chat.summary.go.click()
        drafts = stand.presenter.chat.drafts
        await stand.until(lambda: drafts.draft.attachments and drafts.draft.attachments[0].arrived)
        [attachment] = drafts.draft.attachments
        assert attachment.name.startswith("Summary of ")
        assert attachment.document is not None
        assert attachment.document.data == b"Herons were spoken of."
        assert not stand.window.chat.summary.sentence()


async def test_it_can_be_stopped_and_nothing_is_attached() -> None:
    async with window_over(below()) as stand:
        await opened(stand)
        hold = Hold()
        stand.below.provider.enqueue([hold])
        stand.window.chat.summary.go.click()
        await hold.reached.wait()
        assert stand.window.chat.summary.sentence().startswith("Summarising what is left out")
        stand.window.chat.summary.leave.click()
        await stand.until(lambda: stand.below.provider.open == 0)
        assert stand.presenter.chat.drafts.draft.attachments == ()
        assert not stand.window.chat.summary.sentence()


async def test_what_goes_wrong_is_told() -> None:
    async with window_over(below()) as stand:
        await opened(stand)
        stand.below.provider.enqueue(answer(" "))
        stand.window.chat.summary.go.click()
        await stand.until(lambda: stand.window.chat.notice.sentence())
        assert stand.window.chat.notice.sentence().startswith("The model gave no summary.")
