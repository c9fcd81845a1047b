"""What of a long conversation goes along."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.history import Cut, StoredMessage
from kireji.core.messages import Message, MessageState, Role, TextPart, ToolResultPart
from kireji.core.window import (
    NOTHING_LEFT_OUT,
    LeftOut,
    Sizes,
    chosen,
    current,
    left_out,
    outdated,
    planned,
    remaining,
    room_of,
    starts,
)

WHEN = datetime(2026, 11, 1, tzinfo=UTC)


def path(turns: int, *, raw: bool = False) -> tuple[StoredMessage, ...]:
    """So many questions with answers, and one more question; rows 10, 11, …"""
    said = []
    for place in range(2 * turns + 1):
        role = Role.ASSISTANT if place % 2 else Role.USER
        blocks = b"[]" if raw and role is Role.ASSISTANT else None
        message = Message(role, (TextPart(f"{place}"),), blocks, "anthropic" if blocks else "")
        said.append(StoredMessage(10 + place, 9 + place, message, MessageState.COMPLETE, "", "", None, None, "", WHEN))
    return tuple(said)


def with_cut(history: tuple[StoredMessage, ...], place: int, cut: Cut) -> tuple[StoredMessage, ...]:
    return (*history[:place], msgspec.structs.replace(history[place], cut=cut), *history[place + 1 :])


def texts(history: tuple[StoredMessage, ...]) -> list[str]:
    return [stored.message.text for stored in history]


def test_without_a_cut_all_goes_along() -> None:
    assert remaining(path(3), None) == path(3)
    assert left_out(path(3), None) == NOTHING_LEFT_OUT


def test_from_the_cut_on_all_goes_along() -> None:
    cut = Cut(14)
    assert texts(remaining(path(3), cut)) == ["4", "5", "6"]
    assert left_out(path(3), cut) == LeftOut(4, False, 14)


def test_the_first_question_goes_along_with_a_word_about_the_gap() -> None:
    cut = Cut(14, opening=True)
    first, *others = remaining(path(3), cut)
    assert first.message.text.startswith("0\n\n(3 messages that followed this one are left out here")
    assert texts(tuple(others)) == ["4", "5", "6"]
    assert left_out(path(3), cut) == LeftOut(3, True, 14)


def test_a_cut_of_another_branch_cuts_nothing() -> None:
    assert texts(remaining(path(1), Cut(99, True))) == ["0", "1", "2"]


def test_what_was_said_before_a_cut_goes_without_the_services_own_blocks() -> None:
    kept = remaining(path(3, raw=True), Cut(12, bare=13))
    assert [stored.message.raw for stored in kept if stored.message.role is Role.ASSISTANT] == [None, b"[]"]


def test_the_newest_cut_of_a_path_holds() -> None:
    history = with_cut(with_cut(path(3), 2, Cut(11)), 4, Cut(13))
    assert current(history) == Cut(13)
    assert current(history[:4]) == Cut(11)
    assert current(path(3)) is None


def test_turns_begin_with_the_persons_words_and_never_with_results() -> None:
    history = list(path(2))
    results = Message(Role.USER, (ToolResultPart("c", (TextPart("41"),)),))
    history[2] = msgspec.structs.replace(history[2], message=results)
    assert starts(history) == [0, 4]


def test_half_of_the_room_is_filled_after_a_cut() -> None:
    cut = chosen(path(6), [100.0] * 13, 1200, 9000)
    assert cut == Cut(18, True, 22, 9000)  # the first question, two turns and the question: 600


def test_a_first_question_of_more_than_a_quarter_stays_out() -> None:
    cut = chosen(path(6), [400.0, *[100.0] * 12], 1200)
    assert cut == Cut(18, False, 22)


def test_a_question_larger_than_the_room_has_no_cut() -> None:
    assert chosen(path(1), [1.0, 1.0, 101.0], 100) is None


def test_a_large_question_goes_alone() -> None:
    assert chosen(path(2), [30.0, 30.0, 30.0, 30.0, 80.0], 100) == Cut(14, False, 14)


def test_a_question_that_is_not_in_the_history_yet_goes_alone_as_well() -> None:
    *before, question = path(2)
    history = (*before, msgspec.structs.replace(question, id=0))
    cut = chosen(history, [30.0, 30.0, 30.0, 30.0, 80.0], 100)
    assert texts(remaining(history, cut)) == ["4"]
    assert left_out(history, cut).messages == 4


def test_a_small_window_keeps_a_part_of_it_for_the_answer() -> None:
    assert room_of(8_000, 8_192) == 6_000
    assert room_of(1_000_000, 8_192) == 991_808


def test_a_larger_window_is_looked_at_anew() -> None:
    assert outdated(Cut(14, window=8_000), 200_000)
    assert not outdated(Cut(14, window=8_000), 9_000)
    assert not outdated(Cut(0, window=8_000), 200_000)
    assert not outdated(Cut(14), 200_000)


def test_what_fits_a_larger_window_goes_along_whole_without_what_was_bound_to_the_gap() -> None:
    history = with_cut(path(3), 4, Cut(14, True, 14, 8_000))
    plan = planned(history, Sizes(10.0, (10.0,) * 7), 200_000, 150_000)
    assert plan is not None
    assert (plan.cut, plan.new) == (Cut(0, False, 16, 200_000), True)


def test_a_cut_that_still_fits_stays() -> None:
    history = with_cut(path(3), 4, Cut(14, False, 14, 8_000))
    plan = planned(history, Sizes(10.0, (1000.0,) * 4 + (10.0,) * 3), 8_000, 50)
    assert plan is not None
    assert (plan.cut, plan.new, plan.tokens) == (Cut(14, False, 14, 8_000), False, 40.0)


def test_what_stays_out_does_not_come_back_when_less_fits() -> None:
    history = with_cut(path(3), 6, Cut(16, True, 16, 8_000))
    plan = planned(history, Sizes(10.0, (60.0, 0.0, 0.0, 0.0, 0.0, 0.0, 70.0)), 8_000, 100)
    assert plan is not None
    assert (plan.cut, plan.new) == (Cut(16, False, 16, 8_000), True)


def test_without_a_known_window_nothing_is_cut_ahead() -> None:
    plan = planned(path(3), Sizes(10.0, (1000.0,) * 7), 0, 0)
    assert plan is not None
    assert (plan.cut, plan.new) == (None, False)


@given(st.integers(1, 12), st.data())
def test_whatever_is_chosen_fits_and_begins_with_the_person(turns: int, data: st.DataObject) -> None:
    history = path(turns)
    sizes = data.draw(st.lists(st.floats(1, 1000), min_size=2 * turns + 1, max_size=2 * turns + 1))
    room = data.draw(st.floats(1, 4000))
    cut = chosen(history, sizes, room)
    if cut is None:
        assert sizes[-1] > room
        return
    kept = remaining(history, cut)
    assert kept[0].message.role is Role.USER
    assert kept[-1] == history[-1]
    assert Sizes(0.0, tuple(sizes)).total(history, cut) <= room + 1e-6
