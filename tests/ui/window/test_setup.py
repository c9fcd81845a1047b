from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from kireji.core.errors import RequestRejected
from kireji.core.messages import MessageState, StopReason, Usage
from kireji.core.models import Effort, ModelInfo, Price
from kireji.services.turns import GO_ON
from kireji.ui.chat.endings import waiting_for
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.models.words import Pick
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt
SMALL = ModelInfo("anthropic", "small", "Small", 1000, prices=(Price(1, 5, 1.25, 0.1),), efforts=(Effort.LOW,))
LARGE = ModelInfo("anthropic", "large", "Large", 2000, prices=(Price(3, 15, 3.75, 0.3),), efforts=tuple(Effort))


def below(**tables: object) -> FakeSurroundings:
    made = FakeSurroundings(provider=FakeProvider(models=(SMALL, LARGE))).with_key()
    made.settings.tables |= tables
    return made


def last_answer(stand: Stand) -> AnswerItem:
    item = stand.window.chat.transcript.last_answer()
    assert item is not None
    return item


async def asked(stand: Stand, text: str) -> None:
    stand.window.chat.composer.sent.emit(text)
    await stand.until(lambda: stand.presenter.chat.streaming)
    await stand.until(lambda: not stand.presenter.chat.streaming and last_answer(stand).stored)


def pick(stand: Stand, chosen: Pick) -> None:
    stand.presenter.chat._setup._picking.picked.emit(chosen)


async def test_the_header_says_who_answers_and_opens_the_picker() -> None:
    async with window_over(below()) as stand:
        await stand.until(lambda: stand.window.chat.header.model.words() == "Small · Anthropic")
        stand.window.chat.header.model.click()
        panel = stand.presenter.chat._setup._picking.panel
        assert panel is not None
        await stand.until(lambda: any(row.text == "No key is stored." for row in panel.shown_rows()))
        assert panel.marked() == Pick("anthropic", "small")


async def test_a_choice_before_the_first_question_belongs_to_the_new_conversation() -> None:
    async with window_over(below()) as stand:
        pick(stand, Pick("anthropic", "large", "high"))
        await stand.until(lambda: stand.window.chat.header.model.words() == "Large · Anthropic")
        stand.below.provider.enqueue(answer("A."))
        await asked(stand, "one")
        stored = await stand.below.conversations.load(1)
        assert stored is not None
        assert (stored.setup.provider, stored.setup.model, stored.setup.effort) == ("anthropic", "large", "high")
        stand.window.new_clicked.emit()
        await stand.until(lambda: stand.window.chat.header.model.words() == "Small · Anthropic")


async def test_a_choice_in_a_conversation_stays_with_it() -> None:
    async with window_over(below()) as stand:
        stand.below.provider.enqueue(answer("A."), answer("B."))
        await asked(stand, "one")
        pick(stand, Pick("anthropic", "large"))
        await stand.until(lambda: stand.window.chat.header.model.words() == "Large · Anthropic")
        await asked(stand, "two")
        assert stand.below.provider.encoded[-1].model == "large"


async def test_instructions_are_changed_in_the_inspector() -> None:
    async with window_over(below(models={"system": "Be brief.\nSecond line."})) as stand:
        row = stand.window.inspector.instructions
        assert row.first_line() == "Be brief."
        row.edit()
        row.field.setPlainText("Answer in verse.")
        row.save.click()
        assert (row.first_line(), row.editing()) == ("Answer in verse.", False)
        stand.below.provider.enqueue(answer("A."))
        await asked(stand, "one")
        assert stand.below.provider.encoded[-1].system == "Answer in verse."
        row.use_default.click()
        await stand.until(lambda: row.first_line() == "Be brief.")


async def test_the_inspector_says_who_answers_and_what_the_cache_saved() -> None:
    async with window_over(below()) as stand:
        usage = Usage(input_tokens=200, output_tokens=10, cache_read_tokens=2100, cost=0.001)
        stand.below.provider.enqueue(answer("A.", usage=usage))
        await asked(stand, "one")
        inspector = stand.window.inspector
        await stand.until(lambda: inspector.value("Model") == "Small")
        assert inspector.value("Provider") == "Anthropic"
        assert inspector.value("Price in") == "$1 per million"
        assert inspector.value("Price out") == "$5 per million"
        await stand.until(lambda: inspector.value("In window") == "2,310 / 1,000")
        assert inspector._cache.text() == "2,100 of 2,300 tokens from the cache, saved $0.0019"


async def test_a_cut_answer_is_continued() -> None:
    async with window_over(below()) as stand:
        stand.below.provider.enqueue(answer("First", reason=StopReason.MAX_TOKENS), answer("and the rest."))
        await asked(stand, "one")
        item = last_answer(stand)
        actions = stand.actions(item)
        assert actions is not None
        assert not actions.go_on.isHidden()
        assert item.ending is not None
        assert item.ending.sentence
        actions.go_on.click()
        await stand.until(lambda: last_answer(stand) is not item and last_answer(stand).stored)
        assert stand.below.provider.encoded[-1].messages[-1].text == GO_ON
        assert stand.actions(item) is None


async def test_only_the_last_answer_can_be_continued() -> None:
    async with window_over(below()) as stand:
        stand.below.provider.enqueue(answer("First", reason=StopReason.MAX_TOKENS), answer("B."))
        await asked(stand, "one")
        first = last_answer(stand)
        await asked(stand, "two")
        assert stand.actions(first) is None


async def test_a_failure_shows_its_details_on_request() -> None:
    async with window_over(below()) as stand:
        error = RequestRejected(
            "Refused.", "Ask differently.", provider="anthropic", request_id="req_1", detail="400 no"
        )
        stand.below.provider.enqueue([error])
        await asked(stand, "one")
        item = last_answer(stand)
        assert item.ending is not None
        assert item.ending.sentence == "Refused. Ask differently."
        actions = stand.actions(item)
        assert actions is not None
        assert actions.details.isHidden()
        actions.details.toggle.click()
        assert not actions.details.isHidden()
        assert actions.details.text() == "Kind: RequestRejected\nProvider: Anthropic\nRequest id: req_1\n400 no"


async def test_a_refusal_is_a_notice_and_no_error() -> None:
    async with window_over(below()) as stand:
        stand.below.provider.enqueue(answer("No", reason=StopReason.REFUSAL))
        await asked(stand, "one")
        item = last_answer(stand)
        assert item.stored is not None
        assert item.stored.state is MessageState.FAILED
        assert item.ending is not None
        assert item.ending.role == "warn"


async def test_stop_works_before_the_question_is_saved() -> None:
    async with window_over(below()) as stand:
        stand.window.chat.composer.sent.emit("one")
        stand.window.chat.composer.stop_clicked.emit()
        await stand.until(lambda: stand.window.chat.composer._go.text() == "Send")
        assert stand.below.provider.asked == []


async def test_who_is_waited_for_has_a_name() -> None:
    async with window_over(below()) as stand:
        hold = Hold()
        stand.below.provider.enqueue([hold, *answer("A.")])
        stand.window.chat.composer.sent.emit("one")
        await hold.reached.wait()
        waiting = last_answer(stand).waiting
        assert waiting is not None
        assert waiting.sentence == "Waiting for Anthropic"
        hold.release()
        await stand.until(lambda: last_answer(stand).stored)


def test_a_local_server_may_be_loading_its_model() -> None:
    waiting = waiting_for("local", "Ollama")
    assert (waiting.sentence, waiting.later) == (
        "Waiting for Ollama",
        "Waiting for Ollama; the model may be loading",
    )


async def test_arabic_instructions_begin_at_the_right_in_the_inspector() -> None:
    async with window_over(below(models={"system": "أجب في جملتين."})) as stand:
        row = stand.window.inspector.instructions
        row.edit()
        option = row.field.document().defaultTextOption()
        assert option.textDirection() is Qt.LayoutDirection.RightToLeft
        assert option.alignment() & Qt.AlignmentFlag.AlignRight
        row.field.setPlainText("Answer in two sentences.")
        assert row.field.document().defaultTextOption().textDirection() is Qt.LayoutDirection.LeftToRight


async def test_prices_stand_uncut_in_the_inspector() -> None:
    async with window_over(below(), size=(1280, 800)) as stand:
        inspector = stand.window.inspector
        await stand.until(lambda: inspector.value("Model") == "Small")
        QApplication.sendPostedEvents()
        for name in ("Price in", "Price out"):
            assert inspector._values[name].text() == inspector.value(name)


async def test_after_a_choice_by_keyboard_the_next_words_are_the_question() -> None:
    async with window_over(below()) as stand:
        await stand.until(lambda: stand.window.chat.header.model.words() == "Small · Anthropic")
        stand.window.chat.header.model.setFocus()
        stand.window.chat.header.model.click()
        panel = stand.presenter.chat._setup._picking.panel
        assert panel is not None
        panel.picked.emit(Pick("anthropic", "large"))
        assert stand.window.focusWidget() is stand.window.chat.composer.focusProxy()


async def test_the_chip_of_the_model_is_not_cut_where_there_is_room() -> None:
    async with window_over(below(), size=(1400, 800)) as stand:
        chip = stand.window.chat.header.model
        for words in ("gemma3:4b · Ollama", "llama3.2:3b · LM Studio", "iiii · Anthropic", "Wwww 1.1 · llama.cpp"):
            stand.window.chat.header.set_model(*words.split(" · "))
            QApplication.sendPostedEvents()
            assert chip.text() == words


async def test_escape_stops_the_answer() -> None:
    async with window_over(below()) as stand:
        hold = Hold()
        stand.below.provider.enqueue([hold, *answer("A.")])
        stand.window.chat.composer.sent.emit("one")
        await hold.reached.wait()
        stand.window._leave()
        await stand.until(lambda: not stand.presenter.chat.streaming and last_answer(stand).stored)
        assert last_answer(stand).stored.state is MessageState.STOPPED  # type: ignore[union-attr]


async def test_another_model_counts_the_same_tokens_against_its_own_window() -> None:
    async with window_over(below()) as stand:
        usage = Usage(input_tokens=200, output_tokens=10, cost=0.001)
        stand.below.provider.enqueue(answer("A.", usage=usage))
        await asked(stand, "one")
        inspector = stand.window.inspector
        await stand.until(lambda: inspector.value("In window") == "210 / 1,000")
        pick(stand, Pick("anthropic", "large"))
        await stand.until(lambda: inspector.value("In window") == "210 / 2,000")


async def test_cut_arabic_instructions_end_at_the_left() -> None:
    async with window_over(below(models={"system": "أجب في جملتين قصيرتين من فضلك " * 4})) as stand:
        row = stand.window.inspector.instructions._row
        assert row.text().endswith("…\N{RIGHT-TO-LEFT MARK}")
