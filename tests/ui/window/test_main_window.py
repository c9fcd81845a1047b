from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from kireji.core.messages import Message, Role, TextPart
from kireji.ui.chat.focus_frame import FocusFrame
from kireji.ui.chat.pane import Blank
from kireji.ui.chat.words import is_right_to_left
from kireji.ui.main_window import MainWindow, usual_size
from kireji.ui.theme import Theme
from tests.fakes.provider import answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import window_over

pytestmark = pytest.mark.qt


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> MainWindow:
    window = MainWindow(Theme(qapp))
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    return window


def resized(window: MainWindow, width: int) -> MainWindow:
    window.resize(width, 700)
    QApplication.sendPostedEvents()
    return window


@pytest.mark.parametrize(
    ("width", "sidebar", "inspector"), [(1200, True, True), (800, True, False), (500, False, False)]
)
def test_panes_give_way_in_a_narrow_window(window: MainWindow, width: int, sidebar: bool, inspector: bool) -> None:
    resized(window, width)
    assert (window.sidebar.isVisible(), window.inspector.isVisible()) == (sidebar, inspector)
    assert window.chat.header.menu.isVisible() is not sidebar


def test_the_menu_button_lays_the_conversations_over_a_narrow_window(window: MainWindow) -> None:
    resized(window, 500)
    window.chat.header.menu.click()
    assert window.sidebar.isVisible()
    assert window.chat.width() == 500
    QTest.mouseClick(window._veil, Qt.MouseButton.LeftButton, pos=QPoint(490, 300))
    assert not window.sidebar.isVisible()


def test_tab_goes_from_the_conversations_through_the_open_one_to_the_details(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.chat.show_conversation("One")
    panes = (window.sidebar, window.chat.header, window.chat.transcript, window.chat.composer, window.inspector)
    window.sidebar.search.setFocus()
    seen: list[QWidget] = []
    for _ in range(60):
        focus = QApplication.focusWidget()
        pane = next((pane for pane in panes if pane is focus or (focus and pane.isAncestorOf(focus))), None)
        assert pane is not None
        if not seen or seen[-1] is not pane:
            seen.append(pane)
        window.focusNextPrevChild(True)
    assert seen[:6] == [*panes, window.sidebar]


def test_the_conversation_shows_that_it_has_the_keyboard(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.chat.show_conversation("One")
    frame = window.chat.findChild(FocusFrame)
    assert frame is not None
    window.chat.transcript.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not frame.isVisible()
    window.chat.composer.setFocus()
    window.chat.transcript.setFocus(Qt.FocusReason.TabFocusReason)
    assert frame.isVisible()
    assert frame.geometry() == window.chat.transcript.rect()
    window.chat.composer.setFocus()
    assert not frame.isVisible()


def test_folding_the_details_is_said(window: MainWindow) -> None:
    said: list[object] = []
    window.inspector_toggled.connect(said.append)
    window.chat.header.details.click()
    assert (said, window.inspector.isVisible()) == ([False], False)


def test_the_reading_column_is_never_wider_than_its_measure(window: MainWindow) -> None:
    resized(window, 1800)
    assert window.chat.composer.width() <= 720


def test_nothing_needs_more_width_than_the_smallest_window(window: MainWindow) -> None:
    resized(window, 480)
    assert window.width() == 480


def test_closing_hides_and_says_so(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.closed):
        window.close()
    assert not window.isVisible()


def test_the_place_of_the_window_is_kept(window: MainWindow, qapp: QApplication, qtbot: QtBot) -> None:
    saved: list[bytes] = []
    window.remember_geometry(b"", saved.append)
    window.resize(900, 650)
    window.hide()
    other = MainWindow(Theme(qapp))
    qtbot.addWidget(other)
    other.remember_geometry(saved[-1], saved.append)
    assert (other.width(), other.height()) == (900, 650)


def test_damaged_geometry_is_ignored(window: MainWindow) -> None:
    window.remember_geometry(b"nonsense", lambda _data: None)
    assert window.width() == 1200


@pytest.mark.parametrize(
    ("title", "expected"), [("ما معنى", True), ("abc", False), ("12 שלום", True), ("日本語", False)]
)
def test_direction_of_a_title_is_that_of_its_first_letter(title: str, expected: bool) -> None:
    assert is_right_to_left(title) is expected


async def test_a_conversation_is_opened_from_the_list_by_keyboard() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        from kireji.services.turns import Question

        await stand.services.chat.ask(Question("one"), lambda _event: None)
        await stand.until(lambda: stand.window.sidebar.list.rows.known)
        rows = stand.window.sidebar.list
        rows.setFocus()
        QTest.keyClick(rows, Qt.Key.Key_Down)
        QTest.keyClick(rows, Qt.Key.Key_Return)
        await stand.until(lambda: stand.presenter.chat.current == 1)


async def test_every_control_has_a_name_for_screen_readers() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.provider.enqueue(answer("A."))
        stand.presenter.chat.send("one")
        await stand.until(lambda: stand.services.chat.live.find(1))
        await stand.until(lambda: stand.services.chat.live.find(1) is None)
        stand.presenter.show_settings()
        controls = [
            control
            for kind in (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
            for control in stand.window.findChildren(kind)
            if not control.objectName().startswith("qt_")
        ]
        assert [control for control in controls if not control.accessibleName()] == []


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        (QSize(1920, 1080), QSize(1180, 780)),
        (QSize(1280, 768), QSize(1180, 712)),
        (QSize(960, 540), QSize(944, 484)),
        (QSize(320, 240), QSize(480, 420)),
    ],
)
def test_a_new_window_fits_the_screen(room: QSize, expected: QSize) -> None:
    assert usual_size(room) == expected


async def test_in_a_low_window_the_mark_gives_its_room_to_the_words() -> None:
    async with window_over(FakeSurroundings(), size=(1200, 800)) as stand:
        blank = stand.window.chat.findChild(Blank)
        assert blank is not None
        QApplication.sendPostedEvents()
        assert blank._mark.isVisible()
        stand.window.resize(640, 390)
        QApplication.sendPostedEvents()
        assert not blank._mark.isVisible()
        assert blank._title.height() >= blank._title.heightForWidth(blank._title.width())


@pytest.mark.parametrize("width", [1200, 800, 500])
def test_in_a_mirrored_interface_the_panes_change_sides(window: MainWindow, width: int) -> None:
    def places() -> list[tuple[int, int]]:
        return [(pane.x(), pane.width()) for pane in (window.sidebar, window._content, window.inspector)]

    resized(window, width)
    before = places()
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.sendPostedEvents()
    assert places() == [(width - x - wide, wide) for x, wide in before]


async def test_the_next_and_the_previous_conversation_are_a_key_away() -> None:
    below = FakeSurroundings().with_key()
    for title in ("One", "Two", "Three"):
        await below.conversations.create(title, Message(Role.USER, (TextPart("x"),)))
    async with window_over(below) as stand:
        await stand.until(lambda: stand.window.sidebar.list.rows.known == 3)
        opened: list[object] = []
        stand.window.conversation_chosen.connect(opened.append)
        for step in (stand.window._next, stand.window._next, stand.window._previous, stand.window._previous):
            step()
        assert opened == [3, 2, 3]
