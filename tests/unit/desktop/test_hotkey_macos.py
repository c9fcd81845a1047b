"""macOS's hot keys against calls that behave as their headers say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kireji.core.errors import HotkeyTaken, HotkeyUnavailable
from kireji.core.shortcuts import Shortcut
from kireji.desktop.hotkey_macos import NOT_HANDLED, OPTION_ONLY, SIGNATURE, MacHotkeys, chord
from kireji.desktop.keyboard_macos import AMERICAN, NAMED, key_code, present_layout
from tests.fakes.macos import FakeCarbon, FakeKeyboard

SPACE, CONTROL_SHIFT = 0x31, 0x1200


def shortcut(text: str) -> Shortcut:
    found = Shortcut.parse(text)
    assert found is not None
    return found


def nothing() -> None:
    """Stands for what a press does."""


def at_once(call: Callable[[], None]) -> None:
    call()


@pytest.fixture
def carbon() -> FakeCarbon:
    return FakeCarbon()


@pytest.fixture
def hotkeys(carbon: FakeCarbon) -> MacHotkeys:
    return MacHotkeys(at_once, lambda: carbon, lambda: None)


def test_a_press_arrives(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    presses: list[int] = []
    hotkeys.register(shortcut("Ctrl+Shift+Space"), lambda: presses.append(1))
    assert carbon.press(SPACE, CONTROL_SHIFT, SIGNATURE)
    assert (presses, carbon.answers) == ([1], [0])


def test_each_chord_has_its_own_callback(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    seen: list[str] = []
    hotkeys.register(shortcut("Ctrl+Shift+Space"), lambda: seen.append("space"))
    hotkeys.register(shortcut("Cmd+F5"), lambda: seen.append("f5"))
    carbon.press(0x60, 0x100, SIGNATURE)
    carbon.press(SPACE, CONTROL_SHIFT, SIGNATURE)
    assert seen == ["f5", "space"]


def test_another_part_s_hot_keys_are_left_to_it(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    presses: list[int] = []
    hotkeys.register(shortcut("Ctrl+Shift+Space"), lambda: presses.append(1))
    carbon.press(SPACE, CONTROL_SHIFT, SIGNATURE + 1)
    assert (presses, carbon.answers) == ([], [NOT_HANDLED])


def test_a_press_that_waits_while_the_chord_is_given_back_is_dropped(carbon: FakeCarbon) -> None:
    posted: list[Callable[[], None]] = []
    presses: list[int] = []
    registration = MacHotkeys(posted.append, lambda: carbon, lambda: None).register(
        shortcut("Ctrl+Shift+Space"), lambda: presses.append(1)
    )
    carbon.press(SPACE, CONTROL_SHIFT, SIGNATURE)
    registration.release()
    posted[0]()
    assert presses == []


def test_a_chord_of_another_program_is_taken(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    carbon.elsewhere.add((SPACE, CONTROL_SHIFT))
    with pytest.raises(HotkeyTaken, match=r"Ctrl\+Shift\+Space is already used"):
        hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)


def test_a_refused_option_chord_is_explained(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    carbon.failure = OPTION_ONLY
    with pytest.raises(HotkeyUnavailable, match=r"macOS 15\.0 and 15\.1 refuse") as caught:
        hotkeys.register(shortcut("Option+Shift+A"), nothing)
    assert "Control or Command" in caught.value.hint


def test_other_refusals_keep_their_number(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    carbon.failure = -50
    with pytest.raises(HotkeyUnavailable) as caught:
        hotkeys.register(shortcut("Ctrl+A"), nothing)
    assert caught.value.detail == "OSStatus -50"


def test_a_chord_given_back_is_free_at_once(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    registration = hotkeys.register(shortcut("Ctrl+Shift+Space"), nothing)
    registration.release()
    registration.release()
    assert carbon.held == {}


def test_free_chords_are_found_by_trying_and_none_is_kept(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    carbon.elsewhere.add((SPACE, 0x1800))
    candidates = [shortcut("Ctrl+Alt+Space"), shortcut("Ctrl+Shift+F9"), shortcut("Print")]
    assert hotkeys.free(candidates) == (candidates[1],)
    assert carbon.held == {}


def test_a_handler_that_cannot_be_installed_makes_it_unavailable(hotkeys: MacHotkeys, carbon: FakeCarbon) -> None:
    carbon.install_failure = -50
    found = hotkeys.availability()
    assert not found.ok
    assert found.hint


def test_where_there_is_no_macos_it_says_so() -> None:
    assert not MacHotkeys(at_once).availability().ok


def test_no_two_keys_share_a_place() -> None:
    codes = [*NAMED.values(), *AMERICAN.values()]
    assert len(set(codes)) == len(codes)
    assert set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") <= set(AMERICAN)


GERMAN = FakeKeyboard({0x10: "z", 0x06: "y", 0x00: "a", 0x1E: "+", 0x2C: "-"}, {0x1E: "*", 0x00: "A"})
GREEK = FakeKeyboard({0x00: "α"}, {0x00: "Α"})


@pytest.mark.parametrize(
    ("keyboard", "key", "expected"),
    [
        (GERMAN, "Z", (0x10, False)),
        (GERMAN, "Y", (0x06, False)),
        (GERMAN, "+", (0x1E, False)),
        (GERMAN, "*", (0x1E, True)),
        (GERMAN, "€", None),
        (GERMAN, "Space", (0x31, False)),
        (GERMAN, "Print", None),
        (GREEK, "A", (0x00, False)),
        (GREEK, "Α", (0x00, False)),
    ],
)
def test_keys_are_found_where_the_layout_has_them(
    keyboard: FakeKeyboard, key: str, expected: tuple[int, bool] | None
) -> None:
    assert key_code(key, present_layout(lambda: (keyboard, keyboard, 1))) == expected


def test_without_a_layout_the_american_places_are_taken() -> None:
    assert key_code("Z", None) == (0x06, False)


def test_what_was_copied_from_the_system_is_given_back() -> None:
    keyboard = FakeKeyboard({}, {})
    present_layout(lambda: (keyboard, keyboard, 1))
    assert keyboard.released == [10]


def test_elsewhere_there_is_no_layout() -> None:
    assert present_layout() is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ctrl+Shift+Space", (SPACE, CONTROL_SHIFT)), ("Cmd+Option+A", (0, 0x900)), ("F20", (0x5A, 0))],
)
def test_chords_become_key_codes_and_modifiers(text: str, expected: tuple[int, int]) -> None:
    assert chord(shortcut(text), None) == expected
