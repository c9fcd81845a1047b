"""What every shortcut backend promises; the real one is pressed in tests/integration/desktop."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kireji.core.desktop_ports import HotkeyBackend
from kireji.core.errors import HotkeyError, HotkeyTaken
from kireji.core.shortcuts import Shortcut
from kireji.desktop.hotkey_macos import MacHotkeys
from kireji.desktop.hotkey_win32 import Win32Hotkeys
from kireji.desktop.hotkey_x11 import X11Hotkeys
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.macos import FakeCarbon
from tests.fakes.windows import FakeHotkeyCalls, FakeThreadCalls, library

CHORD = Shortcut(("Ctrl", "Alt", "Shift"), "F7")


def nothing() -> None:
    """Stands for what a press does."""


@pytest.fixture(
    params=[
        "fake",
        "windows over played calls",
        "macos over played calls",
        pytest.param("x11", marks=pytest.mark.display),
    ]
)
def backend(request: pytest.FixtureRequest) -> Iterator[HotkeyBackend]:
    if request.param == "fake":
        yield FakeHotkeys()
    elif request.param.startswith("windows"):
        calls = library(FakeHotkeyCalls())
        hotkeys = Win32Hotkeys(lambda call: call(), lambda: (calls, library(FakeThreadCalls())))
        yield hotkeys
        hotkeys.close()
    elif request.param.startswith("macos"):
        carbon = FakeCarbon()
        yield MacHotkeys(lambda call: call(), lambda: carbon, lambda: None)
    else:
        yield X11Hotkeys(os.environ, lambda descriptor, ready: nothing)


def test_it_is_available(backend: HotkeyBackend) -> None:
    assert backend.availability().ok
    assert backend.name


def test_a_chord_can_be_held_and_given_back_again_and_again(backend: HotkeyBackend) -> None:
    for _ in range(3):
        backend.register(CHORD, nothing).release()


def test_a_held_chord_is_taken(backend: HotkeyBackend) -> None:
    registration = backend.register(CHORD, nothing)
    with pytest.raises(HotkeyTaken) as caught:
        backend.register(CHORD, nothing)
    registration.release()
    assert str(CHORD) in caught.value.message
    assert caught.value.hint


def test_another_chord_is_free(backend: HotkeyBackend) -> None:
    first = backend.register(CHORD, nothing)
    second = backend.register(Shortcut(("Ctrl", "Alt", "Shift"), "F8"), nothing)
    second.release()
    first.release()


def test_giving_back_twice_is_harmless_to_the_next_holder(backend: HotkeyBackend) -> None:
    first = backend.register(CHORD, nothing)
    first.release()
    second = backend.register(CHORD, nothing)
    first.release()
    with pytest.raises(HotkeyTaken):
        backend.register(CHORD, nothing)
    second.release()


def test_only_chords_that_nobody_holds_are_free(backend: HotkeyBackend) -> None:
    other = Shortcut(("Ctrl", "Alt", "Shift"), "F8")
    registration = backend.register(CHORD, nothing)
    assert list(backend.free([CHORD, other])) == [other]
    registration.release()
    assert list(backend.free([other, CHORD])) == [other, CHORD]


def test_a_chord_that_is_held_to_the_end_is_never_lost(backend: HotkeyBackend) -> None:
    lost: list[HotkeyError] = []
    backend.register(CHORD, nothing, lost.append).release()
    assert lost == []
