"""Key combinations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.shortcuts import Shortcut, alternatives


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ctrl+Shift+Space", "Ctrl+Shift+Space"),
        ("shift + CONTROL + space", "Ctrl+Shift+Space"),
        ("cmd+option+a", "Alt+Super+A"),
        ("Print", "Print"),
        ("F13", "F13"),
        ("Shift+F1", "Shift+F1"),
        ("Ctrl++", "Ctrl++"),
        ("Ctrl+ä", "Ctrl+Ä"),
        ("Alt+enter", "Alt+Return"),
    ],
)
def test_a_chord_is_read_in_any_order_and_spelling(text: str, shown: str) -> None:
    assert str(Shortcut.parse(text)) == shown


@pytest.mark.parametrize(
    "text",
    ["", "+", "A", "Shift+A", "Space", "Ctrl", "Ctrl+Shift", "Ctrl+Ctrl+A", "Ctrl+Nokey", "A+Ctrl", "Ctrl+ ", "Ctrl+ß"],
)
def test_what_may_not_be_held_everywhere_is_no_chord(text: str) -> None:
    assert Shortcut.parse(text) is None


@given(st.text(max_size=30) | st.lists(st.sampled_from(["Ctrl", "Alt", "A", "+", "F5", ""]), max_size=4).map("+".join))
def test_what_is_read_is_written_so_that_it_reads_the_same(text: str) -> None:
    found = Shortcut.parse(text)
    if found is not None:
        assert Shortcut.parse(str(found)) == found


@pytest.mark.parametrize("text", ["Ctrl+Shift+Space", "Print", "Super+F9", "Shift+F1", "Ctrl+Alt+Q"])
def test_alternatives_are_other_chords_that_may_be_held_everywhere(text: str) -> None:
    chord = Shortcut.parse(text)
    assert chord is not None
    offered = alternatives(chord)
    assert len(offered) >= 4
    assert chord not in offered
    assert all(Shortcut.parse(str(other)) == other for other in offered)
    assert len(set(offered)) == len(offered)
