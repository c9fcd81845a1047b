"""What shall be done with every row of a new job: chosen in the window, whole in the plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from kireji.core.jobs.values import SourceKind
from kireji.core.moderation.policies import ParsedPolicy, PolicyProblem
from kireji.core.structured.forms import AnswerForm
from tests.support.waiting import until_true
from tests.ui.jobs.new_job_support import making
from tests.ui.jobs.review_support import policy

pytestmark = pytest.mark.qt


async def test_a_question_of_ones_own_is_what_is_asked_at_first(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.jsonl"))
        assert made.form.task.form is AnswerForm.TEXT
        assert made.form.prompt.isVisible()


async def test_a_translation_needs_a_language_and_no_prompt(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.png"))
        made.form.task.choose(AnswerForm.TRANSLATION)
        assert made.form.missing() == "Name the language to translate into."
        assert not made.form.prompt.isVisible()
        made.form.task.language.field.setText("German")
        await made.read()
        plan, _ = made.added()
        assert (plan.form, plan.about, plan.prompt) == (AnswerForm.TRANSLATION, "German", "")
        assert plan.max_tokens == 8_192


async def test_two_pictures_are_compared_as_a_pair(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("before.png"), made.file("after.png"))
        made.form.task.choose(AnswerForm.COMPARISON)
        await made.read()
        plan, source = made.added()
        assert (plan.form, source.kind, len(source.paths)) == (AnswerForm.COMPARISON, SourceKind.PAIRS, 2)


async def test_two_folders_are_compared(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        for name in ("before", "after"):
            (tmp_path / name).mkdir()
        await made.open(tmp_path / "before", tmp_path / "after")
        await until_true(lambda: made.form.job_source is not None)
        assert made.form.task.form is AnswerForm.COMPARISON
        assert made.form.job_source is not None
        assert made.form.job_source.kind is SourceKind.PAIRS


async def test_one_picture_cannot_be_compared(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.png"))
        made.form.task.choose(AnswerForm.COMPARISON)
        assert "two pictures" in made.form.missing()


async def test_fields_take_a_schema_and_a_translation_none(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.png"))
        made.form.task.choose(AnswerForm.FIELDS)
        assert made.form.schema.isVisible()
        made.form.task.choose(AnswerForm.TRANSLATION)
        assert not made.form.schema.isVisible()


async def test_an_example_of_instructions_is_given_only_where_answers_are_words(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.jsonl"))
        field = made.form.system.field
        assert field.placeholderText() == "Answer in one word."
        made.form.task.choose(AnswerForm.VERDICT)
        assert field.placeholderText() == ""
        made.form.task.choose(AnswerForm.TEXT)
        assert field.placeholderText() == "Answer in one word."


async def test_a_policy_is_chosen_from_those_that_can_be_used(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.jsonl"))
        task = made.form.task
        task.show_policies({"broken": ParsedPolicy(None, (PolicyProblem("It is empty."),)), "community": community()})
        task.choose(AnswerForm.VERDICT)
        assert task.wanted.policy == "community"
        assert made.form.missing() == ""


async def test_without_a_policy_nothing_can_be_checked(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.jsonl"))
        made.form.task.show_policies({})
        made.form.task.choose(AnswerForm.VERDICT)
        assert made.form.missing() == "Choose a policy."


def community() -> ParsedPolicy:
    return ParsedPolicy(policy())
