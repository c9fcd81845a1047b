from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from kireji.core.capturing import Action, CaptureMode, CaptureRequest
from kireji.core.history import ConversationSummary
from kireji.core.prompts import Prompt
from kireji.ui.tray_menu import Job, TrayMenu

pytestmark = pytest.mark.qt


@pytest.fixture
def menu(qtbot: QtBot) -> QMenu:
    made = QMenu()
    qtbot.addWidget(made)
    return made


def entry(menu: QMenu, *path: str) -> QAction:
    """The entry at a path of titles, without their chords."""
    found = next(each for each in menu.actions() if each.text().partition("\t")[0] == path[0])
    below = found.menu()
    if len(path) == 1:
        return found
    assert isinstance(below, QMenu)
    return entry(below, *path[1:])


def titles(menu: QMenu) -> list[str]:
    return [each.text().partition("\t")[0] for each in menu.actions() if not each.isSeparator()]


def test_the_menu_offers_everything_in_its_order(menu: QMenu) -> None:
    TrayMenu(menu)
    assert titles(menu) == [
        "Capture and ask", "Capture", "Ask about the clipboard", "Ask about the selected text", "Quick prompts",
        "Recent", "Jobs", "Pause shortcuts", "Open Kireji", "Settings", "Help", "Quit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "action"),
    [
        (("Capture and ask",), Action.CAPTURE),
        (("Capture", "A window"), Action.WINDOW),
        (("Capture", "This screen"), Action.SCREEN),
        (("Capture", "All screens"), Action.ALL_SCREENS),
        (("Capture", "The same region again"), Action.LAST),
        (("Capture", "Add a region to the question"), Action.ADD),
        (("Ask about the clipboard",), Action.CLIPBOARD),
        (("Ask about the selected text",), Action.SELECTION),
        (("Open Kireji",), Action.OPEN),
    ],
)
def test_an_entry_asks_for_its_action_once(menu: QMenu, path: tuple[str, ...], action: Action) -> None:
    chosen: list[object] = []
    contents = TrayMenu(menu)
    contents.chosen.connect(chosen.append)
    entry(menu, *path).trigger()
    assert chosen == [action]


def test_a_delay_can_be_chosen(menu: QMenu) -> None:
    wanted: list[object] = []
    contents = TrayMenu(menu)
    contents.capture_chosen.connect(wanted.append)
    entry(menu, "Capture", "After 5 seconds").trigger()
    assert wanted == [CaptureRequest(CaptureMode.REGION, 5.0)]


def test_keys_stand_beside_their_entries(menu: QMenu) -> None:
    contents = TrayMenu(menu)
    contents.set_chord(Action.WINDOW, "Ctrl+Alt+W")
    assert entry(menu, "Capture", "A window").text() == "A window\tCtrl+Alt+W"
    contents.set_chord(Action.WINDOW, "")
    assert entry(menu, "Capture", "A window").text() == "A window"


def test_the_keys_for_a_delay_stand_beside_the_delay_of_the_settings(menu: QMenu) -> None:
    contents = TrayMenu(menu)
    for seconds, title in ((10.0, "After 10 seconds"), (3.0, "After 3 seconds")):
        contents.set_delay(seconds)
        contents.set_chord(Action.DELAYED, "Ctrl+Alt+D")
        assert [each.text() for each in _captures(menu) if "\t" in each.text()] == [f"{title}\tCtrl+Alt+D"]


def _captures(menu: QMenu) -> list[QAction]:
    below = entry(menu, "Capture").menu()
    assert isinstance(below, QMenu)
    return below.actions()


def test_a_quick_prompt_captures_and_is_asked(menu: QMenu) -> None:
    wanted: list[object] = []
    contents = TrayMenu(menu)
    contents.capture_chosen.connect(wanted.append)
    assert not entry(menu, "Quick prompts").isEnabled()
    contents.set_prompts([Prompt("explain", "Explain", "Explain this.")])
    entry(menu, "Quick prompts", "Explain").trigger()
    assert wanted == [CaptureRequest(prompt="explain")]


def test_a_recent_conversation_is_opened_and_its_title_is_one_short_line(menu: QMenu) -> None:
    opened: list[object] = []
    contents = TrayMenu(menu)
    contents.conversation_chosen.connect(opened.append)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    contents.set_recent([ConversationSummary(7, "Salt &\npepper " + "x" * 60, now, now)])
    below = entry(menu, "Recent").menu()
    assert isinstance(below, QMenu)
    (only,) = below.actions()
    assert only.text().startswith("Salt && pepper xxx")
    assert only.text().endswith("…")
    only.trigger()
    assert opened == [7]


def test_what_runs_is_counted_and_can_be_stopped(menu: QMenu) -> None:
    stopped: list[str] = []
    contents = TrayMenu(menu)

    def stop() -> None:
        stopped.append("the build")

    contents.set_jobs([Job("Is the build green?", stop)])
    entry(menu, "Jobs (1 running)", "Is the build green?", "Stop").trigger()
    assert stopped == ["the build"]
    contents.set_jobs([])
    assert entry(menu, "Jobs", "Show all jobs").isEnabled()


def test_jobs_of_the_queue_are_counted_and_shown_by_their_page(menu: QMenu) -> None:
    shown: list[str] = []
    contents = TrayMenu(menu)
    contents.jobs_chosen.connect(lambda: shown.append("the jobs"))
    contents.set_queued(2)
    contents.set_jobs([Job("Is the build green?", lambda: None)])
    entry(menu, "Jobs (3 running)", "Show all jobs").trigger()
    assert shown == ["the jobs"]


def test_why_a_job_does_not_get_on_is_shown_above_its_stop(menu: QMenu) -> None:
    TrayMenu(menu).set_jobs([Job("Is the build green?", lambda: None, "The region lies outside every screen.")])
    assert not entry(
        menu, "Jobs (1 running)", "Is the build green?", "The region lies outside every screen."
    ).isEnabled()


def test_showing_that_shortcuts_are_paused_asks_for_nothing(menu: QMenu) -> None:
    toggled: list[bool] = []
    contents = TrayMenu(menu)
    contents.pause_toggled.connect(toggled.append)
    contents.set_paused(True)
    assert entry(menu, "Pause shortcuts").isChecked()
    assert toggled == []
    entry(menu, "Pause shortcuts").trigger()
    assert toggled == [False]


def test_what_waits_for_the_person_stands_above_everything(menu: QMenu) -> None:
    opened: list[object] = []
    said: list[bool] = []
    contents = TrayMenu(menu)
    contents.conversation_chosen.connect(opened.append)
    contents.waiting_changed.connect(said.append)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    contents.set_waiting([ConversationSummary(7, "Salt", now, now)])
    assert titles(menu)[:2] == ["Waits for you: Salt", "Capture and ask"]
    menu.actions()[0].trigger()
    contents.set_waiting([])
    assert titles(menu)[0] == "Capture and ask"
    assert (opened, said) == ([7], [True, False])


def test_the_help_can_be_chosen(menu: QMenu, qtbot: QtBot) -> None:
    made = TrayMenu(menu)
    with qtbot.waitSignal(made.help_chosen):
        entry(menu, "Help").trigger()
