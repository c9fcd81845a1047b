"""A worker that fails in any way costs one sentence, and the next picture is read by a new one."""

from __future__ import annotations

import asyncio
import gc
import os
from contextlib import aclosing
from pathlib import Path

import pytest

from kireji.core.errors import ReaderError
from kireji.reader.client import ReaderProcess
from kireji.reader.protocol import PICTURE_LIMIT
from tests.integration.reader.children import ECHO, ended, noticed, worker


async def _words(reader: ReaderProcess, text: str = "a b") -> list[str]:
    async with aclosing(reader.read(text.encode())) as lines:
        return [line.text async for line in lines]


FAULTS = {
    "it ends while loading": "sys.exit(3)",
    "it ends when it gets a picture": "say(kind='ready'); picture(); sys.exit(3)",
    "it ends in the middle of an answer": "say(kind='ready'); picture(); line('half'); sys.exit(3)",
    "it never loads": "hang()",
    "it never answers": "say(kind='ready'); picture(); hang()",
    "it stops in the middle": "say(kind='ready'); picture(); line('half'); hang()",
    "it does not take the picture": "say(kind='ready'); hang()",
    "it prints text": "print('Loading models ...', flush=True); hang()",
    "it answers before it is asked": "line('early'); hang()",
    "it says something unknown": "say(kind='ready'); picture(); say(kind='dance'); hang()",
    "it gets ready twice": "say(kind='ready'); picture(); say(kind='ready'); hang()",
    "it sends a length without end": "say(kind='ready'); os.write(1, b'\\xff' * 9); hang()",
    "it never stops": "say(kind='ready'); picture()\nwhile True: line('again')",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_one_sentence_with_a_next_step_and_the_end_of_the_worker(fault: str, tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, FAULTS[fault]), silence_seconds=0.5)
    with pytest.raises(ReaderError) as caught:
        await _words(reader, "more than a pipe holds" * 50_000)
    assert caught.value.message.endswith(".")
    assert caught.value.hint.endswith(".")
    assert reader.pid is None
    await reader.aclose()


async def test_the_same_reader_starts_a_new_worker_after_a_crash(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, "if first_time(): sys.exit(3)\n" + ECHO))
    with pytest.raises(ReaderError):
        await _words(reader)
    assert await _words(reader) == ["a", "b"]
    await reader.aclose()


async def test_a_worker_that_was_killed_while_idle_is_replaced(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO))
    await _words(reader)
    assert reader.pid is not None
    os.kill(reader.pid, 9)
    await noticed(reader)
    assert await _words(reader) == ["a", "b"]
    await reader.aclose()


async def test_what_it_wrote_to_standard_error_is_kept_as_the_detail(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, "say(kind='ready'); picture(); raise RuntimeError('out of letters')"))
    with pytest.raises(ReaderError) as caught:
        await _words(reader)
    assert "out of letters" in caught.value.detail
    assert "out of letters" not in caught.value.sentence
    await reader.aclose()


async def test_a_flood_on_standard_error_stops_nothing(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, "sys.stderr.write('x' * 3_000_000)\n" + ECHO))
    assert await _words(reader) == ["a", "b"]
    await reader.aclose()


async def test_what_the_worker_says_about_its_failure_is_passed_on(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, "say(kind='error', message='No models.', hint='Install again.')"))
    with pytest.raises(ReaderError) as caught:
        await _words(reader)
    assert caught.value.sentence == "No models. Install again."
    await reader.aclose()


async def test_a_command_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    reader = ReaderProcess([str(tmp_path / "missing")])
    with pytest.raises(ReaderError, match="could not be started"):
        await reader.warm()
    await reader.aclose()


async def test_a_picture_over_the_limit_is_refused_without_a_worker(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, ECHO))
    with pytest.raises(ReaderError, match="too large"):
        await reader.read_all(bytes(PICTURE_LIMIT + 1))
    assert reader.pid is None
    await reader.aclose()


async def test_a_cancelled_read_ends_its_worker_and_the_next_read_works(tmp_path: Path) -> None:
    body = "if first_time():\n    say(kind='ready'); picture(); line('half'); hang()\n"
    reader = ReaderProcess(worker(tmp_path, body + ECHO))
    started = asyncio.Event()

    async def read() -> None:
        async with aclosing(reader.read(b"a b")) as lines:
            async for _ in lines:
                started.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(read())
        await started.wait()
        pid = reader.pid
        task.cancel()
    assert pid is not None
    await ended(pid)
    assert await _words(reader) == ["a", "b"]
    await reader.aclose()


async def test_closing_in_the_middle_of_a_read_ends_that_read(tmp_path: Path) -> None:
    reader = ReaderProcess(worker(tmp_path, "say(kind='ready'); picture(); line('half'); hang()"))
    async with aclosing(reader.read(b"a b")) as lines:
        await anext(lines)
        await reader.aclose()
        with pytest.raises(ReaderError):
            await anext(lines)


async def test_closing_ends_what_the_worker_has_started(tmp_path: Path) -> None:
    body = "child = subprocess.Popen(['sleep', '1000'], stdout=2)\n"
    body += "say(kind='ready'); picture(); line(str(child.pid)); hang()"
    reader = ReaderProcess(worker(tmp_path, body))
    async with aclosing(reader.read(b"")) as lines:
        child = int((await anext(lines)).text)
        await reader.aclose()
    await ended(child)


async def test_nothing_is_left_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    reader = ReaderProcess(worker(tmp_path, "say(kind='ready'); picture(); sys.stdout.buffer.write(b'x' * 900_000)"))
    with pytest.raises(ReaderError):
        await _words(reader)
    await reader.aclose()
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before


async def test_a_worker_that_closed_its_end_but_lives_on_is_replaced(tmp_path: Path) -> None:
    body = "if first_time():\n    say(kind='ready'); picture(); say(kind='done'); os.close(1); hang()\n"
    reader = ReaderProcess(worker(tmp_path, body + ECHO))
    assert await _words(reader) == []
    await noticed(reader)
    assert await _words(reader) == ["a", "b"]
    await reader.aclose()
