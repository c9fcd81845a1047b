"""Nothing leaves that is not in the ledger first."""

from __future__ import annotations

import hashlib

import pytest

from kireji.core.errors import StoreReadOnly
from kireji.core.messages import Message, Role, TextPart
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest, Purpose
from kireji.services.outbox import Outbox
from tests.fakes.provider import FakeProvider
from tests.fakes.stores import MemoryLedger

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
