from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kireji.core.capturing import Action
from kireji.core.desktop_ports import BoundShortcut
from kireji.core.errors import HotkeyUnavailable
from kireji.core.ports import Availability
from kireji.core.shortcuts import Shortcut
from kireji.ui.shortcut import GlobalShortcuts, ShortcutState, ShortcutStatus
from kireji.ui.shortcut_portal import PortalChords
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.shortcut_portal import FakeShortcutPortal

pytestmark = pytest.mark.qt

CHORD = "Ctrl+Shift+Space"


class Presses(list[tuple[Action, str]]):
    def note(self, action: Action, token: str) -> None:
        self.append((action, token))


def chord(text: str) -> Shortcut:
    found = Shortcut.parse(text)
    assert found is not None
    return found


def held(hotkeys: FakeHotkeys, **others: str) -> GlobalShortcuts:
    shortcuts = GlobalShortcuts(hotkeys, CHORD)
    shortcuts.hold({Action.CAPTURE: CHORD} | {Action(name): text for name, text in others.items()})
    return shortcuts


def test_each_action_gets_the_presses_of_its_own_chord() -> None:
    hotkeys, presses = FakeHotkeys(), Presses()
    shortcuts = held(hotkeys, window="Ctrl+Alt+W", open="Super+K")
    shortcuts.receive(presses.note)
    for text in ("Super+K", CHORD, "Ctrl+Alt+W"):
        assert hotkeys.press(text)
    assert [action for action, _ in presses] == [Action.OPEN, Action.CAPTURE, Action.WINDOW]


def test_presses_before_there_is_a_receiver_count_as_one() -> None:
    hotkeys, presses = FakeHotkeys(), Presses()
    shortcuts = GlobalShortcuts(hotkeys, CHORD)
    hotkeys.press(CHORD)
    hotkeys.press(CHORD)
    shortcuts.receive(presses.note)
    assert presses == [(Action.CAPTURE, "")]


def test_a_chord_that_was_pressed_is_seen_working_until_it_is_bound_anew() -> None:
    hotkeys = FakeHotkeys()
    shortcuts = held(hotkeys)
    assert not shortcuts.state().seen
    hotkeys.press(CHORD)
    assert shortcuts.state().seen
    shortcuts.change(Action.CAPTURE, "Ctrl+Alt+C")
    assert not shortcuts.state().seen


def test_of_two_actions_with_one_chord_the_second_is_refused_and_names_the_first() -> None:
    hotkeys = FakeHotkeys()
    shortcuts = held(hotkeys, window=CHORD)
    state = shortcuts.state(Action.WINDOW)
    assert state.status is ShortcutStatus.REFUSED
    assert state.sentence == f"{CHORD} is already used for “Capture and ask”. Choose other keys."


def test_the_second_gets_the_chord_when_the_first_gives_it_up() -> None:
    shortcuts = held(FakeHotkeys(), window=CHORD)
    assert shortcuts.change(Action.CAPTURE, "") == ""
    assert shortcuts.state(Action.WINDOW).status is ShortcutStatus.HELD


def test_a_chord_of_another_action_is_refused_and_the_old_one_stays() -> None:
    hotkeys = FakeHotkeys()
    shortcuts = held(hotkeys, window="Ctrl+Alt+W")
    assert "Capture and ask" in shortcuts.change(Action.WINDOW, CHORD)
    assert shortcuts.state(Action.WINDOW).keys == "Ctrl+Alt+W"
    assert hotkeys.press("Ctrl+Alt+W")


def test_a_taken_chord_comes_with_free_ones_that_can_be_held() -> None:
    hotkeys = FakeHotkeys()
    hotkeys.taken |= {chord("Ctrl+Alt+W"), chord("Ctrl+Shift+W")}
    shortcuts = held(hotkeys, window="Ctrl+Alt+W")
    assert shortcuts.state(Action.WINDOW).status is ShortcutStatus.TAKEN
    offers = shortcuts.free("Ctrl+Alt+W")
    assert offers
    assert "Ctrl+Shift+W" not in offers
    assert all(shortcuts.change(Action.WINDOW, offer) == "" for offer in offers)


def test_a_lost_chord_is_told_once_and_its_state_is_the_truth() -> None:
    hotkeys, told = FakeHotkeys(), list[str]()
    shortcuts = held(hotkeys)
    shortcuts.lost.subscribe(told.append)
    hotkeys.lose(CHORD)
    assert shortcuts.state().status is ShortcutStatus.TAKEN
    assert told == [f"{CHORD} is already used by another program. Choose another shortcut."]


def test_pausing_gives_all_chords_back_and_resuming_holds_them_again() -> None:
    hotkeys = FakeHotkeys()
    shortcuts = held(hotkeys, window="Ctrl+Alt+W")
    shortcuts.pause(True)
    assert not hotkeys.holders
    assert shortcuts.state(Action.WINDOW).status is ShortcutStatus.PAUSED
    shortcuts.pause(False)
    assert set(hotkeys.holders) == {chord(CHORD), chord("Ctrl+Alt+W")}


def test_a_capture_chord_that_the_settings_correct_is_held_as_corrected() -> None:
    hotkeys = FakeHotkeys()
    shortcuts = GlobalShortcuts(hotkeys, "nonsense")
    assert shortcuts.state().status is ShortcutStatus.NONE
    shortcuts.hold({Action.CAPTURE: CHORD})
    assert shortcuts.state().status is ShortcutStatus.HELD


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ShortcutState(CHORD, ShortcutStatus.HELD), ""),
        (ShortcutState(CHORD, ShortcutStatus.ASKED), "has not answered yet"),
        (ShortcutState(CHORD, ShortcutStatus.PAUSED), "are paused"),
        (ShortcutState(CHORD, ShortcutStatus.TAKEN, "Another has it."), "Another has it."),
        (ShortcutState(), "No shortcut is set."),
    ],
)
def test_what_keeps_a_chord_from_being_held_is_told_as_it_is(state: ShortcutState, words: str) -> None:
    assert bool(state.trouble) == bool(words)
    assert words in state.trouble


def test_all_chords_that_others_have_are_told_in_one_sentence() -> None:
    def taken(**others: str) -> str:
        hotkeys = FakeHotkeys()
        hotkeys.taken |= {chord("Ctrl+Alt+W"), chord("Super+K")}
        return held(hotkeys, **others).taken

    assert taken() == ""
    assert taken(window="Ctrl+Alt+W").startswith("Ctrl+Alt+W is already used by another program.")
    assert taken(window="Ctrl+Alt+W", open="Super+K").startswith("Ctrl+Alt+W and Super+K are already used by other")


# --- a desktop that hands out chords itself ---------------------------------------------------------------------------


@asynccontextmanager
async def asking(portal: FakeShortcutPortal, **others: str) -> AsyncIterator[GlobalShortcuts]:
    shortcuts = held(FakeHotkeys(available=Availability(False, "Not in a Wayland session.")), **others)
    errors: list[BaseException] = []
    chords = PortalChords(portal, shortcuts, errors.append)
    shortcuts.ask_desktop(chords)
    yield shortcuts
    await chords.aclose()
    assert portal.closed
    assert not errors


async def until_not_asked(shortcuts: GlobalShortcuts, action: Action = Action.CAPTURE) -> None:
    while shortcuts.state(action).status is ShortcutStatus.ASKED:  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0)


async def test_until_the_desktop_answers_the_chords_are_asked_for_and_nothing_more_is_claimed() -> None:
    portal = FakeShortcutPortal()
    portal.answers.clear()
    async with asking(portal, window="Ctrl+Alt+W") as shortcuts:
        await asyncio.sleep(0.01)
        assert shortcuts.state().status is ShortcutStatus.ASKED
        assert shortcuts.state(Action.WINDOW).keys == ""


async def test_what_the_desktop_bound_instead_is_what_is_shown() -> None:
    portal = FakeShortcutPortal()
    portal.answer[Action.CAPTURE] = BoundShortcut(True, "Meta+Shift+A")
    async with asking(portal) as shortcuts:
        await until_not_asked(shortcuts)
        assert (shortcuts.state().chord, shortcuts.state().keys) == (CHORD, "Meta+Shift+A")


async def test_what_the_desktop_does_not_give_is_refused() -> None:
    portal = FakeShortcutPortal()
    portal.answer[Action.WINDOW] = BoundShortcut(False, "", "You said no.")
    async with asking(portal, window="Ctrl+Alt+W") as shortcuts:
        await until_not_asked(shortcuts, Action.WINDOW)
        state = shortcuts.state(Action.WINDOW)
        assert (state.status, state.sentence) == (ShortcutStatus.REFUSED, "You said no.")


async def test_a_desktop_that_cannot_do_it_says_what_to_do() -> None:
    portal = FakeShortcutPortal()
    portal.failure = HotkeyUnavailable("The desktop hands out no keys.", "Bind 'kireji capture'.")
    async with asking(portal) as shortcuts:
        await until_not_asked(shortcuts)
        state = shortcuts.state()
        assert state.status is ShortcutStatus.UNAVAILABLE
        assert state.sentence == "The desktop hands out no keys. Bind 'kireji capture'."


async def test_a_press_brings_the_desktops_token() -> None:
    portal, presses = FakeShortcutPortal(), Presses()
    async with asking(portal) as shortcuts:
        shortcuts.receive(presses.note)
        await until_not_asked(shortcuts)
        assert portal.pressed is not None
        portal.pressed(Action.CAPTURE, "token-7")
        assert presses == [(Action.CAPTURE, "token-7")]
        assert shortcuts.state().seen


async def test_keys_that_were_changed_in_the_desktops_settings_are_shown() -> None:
    portal = FakeShortcutPortal()
    async with asking(portal) as shortcuts:
        await until_not_asked(shortcuts)
        assert portal.changed is not None
        portal.changed({Action.CAPTURE: BoundShortcut(True, "F8")})
        assert shortcuts.state().keys == "F8"


async def test_another_chord_is_asked_for_together_with_all_others() -> None:
    portal = FakeShortcutPortal()
    async with asking(portal, window="Ctrl+Alt+W") as shortcuts:
        await until_not_asked(shortcuts)
        assert shortcuts.change(Action.WINDOW, "Ctrl+Alt+X") == ""
        await until_not_asked(shortcuts, Action.WINDOW)
        assert portal.asked[-1] == {Action.CAPTURE: chord(CHORD), Action.WINDOW: chord("Ctrl+Alt+X")}


async def test_a_desktop_that_refused_can_be_asked_again() -> None:
    portal = FakeShortcutPortal()
    portal.failure = HotkeyUnavailable("It never answered.")
    async with asking(portal) as shortcuts:
        await until_not_asked(shortcuts)
        portal.failure = None
        shortcuts.ask_again()
        await until_not_asked(shortcuts)
        assert shortcuts.state().status is ShortcutStatus.HELD


async def test_pausing_gives_everything_back_to_the_desktop() -> None:
    portal = FakeShortcutPortal()
    async with asking(portal) as shortcuts:
        await until_not_asked(shortcuts)
        shortcuts.pause(True)
        while portal.asked[-1]:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)
        assert shortcuts.state().status is ShortcutStatus.PAUSED
