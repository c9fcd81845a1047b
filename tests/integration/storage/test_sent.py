"""The bytes of what was sent, on disk."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kireji.core.errors import StoreError
from kireji.core.ledger import Kept, SentFacts
from kireji.core.messages import Message, Role, TextPart
from kireji.core.requests import BodyFile, OutgoingRequest, Purpose
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.ledger import SqliteLedger
from kireji.storage.sent import FileSentStore

LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "kireji.db")
    yield database
    await database.close()


def named(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def test_bytes_come_back_as_they_were(tmp_path: Path, database: Database) -> None:
    store = FileSentStore(tmp_path / "sent", database)
    await store.keep(b"the body")
    assert await store.get(named(b"the body")) == b"the body"
    assert await store.get(named(b"another")) is None


async def test_nobody_else_can_read_them(tmp_path: Path, database: Database) -> None:
    await FileSentStore(tmp_path / "sent", database).keep(b"the body")
    modes = {stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "sent").rglob("*") if one.is_file()}
    folders = {stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "sent").rglob("*") if one.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})


async def test_bytes_that_were_changed_are_not_given(tmp_path: Path, database: Database) -> None:
    store = FileSentStore(tmp_path / "sent", database)
    await store.keep(b"the body")
    name = named(b"the body")
    (tmp_path / "sent" / name[:2] / name).write_bytes(b"another")
    assert await store.get(name) is None


@pytest.mark.parametrize("name", ["", "../kireji.db", "A" * 64])
async def test_a_name_is_no_path(tmp_path: Path, database: Database, name: str) -> None:
    assert await FileSentStore(tmp_path / "sent", database).get(name) is None


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, database: Database) -> None:
    (tmp_path / "sent").write_bytes(b"a file")
    with pytest.raises(StoreError):
        await FileSentStore(tmp_path / "sent", database).keep(b"the body")


async def test_what_is_old_goes(tmp_path: Path, database: Database) -> None:
    store = FileSentStore(tmp_path / "sent", database)
    assert await store.forget(LONG_AGO) == 0
    await store.keep(b"old")
    await store.keep(b"new")
    then = datetime.now(UTC) - timedelta(days=40)
    os.utime(tmp_path / "sent" / named(b"old")[:2] / named(b"old"), (then.timestamp(), then.timestamp()))
    assert await store.forget(datetime.now(UTC) - timedelta(days=30)) == 1
    assert await store.get(named(b"old")) is None
    assert await store.get(named(b"new")) == b"new"


async def test_what_belonged_to_a_deleted_conversation_goes_with_it(tmp_path: Path, database: Database) -> None:
    store, ledger = FileSentStore(tmp_path / "sent", database), SqliteLedger(database)
    conversations = SqliteConversationStore(database, lambda _: False)
    summary, _ = await conversations.create("", Message(Role.USER, (TextPart("q"),)))
    for body, conversation in ((b"here", summary.id), (b"gone", 99), (b"both", 99), (b"both", summary.id)):
        outgoing = OutgoingRequest("p", "POST", "https://h", {}, body, "m", Purpose.ANSWER)
        await store.keep(body)
        await ledger.record(outgoing, named(body), conversation, SentFacts(kept=True))
    outgoing = OutgoingRequest("p", "GET", "https://h", {}, b"page", "", Purpose.PAGE)
    await store.keep(b"page")
    await ledger.record(outgoing, named(b"page"), None, SentFacts(kept=True))
    assert await store.forget(LONG_AGO) == 1
    assert [await store.get(named(body)) for body in (b"here", b"gone", b"both", b"page")] == [
        b"here",
        None,
        b"both",
        b"page",
    ]


async def test_it_is_known_how_much_is_kept(tmp_path: Path, database: Database) -> None:
    store = FileSentStore(tmp_path / "sent", database)
    assert await store.kept() == Kept(0, 0)
    await store.keep(b"the body")
    await store.keep(b"another")
    assert await store.kept() == Kept(2, 15)


async def test_everything_is_deleted_when_that_is_wanted_whatever_its_age(tmp_path: Path, database: Database) -> None:
    store = FileSentStore(tmp_path / "sent", database)
    await store.keep(b"the body")
    name = named(b"the body")
    os.utime(tmp_path / "sent" / name[:2] / name, (2**33, 2**33))
    assert await store.forget(None) == 1
    assert await store.kept() == Kept(0, 0)


async def test_a_body_in_a_file_is_kept_under_its_hash(tmp_path: Path, database: Database) -> None:
    store = FileSentStore(tmp_path / "sent", database)
    body = b"the body of a batch" * 100_000
    file = tmp_path / "spooled"
    file.write_bytes(body)
    await store.keep_file(BodyFile(str(file), len(body), named(body)))
    file.unlink()
    assert await store.get(named(body)) == body
    assert await store.holds(named(body))


async def test_a_body_that_is_gone_or_changed_is_not_held(tmp_path: Path, database: Database) -> None:
    store = FileSentStore(tmp_path / "sent", database)
    await store.keep(b"the body")
    name = named(b"the body")
    (tmp_path / "sent" / name[:2] / name).write_bytes(b"another")
    assert [await store.holds(each) for each in (name, named(b"x"), "../kireji.db")] == [False, False, False]
