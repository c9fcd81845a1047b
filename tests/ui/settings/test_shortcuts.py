from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from kireji.core.capturing import Action
from kireji.core.desktop_ports import BoundShortcut
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut
from kireji.ui.settings.shortcut_row import ShortcutRow
from kireji.ui.settings.shortcuts import ShortcutsPage
from kireji.ui.shortcut import ShortcutState, ShortcutStatus
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import CHORD, Stand, window_over

pytestmark = pytest.mark.qt

WINDOW = "Ctrl+Alt+W"


async def opened(stand: Stand) -> ShortcutsPage:
    stand.presenter.show_settings()
    settings = stand.presenter._settings
    assert settings is not None
    return settings.shortcuts_page


def offers(row: ShortcutRow) -> list[str]:
    layout = row._offers.layout()
    assert layout is not None
    found = []
    for number in range(layout.count()):
        item = layout.itemAt(number)
        assert item is not None
        widget = item.widget()
        assert widget is not None
        found.append(widget.property("chord"))
    return found


async def test_every_action_has_a_row() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = await opened(stand)
        assert set(page.rows) == set(Action)
        row = page.rows[Action.WINDOW]
        assert (row.chip.isHidden(), row.remove.isVisible(), row.recorder.text()) == (True, False, "Set keys…")


async def test_an_action_gets_keys_of_its_own_and_they_are_kept() -> None:
    async with window_over(FakeSurroundings()) as stand:
        row = (await opened(stand)).rows[Action.WINDOW]
        row.recorder.recorded.emit(WINDOW)
        assert (row.chip.text(), row.chord.text()) == ("ready", WINDOW)
        await stand.until(lambda: stand.below.settings.tables.get("shortcuts") == {"window": WINDOW})


async def test_a_chord_that_arrived_is_shown_as_seen_working() -> None:
    async with window_over(FakeSurroundings()) as stand:
        row = (await opened(stand)).rows[Action.CAPTURE]
        stand.hotkeys.press(CHORD)
        assert row.chip.text() == "seen working"


async def test_a_taken_chord_offers_free_ones_and_one_of_them_is_taken_by_a_click() -> None:
    async with window_over(FakeSurroundings()) as stand:
        taken = Shortcut.parse(WINDOW)
        assert taken is not None
        stand.hotkeys.taken.add(taken)
        row = (await opened(stand)).rows[Action.WINDOW]
        row.recorder.recorded.emit(WINDOW)
        assert row.sentence.text().startswith(f"{WINDOW} is already used by another program.")
        first = offers(row)[0]
        item = row._offers.layout().itemAt(0)  # type: ignore[union-attr]
        item.widget().click()  # type: ignore[attr-defined, union-attr]
        assert (row.chip.text(), row.chord.text()) == ("ready", first)
        assert offers(row) == []


async def test_a_chord_that_its_holder_gave_back_is_taken_when_the_page_opens_or_on_request() -> None:
    async with window_over(FakeSurroundings()) as stand:
        row = (await opened(stand)).rows[Action.CAPTURE]
        stand.hotkeys.lose(CHORD)
        assert not row.again.isHidden()
        row.again.click()
        assert row.chip.text() == "taken by another program"
        stand.hotkeys.taken.clear()
        row.again.click()
        assert (row.chip.text(), row.again.isHidden()) == ("ready", True)
        stand.hotkeys.lose(CHORD)
        stand.hotkeys.taken.clear()
        await opened(stand)
        assert row.chip.text() == "ready"


async def test_keys_of_another_action_are_refused_while_they_are_recorded() -> None:
    async with window_over(FakeSurroundings()) as stand:
        row = (await opened(stand)).rows[Action.WINDOW]
        row.recorder.click()
        stand.hotkeys.press(CHORD)
        assert row.sentence.text() == "“Capture and ask” has these keys. Choose others."
        assert not row.recorder.listens


async def test_removing_gives_the_keys_back() -> None:
    async with window_over(FakeSurroundings()) as stand:
        row = (await opened(stand)).rows[Action.CAPTURE]
        row.remove.click()
        assert row.chip.isHidden()
        assert not stand.hotkeys.holders
        await stand.until(lambda: stand.below.settings.tables.get("shortcuts") == {"capture": ""})


async def test_chords_that_are_lost_while_the_page_is_open_are_shown_as_lost() -> None:
    async with window_over(FakeSurroundings()) as stand:
        row = (await opened(stand)).rows[Action.CAPTURE]
        stand.hotkeys.lose(CHORD)
        assert row.chip.text() == "taken by another program"
        assert offers(row)


async def test_the_command_can_be_copied() -> None:
    async with window_over(FakeSurroundings()) as stand:
        (await opened(stand)).copy.click()
        assert QGuiApplication.clipboard().text() == "kireji capture"


async def test_where_the_desktop_hands_out_keys_it_can_be_asked_again_and_what_it_gave_is_shown() -> None:
    class Desk:
        asked = 0

        def ask(self, _wanted: object) -> None:
            self.asked += 1

    async with window_over(FakeSurroundings()) as stand:
        desk = Desk()
        stand.shortcut.ask_desktop(desk)
        page = await opened(stand)
        row = page.rows[Action.CAPTURE]
        assert row.chip.text() == "asked the desktop"
        stand.shortcut.answered({Action.CAPTURE: BoundShortcut(True, "Meta+A")})
        assert (row.chord.text(), row.chip.text()) == ("Meta+A", "ready")
        assert row.sentence.text() == f"The desktop gave these keys; {CHORD} was asked for."
        page.ask.click()
        assert desk.asked == 2


def test_what_cannot_be_held_here_can_be_bound_by_hand(qtbot: object) -> None:
    row = ShortcutRow(Action.WINDOW, "/somewhere/run")
    copied: list[object] = []
    row.copy_wanted.connect(copied.append)
    row.show_state(ShortcutState(WINDOW, ShortcutStatus.UNAVAILABLE, "Not in this session."))
    row.copy.click()
    assert copied == ["/somewhere/run capture --window"]
    row.deleteLater()


# --- the page "General" -----------------------------------------------------------------------------------------------


async def test_the_start_with_the_session_is_what_the_system_says_and_switching_it_is_the_systems_matter() -> None:
    below = FakeSurroundings()
    below.autostart.on = True
    async with window_over(below) as stand:
        await opened(stand)
        settings = stand.presenter._settings
        assert settings is not None
        page = settings.general_page
        await stand.until(page.autostart.is_on)
        page.autostart.switch.click()
        await stand.until(lambda: not below.autostart.on)
        assert "autostart" not in str(below.settings.tables)


async def test_where_it_cannot_be_switched_the_page_says_why() -> None:
    below = FakeSurroundings()
    below.autostart.available = Availability(False, "This system has no place for it.", "Enter it by hand.")
    async with window_over(below) as stand:
        await opened(stand)
        settings = stand.presenter._settings
        assert settings is not None
        page = settings.general_page
        await stand.until(lambda: not page.autostart_state.isHidden())
        assert page.autostart_state.text() == "This system has no place for it. Enter it by hand."
        assert not page.autostart.switch.isEnabled()


async def test_notifications_and_the_delay_are_kept() -> None:
    async with window_over(FakeSurroundings()) as stand:
        await opened(stand)
        settings = stand.presenter._settings
        assert settings is not None
        settings.general_page.notify.switch.click()
        settings.general_page.delay.choose(10.0)
        await stand.until(lambda: stand.below.settings.tables.get("capture") == {"delay": 10.0})
        await stand.until(lambda: stand.below.settings.tables["general"].get("notify") is False)


async def test_on_x11_nothing_is_said_of_copying_the_selection() -> None:
    async with window_over(FakeSurroundings()) as stand:
        await opened(stand)
        settings = stand.presenter._settings
        assert settings is not None
        assert settings.general_page.copy_selection.isHidden()
        assert settings.general_page.picker.isHidden()
