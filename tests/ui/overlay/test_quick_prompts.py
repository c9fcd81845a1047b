"""Quick prompts in the bar, in the card, and asked by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from kireji.core.capturing import CaptureMode, CaptureRequest
from kireji.core.desktop_ports import ClipboardContent
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.ui.prompt_form import PromptForm
from kireji.ui.quick_prompts import QuickPrompt, offered, place_in
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.prompts import MemoryPromptStore
from tests.fakes.provider import Hold, answer
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

ALT = Qt.KeyboardModifier.AltModifier
TRANSLATE = Prompt("translate", "Translate", "Into {{language}}.", {"language": Variable(default="English")})
ABOUT = Prompt("about", "About", "What has it to do with {{topic}}?", {"topic": Variable("Of interest")})


def test_a_prompt_that_asks_for_a_language_gets_the_persons() -> None:
    assert offered([TRANSLATE], "Japanese")[0].text == "Into Japanese."
    assert offered([TRANSLATE], "")[0].text == "Into English."


def test_prompts_that_need_a_word_come_last() -> None:
    made = offered([ABOUT, TRANSLATE], "")
    assert [(prompt.name, prompt.ready) for prompt in made] == [("translate", True), ("about", False)]
    assert place_in(made[1].text) == (23, 32)


def test_what_is_typed_besides_follows_the_prompts_words() -> None:
    prompt = QuickPrompt("explain", "Explain", "Explain it.")
    assert prompt.with_words("line 3") == "Explain it.\n\nline 3"
    assert prompt.with_words("  ") == "Explain it."
    assert (prompt.shown("line 3"), prompt.shown("")) == ("Explain: line 3", "Explain")


async def offering(stand: Overlay) -> None:
    await stand.capture()
    asking = stand.presenter.asking
    await until(lambda: asking._suggestions is not None and asking._suggestions.loaded, "the prompts")
    stand.drag((100, 100), (300, 200))


@pytest.mark.qt
@pytest.mark.parametrize(
    ("typed", "shown", "asked"),
    [
        ("/explain", "Explain", "Explain what is shown."),
        ("/EXPL line 3", "Explain: line 3", "Explain what is shown.\n\nline 3"),
        ("/etc/hosts", "/etc/hosts", "/etc/hosts"),
        ("/", "/", "/"),
    ],
)
async def test_a_slash_asks_the_prompt_that_it_names(stand: Overlay, typed: str, shown: str, asked: str) -> None:
    stand.world.remote.enqueue(answer("A terminal."))
    await offering(stand)
    stand.type(typed)
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("A terminal.")
    assert (await stand.texts())[0] == asked
    assert stand.presenter.stage.card.question_text == shown


@pytest.mark.qt
async def test_a_slash_names_a_prompt_for_the_next_question_too(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A terminal."), answer("It is one."))
    await offering(stand)
    stand.type("why")
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("A terminal.")
    stand.type("/explain")
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("It is one.")
    assert (await stand.texts())[2] == "Explain what is shown."


@pytest.mark.qt
async def test_a_click_on_a_chip_asks_at_once_and_the_card_shows_its_title(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A terminal."))
    await offering(stand)
    stand.presenter.stage.bar._prompts.chips[0].click()
    await stand.answer_is("A terminal.")
    assert await stand.texts() == ["Explain what is shown.", "A terminal."]
    assert stand.presenter.stage.card.question_text == "Explain"


@pytest.mark.qt
async def test_alt_and_a_digit_ask_a_prompt_together_with_what_was_typed(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A terminal."))
    await offering(stand)
    stand.type("line 3")
    stand.key(Qt.Key.Key_1, ALT)
    await stand.answer_is("A terminal.")
    assert (await stand.texts())[0] == "Explain what is shown.\n\nline 3"


@pytest.mark.qt
async def test_a_prompt_in_the_card_goes_on_in_the_same_conversation(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A."), answer("B."))
    await offering(stand)
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("A.")
    assert [chip.text() for chip in stand.presenter.stage.card.prompts.chips] == ["Explain", "Translate"]
    stand.key(Qt.Key.Key_1, ALT)
    await stand.answer_is("B.")
    assert (await stand.texts())[2:] == ["Explain what is shown.", "B."]


@pytest.mark.qt
async def test_a_prompt_in_the_card_waits_for_the_answer(stand: Overlay) -> None:
    hold = Hold()
    stand.world.remote.enqueue([hold, *answer("A.")])
    await offering(stand)
    stand.key(Qt.Key.Key_Return)
    await hold.reached.wait()
    stand.presenter.stage.show_card()
    stand.key(Qt.Key.Key_1, ALT)
    hold.release()
    await stand.answer_is("A.")
    assert len(await stand.texts()) == 2


@pytest.mark.qt
async def test_a_prompt_that_needs_a_word_asks_for_it_beside_the_selection(theme: Theme, tmp_path: Path) -> None:
    world = OverlayWorld(prompts=MemoryPromptStore(ABOUT), screen=FakeCapture(noise()[0]))
    world.remote.enqueue(answer("Little."))
    async with overlay(world, theme, tmp_path) as stand:
        await offering(stand)
        stand.key(Qt.Key.Key_1, ALT)
        form = stand.presenter.stage.bar.findChild(PromptForm)
        assert form is not None
        assert (form.title.text(), list(form.fields)) == ("About", ["topic"])
        stand.type("tea")
        stand.key(Qt.Key.Key_Return)
        await stand.answer_is("Little.")
        assert (await stand.texts())[0] == "What has it to do with tea?"
        assert form.prompt is None


@pytest.mark.qt
async def test_the_button_of_the_bar_asks_the_prompt_with_what_is_typed_besides(theme: Theme, tmp_path: Path) -> None:
    world = OverlayWorld(prompts=MemoryPromptStore(ABOUT), screen=FakeCapture(noise()[0]))
    world.remote.enqueue(answer("Little."))
    async with overlay(world, theme, tmp_path) as stand:
        await offering(stand)
        stand.key(Qt.Key.Key_1, ALT)
        bar = stand.presenter.stage.bar
        bar._ask_button.click()
        assert bar.sentence == "Write what belongs there first: Of interest"
        stand.type("tea")
        bar.field.write("Be brief.")
        bar._ask_button.click()
        await stand.answer_is("Little.")
        assert (await stand.texts())[0] == "What has it to do with tea?\n\nBe brief."


@pytest.mark.qt
async def test_escape_leaves_the_form_of_a_prompt_and_the_keyboard_goes_back_to_the_question(
    theme: Theme, tmp_path: Path
) -> None:
    world = OverlayWorld(prompts=MemoryPromptStore(ABOUT), screen=FakeCapture(noise()[0]))
    async with overlay(world, theme, tmp_path) as stand:
        await offering(stand)
        stand.key(Qt.Key.Key_1, ALT)
        stand.key(Qt.Key.Key_Escape)
        bar = stand.presenter.stage.bar
        form = bar.findChild(PromptForm)
        assert form is not None
        assert form.isHidden()
        assert stand.presenter.stage.is_open
        assert bar.field.hasFocus()


@pytest.mark.qt
async def test_a_prompt_takes_what_was_copied_and_names_who_answers(theme: Theme, tmp_path: Path) -> None:
    tone = Variable("Tone", "warm", VariableKind.CHOICE, ("warm", "cold"))
    prompt = Prompt(
        "reply", "Reply", "{{tone}}: {{text}}", {"tone": tone, "text": Variable(kind=VariableKind.CLIPBOARD)},
        model="claude-opus-4-8", provider="anthropic",
    )  # fmt: skip
    world = OverlayWorld(prompts=MemoryPromptStore(prompt), screen=FakeCapture(noise()[0]))
    world.clipboard.content = ClipboardContent(text="Hello {{tone}}")
    world.remote.enqueue(answer("Dear you."))
    async with overlay(world, theme, tmp_path) as stand:
        await offering(stand)
        stand.key(Qt.Key.Key_1, ALT)
        stand.key(Qt.Key.Key_Down)
        stand.key(Qt.Key.Key_Return)
        await stand.answer_is("Dear you.")
        assert (await stand.texts())[0] == "cold:\n\n> Hello {{tone}}"
        assert world.remote.encoded[-1].model == "claude-opus-4-8"
        assert stand.services.prompt_values.last(prompt) == {"tone": "cold"}


@pytest.mark.qt
async def test_a_capture_made_for_a_prompt_asks_it_as_soon_as_something_is_selected(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A terminal."))
    await stand.capture(CaptureRequest(prompt="explain"))
    stand.drag((100, 100), (300, 200))
    await stand.answer_is("A terminal.")
    assert (await stand.texts())[0] == "Explain what is shown."


@pytest.mark.qt
async def test_a_capture_of_the_screen_made_for_a_prompt_asks_by_itself(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A desktop."))
    await stand.capture(CaptureRequest(CaptureMode.SCREEN, prompt="explain"))
    await stand.answer_is("A desktop.")


@pytest.mark.qt
async def test_a_prompt_that_is_not_there_is_said_and_nothing_is_asked(stand: Overlay) -> None:
    await stand.capture(CaptureRequest(prompt="gone"))
    stand.drag((100, 100), (300, 200))
    await until(lambda: "no quick prompt called gone" in stand.presenter.stage.bar.sentence, "the sentence")
    assert not stand.world.remote.asked


@pytest.mark.qt
async def test_the_prompt_of_one_capture_is_not_asked_in_the_next(stand: Overlay) -> None:
    await stand.capture(CaptureRequest(prompt="explain"))
    stand.key(Qt.Key.Key_Escape)
    await offering(stand)
    assert stand.presenter.asking.dialogue is None


@pytest.mark.qt
async def test_earlier_questions_survive_in_the_history_but_not_those_of_prompts(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A."), answer("B."))
    await stand.ask("why")
    await stand.answer_is("A.")
    stand.key(Qt.Key.Key_1, ALT)
    await stand.answer_is("B.")
    stand.key(Qt.Key.Key_Up)
    assert stand.presenter.stage.card.field.text() == "why"
    stand.key(Qt.Key.Key_Escape)
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    recall = stand.presenter.stage.bar.field.recall
    await until(lambda: recall.earlier == ("why",), "the earlier questions")
    stand.key(Qt.Key.Key_PageUp)
    assert stand.presenter.stage.bar.field.text() == "why"
