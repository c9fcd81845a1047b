"""From the shortcut to the answer, with fakes below the services and a real X server above."""

from __future__ import annotations

import asyncio
import gc
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage, QInputMethodEvent
from PySide6.QtWidgets import QApplication

from kireji.core.annotation import Tool
from kireji.core.errors import AuthenticationFailed, CaptureError, ReaderError, StoreFull
from kireji.core.geometry import Rect
from kireji.core.messages import MessageState
from kireji.ui.overlay.bar import DEFAULT_QUESTION
from kireji.ui.overlay.card_state import CardState
from kireji.ui.overlay.shot import Lost
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import Hold, answer
from tests.fakes.stores import MemoryConversationStore
from tests.ui.overlay.slow import SlowHistory
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def unfinished(text: str, hold: Hold) -> list[object]:
    """The first words of an answer that goes on when `hold` is released."""
    whole = answer(text, " and more")
    return [*whole[:3], hold, *whole[3:]]


async def test_our_windows_are_hidden_before_the_screens_are_grabbed(stand: Overlay) -> None:
    await stand.capture()
    assert stand.curtain.calls == ["hide"]
    assert stand.world.screen.grabs == 1
    stand.presenter.close()
    assert stand.curtain.calls == ["hide", "restore"]


async def test_a_second_press_brings_the_open_overlay_forward(stand: Overlay) -> None:
    await stand.capture()
    stand.presenter.capture()
    await asyncio.sleep(0)
    assert stand.world.screen.grabs == 1
    assert stand.shown


async def test_presses_while_the_screens_are_grabbed_start_one_capture(stand: Overlay) -> None:
    stand.presenter.capture()
    await stand.capture()
    assert stand.world.screen.grabs == 1


async def test_a_screen_that_cannot_be_grabbed_is_said_and_our_windows_come_back(stand: Overlay) -> None:
    stand.world.screen.failure = CaptureError("The screen could not be captured.", "Try again.")
    stand.presenter.capture()
    await until(lambda: stand.errors, "the sentence")
    assert stand.errors == ["The screen could not be captured. Try again."]
    assert stand.curtain.calls == ["hide", "restore"]
    assert not stand.shown


async def test_the_provider_is_warmed_once_the_screens_are_shown(stand: Overlay) -> None:
    await stand.capture()
    await until(lambda: stand.world.remote.warmed, "the provider to be warmed")


async def test_the_picture_is_encoded_while_nothing_is_typed_yet_and_not_stored(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    await until(lambda: stand.codec.encoded, "the picture to be encoded")
    assert stand.codec.encoded == [Rect(100, 100, 200, 100)]
    assert not stand.world.captures.pictures


async def test_the_picture_is_stored_while_the_question_is_typed(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.type("w")
    await until(lambda: stand.world.captures.pictures, "the picture to be stored")
    assert not stand.world.remote.asked


@pytest.mark.parametrize("way", ["esc", "another region", "redacted", "end"])
async def test_what_was_not_asked_about_is_not_left_on_the_disk(stand: Overlay, way: str) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.type("w")
    await until(lambda: stand.world.captures.pictures, "the picture to be stored")
    if way == "esc":
        stand.presenter.stage.dismissed.emit()
    elif way == "end":
        await stand.presenter.aclose()
    elif way == "redacted":
        stand.presenter.stage.choose_tool(Tool.REDACT)
        stand.drag((150, 120), (200, 150))
        await until(lambda: len(stand.codec.encoded) > 1, "the redacted picture")
        stand.presenter.stage.dismissed.emit()
    else:
        stand.drag((400, 300), (500, 400))
    await until(lambda: not stand.world.captures.pictures, "the picture to be gone")


async def test_what_was_put_aside_and_not_asked_about_is_not_left_on_the_disk(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.key(Qt.Key.Key_Insert)
    stand.drag((400, 300), (500, 400))
    stand.type("w")
    await until(lambda: len(stand.world.captures.pictures) == 2, "the pictures to be stored")
    stand.presenter.stage.dismissed.emit()
    await until(lambda: not stand.world.captures.pictures, "the pictures to be gone")


async def test_only_the_last_of_quickly_changed_selections_is_encoded(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    for _ in range(5):
        stand.key(Qt.Key.Key_Right)
    await until(lambda: stand.codec.encoded, "the picture to be encoded")
    assert stand.codec.encoded == [Rect(105, 100, 200, 100)]


async def test_enter_asks_about_exactly_the_selected_region(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Because."))
    await stand.ask("why")
    await stand.answer_is("Because.")
    request = stand.world.remote.asked[0].cleared.request
    assert request is not None
    assert request.messages[-1].text == "why"
    assert list(request.blobs.values()) == [b"\x89PNGpicture of 100,100,200,100"]


async def test_enter_on_an_empty_field_asks_what_the_field_offers(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("A terminal."))
    await stand.ask("")
    await stand.answer_is("A terminal.")
    assert DEFAULT_QUESTION in stand.presenter.stage.bar.field.placeholderText()
    assert stand.presenter.stage.card.question_text == DEFAULT_QUESTION


async def test_words_are_shown_as_they_arrive(stand: Overlay) -> None:
    hold = Hold()
    stand.world.remote.enqueue(unfinished("Because", hold))
    await stand.ask()
    await hold.reached.wait()
    card = stand.presenter.stage.card
    assert card.view.plain_text() == "Because"
    assert card.state is CardState.STREAMING
    hold.release()
    await stand.answer_is("Because and more")
    assert card.state is CardState.DONE


async def test_while_nothing_has_arrived_the_card_says_what_it_waits_for(stand: Overlay) -> None:
    hold = Hold()
    stand.world.remote.enqueue([hold, *answer("x")])
    await stand.ask()
    await hold.reached.wait()
    await stand.card_says("Waiting for Anthropic")


async def test_the_chip_names_the_model_as_people_know_it(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("x"))
    await stand.ask()
    await until(lambda: stand.presenter.stage.card.model == "Fake model", "the model's name")


async def test_stop_keeps_the_card_with_what_had_arrived(stand: Overlay) -> None:
    hold = Hold()
    stand.world.remote.enqueue(unfinished("Because", hold))
    await stand.ask()
    await hold.reached.wait()
    stand.presenter.stage.card.stopped.emit()
    await until(lambda: stand.presenter.stage.card.state is CardState.STOPPED, "the answer to stop")
    assert stand.presenter.stage.card.view.markdown() == "Because"
    assert stand.shown


async def test_a_failed_answer_is_tried_again_without_a_second_question_in_the_history(stand: Overlay) -> None:
    stand.world.remote.enqueue([AuthenticationFailed("The key was refused.", "Check it.")], answer("Because."))
    await stand.ask()
    await stand.card_says("The key was refused. Check it.")
    stand.presenter.stage.card.retried.emit()
    await stand.answer_is("Because.")
    assert await stand.texts() == ["why", "Because."]


async def test_stop_while_the_question_is_being_saved_ends_the_wait(theme: Theme, tmp_path: Path) -> None:
    history = SlowHistory()
    world = OverlayWorld(conversations=history, screen=FakeCapture(noise()[0]))
    async with overlay(world, theme, tmp_path) as stand:
        await stand.ask()
        await history.hold.reached.wait()
        stand.presenter.stage.card.stopped.emit()
        await until(lambda: stand.presenter.stage.card.state is CardState.STOPPED, "the card to say that it stopped")
        assert stand.world.remote.asked == []


async def test_a_question_that_cannot_be_saved_is_said_and_nothing_is_sent(stand: Overlay) -> None:
    assert isinstance(stand.conversations, MemoryConversationStore)
    stand.conversations.failure = StoreFull("The disk is full.", "Make room.")
    await stand.ask()
    await stand.card_says("The disk is full. Make room.")
    assert not stand.world.remote.asked
    stand.conversations.failure = None
    stand.world.remote.enqueue(answer("Because."))
    stand.presenter.stage.card.retried.emit()
    await stand.answer_is("Because.")


async def test_a_follow_up_goes_on_in_the_same_conversation(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Because."), answer("Like this."))
    await stand.ask()
    await stand.answer_is("Because.")
    stand.type("how")
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Like this.")
    assert await stand.texts() == ["why", "Because.", "how", "Like this."]


async def test_open_goes_on_in_the_main_window_and_the_answer_comes_to_its_end(stand: Overlay) -> None:
    hold = Hold()
    stand.world.remote.enqueue(unfinished("Because", hold))
    await stand.ask()
    await hold.reached.wait()
    stand.presenter.stage.card.opened.emit()
    conversation = await stand.conversations.latest()
    assert conversation is not None
    assert stand.opened == [conversation.id]
    assert not stand.shown
    hold.release()
    await until(lambda: stand.live.find(conversation.id) is None, "the turn to end")
    assert await stand.texts() == ["why", "Because and more"]


async def test_the_end_of_the_program_keeps_a_running_answer_as_interrupted(stand: Overlay) -> None:
    hold = Hold()
    stand.world.remote.enqueue(unfinished("Because", hold))
    await stand.ask()
    await hold.reached.wait()
    await stand.presenter.aclose()
    conversation = await stand.conversations.latest()
    assert conversation is not None
    stored = await stand.conversations.load(conversation.id)
    assert stored is not None
    assert stored.messages[-1].state is MessageState.INTERRUPTED


async def test_a_new_capture_after_esc_begins_with_nothing(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Because."), answer("Other."))
    await stand.ask()
    await stand.answer_is("Because.")
    stand.key(Qt.Key.Key_Escape)
    await stand.ask("again")
    await stand.answer_is("Other.")
    assert await stand.texts() == ["again", "Other."]


async def test_this_computers_own_reading_says_so(stand: Overlay) -> None:
    stand.world.remote.enqueue([AuthenticationFailed("never", "asked")])
    await stand.presenter._services.preferences.set("models.provider", "device")
    stand.world.device.enqueue(answer("KeyError"))
    await stand.ask()
    await stand.answer_is("KeyError")
    assert stand.presenter.stage.card.model == "This computer"
    assert stand.presenter.stage.card.note == "", "the answer begins with what it is; once is enough"


async def test_one_pixel_can_be_asked_about(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Black."))
    await stand.capture()
    stand.drag((50, 60), (51, 61))
    stand.type("colour")
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Black.")
    assert stand.codec.encoded[-1] == Rect(50, 60, 1, 1)


async def test_enter_with_nothing_selected_takes_the_whole_screen(stand: Overlay) -> None:
    await stand.capture()
    stand.key(Qt.Key.Key_Return)
    region = stand.presenter.stage.region
    assert region is not None
    assert region.rect == Rect(0, 0, region.screen.width, region.screen.height)


async def test_the_whole_way_without_a_mouse(stand: Overlay) -> None:
    stand.world.remote.enqueue(answer("Because."))
    await stand.capture()
    stand.key(Qt.Key.Key_Left, CONTROL | SHIFT)
    stand.key(Qt.Key.Key_Left, CONTROL | SHIFT)
    stand.key(Qt.Key.Key_Up, CONTROL | SHIFT)
    stand.key(Qt.Key.Key_Up, CONTROL | SHIFT)
    stand.key(Qt.Key.Key_Return)
    stand.key(Qt.Key.Key_Right, SHIFT)
    stand.key(Qt.Key.Key_Down)
    stand.key(Qt.Key.Key_Return)
    stand.key(Qt.Key.Key_Right)
    stand.key(Qt.Key.Key_Down, CONTROL)
    stand.type("why")
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("Because.")
    assert stand.codec.encoded[-1] == Rect(1, 0, 10, 2)


async def test_enter_that_ends_a_composed_word_does_not_ask(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    field = stand.presenter.stage.bar.field
    QApplication.sendEvent(field, QInputMethodEvent("にほん", []))
    stand.key(Qt.Key.Key_Return)
    assert stand.presenter.stage.bar.isVisible()
    committed = QInputMethodEvent("", [])
    committed.setCommitString("日本")
    QApplication.sendEvent(field, committed)
    assert field.text().strip() == "日本"
    stand.world.remote.enqueue(answer("x"))
    stand.key(Qt.Key.Key_Return)
    await stand.answer_is("x")


async def test_shift_enter_begins_a_new_line(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.type("a")
    stand.key(Qt.Key.Key_Return, SHIFT)
    stand.type("b")
    assert stand.presenter.stage.bar.field.text() == "a\nb"


async def test_copy_text_puts_the_words_of_the_picture_on_the_clipboard(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.presenter.stage.bar.command.emit("copy text")
    await until(lambda: not stand.shown, "the overlay to close")
    assert QGuiApplication.clipboard().text() == "KeyError: 'REGION'"
    assert not stand.world.captures.pictures


async def test_a_picture_without_text_is_said(stand: Overlay) -> None:
    stand.world.reader._lines = ()
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.presenter.stage.bar.command.emit("copy text")
    await until(lambda: stand.presenter.stage.bar.sentence == "No text was found here.", "the sentence")


async def test_a_reader_that_fails_is_said_at_the_selection(tmp_path: Path, stand: Overlay) -> None:
    stand.world.reader._error = ReaderError("The reader ended.", "Try again.")
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.presenter.stage.bar.command.emit("copy text")
    await until(lambda: stand.presenter.stage.bar.sentence == "The reader ended. Try again.", "the sentence")


async def test_copy_picture_gives_the_pixels_as_they_were(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.key(Qt.Key.Key_C, CONTROL)
    assert not stand.shown
    screen = stand.world.screen.screens[0]
    frozen = QImage(screen.pixels, screen.width, screen.height, screen.stride, QImage.Format.Format_RGB32)
    assert QGuiApplication.clipboard().image().convertToFormat(frozen.format()) == frozen.copy(
        QRect(100, 100, 200, 100)
    )


async def test_save_writes_a_file_and_says_where(tmp_path: Path, stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    for count in (1, 2):
        stand.presenter.stage.bar.say("")
        stand.key(Qt.Key.Key_S, CONTROL)
        await until(lambda: "Saved as" in stand.presenter.stage.bar.sentence, "the file to be saved")
        await until(lambda: not stand.presenter._scope.running("save"), "the task to end")
        files = sorted(tmp_path.iterdir())  # noqa: ASYNC240 - a test's own folder
        assert len(files) == count
        assert QImage(str(files[-1])).size().width() == 200


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, stand: Overlay) -> None:
    (tmp_path / "file").write_bytes(b"")
    stand.presenter._folder = tmp_path / "file"
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    stand.presenter.stage.bar.command.emit("save")
    await until(lambda: "could not be saved" in stand.presenter.stage.bar.sentence, "the sentence")


async def test_screens_that_change_close_the_overlay_with_a_sentence(stand: Overlay) -> None:
    await stand.capture()
    stand.presenter.stage.screens_changed.emit(Lost(None, (), None))
    assert not stand.shown
    assert stand.errors == ["The screens have changed, so the capture was closed. Press the shortcut to start again."]


async def test_nothing_holds_the_frozen_picture_after_closing(stand: Overlay) -> None:
    screen, memory = noise(3)
    stand.world.screen = FakeCapture()
    watched = weakref.ref(memory)
    stand.presenter._services.capture._backends[0].screens = (screen,)
    stand.world.remote.enqueue(answer("Because."))
    await stand.ask()
    await stand.answer_is("Because.")
    stand.presenter._services.capture._backends[0].screens = ()
    stand.key(Qt.Key.Key_Escape)
    await until(lambda: not stand.shown, "the overlay to close")
    del screen, memory
    await until(lambda: gc.collect() is not None and watched() is None, "the picture to be freed")


async def test_the_windows_are_kept_from_one_capture_to_the_next(stand: Overlay) -> None:
    await stand.capture()
    first = int(stand.window.winId())
    stand.presenter.close()
    await stand.capture()
    assert int(stand.window.winId()) == first
