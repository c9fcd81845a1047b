"""Real PDF documents on their way to a real service: as their words where a key is in them, else byte for byte."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kireji.core.documents import PDF
from kireji.core.ports import EncodedDocument
from kireji.core.receipts import Evidence
from kireji.services.turns import AnswerBegins, QuestionSaved, TurnEvent
from tests.integration.redaction.scene import Scene, holding, scene_of, will_say
from tests.integration.tools.test_loop import Model, anthropic
from tests.support import known_secrets as made
from tests.support.pdf import locked_pdf, pdf_of

__all__ = ["anthropic"]

SECRET = made.KEYS["anthropic"](random.Random(4))


def sources(value: Any) -> Iterator[dict[str, Any]]:
    """Every document in a body."""
    if isinstance(value, dict):
        if value.get("type") == "document":
            yield value
        for inner in value.values():
            yield from sources(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from sources(inner)


async def asked(scene: Scene, model: Model, data: bytes) -> tuple[int, str]:
    """Ask about a document; gives the conversation and what the person was told."""
    events: list[TurnEvent] = []
    part = await scene.services.capture.store_document(EncodedDocument(data, PDF, "paper"))
    will_say(model.service, "A paper.")
    question = replace(model.question, text="What is it?", documents=(part,))
    await scene.services.chat.ask(question, events.append)
    saved = next(event for event in events if isinstance(event, QuestionSaved))
    return saved.conversation.id, next(event.note for event in events if isinstance(event, AnswerBegins))


def received(model: Model) -> list[Any]:
    """The questions that the service was asked."""
    return [one for one in model.service.requests if one.path.endswith("/messages")]


def documents(model: Model) -> list[dict[str, Any]]:
    """The documents in these."""
    return [found["source"] for one in received(model) for found in sources(one.body)]


async def asked_twice(model: Model, home: Path, data: bytes) -> str:
    """The same with a second question; a program that starts later makes both receipts again."""
    async with scene_of(model, home) as scene:
        conversation, note = await asked(scene, model, data)
        will_say(model.service, "Still one.")
        await scene.ask(replace(model.question, text="And?", conversation=conversation))
    async with scene_of(model, home) as scene:
        rows = [row for row in await scene.services.ledger.recent(9) if row.purpose == "answer"]
        again = [await scene.services.receipts.of(row) for row in reversed(rows)]
    assert [one.evidence for one in again] == [Evidence.REBUILT] * 2
    assert [one.sent.digest for one in again] == [hashlib.sha256(one.raw).hexdigest() for one in received(model)]
    return note


async def test_a_paper_with_a_key_goes_as_its_words_and_the_key_in_no_byte(anthropic: Model, tmp_path: Path) -> None:
    data = pdf_of("A quiet page", f"key {SECRET}")
    note = await asked_twice(anthropic, tmp_path, data)
    sent = documents(anthropic)
    assert [(one["type"], one["media_type"]) for one in sent] == [("text", "text/plain")] * 2
    assert {one["data"] for one in sent} == {"(Page 1 of 2)\nA quiet page\n\n(Page 2 of 2)\nkey [KEY_1]"}
    assert holding(anthropic.service.requests, [SECRET, base64.b64encode(data).decode()]) == []
    assert note.endswith("paper goes as its words, because something in it is hidden.")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (pdf_of("A quiet page"), "Looked through by words only, not by pictures: paper."),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "Sent without being looked through: paper."),
    ],
    ids=["clean", "broken"],
)
async def test_other_papers_go_byte_for_byte(anthropic: Model, tmp_path: Path, data: bytes, told: str) -> None:
    assert await asked_twice(anthropic, tmp_path, data) == told
    assert [base64.b64decode(one["data"]) for one in documents(anthropic)] == [data] * 2


async def test_a_locked_paper_goes_byte_for_byte(anthropic: Model, tmp_path: Path) -> None:
    """The service refuses it."""
    data = locked_pdf("x", f"key {SECRET}")
    async with scene_of(anthropic, tmp_path) as scene:
        _, note = await asked(scene, anthropic, data)
    assert note == "Sent without being looked through: paper."
    assert [base64.b64decode(one["data"]) for one in documents(anthropic)] == [data]
