"""The chord on a real X server, pressed by xdotool; other clients see what they should."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import HotkeyError, HotkeyTaken, HotkeyUnavailable
from kireji.core.shortcuts import Shortcut
from kireji.desktop.chords_x11 import is_repeat
from kireji.desktop.hotkey_x11 import X11Hotkeys
from kireji.desktop.xcb import SIGNATURES
from kireji.desktop.xcb_keys import KEY_SIGNATURES, XKB_SIGNATURES
from tests.support.desktop import x_server

SPACE = Shortcut(("Ctrl", "Shift"), "Space")


def _chord(text: str) -> Shortcut:
    found = Shortcut.parse(text)
    assert found is not None
    return found


class Watcher:
    """Stands for the window system's notifier: calls what is ready, when a test lets it."""

    def __init__(self) -> None:
        self.watched: dict[int, Callable[[], None]] = {}

    def __call__(self, descriptor: int, ready: Callable[[], None]) -> Callable[[], None]:
        self.watched[descriptor] = ready
        return lambda: self.watched.pop(descriptor, None) and None

    def until(self, done: Callable[[], bool], seconds: float = 10.0) -> None:
        """Hand on events until `done`."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, "nothing came"
            self.handle(0.05)

    def handle(self, seconds: float = 0.0) -> None:
        """Hand on what has come, waiting at most this long for the first."""
        for descriptor in select.select(list(self.watched), [], [], seconds)[0]:
            self.watched[descriptor]()


class Keyboard:
    """Real keys on one display, and how often the chord fired."""

    def __init__(self, display: str) -> None:
        self.environ = {"DISPLAY": display}
        self.watcher = Watcher()
        self.hotkeys = X11Hotkeys(self.environ, self.watcher)
        self.fired = 0
        self._releases: list[Callable[[], None]] = []

    def pressed(self) -> None:
        self.fired += 1

    def hold(self, text: str) -> Callable[[], None]:
        shortcut = Shortcut.parse(text)
        assert shortcut is not None
        release = self.hotkeys.register(shortcut, self.pressed).release
        self._releases.append(release)
        return release

    def release_all(self) -> None:
        for release in self._releases:
            release()

    def run(self, *command: str) -> None:
        subprocess.run(command, env={**os.environ, **self.environ}, check=True, capture_output=True)

    def xdotool(self, *arguments: str) -> None:
        """Press keys; when it returns the X server has dealt with them."""
        self.run("xdotool", *arguments)

    def settle(self) -> None:
        """Hand on everything that the keys so far have caused.

        A fence: another chord, pressed now on the same server, arrives after them.
        """
        reached: list[bool] = []
        fence = self.hotkeys.register(Shortcut(("Ctrl", "Alt"), "Home"), lambda: reached.append(True))
        self.xdotool("key", "ctrl+alt+Home")
        self.watcher.until(lambda: bool(reached))
        self.watcher.handle()
        fence.release()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server(400, 300) as name:
        yield name


@pytest.fixture
def keys(display: str) -> Iterator[Keyboard]:
    keyboard = Keyboard(display)
    yield keyboard
    keyboard.xdotool("keyup", "space", "keyup", "shift", "keyup", "ctrl")
    keyboard.release_all()


@contextmanager
def listener(keys: Keyboard) -> Iterator[Callable[[], list[str]]]:
    """A focused window of another program; yields what reads the keys it was given so far."""
    command = ["xev", "-event", "keyboard", "-geometry", "200x100+10+10"]
    environment = {**os.environ, **keys.environ}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        keys.run("xdotool", "search", "--sync", "--name", "Event Tester", "windowfocus", "--sync")
        lines = process.stdout

        def typed() -> list[str]:
            keys.xdotool("key", "F12")
            found: list[str] = []
            pressed = False
            for line in lines:
                if line.startswith("Key"):
                    pressed = line.startswith("KeyPress")
                elif pressed and "keysym" in line:
                    name = line.split("keysym")[1].split(",")[1].strip(" )\n")
                    if name == "F12":
                        return found
                    found.append(name)
            return found

        try:
            yield typed
        finally:
            process.terminate()


def test_a_press_fires_once(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")
    keys.xdotool("key", "ctrl+shift+space")
    keys.settle()
    assert keys.fired == 1


def test_every_press_fires_however_quick(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")
    keys.xdotool("key", "--delay", "0", "ctrl+shift+space", "ctrl+shift+space", "ctrl+shift+space")
    keys.settle()
    assert keys.fired == 3


@pytest.mark.parametrize("locks", [("Num_Lock",), ("Caps_Lock",), ("Num_Lock", "Caps_Lock")])
def test_locks_make_no_difference(keys: Keyboard, locks: tuple[str, ...]) -> None:
    keys.hold("Ctrl+Shift+Space")
    keys.xdotool("key", *locks)
    keys.xdotool("key", "ctrl+shift+space")
    keys.xdotool("key", *locks)
    keys.settle()
    assert keys.fired == 1


@pytest.mark.parametrize("others", ["space", "ctrl+space", "shift+space", "ctrl+shift+alt+space", "ctrl+shift+a"])
def test_another_chord_fires_nothing(keys: Keyboard, others: str) -> None:
    keys.hold("Ctrl+Shift+Space")
    keys.xdotool("key", others)
    keys.settle()
    assert keys.fired == 0


def test_a_key_that_is_held_fires_once(keys: Keyboard) -> None:
    keys.run("xset", "r", "rate", "400", "50")
    keys.hold("Ctrl+Shift+Space")
    repeats: list[int] = []
    (grabs,) = (ready.__self__ for ready in keys.watcher.watched.values())  # type: ignore[attr-defined]
    told = grabs._repeats
    grabs._repeats = lambda last, at: repeats.append(at) or told(last, at)
    keys.xdotool("keydown", "ctrl", "keydown", "shift", "keydown", "space")
    keys.watcher.until(lambda: len(repeats) > 8)
    keys.xdotool("keyup", "space", "keyup", "shift", "keyup", "ctrl")
    keys.settle()
    keys.run("xset", "r", "rate")
    assert keys.fired == 1


def test_a_press_after_holding_fires_again(keys: Keyboard) -> None:
    keys.run("xset", "r", "rate", "400", "50")
    keys.hold("Ctrl+Shift+Space")
    keys.xdotool("keydown", "ctrl", "keydown", "shift", "keydown", "space", "sleep", "0.6", "keyup", "space")
    keys.xdotool("sleep", "0.4", "keydown", "space", "keyup", "space", "keyup", "shift", "keyup", "ctrl")
    keys.settle()
    keys.run("xset", "r", "rate")
    assert keys.fired == 2


def test_keys_typed_while_the_chord_is_held_reach_the_focused_window(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")
    with listener(keys) as typed:
        keys.xdotool("keydown", "ctrl", "keydown", "shift", "keydown", "space")
        keys.watcher.until(lambda: keys.fired == 1)
        keys.xdotool("key", "a", "key", "b")
        keys.xdotool("keyup", "space", "keyup", "shift", "keyup", "ctrl")
        keys.settle()
        assert [name.lower() for name in typed() if len(name) == 1] == ["a", "b"]
    assert keys.fired == 1


def test_other_keys_are_left_alone(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")
    with listener(keys) as typed:
        keys.xdotool("key", "h", "key", "i", "key", "space")
        assert typed() == ["h", "i", "space"]


def test_the_chord_does_not_reach_the_focused_window(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")
    with listener(keys) as typed:
        keys.xdotool("key", "ctrl+shift+space")
        keys.settle()
        assert "space" not in typed()


def test_a_press_between_the_grab_and_the_first_look_is_not_lost(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")
    keys.xdotool("key", "ctrl+shift+space")
    assert keys.fired == 0
    keys.settle()
    assert keys.fired == 1


def test_a_chord_of_another_program_is_taken(keys: Keyboard, display: str) -> None:
    other = X11Hotkeys({"DISPLAY": display}, Watcher()).register(SPACE, lambda: None)
    with pytest.raises(HotkeyTaken, match=r"Ctrl\+Shift\+Space is already used") as caught:
        keys.hold("Ctrl+Shift+Space")
    other.release()
    assert caught.value.hint


def test_a_refused_chord_leaves_nothing_held(keys: Keyboard, display: str) -> None:
    # Only the variant with CapsLock is taken: the others were got, and must be given back.
    taker = X11Hotkeys({"DISPLAY": display}, Watcher())._connect()
    taker.grab(frozenset({(65, 1 | 2 | 4)}))
    with pytest.raises(HotkeyTaken):
        keys.hold("Ctrl+Shift+Space")
    taker.close()
    keys.hold("Ctrl+Shift+Space")
    keys.xdotool("key", "ctrl+shift+space")
    keys.settle()
    assert keys.fired == 1


def test_a_released_chord_can_be_held_by_another_program_at_once(keys: Keyboard, display: str) -> None:
    for _ in range(3):
        keys.hold("Ctrl+Shift+Space")()
        X11Hotkeys({"DISPLAY": display}, Watcher()).register(SPACE, lambda: None).release()


def test_a_released_chord_fires_nothing(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")()
    keys.xdotool("key", "ctrl+shift+space")
    keys.settle()
    assert keys.fired == 0


def test_what_is_released_from_inside_a_press_is_released(keys: Keyboard) -> None:
    registration = keys.hotkeys.register(SPACE, lambda: registration.release())
    keys.xdotool("key", "ctrl+shift+space")
    keys.watcher.until(lambda: not keys.watcher.watched)
    registration.release()


def test_the_chord_follows_its_key_to_another_layout(keys: Keyboard) -> None:
    keys.run("setxkbmap", "us")
    keys.hold("Ctrl+Shift+Z")
    keys.run("setxkbmap", "de")
    keys.settle()
    keys.xdotool("key", "ctrl+shift+z")
    keys.settle()
    keys.run("setxkbmap", "us")
    keys.settle()
    keys.xdotool("key", "ctrl+shift+z")
    keys.settle()
    assert keys.fired == 2


@pytest.mark.parametrize(
    ("layout", "chord", "pressed"),
    [
        ("us", "Ctrl++", "ctrl+shift+equal"),
        ("de", "Ctrl++", "ctrl+plus"),
        ("de", "Ctrl+Ö", "ctrl+odiaeresis"),
        ("us,ru", "Ctrl+Я", "ctrl+z"),
        ("fr", "Ctrl+1", "ctrl+ampersand"),
        ("us", "Super+PageUp", "super+Prior"),
        ("us", "Alt+F5", "alt+F5"),
        ("us", "Pause", "Pause"),
    ],
)
def test_a_key_is_found_wherever_the_layout_has_it(keys: Keyboard, layout: str, chord: str, pressed: str) -> None:
    keys.run("setxkbmap", layout)
    try:
        keys.hold(chord)
        keys.xdotool("key", pressed)
        keys.settle()
    finally:
        keys.run("setxkbmap", "us")
    assert keys.fired == 1


@pytest.mark.parametrize("chord", ["Ctrl+Я", "F24", "Ctrl+Ø"])
def test_a_key_that_this_keyboard_lacks_is_unavailable(keys: Keyboard, chord: str) -> None:
    with pytest.raises(HotkeyUnavailable, match="no key for") as caught:
        keys.hold(chord)
    assert caught.value.hint


def test_when_the_server_goes_it_stops_watching() -> None:
    with x_server(100, 100) as display:
        keys = Keyboard(display)
        release = keys.hold("Ctrl+Shift+Space")
    keys.watcher.until(lambda: not keys.watcher.watched)
    release()


def test_every_chord_has_its_own_answer(keys: Keyboard) -> None:
    fired: list[str] = []
    chords = ("Ctrl+Shift+Space", "Ctrl+Alt+Space", "Ctrl+Shift+F5", "Pause")
    held = [keys.hotkeys.register(_chord(text), lambda text=text: fired.append(text)) for text in chords]
    keys.xdotool("key", "--delay", "0", "ctrl+alt+space", "Pause", "ctrl+shift+F5", "ctrl+shift+space", "ctrl+F5")
    keys.settle()
    for registration in held:
        registration.release()
    assert fired == ["Ctrl+Alt+Space", "Pause", "Ctrl+Shift+F5", "Ctrl+Shift+Space"]


def test_all_chords_share_one_connection_that_goes_with_the_last(keys: Keyboard) -> None:
    releases = [keys.hold(f"Ctrl+Shift+F{number}") for number in range(1, 11)]
    assert len(keys.watcher.watched) == 1
    for release in releases:
        release()
    assert not keys.watcher.watched


def test_one_of_several_chords_can_be_given_back(keys: Keyboard) -> None:
    keys.hold("Ctrl+Shift+Space")
    keys.hold("Ctrl+Alt+Space")()
    keys.xdotool("key", "ctrl+alt+space", "ctrl+shift+space")
    keys.settle()
    assert keys.fired == 1


def test_free_chords_are_told_from_those_that_others_hold_or_that_have_no_key(keys: Keyboard, display: str) -> None:
    keys.hold("Ctrl+Alt+Space")
    other = X11Hotkeys({"DISPLAY": display}, Watcher()).register(SPACE, lambda: None)
    candidates = [_chord(text) for text in ("Ctrl+Shift+Space", "Ctrl+Alt+Space", "Ctrl+Я", "Alt+F9", "Pause")]
    assert [str(found) for found in keys.hotkeys.free(candidates)] == ["Alt+F9", "Pause"]
    other.release()
    assert SPACE in keys.hotkeys.free(candidates)


def test_after_asking_which_are_free_nothing_is_held(keys: Keyboard, display: str) -> None:
    keys.hotkeys.free([SPACE])
    X11Hotkeys({"DISPLAY": display}, Watcher()).register(SPACE, lambda: None).release()


def test_a_chord_that_another_program_holds_on_the_new_layout_is_lost_and_said_so(keys: Keyboard, display: str) -> None:
    keys.run("setxkbmap", "us")
    lost: list[HotkeyError] = []
    keys.hotkeys.register(_chord("Ctrl+Shift+Z"), keys.pressed, lost.append)
    other = X11Hotkeys({"DISPLAY": display}, Watcher()).register(_chord("Ctrl+Shift+Y"), lambda: None)
    try:
        keys.run("setxkbmap", "de")
        keys.watcher.until(lambda: bool(lost))
    finally:
        other.release()
        keys.run("setxkbmap", "us")
    assert isinstance(lost[0], HotkeyTaken)
    assert lost[0].hint
    assert len(lost) == 1
    assert not keys.watcher.watched


def test_what_was_lost_can_be_held_again(keys: Keyboard, display: str) -> None:
    keys.run("setxkbmap", "us")
    lost: list[HotkeyError] = []
    first = keys.hotkeys.register(_chord("Ctrl+Shift+Z"), keys.pressed, lost.append)
    other = X11Hotkeys({"DISPLAY": display}, Watcher()).register(_chord("Ctrl+Shift+Y"), lambda: None)
    keys.run("setxkbmap", "de")
    keys.watcher.until(lambda: bool(lost))
    keys.run("setxkbmap", "us")
    other.release()
    keys.hold("Ctrl+Shift+Z")
    first.release()
    keys.xdotool("key", "ctrl+shift+z")
    keys.settle()
    assert keys.fired == 1


def test_when_the_server_goes_every_chord_is_told_to_be_lost() -> None:
    lost: list[HotkeyError] = []
    with x_server(100, 100) as display:
        keys = Keyboard(display)
        for text in ("Ctrl+Shift+Space", "Ctrl+Alt+Space"):
            keys.hotkeys.register(_chord(text), keys.pressed, lost.append)
    keys.watcher.until(lambda: len(lost) == 2)
    assert "display" in lost[0].message


def test_it_is_available_on_x11(keys: Keyboard) -> None:
    assert keys.hotkeys.availability().ok


@pytest.mark.parametrize(
    ("environ", "said", "hint"),
    [
        ({}, "no display", "desktop"),
        ({"DISPLAY": ":63999"}, "cannot be reached", "desktop"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "Wayland", "kireji capture"),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "Wayland", "kireji capture"),
    ],
)
def test_where_it_cannot_work_it_says_why_and_what_to_do(environ: dict[str, str], said: str, hint: str) -> None:
    hotkeys = X11Hotkeys(environ, Watcher())
    found = hotkeys.availability()
    assert not found.ok
    assert said in found.reason
    assert hint in found.hint
    with pytest.raises(HotkeyUnavailable, match=said):
        hotkeys.register(SPACE, lambda: None)


def test_every_foreign_call_declares_its_types() -> None:
    for name, (arguments, _result) in {**SIGNATURES, **KEY_SIGNATURES, **XKB_SIGNATURES}.items():
        assert isinstance(arguments, tuple), name


@given(st.integers(200, 2000), st.integers(10, 150), st.integers(0, 5))
def test_holding_a_key_is_one_press_at_any_rate(delay: int, interval: int, jitter: int) -> None:
    assert is_repeat(False, delay + jitter, (delay, interval))
    assert is_repeat(True, interval + jitter, (delay, interval))


@given(st.integers(0, 3000))
def test_a_press_that_comes_when_no_repeat_can_is_a_press(elapsed: int) -> None:
    if abs(elapsed - 660) > 100:
        assert not is_repeat(False, elapsed, (660, 40))


def test_without_the_servers_timing_a_quick_second_press_counts_as_repeat() -> None:
    assert is_repeat(False, 1000, None)
    assert not is_repeat(False, 1001, None)
