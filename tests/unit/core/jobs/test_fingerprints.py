"""Which rows are the same question."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.jobs.fingerprints import SIZE, Fingerprints, canonical
from kireji.core.jobs.values import JobPlan, LineKind
from kireji.core.models import Effort

PLAN = JobPlan("a job", "anthropic", "m")
FINGERPRINTS = Fingerprints(PLAN, "m")


def of(text: str, kind: LineKind = LineKind.PARAMS) -> bytes:
    return FINGERPRINTS.of_body(kind, text.encode())


def test_a_fingerprint_is_short() -> None:
    assert len(FINGERPRINTS.of_prompt(b"Why?")) == SIZE == 16


@pytest.mark.parametrize(
    "same",
    [
        '{"messages":[1],"system":"ä"}',
        ' { "system" : "\\u00e4" ,\n "messages" : [ 1.0 ] } ',
        '{"system":"ä","messages":[1e0]}',
        '{"system":"ä","messages":[10e-1],"stream":true,"model":"another"}',
    ],
)
def test_spelling_does_not_matter(same: str) -> None:
    assert of(same) == of('{"system":"ä","messages":[1]}')


@pytest.mark.parametrize("other", ['{"a":[1,2]}', '{"a":[2,1],"b":1}', '{"a":["2",1]}', '{"a":[2,1.5]}', '{"b":[2,1]}'])
def test_values_do_matter(other: str) -> None:
    assert of(other) != of('{"a":[2,1]}')


def test_what_a_line_leaves_open_is_the_plans() -> None:
    assert of('{"max_tokens":1024}') == of("{}") != of('{"max_tokens":1000}')


def test_the_two_forms_are_not_the_same_question() -> None:
    assert of("{}", LineKind.BODY) != of("{}", LineKind.PARAMS)


def test_pictures_count_with_their_order() -> None:
    found = {
        FINGERPRINTS.of_prompt(b"Why?", pictures) for pictures in ((), ("a",), ("b",), ("a", "b"), ("b", "a"), ("ab",))
    }
    assert len(found) == 6


def test_words_cannot_look_like_pictures() -> None:
    assert FINGERPRINTS.of_prompt(b"Why?", ("a",)) != FINGERPRINTS.of_prompt(b'["a"]\nWhy?')


@pytest.mark.parametrize(
    "other",
    [
        JobPlan("a job", "anthropic", "m", system="Be short."),
        JobPlan("a job", "anthropic", "m", max_tokens=5),
        JobPlan("a job", "anthropic", "m", effort=Effort.HIGH),
        JobPlan("a job", "anthropic", "m", schema=b"{}"),
        JobPlan("a job", "openrouter", "m"),
    ],
)
def test_everything_that_an_answer_depends_on_counts(other: JobPlan) -> None:
    assert Fingerprints(other, "m").of_prompt(b"Why?") != FINGERPRINTS.of_prompt(b"Why?")


def test_another_model_is_another_question() -> None:
    assert Fingerprints(PLAN, "n").of_prompt(b"Why?") != FINGERPRINTS.of_prompt(b"Why?")


def test_how_a_job_is_called_and_run_does_not_count() -> None:
    other = JobPlan("another", "anthropic", "m", rows_per_batch=5, reuse=True, unpriced=True, prompt="unused")
    assert Fingerprints(other, "m").of_prompt(b"Why?") == FINGERPRINTS.of_prompt(b"Why?")


def test_the_spelling_of_a_schema_does_not_count() -> None:
    one = JobPlan("", "anthropic", "m", schema=b'{"type":"object","a":1}')
    other = JobPlan("", "anthropic", "m", schema=b'{"a": 1.0, "type": "object"}')
    assert Fingerprints(one, "m").of_prompt(b"?") == Fingerprints(other, "m").of_prompt(b"?")


numbers = st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: object, chance: random.Random) -> object:
    if isinstance(value, dict):
        items = [(name, shuffled(inner, chance)) for name, inner in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(inner, chance) for inner in value] if isinstance(value, list) else value


@given(values, st.randoms(use_true_random=False), st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_every_spelling_of_a_value_has_one_canonical_form(
    value: object, chance: random.Random, plain: bool, indent: int | str | None
) -> None:
    spelled = json.dumps(shuffled(value, chance), ensure_ascii=plain, indent=indent)
    assert canonical(spelled.encode()) == canonical(json.dumps(value).encode())


@given(values, values)
def test_different_values_have_different_forms(one: object, other: object) -> None:
    same = canonical(json.dumps(one).encode()) == canonical(json.dumps(other).encode())
    assert same == equal(one, other)


def equal(one: object, other: object) -> bool:
    """As JSON sees it: true is not 1, but 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(inner, other[name]) for name, inner in one.items())
    return one == other


@pytest.mark.parametrize("text", [b"", b"{", b"{'a': 1}", b"[1,]", b"\xff", b"[" * 100_000, b"NaN"])
def test_what_is_no_json_has_no_canonical_form(text: bytes) -> None:
    with pytest.raises(ValueError):
        canonical(text)
