"""Nothing leaves that is not in the ledger first."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from kireji.core.errors import StoreReadOnly
from kireji.core.ledger import AnsweredFacts, Outcome, SentFacts, target_of
from kireji.core.messages import DocumentPart, ImagePart, Message, Role, TextPart, ToolCallPart, ToolResultPart
from kireji.core.models import Effort
from kireji.core.requests import (
    ClearedRequest,
    Delivery,
    ModelRequest,
    OutgoingRequest,
    Purpose,
    ToolChoice,
    ToolSpec,
    ToolUse,
)
from kireji.services.outbox import Outbox
from tests.fakes.provider import FakeProvider
from tests.fakes.stores import MemoryLedger, MemorySentStore

QUESTION = ModelRequest("m", (Message(Role.USER, (TextPart("q"),)),))


async def test_a_row_holds_what_leaves() -> None:
    ledger = MemoryLedger()
    cleared = await Outbox(ledger).clear(FakeProvider(), QUESTION, "https://api.example:8443", 3)
    [row] = ledger.rows
    assert cleared.outgoing is not None
    assert (row.id, row.host, row.model, row.conversation) == (cleared.ledger_id, "api.example:8443", "m", 3)
    assert (row.size, row.digest) == (len(cleared.outgoing.body), hashlib.sha256(cleared.outgoing.body).hexdigest())


async def test_what_cannot_be_recorded_is_not_cleared() -> None:
    ledger = MemoryLedger()
    ledger.failure = StoreReadOnly("The data folder cannot be written.")
    with pytest.raises(StoreReadOnly):
        await Outbox(ledger).clear(FakeProvider(), QUESTION, "https://api.example", None)


async def test_what_stays_on_this_computer_is_cleared_without_a_row() -> None:
    ledger = MemoryLedger()
    device = FakeProvider(name="device", leaves=False)
    cleared = await Outbox(ledger).clear(device, QUESTION, "", None)
    assert (cleared.outgoing, cleared.request, cleared.ledger_id) == (None, QUESTION, None)
    assert ledger.rows == []


async def test_large_pictures_are_encoded_all_the_same() -> None:
    request = ModelRequest("m", QUESTION.messages, {"0" * 64: bytes(2_000_000)})
    cleared = await Outbox(MemoryLedger()).clear(FakeProvider(), request, "https://api.example", None)
    assert cleared.request is request


async def test_what_asks_no_model_anything_is_recorded_with_its_purpose() -> None:
    ledger = MemoryLedger()
    outgoing = OutgoingRequest("openrouter", "GET", "https://api.example/key", {}, b"", "", Purpose.KEY_TEST)
    cleared = await Outbox(ledger).gate(outgoing)
    assert (cleared.outgoing, cleared.request, cleared.ledger_id) == (outgoing, None, 1)
    assert [row.purpose for row in ledger.rows] == ["key test"]


async def test_a_row_tells_of_a_question_what_can_be_counted_and_nothing_that_was_said() -> None:
    ledger = MemoryLedger()
    picture = ImagePart("a" * 64, "image/png", 3, 2)
    given = ToolResultPart("c", (TextPart("found"), picture))
    request = ModelRequest(
        "m",
        (
            Message(Role.USER, (picture, DocumentPart("b" * 64, "text/plain"), TextPart("my words"))),
            Message(Role.ASSISTANT, (ToolCallPart("c", "time"),)),
            Message(Role.USER, (given,)),
        ),
        {"a" * 64: b"", "b" * 64: b""},
        tools=(ToolSpec("time", "Tells it.", b"{}"),),
        tool_choice=ToolChoice(ToolUse.NONE),
        effort=Effort.LOW,
    )
    cleared = await Outbox(ledger).clear(FakeProvider(), request, "https://a.example", 3, Delivery.WHOLE, 7)
    facts = ledger.rows[0].facts
    assert cleared.outgoing is not None
    assert facts == SentFacts(
        method="POST",
        target=target_of("POST", cleared.outgoing.url),
        pictures=2,
        documents=1,
        tools=("time",),
        messages=3,
        question=7,
        effort="low",
        max_tokens=8192,
        thinking="default",
        whole=True,
        final=True,
    )
    assert b"my words" not in msgspec.json.encode(ledger.rows)


async def test_bytes_are_kept_only_where_the_person_wants_it() -> None:
    contents, ledger = MemorySentStore(), MemoryLedger()
    wanted = False
    outbox = Outbox(ledger, contents=contents, keeps=lambda: wanted)
    await outbox.clear(FakeProvider(), QUESTION, "https://api.example", None)
    assert contents.kept_bytes == {}
    wanted = True
    cleared = await outbox.clear(FakeProvider(), QUESTION, "https://api.example", None)
    assert cleared.outgoing is not None
    assert set(contents.kept_bytes) == {ledger.rows[1].digest, ledger.rows[1].facts.target}
    assert contents.kept_bytes[ledger.rows[1].digest] == cleared.outgoing.body
    assert [row.facts.kept for row in ledger.rows] == [False, True]


async def test_nothing_leaves_whose_bytes_were_to_be_kept_and_could_not() -> None:
    contents, ledger = MemorySentStore(), MemoryLedger()
    contents.failure = StoreReadOnly("The data folder cannot be written.")
    with pytest.raises(StoreReadOnly):
        await Outbox(ledger, contents=contents, keeps=lambda: True).clear(
            FakeProvider(), QUESTION, "https://api.example", None
        )
    assert ledger.rows == []


async def test_a_preview_is_what_would_leave_and_leaves_no_trace() -> None:
    ledger = MemoryLedger()
    outbox = Outbox(ledger)
    shown = await outbox.preview(FakeProvider(), QUESTION, "https://api.example")
    assert ledger.rows == []
    cleared = await outbox.clear(FakeProvider(), QUESTION, "https://api.example", None)
    assert shown.outgoing == cleared.outgoing


async def test_what_became_of_a_question_is_recorded_with_its_row() -> None:
    ledger = MemoryLedger()
    outbox = Outbox(ledger)
    cleared = await outbox.clear(FakeProvider(), QUESTION, "https://api.example", 5)
    seen: list[int | None] = []
    outbox.recorded.subscribe(seen.append)
    facts = AnsweredFacts(Outcome.FAILED, "RateLimited", 3)
    await outbox.answered(cleared, facts, 5)
    assert (ledger.rows[0].answer, seen) == (facts, [5])


async def test_an_answer_is_not_lost_because_its_end_cannot_be_recorded() -> None:
    ledger = MemoryLedger()
    outbox = Outbox(ledger)
    cleared = await outbox.clear(FakeProvider(), QUESTION, "https://api.example", 5)
    ledger.failure = StoreReadOnly("The data folder cannot be written.")
    await outbox.answered(cleared, AnsweredFacts(Outcome.COMPLETE), 5)


async def test_a_question_does_not_slip_through_the_gate() -> None:
    ledger = MemoryLedger()
    with pytest.raises(ValueError, match="clear"):
        await Outbox(ledger).gate(OutgoingRequest("a", "POST", "https://api.example", {}, b"", "m", Purpose.ANSWER))
    assert ledger.rows == []


async def test_a_new_row_is_published_with_its_conversation() -> None:
    outbox = Outbox(MemoryLedger())
    seen: list[int | None] = []
    outbox.recorded.subscribe(seen.append)
    await outbox.clear(FakeProvider(), QUESTION, "https://api.example", 5)
    assert seen == [5]


def test_nobody_makes_a_cleared_request_by_hand() -> None:
    with pytest.raises(TypeError):
        ClearedRequest(object(), None, None, None)
