"""One-to-many notification."""

from __future__ import annotations

import logging

import pytest

from kireji.core.publisher import Publisher


def test_subscribers_are_called_in_order_of_subscription() -> None:
    publisher: Publisher[int] = Publisher()
    seen: list[tuple[str, int]] = []
    publisher.subscribe(lambda value: seen.append(("first", value)))
    publisher.subscribe(lambda value: seen.append(("second", value)))
    publisher.publish(7)
    assert seen == [("first", 7), ("second", 7)]


def test_after_unsubscribing_nothing_comes_and_twice_is_harmless() -> None:
    publisher: Publisher[int] = Publisher()
    seen: list[int] = []
    end = publisher.subscribe(seen.append)
    end()
    end()
    publisher.publish(1)
    assert seen == []


def test_what_one_raises_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    publisher: Publisher[int] = Publisher()
    seen: list[int] = []

    def fails(value: int) -> None:
        raise ValueError(value)

    publisher.subscribe(fails)
    publisher.subscribe(seen.append)
    with caplog.at_level(logging.ERROR):
        publisher.publish(1)
    assert seen == [1]
    assert "a subscriber failed" in caplog.text


def test_one_who_leaves_while_being_called_disturbs_nobody() -> None:
    publisher: Publisher[int] = Publisher()
    seen: list[int] = []
    ends = []

    def once(value: int) -> None:
        seen.append(value)
        ends[0]()

    ends.append(publisher.subscribe(once))
    publisher.subscribe(seen.append)
    publisher.publish(1)
    publisher.publish(2)
    assert seen == [1, 1, 2]
