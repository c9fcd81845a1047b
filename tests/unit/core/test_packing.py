"""What is chosen of all that could go along."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.packing import LEAST_PIECE, Candidate, Filled, fill, is_off, rank_of
from kireji.core.sources import Source, SourceKind

_CANDIDATES = st.lists(
    st.builds(
        Candidate,
        source=st.integers(0, 2),
        name=st.text("abc/", min_size=1, max_size=6),
        tokens=st.integers(1, 2000),
        value=st.floats(-3, 3).map(lambda value: round(value, 2)),
        rank=st.integers(0, 2),
    ),
    max_size=40,
    unique_by=lambda one: (one.source, one.name),
)
_ROOM = st.integers(0, 10_000)
_MOST = st.lists(st.sampled_from((0, 300, 1000)), min_size=3, max_size=3)


def _used(candidates: Sequence[Candidate], filled: Filled) -> int:
    return sum(candidates[place].tokens for place in filled.whole) + sum(room for _, room in filled.pieces)


@settings(max_examples=50)
@given(_CANDIDATES, _ROOM, _MOST)
def test_the_room_is_never_passed(candidates: Sequence[Candidate], room: int, most: Sequence[int]) -> None:
    assert _used(candidates, fill(candidates, room, most)) <= room


@settings(max_examples=50)
@given(_CANDIDATES, _ROOM, _MOST)
def test_no_source_takes_more_than_it_may(candidates: Sequence[Candidate], room: int, most: Sequence[int]) -> None:
    filled = fill(candidates, room, most)
    for source, limit in enumerate(most):
        whole = sum(candidates[place].tokens for place in filled.whole if candidates[place].source == source)
        pieces = sum(tokens for place, tokens in filled.pieces if candidates[place].source == source)
        assert not limit or whole + pieces <= limit


@settings(max_examples=50)
@given(_CANDIDATES, _ROOM, _MOST)
def test_everything_is_either_taken_or_left_out(
    candidates: Sequence[Candidate], room: int, most: Sequence[int]
) -> None:
    filled = fill(candidates, room, most)
    places = [*filled.whole, *(place for place, _ in filled.pieces), *filled.left]
    assert sorted(places) == list(range(len(candidates)))


@settings(max_examples=50)
@given(_CANDIDATES, _ROOM)
def test_what_is_not_pinned_takes_no_room_that_something_pinned_could_have_had(
    candidates: Sequence[Candidate], room: int
) -> None:
    alone = [one for one in candidates if one.rank < 2]
    with_others, without = fill(candidates, room), fill(alone, room)
    taken = [candidates[place] for place in with_others.whole if candidates[place].rank < 2]
    assert taken == [alone[place] for place in without.whole]


@settings(max_examples=50)
@given(_CANDIDATES, _ROOM, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_named_changes_nothing(
    candidates: list[Candidate], room: int, random: object
) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = fill(candidates, room), fill(shuffled, room)
    assert [candidates[place] for place in one.whole] == [shuffled[place] for place in other.whole]


@settings(max_examples=50)
@given(_CANDIDATES, _ROOM)
def test_what_is_left_out_whole_would_not_have_fitted_any_more(candidates: Sequence[Candidate], room: int) -> None:
    filled = fill(candidates, room)
    free = room - _used(candidates, filled)
    assert all(candidates[place].tokens > free or free < LEAST_PIECE for place in filled.left)


def test_whole_files_come_before_pieces() -> None:
    big, small = Candidate(0, "big", 5000, 3.0), Candidate(0, "small", 500, 1.0)
    filled = fill([big, small], 1000)
    assert filled == Filled((1,), ((0, 500),), ())


def test_a_source_that_is_worth_more_leaves_another_its_share() -> None:
    new, old = [[Candidate(source, str(name), 100, 9.0 - source) for name in range(20)] for source in range(2)]
    filled = fill([*new, *old], 1000)
    assert [sum((place < 20) is first for place in filled.whole) for first in (True, False)] == [5, 5]


def test_what_a_source_does_not_need_of_its_share_is_for_the_others() -> None:
    new, old = [Candidate(0, str(name), 100, 9.0) for name in range(20)], [Candidate(1, "only", 200)]
    filled = fill([*new, *old], 1000)
    assert 20 in filled.whole
    assert len(filled.whole) == 9


def test_less_than_a_useful_piece_is_not_cut_off() -> None:
    assert fill([Candidate(0, "big", 5000)], LEAST_PIECE - 1).left == (0,)


def test_a_pinned_source_comes_before_a_pinned_entry_and_that_before_what_is_worth_more() -> None:
    source, entry, other = (
        Candidate(0, "s", 400, 0.0, 0),
        Candidate(1, "e", 400, 0.0, 1),
        Candidate(2, "o", 400, 9.0, 2),
    )
    assert fill([other, entry, source], 800).whole == (2, 1)


def test_a_folder_that_is_switched_off_takes_all_below_it_with_it() -> None:
    source = Source(SourceKind.FOLDER, "/r", off=("docs/", "a.py"), pins=("app/",))
    assert [is_off(source, name) for name in ("docs/a.md", "docs.md", "a.py", "app/a.py")] == [True, False, True, False]
    assert [rank_of(source, name) for name in ("app/a.py", "b.py")] == [1, 2]
