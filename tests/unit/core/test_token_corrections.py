"""What is learned of the way in which a service counts: close after ten answers, and not misled by one bad report."""

from __future__ import annotations

import math
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.token_corrections import (
    LEAST,
    MOST,
    UNCORRECTED,
    Correction,
    Estimated,
    estimated,
    fits,
    learned,
)
from kireji.core.tokens import NOTHING, Amounts, Family, added, framed, measured
from tests.service.counting import CountingRule

ANSWERS = 10
HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"
WORDS = re.findall(
    r"\w+",
    "the window reads every line once and keeps only what is still open so that a long answer costs as little as a "
    "short one because nothing that stands is looked at again while more of it arrives from the service",
)
NAMES = ("total", "row_count", "parse", "config", "index", "value", "items", "self", "handler", "result")


def prose(chance: random.Random) -> str:
    def sentence() -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(6, 18))).capitalize() + chance.choice(".?.")

    return " ".join(sentence() for _ in range(chance.randint(2, 20)))


def code(chance: random.Random) -> str:
    def line() -> str:
        one, two, three = chance.choices(NAMES, k=3)
        return chance.choice(
            (f"    {one} = {two}({three}, {chance.randint(0, 99)})\n", f"def {one}({two}: int) -> None:\n",
             f"    if {one}.{two} > {three}[{chance.randint(0, 9)}]:\n        return {two}\n")
        )  # fmt: skip

    return "".join(line() for _ in range(chance.randint(3, 40)))


def chinese(chance: random.Random) -> str:
    return "".join(chance.choices(HAN, k=chance.randint(20, 400))) + "。"


class Service:
    """A conversation that grows with every question, and the service that counts it by its own rule."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._rule = CountingRule(seed)
        self._texts: list[str] = []

    def ask(self, *, fresh: bool = False) -> tuple[Amounts, int]:
        """What is sent next, or first in a new conversation, and what the service says of it."""
        if fresh:
            self._texts.clear()
        for make in self._chance.sample((prose, code, chinese), k=self._chance.randint(1, 3)):
            self._texts.append(make(self._chance))
        amounts = [added(measured(text), framed(parts=1)) for text in self._texts]
        reported = sum(self._rule.tokens({"type": "text", "text": text}) for text in self._texts)
        return added(framed(messages=len(self._texts)), *amounts), reported


def taught(service: Service, answers: int = ANSWERS) -> Correction:
    correction = UNCORRECTED
    for _ in range(answers):
        amounts, reported = service.ask()
        correction = learned(correction, amounts, Family.CLAUDE, reported)
    return correction


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_after_ten_answers_the_estimate_is_within_five_percent(seed: int) -> None:
    service = Service(seed)
    correction = taught(service)
    amounts, reported = service.ask()
    assert estimated(amounts, Family.CLAUDE, correction).tokens == pytest.approx(reported, rel=0.05)


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_what_is_kept_free_holds_from_the_first_question_on(seed: int) -> None:
    service, correction = Service(seed), UNCORRECTED
    for _ in range(ANSWERS):
        amounts, reported = service.ask()
        assert reported <= estimated(amounts, Family.CLAUDE, correction).at_most
        correction = learned(correction, amounts, Family.CLAUDE, reported)


@given(st.lists(st.tuples(st.text(max_size=300), st.integers(-5, 10**7)), max_size=30))
def test_no_report_brings_it_out_of_bounds(reports: list[tuple[str, int]]) -> None:
    correction = UNCORRECTED
    for text, reported in reports:
        correction = learned(correction, added(measured(text), framed(messages=1)), Family.OTHER, reported)
        assert fits(correction)
        assert all(LEAST <= factor <= MOST for factor in correction.factors)
        assert math.isfinite(estimated(measured(text), Family.OTHER, correction).spread)


def test_one_report_that_is_wrong_is_forgotten_soon() -> None:
    service = Service(7)
    correction = taught(service)
    amounts, reported = service.ask()
    correction = learned(correction, amounts, Family.CLAUDE, reported * 4)
    for _ in range(5):
        amounts, reported = service.ask()
        correction = learned(correction, amounts, Family.CLAUDE, reported)
    amounts, reported = service.ask()
    assert estimated(amounts, Family.CLAUDE, correction).tokens == pytest.approx(reported, rel=0.05)


def test_a_report_that_cannot_be_of_this_text_teaches_nothing() -> None:
    amounts = measured(" ".join(WORDS))
    assert learned(UNCORRECTED, amounts, Family.GPT, 10**9) is UNCORRECTED
    assert learned(UNCORRECTED, amounts, Family.GPT, 0) is UNCORRECTED
    assert learned(UNCORRECTED, NOTHING, Family.GPT, 10) is UNCORRECTED


def test_what_is_learned_of_prose_helps_with_code_a_little() -> None:
    text = " ".join(WORDS * 10)
    correction = UNCORRECTED
    for _ in range(5):
        correction = learned(correction, measured(text), Family.GPT, 900)
    usual = estimated(measured("```\nx = f(y)\n```"), Family.GPT).tokens
    assert estimated(measured("```\nx = f(y)\n```"), Family.GPT, correction).tokens > usual


def test_reasoning_that_nobody_can_measure_makes_a_report_count_less() -> None:
    amounts = measured(" ".join(WORDS * 10))
    sure = learned(UNCORRECTED, amounts, Family.GPT, 600)
    unsure = learned(UNCORRECTED, amounts, Family.GPT, 600, unmeasured=500)
    assert max(unsure.factors) < max(sure.factors)


def test_a_tokenizer_that_is_exchanged_is_noticed() -> None:
    first, second = Service(1), Service(4)
    correction = taught(first, 40)
    for _ in range(30):
        amounts, reported = second.ask()
        correction = learned(correction, amounts, Family.CLAUDE, reported)
    amounts, reported = second.ask()
    assert estimated(amounts, Family.CLAUDE, correction).tokens == pytest.approx(reported, rel=0.08)


@pytest.mark.parametrize(
    "spoiled",
    [
        Correction((1.0,), UNCORRECTED.covariance),
        Correction(UNCORRECTED.factors, (0.1,)),
        Correction((math.nan, *UNCORRECTED.factors[1:]), UNCORRECTED.covariance),
        Correction((99.0, *UNCORRECTED.factors[1:]), UNCORRECTED.covariance),
        Correction(UNCORRECTED.factors, (-1.0, *UNCORRECTED.covariance[1:])),
    ],
)
def test_what_is_no_correction_does_not_fit(spoiled: Correction) -> None:
    assert fits(UNCORRECTED)
    assert not fits(spoiled)


def test_the_bound_is_above_the_estimate() -> None:
    assert Estimated(100.0, 10.0).at_most == 146
