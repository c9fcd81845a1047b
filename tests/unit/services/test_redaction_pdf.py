"""PDF documents are looked through by their words, and go as their words where something in these is hidden."""

from __future__ import annotations

import hashlib

import pytest

from kireji.core.documents import PDF, PLAIN
from kireji.core.errors import DocumentError
from kireji.core.messages import DocumentPart, Message, Role, TextPart, ToolResultPart
from kireji.core.models import ModelInfo
from kireji.core.redaction import Hidden
from kireji.core.requests import ModelRequest
from kireji.core.source_ports import PdfWords
from kireji.services.hidden_words import told
from kireji.services.redaction import Redacted, Redaction
from kireji.services.turns import AnswerBegins, Question, TurnEvent
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.sources import FakePdfText
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.unit.services.test_redaction_asking import Person

BYTES = b"%PDF-1.7 a paper"
PAPER = DocumentPart(hashlib.sha256(BYTES).hexdigest(), PDF, "paper")


def asking(*texts: str) -> ModelRequest:
    """A question with a paper, and others after it."""
    later = tuple(Message(Role.USER, (TextPart(text),)) for text in texts)
    return ModelRequest("m", (Message(Role.USER, (PAPER,)), *later), {PAPER.blob: BYTES})


def world_of(*pages: str, policy: str = "always") -> World:
    """One in which the paper has these pages; without any, it is damaged."""
    world = World(settings=MemorySettings({"privacy": {"anthropic": policy}}), redacts=True)
    if pages:
        world.pdf.pages[BYTES] = pages
    return world


def redaction_of(world: World) -> Redaction:
    redaction = world.services().outbox.redaction
    assert redaction is not None
    return redaction


async def redacted(world: World, request: ModelRequest | None = None) -> Redacted:
    return await redaction_of(world).redact("anthropic", request or asking(), 1)


def first_document(request: ModelRequest) -> DocumentPart:
    (part,) = request.messages[0].parts
    assert isinstance(part, DocumentPart)
    return part


async def test_a_paper_with_a_value_goes_as_its_words_without_it() -> None:
    safe = await redacted(world_of("Dear Ms A", "write to a@example.org"))
    part = first_document(safe.request)
    assert (part.media_type, part.title) == (PLAIN, "paper")
    assert safe.request.blobs == {part.blob: b"(Page 1 of 2)\nDear Ms A\n\n(Page 2 of 2)\nwrite to [MAIL_1]"}
    assert (safe.hidden.as_words, safe.hidden.unchecked, safe.hidden.count) == (("paper",), (), 1)


async def test_a_paper_without_a_value_goes_as_it_is() -> None:
    safe = await redacted(world_of("Dear Ms A"))
    assert safe.request == asking()
    assert safe.hidden == Hidden(words_only=("paper",))


@pytest.mark.parametrize("pages", [(), ("Words", "")])
async def test_a_paper_that_could_not_be_read_to_its_end_goes_unchecked(pages: tuple[str, ...]) -> None:
    safe = await redacted(world_of(*pages))
    assert safe.request == asking()
    assert safe.hidden == Hidden(unchecked=("paper",))


async def test_a_paper_for_which_there_was_no_time_goes_unchecked() -> None:
    class Slow(FakePdfText):
        async def words(self, data: bytes) -> PdfWords:
            return PdfWords(("Words",), 2, whole=False)

    world = world_of()
    world.pdf = Slow()
    assert (await redacted(world)).hidden == Hidden(unchecked=("paper",))


async def test_a_paper_that_could_not_be_read_is_not_read_again() -> None:
    class Counting(FakePdfText):
        reads = 0

        async def words(self, data: bytes) -> PdfWords:
            self.reads += 1
            raise DocumentError("The PDF takes too long to read.", "Attach the part that matters.")

    world = world_of()
    world.pdf = pdf = Counting()
    redaction = redaction_of(world)
    for _ in range(3):
        await redaction.redact("anthropic", asking(), 1)
    assert pdf.reads == 1


async def test_a_value_that_is_known_from_elsewhere_is_hidden_in_a_paper() -> None:
    """Nothing in the paper says that it is a password."""
    safe = await redacted(world_of("The word is kestrel-Moss-4417"), asking("password: kestrel-Moss-4417"))
    assert first_document(safe.request).media_type == PLAIN
    assert not any(b"kestrel" in data for data in safe.request.blobs.values())


async def test_a_paper_that_a_tool_brings_goes_as_its_words() -> None:
    result = ToolResultPart("c", (PAPER,))
    request = ModelRequest("m", (Message(Role.USER, (result,)),), {PAPER.blob: BYTES})
    safe = await redacted(world_of("a@example.org"), request)
    assert list(safe.request.blobs.values()) == [b"(Page 1 of 1)\n[MAIL_1]"]


async def test_a_later_question_begins_with_the_same_bytes() -> None:
    """Also from a program that has been started anew, with more values to name."""
    before = await redacted(world_of("a@example.org"), asking("b@example.org"))
    after = await redacted(world_of("a@example.org"), asking("b@example.org", "c@example.org"))
    assert after.request.messages[:2] == before.request.messages
    assert after.request.blobs == before.request.blobs


async def test_a_paper_is_not_read_for_a_service_that_the_person_trusts() -> None:
    class Forbidden(FakePdfText):
        async def words(self, data: bytes) -> PdfWords:
            raise AssertionError

    world = world_of(policy="never")
    world.pdf = Forbidden()
    assert (await redacted(world)).request == asking()


async def test_who_wants_to_be_asked_is_asked_about_what_is_found_in_a_paper() -> None:
    redaction, person = redaction_of(world_of("a@example.org", policy="ask")), Person(False)
    redaction.asker = person
    assert (await redaction.redact("anthropic", asking(), 1)).request == asking()
    assert person.asked[0].hidden.as_words == ("paper",)


async def test_who_wants_to_be_asked_is_not_asked_about_a_paper_in_which_nothing_is_found() -> None:
    redaction, person = redaction_of(world_of("Dear Ms A", policy="ask")), Person()
    redaction.asker = person
    assert (await redaction.redact("anthropic", asking(), 1)).request == asking()
    assert person.asked == []


async def test_the_answer_says_that_a_paper_went_as_its_words() -> None:
    world = world_of("a@example.org")
    world.remote = FakeProvider(answer("Yes"), models=(ModelInfo("anthropic", "m", "M", reads_documents=True),))
    world.captures.pictures[PAPER.blob] = BYTES
    events: list[TurnEvent] = []
    await world.services().chat.ask(Question("What is it?", documents=(PAPER,)), events.append)
    (note,) = [event.note for event in events if isinstance(event, AnswerBegins)]
    assert note == (
        "Hidden from the service: mail address (1). paper goes as its words, because something in it is hidden."
    )


def test_what_of_a_paper_was_not_looked_at_is_told() -> None:
    said = told(Hidden(unchecked=("scan",), words_only=("paper", "")))
    assert said == (
        "Looked through by words only, not by pictures: paper, a document. Sent without being looked through: scan."
    )
