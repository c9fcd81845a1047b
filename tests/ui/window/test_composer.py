"""What the composer does with keys: quick prompts, earlier questions, quotes, an earlier question that is changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QVBoxLayout, QWidget

from kireji.core.messages import Message, Role, TextPart
from kireji.core.prompts import Prompt, Variable
from kireji.ui.chat.composer import Composer
from kireji.ui.chat.field import PromptField
from kireji.ui.chat.sources import Given, TextSource
from kireji.ui.quick_prompts import offered
from kireji.ui.theme import Theme
from tests.fakes.provider import answer
from tests.fakes.services import FakeSurroundings
from tests.support.painted import Painted
from tests.support.waiting import until_true
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

PROMPTS = (
    Prompt("explain", "Explain", "Explain what is shown."),
    Prompt("translate", "Translate", "Translate into {{language}}.", {"language": Variable(default="English")}),
    Prompt("sum-up", "Résumé", "Sum up in {{words}} words for {{whom}}.", {"words": Variable(), "whom": Variable()}),
    Prompt("fanyi", "翻译成中文", "请翻译。"),
)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    below = FakeSurroundings().with_key()
    below.prompts.found = PROMPTS
    below.provider.enqueue(answer("A."))
    for question in ("first", "second\nof two lines", "third"):
        await below.conversations.create("t", Message(Role.USER, (TextPart(question),)))
    async with window_over(below) as stand:
        stand.window.activateWindow()
        await stand.until(lambda: composer(stand).field.hasFocus())
        await stand.until(lambda: composer(stand).field.recall.earlier)
        yield stand


@dataclass
class Desk:
    """A composer alone, which is quicker to make than a window with everything."""

    composer: Composer

    async def until(self, condition: Callable[[], object]) -> None:
        await until_true(condition)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme, window = Theme(app), QWidget()
    desk = Desk(Composer(theme))
    layout = QVBoxLayout(window)
    layout.addStretch(1)
    layout.addWidget(desk.composer)
    desk.composer.prompts.set_prompts(offered(PROMPTS, "English"))
    desk.composer.field.recall.fill(("third", "second\nof two lines", "first"))
    window.resize(640, 480)
    window.show()
    window.activateWindow()
    desk.composer.setFocus()
    await desk.until(desk.composer.field.hasFocus)
    yield desk
    window.close()
    window.deleteLater()
    theme.deleteLater()
    await asyncio.sleep(0)


def composer(where: Stand | Desk) -> Composer:
    return where.composer if isinstance(where, Desk) else where.window.chat.composer


def keys(stand: Stand | Desk, *pressed: Qt.Key | str) -> PromptField:
    """Press keys, and write what is no key."""
    field = composer(stand).field
    for each in pressed:
        if isinstance(each, str):
            QTest.keyClicks(field, each)
        else:
            QTest.keyClick(field, each)
    return field


async def slash(stand: Stand | Desk, *pressed: Qt.Key | str) -> None:
    keys(stand, "/")
    await stand.until(composer(stand).prompts.shown)
    keys(stand, *pressed)


def sent(desk: Desk) -> list[object]:
    """What is asked from now on."""
    found: list[object] = []
    composer(desk).sent.connect(found.append)
    return found


# Quick prompts.


async def test_a_slash_offers_the_prompts_in_their_order(desk: Desk) -> None:
    await slash(desk)
    assert composer(desk).prompts.offered() == ("explain", "translate", "fanyi", "sum-up")
    assert composer(desk).prompts.chosen() == "explain"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tr", ("translate",)),
        ("up", ("sum-up",)),
        ("resu", ("sum-up",)),
        ("翻译", ("fanyi",)),
        ("中文", ("fanyi",)),
        ("an", ("translate", "fanyi")),
    ],
)
async def test_what_follows_chooses_by_name_and_title(desk: Desk, typed: str, found: tuple[str, ...]) -> None:
    await slash(desk)
    composer(desk).field.insertPlainText(typed)
    assert composer(desk).prompts.offered() == found


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
async def test_the_words_of_the_chosen_one_take_the_place_of_the_slash(desk: Desk, key: Qt.Key) -> None:
    asked = sent(desk)
    await slash(desk, Qt.Key.Key_Down, key)
    assert (composer(desk).text(), asked) == ("Translate into English.", [])
    assert not composer(desk).prompts.shown()
    keys(desk, Qt.Key.Key_Return)
    assert asked == ["Translate into English."]


async def test_up_goes_round_to_the_last(desk: Desk) -> None:
    await slash(desk, Qt.Key.Key_Up)
    assert composer(desk).prompts.chosen() == "sum-up"


async def test_a_click_chooses(desk: Desk) -> None:
    await slash(desk)
    popup = composer(desk).prompts
    place = popup._list.visualRect(popup._model.index(1, 0)).center()
    QTest.mouseClick(popup._list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert composer(desk).text() == "Translate into English."


async def test_what_a_prompt_needs_is_asked_for_above_the_field_and_enter_asks_it(stand: Stand) -> None:
    await slash(stand, "sum", Qt.Key.Key_Return)
    form = composer(stand).prompt_form
    await stand.until(lambda: form.prompt is not None)
    assert (form.title.text(), list(form.fields), composer(stand).text()) == ("Résumé", ["words", "whom"], "")
    QTest.keyClicks(form.fields["words"], "20")
    QTest.keyClicks(form.fields["whom"], "children")
    QTest.keyClick(form.fields["whom"], Qt.Key.Key_Return)
    await stand.until(lambda: stand.below.provider.encoded)
    assert stand.below.provider.encoded[-1].messages[-1].text == "Sum up in 20 words for children."
    assert form.isHidden()


async def test_a_prompt_without_what_it_needs_is_not_asked_and_the_reason_is_said(stand: Stand) -> None:
    await slash(stand, "sum", Qt.Key.Key_Return)
    form = composer(stand).prompt_form
    await stand.until(lambda: form.prompt is not None)
    QTest.keyClick(form.fields["words"], Qt.Key.Key_Return)
    await stand.until(stand.window.chat.notice.sentence)
    assert stand.window.chat.notice.sentence() == "Write what belongs there first: words, whom"
    QTest.keyClick(form.fields["words"], Qt.Key.Key_Escape)
    assert form.isHidden()


async def test_without_a_place_to_fill_in_tab_leaves_the_field(desk: Desk) -> None:
    keys(desk, "words", Qt.Key.Key_Tab)
    assert not composer(desk).field.hasFocus()


async def test_a_path_is_asked_as_it_is(desk: Desk) -> None:
    asked = sent(desk)
    await slash(desk, "etc/hosts", Qt.Key.Key_Return)
    assert asked == ["/etc/hosts"]


async def test_a_slash_within_a_line_offers_nothing(desk: Desk) -> None:
    keys(desk, "either /")
    assert not composer(desk).prompts.shown()


async def test_a_slash_at_the_beginning_of_a_later_line_offers_them_too(desk: Desk) -> None:
    composer(desk).set_text("Look:\n")
    await slash(desk, "tra", Qt.Key.Key_Return)
    assert composer(desk).text() == "Look:\nTranslate into English."


async def test_escape_puts_them_away_until_the_next_slash(desk: Desk) -> None:
    await slash(desk, Qt.Key.Key_Escape, "e")
    assert not composer(desk).prompts.shown()
    keys(desk, Qt.Key.Key_Backspace, Qt.Key.Key_Backspace)
    await slash(desk)
    assert composer(desk).prompts.shown()


async def test_a_prompt_can_be_undone_and_what_was_typed_is_back(desk: Desk) -> None:
    await slash(desk, "tra", Qt.Key.Key_Return)
    composer(desk).field.undo()
    assert composer(desk).text() == "/tra"


async def test_keys_of_an_unfinished_word_choose_no_prompt(desk: Desk) -> None:
    await slash(desk)
    field = composer(desk).field
    QApplication.sendEvent(field, QInputMethodEvent("fanyi", []))
    keys(desk, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert (composer(desk).prompts.chosen(), composer(desk).text()) == ("explain", "/")
    event = QInputMethodEvent("", [])
    event.setCommitString("翻译")
    QApplication.sendEvent(field, event)
    assert composer(desk).prompts.offered() == ("fanyi",)
    keys(desk, Qt.Key.Key_Return)
    assert composer(desk).text() == "请翻译。"


# Earlier questions.


async def test_up_in_an_empty_field_goes_back_and_down_comes_back(desk: Desk) -> None:
    seen = []
    for key in (Qt.Key.Key_Up,) * 4 + (Qt.Key.Key_Down,) * 3:
        keys(desk, key)
        seen.append(composer(desk).text())
    two = "second\nof two lines"
    assert seen == ["third", two, "first", "first", two, "third", ""]


async def test_up_in_what_is_being_written_moves_the_caret_only(desk: Desk) -> None:
    keys(desk, "half a thought", Qt.Key.Key_Up)
    assert composer(desk).text() == "half a thought"


async def test_a_recalled_question_that_was_changed_is_not_replaced(desk: Desk) -> None:
    keys(desk, Qt.Key.Key_Up, "!", Qt.Key.Key_Up)
    assert composer(desk).text() == "third!"


async def test_a_recalled_question_can_be_undone(desk: Desk) -> None:
    keys(desk, Qt.Key.Key_Up).undo()
    assert composer(desk).text() == ""


async def test_what_was_asked_just_now_is_the_first_to_come_back(stand: Stand) -> None:
    keys(stand, "fourth", Qt.Key.Key_Return)
    await stand.until(lambda: composer(stand).text() == "")
    await stand.until(lambda: stand.below.provider.asked and stand.services.chat.live.find(4) is None)
    keys(stand, Qt.Key.Key_Up)
    assert composer(stand).text() == "fourth"


# While an answer streams.


async def test_enter_queues_while_an_answer_streams(desk: Desk) -> None:
    asked, queued = sent(desk), []
    composer(desk).queued.connect(queued.append)
    composer(desk).set_running(True)
    keys(desk, " next ", Qt.Key.Key_Return)
    assert (asked, queued) == ([], ["next"])
    assert composer(desk)._queue.isVisible()
    assert composer(desk)._go.text() == "Stop"


@pytest.mark.parametrize("width", [640, 420, 360, 300, 240])
async def test_no_button_is_cut_where_there_is_little_room(desk: Desk, width: int) -> None:
    composer(desk).show_tools(14, "")
    composer(desk).set_running(True)
    composer(desk).window().resize(width, 480)
    buttons = (composer(desk)._queue, composer(desk)._go, composer(desk).tools)
    await desk.until(lambda: all(each.width() >= each.sizeHint().width() for each in buttons))
    assert (composer(desk)._queue.accessibleName(), composer(desk)._go.accessibleName()) == ("Queue", "Stop")
    assert all(each.text() or not each.icon().isNull() for each in buttons)


# Quotes and earlier questions.


async def test_quotes_are_collected_and_sent_above_the_words(stand: Stand) -> None:
    drafts = stand.presenter.chat.drafts
    drafts.quote("one\n")
    drafts.quote("two")
    keys(stand, "Why?")
    assert drafts.draft.question == "> one\n>\n> two\n\nWhy?"


async def test_escape_leaves_an_earlier_question_and_brings_back_what_was_written(stand: Stand) -> None:
    stored = await stand.below.conversations.load(1)
    assert stored is not None
    keys(stand, "half a thought")
    stand.presenter.chat.drafts.edit(stored.messages[0])
    assert (composer(stand).text(), composer(stand).editing) == ("first", True)
    keys(stand, Qt.Key.Key_Escape)
    assert (composer(stand).text(), composer(stand).editing) == ("half a thought", False)
    assert stand.presenter.chat.drafts.editing is None


# The field, and the way through it.


async def test_the_field_grows_to_eight_lines_and_scrolls_then(desk: Desk) -> None:
    field, heights = composer(desk).field, []
    for lines in (1, 2, 8, 9, 30):
        composer(desk).set_text("\n".join("x" * lines))
        await desk.until(lambda: field.height() >= field.sizeHint().height())
        heights.append(round((field.height() - 6) / field.fontMetrics().lineSpacing()))
    assert heights == [1, 2, 8, 8, 8]
    assert field.verticalScrollBarPolicy() is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff


async def test_tab_goes_from_the_words_to_what_goes_along_and_then_to_the_buttons(stand: Stand) -> None:
    drafts = stand.presenter.chat.drafts
    drafts.quote("quoted")
    drafts.give(Given((TextSource("a.txt", "a"), TextSource("b.txt", "b"))))
    await stand.until(lambda: all(each.arrived for each in drafts.draft.attachments))
    keys(stand, "words")
    names = []
    while (focus := stand.window.focusWidget()) is not None and composer(stand).isAncestorOf(focus):
        names.append(focus.accessibleName())
        assert len(names) < 20
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert names == [
        "Your question",
        "a.txt, Text, 1 B. Show the text",
        "Remove a.txt",
        "b.txt, Text, 1 B. Show the text",
        "Remove b.txt",
        "Add files, folders, pages or conversations",
        "Capture",
        "Tools",
        "Ask for a table, fields, a verdict and the like",
        "Send",
    ]


async def test_every_control_has_a_name(stand: Stand) -> None:
    stand.presenter.chat.drafts.give(Given((TextSource("a.txt", "a"),)))
    composer(stand).show_editing(True)
    await slash(stand)
    buttons = [*composer(stand).findChildren(QAbstractButton), *composer(stand).prompts.findChildren(QAbstractButton)]
    assert [each for each in buttons if each.isVisible() and not each.accessibleName()] == []
    model = composer(stand).prompts._model
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Explain: Explain what is shown."


async def test_another_invitation_is_painted_at_once(desk: Desk) -> None:
    viewport = desk.composer.field.viewport()
    painted = Painted(viewport)
    await desk.until(lambda: not painted.region.isEmpty())
    painted.region = QRegion()
    desk.composer.set_placeholder("Ask a follow-up…")
    await desk.until(lambda: painted.region.contains(viewport.rect().center()))


async def test_words_that_have_room_are_shown_from_their_beginning(desk: Desk) -> None:
    field = composer(desk).field
    before = field.height()
    field.insert("Some words that take several lines. " * 6)
    await desk.until(lambda: field.height() > before and field.height() == field.sizeHint().height())
    assert field.verticalScrollBar().value() == 0
