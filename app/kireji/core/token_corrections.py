"""What is learned of a family's way to count, from the numbers that its service reports.

Each measure of `core.tokens` has a factor by which its usual number of tokens is wrong. Every answer reports one number
for a mixture of measures; from several such numbers the factors follow, by the method of Kalman (1960): a factor is as
uncertain as the answers so far leave it, and an answer moves those most that are uncertain and that it holds much of.
Factors of one kind of text are taken to be alike, and those of all text a little, so that what is learned of English
prose is of use for German too.

It is robust: a report that is far from what can be (a service that adds text of its own, a number that is wrong) moves
nothing further than a likely one; and bounded: no factor leaves `LEAST` to `MOST`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from kireji.core.tokens import MEASURES, Amounts, Family, Kind, typical

LEAST, MOST = 0.25, 4.0
_SIZE = len(MEASURES)
_OF_A_MEASURE, _OF_A_KIND, _OF_TEXT = 0.22, 0.35, 0.25
"""Standard deviations of the factors before anything is known: of each alone, of its kind, of all text."""
_UNSURE = {Kind.PICTURE: 0.15, Kind.DOCUMENT: 0.5, Kind.FRAME: 0.5}
_NOISE_SHARE, _NOISE_TOKENS = 0.015, 3.0
"""Standard deviation of a report: services count what is not measured."""
_DRIFT = 0.0015
"""Share of the first uncertainty that comes back with each answer: tokenizers are exchanged under the same name."""
_FAR = 4.0
"""Standard deviations beyond which a report is not believed further."""
_BELIEVABLE = (0.1, 10.0)
"""Between these times the estimate, a report is one of this text at all."""


class Estimated(NamedTuple):
    """How many tokens something has.

    Args:
        tokens: The most likely number.
        spread: One standard deviation of it.
        learned: From how many answers of this family.
    """

    tokens: float
    spread: float
    learned: int = 0

    @property
    def at_most(self) -> int:
        """What it will hardly pass: three standard deviations more, and a little for what nobody measures."""
        return math.ceil(self.tokens + 3 * self.spread) + 16


class Correction(msgspec.Struct, frozen=True):
    """What is known of one family.

    Args:
        factors: For each measure.
        covariance: Of the factors, row by row.
        answers: How many reports it rests on.
    """

    factors: tuple[float, ...]
    covariance: tuple[float, ...]
    answers: int = 0


def _first_covariance() -> tuple[float, ...]:
    def between(one: int, other: int) -> float:
        first, second = MEASURES[one].kind, MEASURES[other].kind
        if first in _UNSURE or second in _UNSURE:
            return _UNSURE.get(first, 0.0) ** 2 if one == other else 0.0
        shared = _OF_TEXT**2 + (_OF_A_KIND**2 if first is second else 0.0)
        return shared + (_OF_A_MEASURE**2 if one == other else 0.0)

    return tuple(between(one, other) for one in range(_SIZE) for other in range(_SIZE))


_FIRST = _first_covariance()
UNCORRECTED = Correction((1.0,) * _SIZE, _FIRST)
"""Before the first answer."""


def fits(correction: Correction) -> bool:
    """Whether a stored correction is one of this version's measures, and sound."""
    numbers = (*correction.factors, *correction.covariance)
    return (
        len(correction.factors) == _SIZE
        and len(correction.covariance) == _SIZE * _SIZE
        and all(map(math.isfinite, numbers))
        and all(LEAST <= factor <= MOST for factor in correction.factors)
        and all(correction.covariance[place * _SIZE + place] >= 0 for place in range(_SIZE))
    )


def estimated(amounts: Amounts, family: Family, correction: Correction = UNCORRECTED) -> Estimated:
    """How many tokens so much is, by what was learned."""
    usual = typical(amounts, family)
    tokens = sum(one * factor for one, factor in zip(usual, correction.factors, strict=True))
    there = [place for place, one in enumerate(usual) if one]
    variance = sum(
        usual[one] * usual[other] * correction.covariance[one * _SIZE + other] for one in there for other in there
    )
    noise = (_NOISE_SHARE * tokens) ** 2
    return Estimated(tokens, math.sqrt(max(0.0, variance) + noise), correction.answers)


def likely(amounts: Amounts, family: Family, correction: Correction) -> float:
    """The number alone: of many pieces, each of which has its own."""
    usual = typical(amounts, family)
    return sum(one * factor for one, factor in zip(usual, correction.factors, strict=True))


def learned(
    correction: Correction, amounts: Amounts, family: Family, reported: int, unmeasured: float = 0.0
) -> Correction:
    """What is known after one more report.

    Args:
        correction: What was known before.
        amounts: What the service was sent.
        family: Of the model.
        reported: How many tokens the service says it was.
        unmeasured: Tokens that may have been in it besides, such as reasoning that is only sent back.
    """
    usual = typical(amounts, family)
    expected = sum(one * factor for one, factor in zip(usual, correction.factors, strict=True))
    if reported <= 0 or expected <= 0 or not _BELIEVABLE[0] < reported / expected < _BELIEVABLE[1]:
        return correction
    covariance = [(1 - _DRIFT) * one + _DRIFT * first for one, first in zip(correction.covariance, _FIRST, strict=True)]
    along = [
        sum(covariance[row * _SIZE + place] * one for place, one in enumerate(usual) if one) for row in range(_SIZE)
    ]
    noise = (_NOISE_SHARE * reported) ** 2 + _NOISE_TOKENS**2 + unmeasured**2
    variance = sum(one * other for one, other in zip(usual, along, strict=True)) + noise
    surprise = reported - expected
    limit = _FAR * math.sqrt(variance)
    surprise = max(-limit, min(limit, surprise))
    gain = [one / variance for one in along]
    factors = tuple(
        max(LEAST, min(MOST, factor + one * surprise)) for factor, one in zip(correction.factors, gain, strict=True)
    )
    rest = tuple(
        covariance[row * _SIZE + place] - gain[row] * along[place] for row in range(_SIZE) for place in range(_SIZE)
    )
    return Correction(factors, _sound(rest), correction.answers + 1)


def _sound(covariance: tuple[float, ...]) -> tuple[float, ...]:
    """The same as symmetrical as it is in theory, without variances that rounding has made negative."""
    return tuple(
        max(1e-9, covariance[row * _SIZE + row])
        if row == place
        else (covariance[row * _SIZE + place] + covariance[place * _SIZE + row]) / 2
        for row in range(_SIZE)
        for place in range(_SIZE)
    )
