"""When a watched region is asked about again."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core import watching
from kireji.core.changes import REAL_CHANGE, SIGNATURE_SIDE, difference
from kireji.core.watching import Plan, Progress, Verdict, answered, failed, looked, next_look

PLACES = SIGNATURE_SIDE**2


def picture(shade: int) -> bytes:
    """A signature; those of different shades look different everywhere."""
    return bytes([shade]) * PLACES


BEFORE, AFTER, THIRD = picture(0), picture(100), picture(200)
ASKED = answered(Progress(), BEFORE, 0.0, 0.01)


def verdicts(plan: Plan, progress: Progress, *looks: tuple[float, bytes]) -> list[Verdict]:
    found = []
    for now, signature in looks:
        progress, verdict = looked(plan, progress, signature, now)
        found.append(verdict)
    return found


def test_the_first_look_asks() -> None:
    assert verdicts(Plan(), Progress(), (0.0, BEFORE)) == [Verdict.ASK]


def test_what_looks_the_same_is_not_asked_again() -> None:
    assert verdicts(Plan(), ASKED, (10, BEFORE), (1000, BEFORE)) == [Verdict.REST] * 2


def test_a_change_is_asked_about_when_two_looks_show_the_same() -> None:
    assert verdicts(Plan(), ASKED, (40, AFTER), (41, AFTER)) == [Verdict.SETTLE, Verdict.ASK]


def test_a_change_that_goes_on_is_waited_for() -> None:
    looks = [(40, AFTER), (41, THIRD), (42, AFTER), (43, AFTER)]
    assert verdicts(Plan(), ASKED, *looks) == [Verdict.SETTLE, Verdict.SETTLE, Verdict.SETTLE, Verdict.ASK]


def test_a_change_that_never_rests_is_asked_about_after_some_looks() -> None:
    looks = [(40.0 + number, picture(50 + number * 20)) for number in range(5)]
    assert verdicts(Plan(patience=5), ASKED, *looks) == [*[Verdict.SETTLE] * 4, Verdict.ASK]


def test_a_change_that_is_taken_back_is_none() -> None:
    looks = [(40, AFTER), (41, BEFORE), (50, BEFORE)]
    assert verdicts(Plan(), ASKED, *looks) == [Verdict.SETTLE, Verdict.REST, Verdict.REST]


def test_a_slow_change_counts_from_the_picture_that_was_asked_about() -> None:
    plan = Plan(patience=100)
    shades = [verdicts(plan, ASKED, (100, picture(shade)))[0] for shade in (0, 5, 9, 10)]
    assert shades == [Verdict.REST, Verdict.REST, Verdict.REST, Verdict.SETTLE]


def test_questions_keep_their_distance() -> None:
    assert verdicts(Plan(), ASKED, (20, AFTER), (21, AFTER), (29, AFTER), (30, AFTER)) == [
        Verdict.SETTLE,
        Verdict.WAIT,
        Verdict.WAIT,
        Verdict.ASK,
    ]


def test_after_failures_the_distance_grows_up_to_a_quarter_of_an_hour() -> None:
    progress = ASKED
    waits = []
    for _ in range(8):
        progress = failed(progress, 1000.0)
        wait = next(
            seconds
            for seconds in range(0, 1000, 30)
            if looked(Plan(), msgspec.structs.replace(progress, seen=AFTER, moving=1), AFTER, 1000.0 + seconds)[1]
            is Verdict.ASK
        )
        waits.append(wait)
    assert waits == [60, 120, 240, 480, 900, 900, 900, 900]


def test_no_more_questions_are_asked_in_an_hour_than_allowed() -> None:
    plan = Plan(per_hour=3)
    progress = ASKED
    for number in (1, 2):
        progress = answered(progress, picture(number * 100), number * 100.0, None)
    assert verdicts(plan, progress, (300, BEFORE), (301, BEFORE))[-1] is Verdict.TOO_OFTEN
    assert verdicts(plan, progress, (3700, BEFORE), (3701, BEFORE))[-1] is Verdict.ASK


def test_the_limit_on_cost_is_not_passed_by_an_answer_like_the_dearest_one() -> None:
    plan = Plan(max_cost=0.05)
    assert verdicts(plan, ASKED, (40, AFTER), (41, AFTER))[-1] is Verdict.ASK
    dear = answered(ASKED, BEFORE, 0.0, 0.03)
    assert verdicts(plan, dear, (40, AFTER), (41, AFTER))[-1] is Verdict.TOO_DEAR


def test_a_limit_of_nothing_asks_only_what_costs_nothing() -> None:
    free = answered(Progress(), BEFORE, 0.0, 0.0)
    assert verdicts(Plan(max_cost=0.0), free, (40, AFTER), (41, AFTER))[-1] is Verdict.ASK


def test_answers_without_a_price_are_counted() -> None:
    assert answered(ASKED, BEFORE, 1.0, None).unpriced == 1


def test_looks_stand_on_a_grid_whatever_they_took() -> None:
    plan = Plan(every=10)
    assert next_look(plan, Verdict.REST, 100.0, 100.2) == 110.0
    assert next_look(plan, Verdict.ASK, 100.0, 137.0) == 140.0
    assert next_look(plan, Verdict.REST, 100.0, 110.0) == 120.0


def test_a_moving_picture_is_looked_at_each_second() -> None:
    assert next_look(Plan(every=10), Verdict.SETTLE, 0.0, 13.0) == 14.0


@given(st.floats(1, 1000), st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_next_look_is_never_past_and_never_further_than_a_step(every: float, begun: float, passed: float) -> None:
    now = begun + passed
    when = next_look(Plan(every=every), Verdict.REST, begun, now)
    assert now - 1e-3 <= when <= now + every + 1e-3


_LOOKS = st.lists(st.tuples(st.floats(1, 400), st.integers(0, 3), st.sampled_from([None, 0.0, 0.01, "fails"])))


@given(_LOOKS, st.integers(1, 5), st.one_of(st.none(), st.floats(0, 0.1)))
def test_whatever_is_seen_no_limit_is_passed(
    looks: list[tuple[float, int, float | str | None]], per_hour: int, max_cost: float | None
) -> None:
    plan = Plan(per_hour=per_hour, max_cost=max_cost)
    progress, now = Progress(), 0.0
    asked: list[float] = []
    about = b""
    for seconds, shade, outcome in looks:
        now += seconds
        progress, verdict = looked(plan, progress, picture(shade * 60), now)
        if verdict is not Verdict.ASK:
            continue
        assert not asked or now - asked[-1] >= plan.distance
        assert about == b"" or difference(about, picture(shade * 60)) > REAL_CHANGE
        assert sum(now - time < 3600 for time in asked) < per_hour
        assert max_cost is None or progress.cost <= max_cost
        asked.append(now)
        if isinstance(outcome, str):
            progress = failed(progress, now)
        else:
            progress, about = answered(progress, picture(shade * 60), now, outcome), picture(shade * 60)


@pytest.mark.parametrize("every", [0.0, -1.0])
def test_looks_are_at_least_a_second_apart(every: float) -> None:
    assert next_look(Plan(every=every), Verdict.REST, 0.0, 0.5) == watching.LEAST_EVERY
