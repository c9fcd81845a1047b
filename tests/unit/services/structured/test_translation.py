"""Translating pictures and texts: what is asked, what comes back, and what stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kireji.core.errors import KirejiError, ReaderError
from kireji.core.messages import ImagePart, MessageState, StopReason
from kireji.core.ports import EncodedPicture
from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import Translation
from kireji.services.structured.turn import Outcome
from kireji.services.translation import MOST_TEXT, TranslationService
from tests.fakes.provider import FakeProvider, Step, answer
from tests.fakes.reader import FakeReader
from tests.fakes.world import World

PNG = EncodedPicture(b"\x89PNG picture", "image/png", 900, 300)
LINES = ("Datei", "Bearbeiten", "12,50 €", "Abbrechen")


def given(*texts: tuple[int, str], language: str = "German") -> str:
    blocks = [{"id": number, "text": text} for number, text in texts]
    return json.dumps({"source_language": language, "blocks": blocks}, ensure_ascii=False)


class Scene:
    """A picture with some words, and a model that answers what a test says."""

    def __init__(self, *turns: list[Step], lines: tuple[str, ...] = LINES, **reader: Any) -> None:
        self.world = World(remote=FakeProvider(*turns), reader=FakeReader(lines, **reader))
        self.services = self.world.services()
        self.seen: list[Translation] = []

    @property
    def service(self) -> TranslationService:
        return self.services.habits().translation

    async def picture(self) -> ImagePart:
        return await self.world.captures.put(PNG)

    async def translate(self, language: str = "English", asker: Asker | None = None) -> Outcome:
        image = await self.picture()
        return await self.service.translate(image, language, asker or Asker(), observe=self.seen.append)

    @property
    def asked(self) -> str:
        return self.world.remote.encoded[-1].messages[0].text


def texts(outcome: Outcome) -> list[str]:
    assert isinstance(outcome.result, Translation)
    return [block.text for block in outcome.result.blocks]


async def test_every_block_gets_its_translation_in_its_place() -> None:
    scene = Scene(answer(given((1, "File"), (2, "Edit"), (4, "Cancel"))))
    outcome = await scene.translate()
    assert isinstance(outcome.result, Translation)
    assert texts(outcome) == ["File", "Edit", "12,50 €", "Cancel"]
    assert [block.block.text for block in outcome.result.blocks] == list(LINES)
    assert outcome.result.blocks[3].block.box == (0, 60, 90, 76)
    assert (outcome.result.source_language, outcome.result.language) == ("German", "English")


async def test_numbers_are_not_asked_about_and_stay_as_they_are() -> None:
    scene = Scene(answer(given((1, "File"), (2, "Edit"), (3, "changed"), (4, "Cancel"))))
    outcome = await scene.translate()
    assert "12,50" not in scene.asked
    assert texts(outcome)[2] == "12,50 €"


async def test_where_nothing_can_be_translated_nobody_is_asked() -> None:
    scene = Scene(lines=("12,50 €", "https://example.org/a", "17:30"))
    outcome = await scene.translate()
    assert texts(outcome) == ["12,50 €", "https://example.org/a", "17:30"]
    assert not scene.world.remote.encoded
    assert outcome.conversation is not None


async def test_the_picture_goes_along_with_the_numbered_words() -> None:
    scene = Scene(answer(given((1, "File"), (2, "Edit"), (4, "Cancel"))))
    await scene.translate()
    assert len(scene.world.remote.encoded[-1].messages[0].images) == 1
    assert "[2] (0,20) Bearbeiten" in scene.asked
    assert scene.asked.startswith("Translate into: English")


async def test_a_few_missing_blocks_are_marked() -> None:
    scene = Scene(answer(given((1, "File"), (4, "Cancel"), (9, "nonsense"), (1, "again"), (-3, "none"))))
    outcome = await scene.translate()
    assert isinstance(outcome.result, Translation)
    assert texts(outcome) == ["File", "", "12,50 €", "Cancel"]
    assert [block.missing for block in outcome.result.blocks] == [False, True, False, False]
    assert "Not translated: 1" in outcome.words


async def test_it_is_asked_again_when_most_are_missing() -> None:
    scene = Scene(answer(given((1, "File"))), answer(given((1, "File"), (2, "Edit"), (4, "Cancel"))))
    outcome = await scene.translate()
    assert texts(outcome) == ["File", "Edit", "12,50 €", "Cancel"]
    assert "2, 4" in scene.world.remote.encoded[-1].messages[-1].text
    assert outcome.answer.attempts == 2


async def test_blocks_are_shown_as_they_come_and_first_untranslated() -> None:
    whole = given((1, "File"), (2, "Edit"), (4, "Cancel"))
    scene = Scene(answer(*(whole[at : at + 9] for at in range(0, len(whole), 9))))
    await scene.translate()
    counts = [sum(bool(block.text) for block in seen.blocks) for seen in scene.seen]
    assert counts[0] == 1, "the number, which stays"
    assert counts == sorted(counts)
    assert not any(block.missing for seen in scene.seen for block in seen.blocks)
    assert len(scene.seen) > 2


async def test_a_second_answer_begins_anew_for_whoever_watches() -> None:
    scene = Scene(answer(given((1, "Wrong"))), answer(given((1, "File"), (2, "Edit"), (4, "Cancel"))))
    await scene.translate()
    assert [block.text for block in scene.seen[-1].blocks] == ["File", "Edit", "12,50 €", "Cancel"]


async def test_it_stands_in_the_history_with_its_values() -> None:
    scene = Scene(answer(given((1, "*File*"), (2, "Edit"), (4, "Cancel"))))
    outcome = await scene.translate()
    assert outcome.conversation is not None
    assert outcome.message is not None
    found = await scene.services.conversations.load(outcome.conversation)
    assert found is not None
    question, stored = found.messages
    assert question.message.text == "Translate this picture into English."
    assert stored.message.text == "\\*File\\*\n\nEdit\n\n12,50 €\n\nCancel"
    assert await scene.services.results().find(outcome.message) == outcome.result


async def test_a_picture_without_words_is_a_sentence() -> None:
    scene = Scene(lines=())
    with pytest.raises(KirejiError, match="No words were found"):
        await scene.translate()
    assert not scene.world.remote.encoded


async def test_a_reader_that_fails_is_told() -> None:
    scene = Scene(error=ReaderError("The text reader stopped.", "Try again."))
    with pytest.raises(ReaderError):
        await scene.translate()


@pytest.mark.parametrize("language", ["", "  ", "12", "x" * 100])
async def test_a_language_is_needed(language: str) -> None:
    with pytest.raises(KirejiError, match="No language"):
        await Scene().translate(language)


async def test_a_refusal_is_a_sentence_and_stands_in_the_history() -> None:
    scene = Scene(answer(reason=StopReason.REFUSAL))
    with pytest.raises(KirejiError, match="declined"):
        await scene.translate()
    latest = await scene.services.conversations.latest()
    assert latest is not None
    found = await scene.services.conversations.load(latest.id)
    assert found is not None
    assert found.messages[-1].state is MessageState.FAILED


async def test_line_breaks_and_invisible_signs_do_not_come_into_a_place() -> None:
    scene = Scene(answer(given((1, "Fi\nle\u202e\x07"), (2, "x" * 90_000), (4, "Cancel"))))
    outcome = await scene.translate()
    assert texts(outcome)[0] == "Fi le"
    assert len(texts(outcome)[1]) < 3_000


async def test_a_text_is_translated_by_paragraphs() -> None:
    scene = Scene(answer(given((1, "One\ntwo."), (2, "Three."))))
    outcome = await scene.service.translate_text("Eins\nzwei.\n\n \n\nDrei.\n", "en", Asker())
    assert isinstance(outcome.result, Translation)
    assert outcome.result.text == "One\ntwo.\n\nThree."
    assert outcome.words == "One  \ntwo.\n\nThree."
    assert not scene.world.remote.encoded[-1].messages[0].images


@pytest.mark.parametrize("text", ["", " \n\n ", "x" * (MOST_TEXT + 1)])
async def test_texts_that_cannot_be_translated_are_refused_before_anybody_is_asked(text: str) -> None:
    scene = Scene()
    with pytest.raises(KirejiError):
        await scene.service.translate_text(text, "en", Asker())
    assert not scene.world.remote.encoded
