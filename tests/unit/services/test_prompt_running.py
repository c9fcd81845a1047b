"""Prompts whose answer is more than words, each by the service of its form."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker
from kireji.services.extraction import Wanted
from kireji.services.habits import Habits
from kireji.services.prompt_running import USUAL_POLICY, lacking, run

ONE, TWO = (ImagePart(Sha256(sign * 64), "image/png", 10, 10) for sign in "ab")
ASKER = Asker()


class Noting:
    """Stands for every service, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def habits(self) -> Habits:
        return Habits(*[cast(Any, self)] * 5)

    async def extract(self, wanted: Wanted, asker: Asker, images: object, *_: object, **__: object) -> None:
        self.asked.append((wanted, asker, images))

    async def policy(self, name: str) -> str:
        return f"policy {name}"

    async def judge(self, policy: str, text: str, asker: Asker, images: object, *_: object, **__: object) -> None:
        self.asked.append((policy, text, images))

    async def translate(self, image: object, language: str, asker: Asker, *_: object, **__: object) -> None:
        self.asked.append((image, language))

    async def compare(self, before: object, after: object, asker: Asker, *_: object, **__: object) -> None:
        self.asked.append((before, after))


@pytest.fixture
def services() -> Noting:
    return Noting()


async def test_a_table_is_extracted_with_the_words_as_the_wish(services: Noting) -> None:
    prompt = Prompt("t", "T", "Only {{what}}.", {"what": Variable()}, form=AnswerForm.TABLE, schema=b"{}", model="m")
    await run(services.habits(), prompt, {"what": "totals"}, [ONE], ASKER, besides="In euros.")
    assert services.asked == [(Wanted(False, b"{}", "Only totals.\n\nIn euros."), Asker(model="m"), [ONE])]


async def test_who_is_asked_explicitly_answers(services: Noting) -> None:
    prompt = Prompt("t", "T", "", form=AnswerForm.FIELDS, provider="local", model="m")
    await run(services.habits(), prompt, {}, [ONE], Asker("anthropic", "c"))
    assert services.asked == [(Wanted(True), Asker("anthropic", "c"), [ONE])]


async def test_text_is_judged_as_it_stands_by_the_prompts_policy_or_the_usual_one(services: Noting) -> None:
    variables = {"text": Variable(kind=VariableKind.CLIPBOARD)}
    prompt = Prompt("m", "M", "{{text}}", variables, form=AnswerForm.VERDICT, policy="workplace")
    await run(services.habits(), prompt, {"text": "You > me"}, [], ASKER)
    await run(services.habits(), Prompt("m", "M", "", form=AnswerForm.VERDICT), {}, [ONE], ASKER, besides="Hello")
    assert services.asked == [("policy workplace", "You > me", []), (f"policy {USUAL_POLICY}", "Hello", [ONE])]


async def test_a_picture_is_translated_into_the_language_of_the_values(services: Noting) -> None:
    prompt = Prompt("t", "T", "", {"language": Variable(default="English")}, form=AnswerForm.TRANSLATION)
    await run(services.habits(), prompt, {"language": "Finnish"}, [ONE], ASKER)
    await run(services.habits(), prompt, {}, [ONE], ASKER)
    assert services.asked == [(ONE, "Finnish"), (ONE, "English")]


async def test_two_pictures_are_compared(services: Noting) -> None:
    await run(services.habits(), Prompt("c", "C", "", form=AnswerForm.COMPARISON), {}, [ONE, TWO], ASKER)
    assert services.asked == [(ONE, TWO)]


async def test_pictures_that_are_missing_are_told_before_anything_is_asked(services: Noting) -> None:
    prompt = Prompt("c", "Compare", "", form=AnswerForm.COMPARISON)
    with pytest.raises(KirejiError, match="“Compare” needs 2 pictures"):
        await run(services.habits(), prompt, {}, [ONE], ASKER)
    assert services.asked == []
    assert lacking(Prompt("e", "E", "x"), 0) == ""


async def test_words_are_asked_elsewhere(services: Noting) -> None:
    with pytest.raises(ValueError, match="like any question"):
        await run(services.habits(), Prompt("e", "E", "x"), {}, [], ASKER)
