"""The keys for Copy on Windows and macOS, against calls that behave as their references say."""

from __future__ import annotations

import pytest

from kireji.core.errors import ClipboardError
from kireji.desktop.keys_macos import COMMAND, MacKeySender
from kireji.desktop.keys_win32 import CONTROL, LETTER_C, TERMINALS, Win32KeySender
from kireji.desktop.permission_macos import MacPermission
from tests.fakes.macos import FakeKeyEvents, FakePermission
from tests.fakes.windows import FakeKeyCalls, library

COPY = [(CONTROL, False, False), (LETTER_C, False, False), (LETTER_C, True, False), (CONTROL, True, False)]


@pytest.fixture
def keys() -> FakeKeyCalls:
    return FakeKeyCalls()


@pytest.fixture
def windows(keys: FakeKeyCalls) -> Win32KeySender:
    return Win32KeySender(lambda: library(keys))


def test_windows_gets_control_and_c(windows: Win32KeySender, keys: FakeKeyCalls) -> None:
    windows.press_copy()
    assert keys.pressed == COPY


def test_modifiers_that_are_held_go_up_after_control_went_down(windows: Win32KeySender, keys: FakeKeyCalls) -> None:
    keys.down = {0xA0, 0xA5}
    windows.press_copy()
    assert keys.pressed == [COPY[0], (0xA0, True, False), (0xA5, True, True), *COPY[1:]]


@pytest.mark.parametrize("terminal", sorted(TERMINALS))
def test_a_terminal_on_windows_gets_no_keys(windows: Win32KeySender, keys: FakeKeyCalls, terminal: str) -> None:
    keys.in_front = terminal
    with pytest.raises(ClipboardError, match="interrupts") as caught:
        windows.press_copy()
    assert keys.pressed == []
    assert caught.value.hint


def test_a_program_that_takes_no_keys_is_told(windows: Win32KeySender, keys: FakeKeyCalls) -> None:
    keys.blocked = True
    with pytest.raises(ClipboardError, match="takes no keys"):
        windows.press_copy()


def test_without_a_program_in_front_the_keys_go_nowhere_in_particular(
    windows: Win32KeySender, keys: FakeKeyCalls
) -> None:
    keys.in_front = ""
    windows.press_copy()
    assert keys.pressed == COPY


def mac(permission: FakePermission, events: FakeKeyEvents, c_is_on: int | None = None) -> MacKeySender:
    given = MacPermission(permission.granted, permission.ask, permission.pane)

    def typed(code: int, shifted: bool) -> str:
        return "c" if code == c_is_on else ""

    return MacKeySender(lambda: given, lambda: (events, events), lambda: typed if c_is_on else None)


def test_macos_gets_command_and_c_and_keeps_nothing() -> None:
    events = FakeKeyEvents()
    mac(FakePermission(given=True), events).press_copy()
    assert events.posted == [(8, True, COMMAND), (8, False, COMMAND)]
    assert events.alive == set()


def test_c_is_pressed_where_the_layout_has_it() -> None:
    events = FakeKeyEvents()
    mac(FakePermission(given=True), events, c_is_on=0x22).press_copy()
    assert [code for code, _, _ in events.posted] == [0x22, 0x22]


def test_macos_asks_the_first_time_only() -> None:
    events, permission = FakeKeyEvents(), FakePermission(answer=True)
    sender = mac(permission, events)
    sender.press_copy()
    sender.press_copy()
    assert (permission.asked, len(events.posted)) == (1, 4)


def test_without_permission_no_key_is_pressed() -> None:
    events = FakeKeyEvents()
    sender = mac(FakePermission(), events)
    assert not sender.availability().ok
    with pytest.raises(ClipboardError, match="does not let") as caught:
        sender.press_copy()
    assert "Accessibility" in caught.value.hint
    assert events.posted == []


def test_asking_whether_keys_can_be_sent_shows_no_prompt() -> None:
    permission = FakePermission()
    mac(permission, FakeKeyEvents()).availability()
    assert permission.asked == 0


@pytest.mark.parametrize("sender", [Win32KeySender(), MacKeySender()], ids=["windows", "macos"])
def test_elsewhere_they_say_so(sender: Win32KeySender | MacKeySender) -> None:
    found = sender.availability()
    assert not found.ok
    assert found.hint
