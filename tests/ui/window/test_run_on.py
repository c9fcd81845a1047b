"""The prompt of any answer can be run on many rows."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction

from kireji.core.history import ConversationSetup
from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.ui.chat import keys
from kireji.ui.chat.transcript.foot import AnswerFoot
from kireji.ui.jobs.new_job_dialog import NewJobDialog
from kireji.ui.jobs.new_job_words import NewJobStart
from tests.fakes.job_service import FakeJobService
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


def said(role: Role, text: str) -> Message:
    return Message(role, (TextPart(text),))


async def answered(below: FakeSurroundings, setup: ConversationSetup) -> None:
    """A conversation of one question and its answer."""
    _, question = await below.conversations.create("Sort", said(Role.USER, "Sort this mail."), setup)
    await below.conversations.append(
        1,
        question.id,
        said(Role.ASSISTANT, "Spam"),
        MessageState.COMPLETE,
        provider="anthropic",
        model="claude-haiku-5-5",
    )


async def opened(stand: Stand) -> list[object]:
    """Open it; returns what is wanted from then on."""
    wanted: list[object] = []
    stand.presenter.chat.job_wanted.connect(wanted.append)
    stand.window.open_conversation(1)
    await stand.until(lambda: stand.window.chat.transcript.findChildren(AnswerFoot))
    return wanted


async def test_prompt_instructions_and_model_go_along() -> None:
    below = FakeSurroundings().with_key()
    await answered(below, ConversationSetup(system="Answer in one word."))
    async with window_over(below) as stand:
        wanted = await opened(stand)
        foot = stand.window.chat.transcript.findChildren(AnswerFoot)[0]
        assert isinstance(foot.run_on, QAction)
        foot.run_on.trigger()
        await stand.until(lambda: wanted)
        assert wanted == [
            NewJobStart(
                prompt="Sort this mail.",
                system="Answer in one word.",
                provider="anthropic",
                model="claude-haiku-5-5",
            )
        ]


async def test_a_conversation_that_follows_the_settings_takes_their_instructions_along() -> None:
    below = FakeSurroundings().with_key()
    below.settings.tables["models"] = {"system": "Be brief."}
    await answered(below, ConversationSetup())
    async with window_over(below) as stand:
        wanted = await opened(stand)
        stand.presenter.chat._keys.run_on.emit()
        await stand.until(lambda: wanted)
        assert isinstance(wanted[0], NewJobStart)
        assert wanted[0].system == "Be brief."


async def test_the_menu_of_the_conversation_offers_it_with_its_key() -> None:
    assert keys.RUN_ON in {key for _, key in keys._MENU}


async def test_a_job_is_begun_with_them() -> None:
    below = FakeSurroundings(jobs=FakeJobService()).with_key()
    await answered(below, ConversationSetup(system="Answer in one word."))
    async with window_over(below) as stand:
        await opened(stand)
        stand.presenter.chat._keys.run_on.emit()
        await stand.until(lambda: stand.window.findChildren(NewJobDialog))
        form = stand.window.findChildren(NewJobDialog)[0].form
        assert form.prompt.text() == "Sort this mail."
        assert form.system.field.toPlainText() == "Answer in one word."
