"""Quick prompts on the command line."""

from __future__ import annotations

import json

import pytest

from kireji.core.prompts import Prompt, Variable
from tests.fakes.provider import answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji


@pytest.fixture(autouse=True)
def _language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def asked(world: World) -> str:
    return world.remote.encoded[-1].messages[-1].text


def test_all_prompts_are_listed_and_problems_are_told_besides(world: World, kireji: Kireji) -> None:
    world.prompts.found += (Prompt("mine", "Mine", "x", own=True),)
    world.prompts.wrong = ("The prompt a.md cannot be used: x.",)
    result = kireji("prompts", "list")
    assert [line.split() for line in result.out.splitlines()] == [
        ["NAME", "TITLE", "VARIABLES", "FROM"],
        ["explain", "Explain", "-", "kireji"],
        ["translate", "Translate", "language", "kireji"],
        ["mine", "Mine", "-", "yours"],
    ]
    assert result.err == "The prompt a.md cannot be used: x.\n"
    found = json.loads(kireji("prompts", "list", "--json").out)
    assert [prompt["name"] for prompt in found["prompts"]] == ["explain", "translate", "mine"]
    assert found["problems"] == list(world.prompts.wrong)


def test_one_prompt_is_shown_with_its_words_and_variables(kireji: Kireji) -> None:
    shown = kireji("prompts", "show", "translate").out
    assert shown.splitlines() == [
        "Translate (kireji)",
        "  --var language=…  language; else English",
        "",
        "Translate into {{language}}.",
    ]
    value = json.loads(kireji("prompts", "show", "translate", "--json").out)
    assert value["variables"] == {"language": {"description": "", "default": "English"}}


def test_a_prompt_that_is_not_there_is_told_with_what_was_probably_meant(world: World, kireji: Kireji) -> None:
    assert kireji("prompts", "show", "explian").err == (
        "kireji: There is no quick prompt explian. Did you mean explain?\n"
    )
    world.prompts.wrong = ("The prompt mine.md (line 2) cannot be used: x.",)
    assert kireji("ask", "--prompt", "mine").err.startswith("kireji: The prompt mine.md (line 2) cannot be used: x.")


def test_a_prompt_is_asked_with_its_variables_and_what_is_typed_besides(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a"), answer("b"))
    assert kireji("ask", "--prompt", "translate", "--var", "language=Finnish", "Be brief.", piped=b"text").code == 0
    assert asked(world) == "Translate into Finnish.\n\nBe brief.\n\n> text"
    assert kireji("ask", "--prompt=explain").code == 0
    assert asked(world) == "Explain what is shown."


@pytest.mark.parametrize(
    ("variable", "value", "language"),
    [("LANG", "de_DE.UTF-8", "German"), ("LC_ALL", "pt_BR", "Portuguese"), ("LANG", "C.UTF-8", "English")],
)
def test_a_language_that_was_not_named_is_the_persons(
    world: World, kireji: Kireji, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, language: str
) -> None:
    monkeypatch.setenv(variable, value)
    world.remote.enqueue(answer("a"))
    kireji("ask", "--prompt", "translate")
    assert asked(world) == f"Translate into {language}."


def test_values_that_are_missing_or_belong_nowhere_are_told(world: World, kireji: Kireji) -> None:
    world.prompts.found = (Prompt("p", "P", "{{a}}", {"a": Variable()}),)
    assert kireji("ask", "--prompt", "p").err == "kireji: The prompt p needs a value for a. Give one with --var a=….\n"
    assert "has no variable b" in kireji("ask", "--prompt", "p", "--var", "b=1").err
    result = kireji("ask", "--var", "b=1", "question")
    assert (result.code, "needs --prompt NAME" in result.err) == (2, True)
