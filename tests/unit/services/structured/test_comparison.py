"""Comparing pictures: what is asked, what comes back, and when nobody is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart, StopReason
from kireji.core.ports import EncodedPicture
from kireji.core.structured.comparison import Change, ChangeKind, Comparison, Difference
from kireji.core.structured.questions import Asker
from kireji.services.structured.turn import Outcome
from tests.fakes.provider import FakeProvider, Step, answer
from tests.fakes.world import World

BEFORE = EncodedPicture(b"\x89PNG before", "image/png", 900, 300)
AFTER = EncodedPicture(b"\x89PNG after", "image/png", 900, 300)
FOUND = Difference(True, 0.1, ((10, 10, 30, 20), (10, 40, 90, 60)), 0, None, (900, 300), (900, 300))


def change(kind: str = "changed", words: str = "The price rose.", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "words": words, "before": "8 €", "after": "9 €", "regions": [1], **more}


def said(*changes: dict[str, Any], summary: str = "A price rose.") -> str:
    return json.dumps({"summary": summary, "changes": changes}, ensure_ascii=False)


class Scene:
    """Two pictures, and a model that answers what a test says."""

    def __init__(self, *turns: list[Step], found: Difference = FOUND) -> None:
        self.world = World(remote=FakeProvider(*turns))
        self.world.comparer.found = found
        self.services = self.world.services()
        self.seen: list[Difference] = []

    async def compare(self, before: EncodedPicture = BEFORE, after: EncodedPicture = AFTER) -> Outcome:
        parts: list[ImagePart] = [await self.world.captures.put(picture) for picture in (before, after)]
        comparison = self.services.habits().comparison
        return await comparison.compare(*parts, Asker(), seen=self.seen.append)


async def test_changes_name_the_regions_they_are_about() -> None:
    outcome = await Scene(answer(said(change()))).compare()
    assert outcome.result == Comparison(
        "A price rose.", (Change(ChangeKind.CHANGED, "The price rose.", "8 €", "9 €", (0,)),), FOUND, (1,)
    )


async def test_the_model_gets_both_pictures_and_the_numbered_regions() -> None:
    scene = Scene(answer(said(change())))
    await scene.compare()
    [message] = scene.world.remote.encoded[-1].messages
    assert len(message.images) == 2
    assert "[1] 10,10,30,20\n[2] 10,40,90,60" in message.text


async def test_regions_that_are_not_there_are_dropped() -> None:
    outcome = await Scene(answer(said(change(regions=[0, -1, 2, 2, 99, 1])))).compare()
    assert isinstance(outcome.result, Comparison)
    assert outcome.result.changes[0].regions == (0, 1)
    assert outcome.result.unexplained == ()


async def test_the_pixels_are_told_before_anybody_is_asked() -> None:
    scene = Scene(answer(said()))
    await scene.compare()
    assert scene.seen == [FOUND]


async def test_of_identical_pictures_nobody_is_asked_and_the_history_says_so() -> None:
    scene = Scene()
    outcome = await scene.compare(BEFORE, BEFORE)
    assert isinstance(outcome.result, Comparison)
    assert outcome.result.difference.identical
    assert not scene.world.remote.encoded
    assert outcome.conversation is not None
    found = await scene.services.conversations.load(outcome.conversation)
    assert found is not None
    assert found.messages[-1].message.text == "Nothing is different: both pictures show the same."


async def test_an_answer_without_changes_is_one() -> None:
    outcome = await Scene(answer(said(summary="Only a shadow."))).compare()
    assert isinstance(outcome.result, Comparison)
    assert (outcome.result.changes, outcome.result.unexplained) == ((), (0, 1))
    assert outcome.words == "Only a shadow."


async def test_words_for_people_show_signs_as_they_are() -> None:
    outcome = await Scene(
        answer(said(change(words="**Bold** <b>", before="", after="[x](y)"), summary="# One"))
    ).compare()
    assert outcome.words.splitlines()[0] == "\\# One"
    assert "\\*\\*Bold\\*\\* \\<b>" in outcome.words
    assert "– → “\\[x](y)”) [1]" in outcome.words
    assert "Nothing was said about the regions 2." in outcome.words


async def test_a_refusal_is_a_sentence() -> None:
    with pytest.raises(KirejiError, match="declined"):
        await Scene(answer(reason=StopReason.REFUSAL)).compare()


async def test_a_scrolled_picture_is_told_to_the_model() -> None:
    found = Difference(True, 0.0, (), 0, (0, 240), (900, 300), (900, 300))
    scene = Scene(answer(said(summary="Scrolled.")), found=found)
    await scene.compare()
    assert "its corner lies at 0,240" in scene.world.remote.encoded[-1].messages[0].text
