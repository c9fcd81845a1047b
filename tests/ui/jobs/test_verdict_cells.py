"""The table of results says what verdicts mean, not what their files call it."""

from __future__ import annotations

from kireji.core.jobs.form_columns import VERDICT_COLUMNS
from kireji.core.moderation.verdicts import Action, Finding, Verdict
from kireji.ui.jobs.verdict_cells import verdict_cell
from tests.ui.jobs.review_support import policy

FOUND = (
    Finding("harassment", "targeted", Action.BLOCK, 0.9, (), ""),
    Finding("own-category", "very-bad", Action.REVIEW, 0.5, (), ""),
)
VERDICT = Verdict("community", 1, Action.BLOCK, FOUND)


def test_actions_and_categories_are_words() -> None:
    found = policy().category("harassment")
    assert found is not None
    assert verdict_cell(VERDICT, "action", policy()) == "Block"
    assert verdict_cell(VERDICT, "categories", policy()) == f"{found.title}, Own category"
    assert verdict_cell(VERDICT, "level", policy()) == "targeted"


def test_without_its_policy_a_category_is_called_by_its_name() -> None:
    assert verdict_cell(VERDICT, "categories", None) == "Harassment, Own category"


def test_all_else_stands_as_the_verdict_says_it() -> None:
    told = {"action", "categories", "level"}
    others = [column.name for column in VERDICT_COLUMNS if column.name not in told]
    assert [verdict_cell(VERDICT, name, policy()) for name in others] == [None] * len(others)
