"""When a watched region is asked about again: a state machine of values, which knows neither screens nor time.

The picture that was asked about last is the measure. Another one counts only when it stays: a list that is being
filled or a page that is being loaded is asked about when it has come to rest, or after `Plan.patience` looks.
"""

from __future__ import annotations

import enum

import msgspec

from kireji.core.changes import REAL_CHANGE, difference

LEAST_EVERY = 1.0
"""Seconds between two looks, at least."""

_HOUR = 3600.0
_SETTLING = 1.0
"""Seconds until the next look while the picture changes."""
_LONGEST_BACK_OFF = 900.0


class Plan(msgspec.Struct, frozen=True):
    """How a region is watched.

    Args:
        every: Seconds between two looks.
        distance: Seconds from one question to the next, at least.
        per_hour: Questions in any hour, at most.
        max_cost: US dollars that all answers together may cost; None for no limit.
        patience: Looks after which a picture that does not come to rest is asked about all the same.
    """

    every: float = 10.0
    distance: float = 30.0
    per_hour: int = 60
    max_cost: float | None = None
    patience: int = 10


class Progress(msgspec.Struct, frozen=True):
    """What has happened so far.

    Args:
        asked_about: Signature of the picture that was answered last; empty when none was.
        seen: Signature of the last look; empty before the first.
        moving: Looks since the picture began to change.
        questions: When questions were asked, on the monotonic clock; those of the last hour.
        failures: Questions in a row that got no answer.
        cost: US dollars spent, as far as known.
        dearest: The most that one answer has cost.
        unpriced: Answers whose price is unknown.
    """

    asked_about: bytes = b""
    seen: bytes = b""
    moving: int = 0
    questions: tuple[float, ...] = ()
    failures: int = 0
    cost: float = 0.0
    dearest: float = 0.0
    unpriced: int = 0


class Verdict(enum.Enum):
    """What a look leads to."""

    REST = "rest"
    """Nothing has changed."""
    SETTLE = "settle"
    """It changes; look again soon."""
    WAIT = "wait"
    """It has changed, but the last question was too short a while ago."""
    ASK = "ask"
    TOO_OFTEN = "too often"
    """It should be asked, but as many questions as are allowed in an hour have been."""
    TOO_DEAR = "too dear"
    """It should be asked, but the answer would pass the limit on cost."""


def looked(plan: Plan, progress: Progress, signature: bytes, now: float) -> tuple[Progress, Verdict]:
    """Take one look in.

    Args:
        plan: How it is watched.
        progress: What was before.
        signature: What the region looks like.
        now: On the monotonic clock, in seconds.
    """
    previous = progress.seen
    progress = msgspec.structs.replace(progress, seen=signature)
    if progress.asked_about:
        if difference(progress.asked_about, signature) <= REAL_CHANGE:
            return msgspec.structs.replace(progress, moving=0), Verdict.REST
        progress = msgspec.structs.replace(progress, moving=progress.moving + 1)
        rests = progress.moving > 1 and difference(previous, signature) <= REAL_CHANGE
        if not rests and progress.moving < plan.patience:
            return progress, Verdict.SETTLE
    return progress, _permitted(plan, progress, now)


def answered(progress: Progress, signature: bytes, now: float, cost: float | None) -> Progress:
    """A question about a picture was answered.

    Args:
        progress: What was before.
        signature: What the picture looked like.
        now: When it was asked, on the monotonic clock.
        cost: US dollars; None when the price is unknown.
    """
    return msgspec.structs.replace(
        _asked(progress, now),
        asked_about=signature,
        moving=0,
        failures=0,
        cost=progress.cost + (cost or 0.0),
        dearest=max(progress.dearest, cost or 0.0),
        unpriced=progress.unpriced + (cost is None),
    )


def failed(progress: Progress, now: float, cost: float | None = None) -> Progress:
    """A question got no answer; what it was about is asked again later.

    Args:
        progress: What was before.
        now: When it was asked, on the monotonic clock.
        cost: US dollars that it cost all the same, as far as known.
    """
    return msgspec.structs.replace(
        _asked(progress, now), failures=progress.failures + 1, cost=progress.cost + (cost or 0.0)
    )


def next_look(plan: Plan, verdict: Verdict, begun: float, now: float) -> float:
    """When to look again, on the monotonic clock.

    The looks stand on a grid from the beginning on, so that what takes time does not shift them; those that were
    missed, while an answer came or the computer slept, are left out.

    Args:
        plan: How it is watched.
        verdict: What the last look has led to.
        begun: When the watch began.
        now: The present.
    """
    every = max(LEAST_EVERY, plan.every)
    if verdict is Verdict.SETTLE:
        return now + min(_SETTLING, every)
    return begun + (int((now - begun) / every) + 1) * every


def _asked(progress: Progress, now: float) -> Progress:
    recent = tuple(time for time in progress.questions if now - time < _HOUR)
    return msgspec.structs.replace(progress, questions=(*recent, now))


def _permitted(plan: Plan, progress: Progress, now: float) -> Verdict:
    if plan.max_cost is not None and progress.cost + progress.dearest > plan.max_cost:
        return Verdict.TOO_DEAR
    if sum(now - time < _HOUR for time in progress.questions) >= plan.per_hour:
        return Verdict.TOO_OFTEN
    distance = plan.distance
    if progress.failures:
        distance = max(distance, min(_LONGEST_BACK_OFF, plan.distance * 2.0 ** min(progress.failures, 10)))
    if progress.questions and now - progress.questions[-1] < distance:
        return Verdict.WAIT
    return Verdict.ASK
