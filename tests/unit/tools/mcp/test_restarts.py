"""When a server that has failed may be started again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kireji.tools.mcp.restarts import LONGEST_WAIT, MOST_FAILURES, REST_SECONDS, STEADY_SECONDS, Restarts


def test_the_first_failure_costs_no_wait_then_each_costs_twice_as_much() -> None:
    restarts, waits = Restarts(), []
    for _ in range(MOST_FAILURES - 1):
        restarts.failed(0.0)
        waits.append(restarts.wait(0.0))
    assert waits == [0.0, 1.0, 2.0, 4.0, 8.0]


def test_after_six_in_a_row_it_rests_and_then_has_one_more_chance() -> None:
    restarts = Restarts()
    for _ in range(MOST_FAILURES):
        restarts.failed(0.0)
    assert restarts.resting
    assert restarts.wait(0.0) == REST_SECONDS
    assert restarts.wait(REST_SECONDS) == 0.0
    restarts.failed(REST_SECONDS)
    assert restarts.wait(REST_SECONDS) == REST_SECONDS


def test_one_that_has_lived_for_a_while_begins_anew() -> None:
    restarts = Restarts()
    for _ in range(4):
        restarts.failed(0.0)
    restarts.started(10.0)
    restarts.failed(10.0 + STEADY_SECONDS)
    assert restarts.failures == 1


def test_one_that_dies_in_each_call_does_not() -> None:
    restarts = Restarts()
    for number in range(MOST_FAILURES):
        restarts.started(float(number))
        restarts.failed(number + 0.5)
    assert restarts.resting


def test_the_person_can_ask_at_once() -> None:
    restarts = Restarts()
    for _ in range(MOST_FAILURES):
        restarts.failed(0.0)
    restarts.forget()
    assert restarts.wait(0.0) == 0.0


class Anything(RuleBasedStateMachine):
    """Whatever happens in whatever order, as time goes on."""

    @initialize()
    def begin(self) -> None:
        self.now, self.restarts = 0.0, Restarts()

    @rule(seconds=st.integers(0, 1000))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @rule()
    def started(self) -> None:
        self.restarts.started(self.now)

    @rule()
    def failed(self) -> None:
        self.restarts.failed(self.now)

    @invariant()
    def no_wait_is_endless(self) -> None:
        if hasattr(self, "restarts"):
            wait = self.restarts.wait(self.now)
            assert 0 <= wait <= (REST_SECONDS if self.restarts.resting else LONGEST_WAIT)


TestAnything = Anything.TestCase


@given(st.integers(2, MOST_FAILURES - 1))
def test_a_wait_passes(failures: int) -> None:
    restarts = Restarts()
    for _ in range(failures):
        restarts.failed(5.0)
    assert restarts.wait(5.0 + restarts.wait(5.0)) == 0.0
