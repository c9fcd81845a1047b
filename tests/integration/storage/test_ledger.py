"""The ledger in its file: several processes add to it, and whatever else is done to it is found."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.ledger import AnsweredFacts, ChainRow, Fault, Finding, Outcome, SentFacts, Verification
from kireji.core.messages import Usage
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.storage.checkpoint import CheckpointFile
from kireji.storage.database import Database
from kireji.storage.ledger import SqliteLedger
from tests.integration.storage.test_migrations import left_by

_ADDS = """
import asyncio, sys
from pathlib import Path
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.storage.checkpoint import CheckpointFile
from kireji.storage.database import Database
from kireji.storage.ledger import SqliteLedger

async def main() -> None:
    folder = Path(sys.argv[1])
    database = await Database.open(folder / "kireji.db")
    ledger = SqliteLedger(database, checkpoint=CheckpointFile(folder / "ledger"))
    for number in range(int(sys.argv[2])):
        await ledger.record(
            OutgoingRequest("p", "GET", "https://h.example", {}, b"", "", Purpose.PAGE), f"{number:064}", None
        )
    await database.close()

asyncio.run(main())
"""


def outgoing(body: bytes = b"{}") -> OutgoingRequest:
    return OutgoingRequest("p", "POST", "https://h.example/v1", {}, body, "m", Purpose.ANSWER)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SqliteLedger]:
    database = await Database.open(folder / "kireji.db")
    try:
        yield SqliteLedger(database, checkpoint=CheckpointFile(folder / "ledger"))
    finally:
        await database.close()


async def written(folder: Path, count: int = 5) -> None:
    async with opened(folder) as ledger:
        for number in range(count):
            await ledger.record(outgoing(), f"{number:064}", 1)


def tamper(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "kireji.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


async def verified(folder: Path) -> Verification:
    async with opened(folder) as ledger:
        return await ledger.verify()


async def findings(folder: Path) -> list[Finding]:
    return list((await verified(folder)).findings)


async def test_rows_that_nobody_touched_are_intact(tmp_path: Path) -> None:
    await written(tmp_path)
    found = await verified(tmp_path)
    assert (found.intact, found.witnessed, found.requests, found.sealed, found.last) == (True, True, 5, 0, 5)


async def test_a_new_ledger_is_intact(tmp_path: Path) -> None:
    assert (await verified(tmp_path)).intact


async def test_what_became_of_a_request_is_a_row_of_its_own(tmp_path: Path) -> None:
    facts = SentFacts("POST", "t" * 64, pictures=2, tools=("time",), question=7, hidden={"key": 1})
    became = AnsweredFacts(Outcome.COMPLETE, attempts=2, usage=Usage(12, 3, cost=0.5))
    async with opened(tmp_path) as ledger:
        number = await ledger.record(outgoing(), "d" * 64, 1, facts)
        before = await ledger.find(number)
        await ledger.answered(number, became)
        after = await ledger.find(number)
        [listed] = await ledger.recent()
        totals, found = await ledger.totals(), await ledger.verify()
    assert before is not None
    assert (before.facts, before.answer) == (facts, None)
    assert after == listed
    assert listed.answer == became
    assert (totals.requests, found.requests, found.last, found.intact) == (1, 1, 2, True)


async def test_what_is_no_request_is_not_found_as_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        number = await ledger.record(outgoing(), "d" * 64, 1)
        await ledger.answered(number, AnsweredFacts(Outcome.STOPPED))
        assert [await ledger.find(other) for other in (0, 2, 99)] == [None, None, None]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE ledger SET host = 'else.example' WHERE id = 3", Finding(Fault.CHANGED, 3, 3)),
        ("UPDATE ledger SET facts = '{\"pictures\":9}' WHERE id = 2", Finding(Fault.CHANGED, 2, 2)),
        ("UPDATE ledger SET host = CAST(host AS BLOB) WHERE id = 4", Finding(Fault.CHANGED, 4, 4)),
        ("DELETE FROM ledger WHERE id = 3", Finding(Fault.REMOVED, 3, 3)),
        ("DELETE FROM ledger WHERE id IN (4, 5)", Finding(Fault.CUT, 4, 5)),
        ("DELETE FROM ledger", Finding(Fault.CUT, 0, 5)),
        ("UPDATE ledger SET id = 9 WHERE id = 2", Finding(Fault.CHANGED, 9, 9)),
        (
            "INSERT INTO ledger (time, provider, host, model, purpose, size, digest)"
            " VALUES (1, 'p', 'h', 'm', 'answer', 1, 'd')",
            Finding(Fault.CHANGED, 6, 6),
        ),
    ],
)
async def test_what_was_done_to_the_rows_is_named(tmp_path: Path, statement: str, expected: Finding) -> None:
    await written(tmp_path)
    tamper(tmp_path, statement)
    assert expected in await findings(tmp_path)


async def test_an_end_that_was_cut_is_found_by_the_checkpoint_alone(tmp_path: Path) -> None:
    await written(tmp_path)
    tamper(tmp_path, "DELETE FROM ledger WHERE id > 3", "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'ledger'")
    assert await findings(tmp_path) == [Finding(Fault.CUT, 4, 5)]


async def test_an_end_that_was_cut_is_found_without_the_checkpoint(tmp_path: Path) -> None:
    await written(tmp_path)
    tamper(tmp_path, "DELETE FROM ledger WHERE id > 3")
    (tmp_path / "ledger").unlink()
    assert await findings(tmp_path) == [Finding(Fault.CUT, 4, 5)]


async def test_what_is_recorded_after_a_cut_does_not_hide_it(tmp_path: Path) -> None:
    await written(tmp_path)
    tamper(tmp_path, "DELETE FROM ledger WHERE id > 3", "UPDATE sqlite_sequence SET seq = 3 WHERE name = 'ledger'")
    await written(tmp_path, 4)
    assert Finding(Fault.REPLACED, 5, 5) in await findings(tmp_path)


async def test_numbers_that_were_cut_are_not_given_again(tmp_path: Path) -> None:
    await written(tmp_path)
    tamper(tmp_path, "DELETE FROM ledger WHERE id > 3")
    await written(tmp_path, 2)
    assert Finding(Fault.REMOVED, 4, 5) in await findings(tmp_path)


async def test_another_database_in_the_place_of_this_one_is_told(tmp_path: Path) -> None:
    await written(tmp_path)
    (tmp_path / "kireji.db").unlink()  # closed, it is one file
    await written(tmp_path, 2)
    assert [one.fault for one in await findings(tmp_path)] == [Fault.EXCHANGED]


async def test_a_row_that_was_forged_with_its_hash_is_found(tmp_path: Path) -> None:
    await written(tmp_path, 2)
    kept = (tmp_path / "ledger").read_bytes()
    await written(tmp_path, 1)
    (tmp_path / "ledger").write_bytes(kept)
    assert await findings(tmp_path) == [Finding(Fault.ADDED, 3, 3)]


async def test_a_checkpoint_that_is_behind_because_the_program_was_killed_catches_up(tmp_path: Path) -> None:
    await written(tmp_path, 2)
    kept = (tmp_path / "ledger").read_bytes()
    await written(tmp_path, 1)
    (tmp_path / "ledger").write_bytes(kept)
    await written(tmp_path, 1)
    found = await verified(tmp_path)
    assert (found.intact, found.witnessed, found.last) == (True, True, 4)


@pytest.mark.parametrize("content", [b"", b"{", b'{"begun":"","last":3,"head":""}'])
async def test_a_checkpoint_that_was_spoilt_is_told_and_not_written_over(tmp_path: Path, content: bytes) -> None:
    await written(tmp_path, 2)
    (tmp_path / "ledger").write_bytes(content)
    await written(tmp_path, 2)
    assert [one.fault for one in await findings(tmp_path)] == [Fault.EXCHANGED]
    assert (tmp_path / "ledger").read_bytes() == content


async def test_without_a_checkpoint_the_rows_hold_together_and_nobody_vouches_for_the_end(tmp_path: Path) -> None:
    await written(tmp_path, 2)
    (tmp_path / "ledger").unlink()
    found = await verified(tmp_path)
    assert (found.intact, found.witnessed) == (True, False)


async def test_the_checkpoint_is_private_and_outside_the_database(tmp_path: Path) -> None:
    await written(tmp_path, 3)
    kept = json.loads((tmp_path / "ledger").read_bytes())
    found = await verified(tmp_path)
    assert (kept["last"], kept["head"]) == (found.last, found.head)
    assert stat.S_IMODE((tmp_path / "ledger").stat().st_mode) == 0o600


async def test_a_state_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"a file")
    database = await Database.open(tmp_path / "kireji.db")
    ledger = SqliteLedger(database, checkpoint=CheckpointFile(tmp_path / "state" / "ledger"))
    assert await ledger.record(outgoing(), "d", None) == 1
    assert await ledger.record(outgoing(), "d", None) == 2
    await database.close()


async def test_rows_from_before_the_chain_are_sealed_and_counted(tmp_path: Path) -> None:
    left_by(4, tmp_path / "kireji.db")
    await written(tmp_path, 2)
    found = await verified(tmp_path)
    assert (found.intact, found.requests, found.sealed) == (True, 3, 1)
    tamper(tmp_path, "UPDATE ledger SET host = 'else.example' WHERE id = 1")
    assert await findings(tmp_path) == [Finding(Fault.CHANGED, 1, 1)]


async def test_several_processes_make_one_chain(tmp_path: Path) -> None:
    await written(tmp_path, 1)
    running = [
        await asyncio.create_subprocess_exec(sys.executable, "-P", "-c", _ADDS, str(tmp_path), "40") for _ in range(3)
    ]
    await written(tmp_path, 40)
    assert [await one.wait() for one in running] == [0, 0, 0]
    found = await verified(tmp_path)
    assert (found.intact, found.witnessed, found.requests) == (True, True, 161)


async def test_a_program_that_is_killed_while_it_writes_leaves_a_chain_that_goes_on(tmp_path: Path) -> None:
    await written(tmp_path, 1)
    for rows in (3, 40, 90):
        process = await asyncio.create_subprocess_exec(sys.executable, "-P", "-c", _ADDS, str(tmp_path), "100000")
        before = (await verified(tmp_path)).last
        while (await verified(tmp_path)).last < before + rows:  # noqa: ASYNC110 - another process writes
            await asyncio.sleep(0.001)
        process.kill()
        await process.wait()
        await written(tmp_path, 1)
        found = await verified(tmp_path)
        assert (found.findings, found.witnessed) == ((), True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_any_row_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    count = data.draw(st.integers(1, 6))
    asyncio.run(written(folder, count))
    row = data.draw(st.integers(0, count))
    column = data.draw(st.sampled_from(ChainRow._fields[1:]))
    tamper(folder, f"UPDATE ledger SET {column} = coalesce({column}, 5) || 'x' WHERE id = {row}")
    assert Finding(Fault.CHANGED, row, row) in asyncio.run(verified(folder)).findings


def test_the_hash_can_be_computed_by_anybody(tmp_path: Path) -> None:
    """As the docstring of `core.ledger` says, with nothing of this program."""
    asyncio.run(written(tmp_path, 3))
    script = (
        "import hashlib, json, sqlite3, sys\n"
        "before = ''\n"
        "columns = 'id kind time provider host model purpose size digest conversation about facts previous link'\n"
        "for row in sqlite3.connect(sys.argv[1]).execute("
        "f\"SELECT {columns.replace(' ', ', ')} FROM ledger ORDER BY id\"):\n"
        "    text = json.dumps(row[:-2], separators=(',', ':'), ensure_ascii=False)\n"
        "    assert row[-2] == before\n"
        "    before = hashlib.sha256((before + '\\n' + text).encode()).hexdigest()\n"
        "    assert row[-1] == before\n"
    )
    subprocess.run([sys.executable, "-P", "-c", script, str(tmp_path / "kireji.db")], check=True)
