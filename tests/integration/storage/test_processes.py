"""Processes that write the same history, and processes that die while they do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from kireji.core.history import Origin, StoredMessage
from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.desktop.processes import origin_alive, process_origin
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.results import SqliteResultStore

CHILDREN = Path(__file__).parent / "children"
SMALL = Message(Role.USER, (TextPart("question"),))


@contextmanager
def child(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(CHILDREN / script), *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def pieces_until(process: subprocess.Popen[str], count: int) -> int:
    """Read what a streaming child reports, until it has saved that many pieces."""
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= count:
            return int(line)
    raise AssertionError("the child ended by itself")


async def last_message(path: Path) -> StoredMessage:
    database = await Database.open(path)
    loaded = await SqliteConversationStore(database, origin_alive).load(1)
    await database.close()
    assert loaded is not None
    return loaded.messages[-1]


async def found(path: Path, words: str) -> list[int | None]:
    database = await Database.open(path)
    hits = await SqliteConversationStore(database, origin_alive).search(words)
    await database.close()
    return [hit.message for hit in hits]


class TestKilled:
    @pytest.mark.parametrize("count", [1, 7, 60])
    async def test_what_had_arrived_is_there_and_marked_as_interrupted(self, tmp_path: Path, count: int) -> None:
        path = tmp_path / "kireji.db"
        with child("streaming.py", path) as process:
            reported = await asyncio.to_thread(pieces_until, process, count)
            process.kill()
            process.wait()
        message = await last_message(path)
        assert message.state is MessageState.INTERRUPTED
        assert message.error
        assert len(message.message.text.split()) >= reported
        assert set(message.message.text.split()) == {"piece"}
        assert await found(path, "piece") == [message.id]

    async def test_a_question_for_more_than_words_was_interrupted_and_knows_what_it_asks_for(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "kireji.db"
        with child("asking.py", path) as process:
            await asyncio.to_thread(pieces_until, process, 1)
            assert (await last_message(path)).state is MessageState.STREAMING
            process.kill()
            process.wait()
        message = await last_message(path)
        assert (message.state, message.message.parts) == (MessageState.INTERRUPTED, ())
        assert message.error
        database = await Database.open(path)
        asked = await SqliteResultStore(database).asked(message.parent or 0)
        await database.close()
        assert asked is not None
        assert asked.text == "only the drinks"

    async def test_while_the_process_runs_the_answer_counts_as_streaming(self, tmp_path: Path) -> None:
        path = tmp_path / "kireji.db"
        with child("streaming.py", path) as process:
            await asyncio.to_thread(pieces_until, process, 1)
            assert (await last_message(path)).state is MessageState.STREAMING

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ps decides")
    async def test_a_process_that_is_dead_but_not_collected_is_gone(self, tmp_path: Path) -> None:
        path = tmp_path / "kireji.db"
        with child("streaming.py", path) as process:
            await asyncio.to_thread(pieces_until, process, 1)
            process.kill()
            await asyncio.to_thread(os.waitid, os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            assert (await last_message(path)).state is MessageState.INTERRUPTED


class TestTogether:
    async def test_three_processes_make_and_write_one_history_at_the_same_time(self, tmp_path: Path) -> None:
        path = tmp_path / "data" / "kireji.db"
        names, count = ("one", "two", "three"), 60
        with ExitStack() as stack:
            writers = [stack.enter_context(child("writer.py", path, name, count)) for name in names]
            for writer in writers:
                assert writer.stdin is not None
                writer.stdin.write("go\n")
                writer.stdin.flush()
            codes = [await asyncio.to_thread(writer.wait, 60) for writer in writers]
        assert codes == [0, 0, 0]
        database = await Database.open(path)
        store = SqliteConversationStore(database, origin_alive)
        titles = sorted(summary.title for summary in await store.recent(1000))
        assert titles == sorted(f"{name} {number}" for name in names for number in range(count))
        for summary in await store.recent(1000):
            loaded = await store.load(summary.id)
            assert loaded is not None
            assert [message.message.text for message in loaded.messages] == ["question", "answer"]
        await database.close()


class TestOrigins:
    def test_this_process_is_alive(self) -> None:
        origin = process_origin()
        assert origin.pid == os.getpid()
        assert origin == process_origin()
        assert origin_alive(origin)

    def test_a_process_that_got_the_number_later_is_another(self) -> None:
        assert not origin_alive(Origin(os.getpid(), "another boot:12345"))

    def test_a_process_that_has_ended_is_gone(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        assert not origin_alive(Origin(process.pid, process_origin().started))
