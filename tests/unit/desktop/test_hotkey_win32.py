"""Windows' hot keys against calls that behave as their reference says."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

import pytest

from kireji.core.errors import HotkeyError, HotkeyTaken, HotkeyUnavailable
from kireji.core.shortcuts import _NAMED, Shortcut
from kireji.desktop.hotkey_win32 import KEYS, Win32Hotkeys, chord
from tests.fakes.windows import FakeHotkeyCalls, FakeThreadCalls, library

CTRL_SHIFT_SPACE = (6, 0x20)


class Gui:
    """The GUI thread: what is posted waits until a test lets it run."""

    def __init__(self) -> None:
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        self._posted.put(call)

    def run_next(self) -> None:
        self._posted.get(timeout=10)()


@pytest.fixture
def calls() -> FakeHotkeyCalls:
    return FakeHotkeyCalls()


@pytest.fixture
def gui() -> Gui:
    return Gui()


@pytest.fixture
def hotkeys(calls: FakeHotkeyCalls, gui: Gui) -> Iterator[Win32Hotkeys]:
    backend = Win32Hotkeys(gui.post, lambda: (library(calls), library(FakeThreadCalls())))
    yield backend
    backend.close()


def shortcut(text: str) -> Shortcut:
    found = Shortcut.parse(text)
    assert found is not None
    return found


def nothing() -> None:
    """Stands for what a press does."""


def test_a_press_arrives_on_the_gui_thread(hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls, gui: Gui) -> None:
    presses: list[int] = []
    hotkeys.register(shortcut("Ctrl+Shift+Space"), lambda: presses.append(1))
    assert calls.press(*CTRL_SHIFT_SPACE)
    gui.run_next()
    assert presses == [1]


def test_chords_have_their_own_callbacks(hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls, gui: Gui) -> None:
    seen: list[str] = []
    hotkeys.register(shortcut("Ctrl+Shift+Space"), lambda: seen.append("space"))
    hotkeys.register(shortcut("Alt+F9"), lambda: seen.append("f9"))
    calls.press(1, 0x78)
    calls.press(*CTRL_SHIFT_SPACE)
    gui.run_next()
    gui.run_next()
    assert seen == ["f9", "space"]


def test_a_press_that_waits_while_the_chord_is_given_back_is_dropped(
    hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls, gui: Gui
) -> None:
    presses: list[int] = []
    registration = hotkeys.register(shortcut("Ctrl+Shift+Space"), lambda: presses.append(1))
    calls.press(*CTRL_SHIFT_SPACE)
    registration.release()
    gui.run_next()
    assert presses == []


def test_a_chord_of_another_program_is_taken(hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls) -> None:
    calls.elsewhere.add(CTRL_SHIFT_SPACE)
    with pytest.raises(HotkeyTaken, match=r"Ctrl\+Shift\+Space is already used"):
        hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)


def test_our_own_chord_is_taken_too(hotkeys: Win32Hotkeys) -> None:
    hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)
    with pytest.raises(HotkeyTaken):
        hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)


def test_other_errors_are_not_called_taken(hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls) -> None:
    calls.failure = 5
    with pytest.raises(HotkeyUnavailable) as caught:
        hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)
    assert caught.value.detail == "Windows error 5"


def test_a_chord_given_back_is_free_at_once(hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls) -> None:
    registration = hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)
    registration.release()
    registration.release()
    assert calls.held == {}


def test_free_chords_are_found_by_trying_and_none_is_kept(hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls) -> None:
    calls.elsewhere.add((3, 0x20))
    candidates = [shortcut("Ctrl+Alt+Space"), shortcut("Alt+Shift+Space"), shortcut("Ctrl+Alt+€")]
    assert hotkeys.free(candidates) == (candidates[1],)
    assert calls.held == {}


def test_when_waiting_fails_the_chord_is_lost_and_a_new_registration_starts_afresh(
    hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls, gui: Gui
) -> None:
    told: list[HotkeyError] = []
    held = hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing, told.append)
    calls.break_down()
    gui.run_next()
    assert [type(error) for error in told] == [HotkeyUnavailable]
    held.release()
    calls.held.clear()  # Windows gives back what a dead thread held
    hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)
    assert list(calls.held.values()) == [CTRL_SHIFT_SPACE]


def test_where_there_is_no_windows_it_says_so() -> None:
    assert not Win32Hotkeys(lambda call: None).availability().ok


def test_every_named_key_has_a_code() -> None:
    assert set(_NAMED.values()) <= set(KEYS)
    assert len(set(KEYS.values())) == len(KEYS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ctrl+Shift+Space", (6, 0x20)),
        ("Ctrl+Alt+A", (3, 0x41)),
        ("Super+F5", (8, 0x74)),
        ("F24", (0, 0x87)),
        ("Print", (0, 0x2C)),
        ("Ctrl++", (6, 0xBB)),
        ("Ctrl+=", (2, 0xBB)),
        ("Ctrl+Ä", (2, 0xDE)),
        ("Ctrl+Pause", (2, 0x03)),
        ("Pause", (0, 0x13)),
    ],
)
def test_chords_become_modifiers_and_key_codes(text: str, expected: tuple[int, int]) -> None:
    assert chord(shortcut(text), library(FakeHotkeyCalls())) == expected


@pytest.mark.parametrize(("text", "said"), [("Ctrl+@", "no key"), ("Ctrl+€", "no key"), ("F12", "debuggers")])
def test_keys_that_cannot_be_held_say_why(text: str, said: str) -> None:
    with pytest.raises(HotkeyUnavailable, match=said):
        chord(shortcut(text), library(FakeHotkeyCalls()))


def test_a_windows_key_chord_that_is_refused_is_explained(hotkeys: Win32Hotkeys, calls: FakeHotkeyCalls) -> None:
    calls.elsewhere.add((8, 0x4C))
    with pytest.raises(HotkeyTaken) as caught:
        hotkeys.register(shortcut("Win+L"), nothing)
    assert "Windows keeps most combinations" in caught.value.hint
