"""Undo and redo as rules over any state."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.edits import Edits

states = st.lists(st.integers(0, 5), max_size=30)


def after(*steps: int, most: int = 200) -> Edits[int]:
    edits = Edits(-1, most=most)
    for step in steps:
        edits = edits.changed(step)
    return edits


def test_nothing_can_be_undone_at_the_beginning() -> None:
    assert not Edits(1).can_undo
    assert Edits(1).undone() == Edits(1)


def test_the_same_state_is_no_step() -> None:
    assert after(1, 1, 1) == after(1)


def test_a_new_step_forgets_what_was_undone() -> None:
    assert not after(1, 2).undone().changed(3).can_redo


def test_a_held_key_is_one_step() -> None:
    held = after(1, 2).changed(3, merge=True).changed(4, merge=True)
    assert held.present == 4
    assert held.undone().present == 1


def test_a_held_key_does_not_swallow_the_beginning() -> None:
    assert Edits(0).changed(1, merge=True).undone().present == 0


@given(states)
def test_undoing_everything_leads_back_to_the_beginning(steps: list[int]) -> None:
    edits = after(*steps)
    while edits.can_undo:
        edits = edits.undone()
    assert edits.present == -1


@given(states, st.integers(0, 30))
def test_redoing_gives_back_what_was_undone(steps: list[int], back: int) -> None:
    edits = done = after(*steps)
    count = 0
    while edits.can_undo and count < back:
        edits, count = edits.undone(), count + 1
    for _ in range(count):
        edits = edits.redone()
    assert edits == done


@given(states, st.integers(0, 10))
def test_no_more_is_kept_than_was_allowed(steps: list[int], most: int) -> None:
    assert len(after(*steps, most=most).past) <= most


@given(states, st.lists(st.sampled_from(["undo", "redo"]), max_size=40))
def test_no_state_is_lost_or_made_up(steps: list[int], moves: list[str]) -> None:
    edits = after(*steps)
    all_states = sorted([*edits.past, edits.present, *edits.future])
    for move in moves:
        edits = edits.undone() if move == "undo" else edits.redone()
        assert sorted([*edits.past, edits.present, *edits.future]) == all_states
