"""Whatever a model answers within the schema, it is refused with a reason or becomes a verdict of bounded size."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.moderation.judging import problem, verdict
from kireji.core.moderation.policies import Category, Level, Policy
from kireji.core.moderation.verdicts import Action
from kireji.core.moderation.words import words_of

POLICY = Policy(
    "house",
    "House",
    1,
    "",
    (
        Category("spam", "Spam", "x", (Level("one", "x", Action.REVIEW), Level("flood", "y", Action.BLOCK))),
        Category("hate", "Hate", "x", (Level("any", "x", Action.BLOCK),)),
    ),
)
TEXT = "Buy now! Cheap “shoes”,\nand more."
QUOTES = st.one_of(st.text(max_size=30), st.sampled_from(["buy NOW", '"shoes"', "> and more", "…", "</script>"]))
EVIDENCE = st.fixed_dictionaries(
    {
        "where": st.sampled_from(["text", "picture", "shown"]),
        "picture": st.integers(-3, 3),
        "quote": QUOTES,
    }
)
FINDING = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["spam", "hate", "other"]),
        "evidence": st.lists(EVIDENCE, max_size=4),
        "reason": QUOTES,
        "level": st.sampled_from(["one", "flood", "any", "other"]),
        "confidence": st.one_of(st.floats(allow_nan=False), st.integers(-2, 2), st.floats(0, 1)),
    }
)
ANSWERS = st.fixed_dictionaries(
    {"findings": st.lists(FINDING, max_size=4), "reason": QUOTES, "rewrite": st.one_of(st.none(), QUOTES)}
)


@given(ANSWERS)
def test_an_answer_has_a_problem_or_gives_a_verdict_of_the_policy(data: dict[str, Any]) -> None:
    if problem(POLICY, data, text=True, pictures=1):
        return
    found = verdict(POLICY, data, TEXT, [None])
    weights = [finding.action.weight for finding in found.findings]
    assert found.action.weight == max(weights, default=0)
    assert weights == sorted(weights, reverse=True)
    for finding in found.findings:
        category = POLICY.category(finding.category)
        assert category is not None
        level = category.level(finding.level)
        assert level is not None
        assert finding.action is level.action
        for evidence in finding.evidence:
            assert -1 <= evidence.start <= evidence.end <= len(TEXT)
    assert words_of(found, POLICY)


def test_very_many_findings_and_quotes_are_bounded() -> None:
    evidence = [{"where": "text", "picture": 0, "quote": "q" * 10_000}] * 500
    finding = {"category": "spam", "evidence": evidence, "reason": "r" * 100_000, "level": "one", "confidence": 0.5}
    data = {"findings": [finding] * 1_000, "reason": "r" * 100_000, "rewrite": "w" * 1_000_000}
    found = verdict(POLICY, data, TEXT, [])
    [spam] = found.findings
    assert len(spam.evidence) <= 20
    assert len(spam.evidence[0].quote) <= 2_000
    assert (len(found.reason) <= 4_000, len(found.rewrite) <= 200_000) == (True, True)


def test_no_finding_of_many_is_left_out() -> None:
    data = {
        "findings": [
            {"category": name, "evidence": [], "reason": "", "level": level, "confidence": 1}
            for name, level in (("spam", "one"), ("spam", "flood"), ("hate", "any"))
        ],
        "reason": "",
        "rewrite": None,
    }
    assert len(verdict(POLICY, data, "", []).findings) == 3
