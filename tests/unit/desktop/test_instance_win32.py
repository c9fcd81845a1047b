"""One instance on Windows, over pipes that behave as their reference says."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from kireji.core.errors import KirejiError
from kireji.desktop import pipes_win32
from kireji.desktop.instance_win32 import PipeLock, pipe_name, runs, send
from kireji.desktop.paths import Paths
from kireji.desktop.protocol import Reply, Request
from tests.fakes.pipes import USER, FakePipes


@pytest.fixture
def pipes() -> FakePipes:
    return FakePipes()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.find({"KIREJI_HOME": str(tmp_path / "home")})


def acquire(paths: Paths, pipes: FakePipes) -> PipeLock | None:
    return PipeLock.acquire(paths, pipes.libraries)


async def asked(paths: Paths, pipes: FakePipes, command: str, **options: object) -> Reply | None:
    return await asyncio.to_thread(send, paths, command, options, 10, libraries=pipes.libraries)


class Running:
    """A handler that notes what it is asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.failure: KirejiError | None = None

    async def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        return Reply(True, "Grüße")


async def test_a_second_start_is_heard_and_answered(paths: Paths, pipes: FakePipes) -> None:
    lock, running = acquire(paths, pipes), Running()
    assert lock is not None
    async with lock.serve(running):
        reply = await asked(paths, pipes, "capture", delay=2.0)
    assert reply == Reply(True, "Grüße")
    assert [(one.command, dict(one.options)) for one in running.requests] == [("capture", {"delay": 2.0})]


async def test_several_starts_are_answered_one_after_the_other(paths: Paths, pipes: FakePipes) -> None:
    lock, running = acquire(paths, pipes), Running()
    assert lock is not None
    async with lock.serve(running):
        replies = await asyncio.gather(*(asked(paths, pipes, "raise") for _ in range(4)))
    assert [reply.ok for reply in replies if reply] == [True] * 4


async def test_a_start_that_asks_before_the_loop_runs_is_answered_then(paths: Paths, pipes: FakePipes) -> None:
    lock, running = acquire(paths, pipes), Running()
    assert lock is not None
    early = asyncio.create_task(asked(paths, pipes, "raise"))  # noqa: TID251
    await asyncio.to_thread(pipes.opened.wait, 10)
    async with lock.serve(running):
        reply = await early
    assert reply is not None
    assert reply.ok


async def test_the_running_program_may_come_to_the_front(paths: Paths, pipes: FakePipes) -> None:
    lock = acquire(paths, pipes)
    assert lock is not None
    async with lock.serve(Running()):
        await asked(paths, pipes, "raise")
    assert pipes.allowed == [4711]


@pytest.mark.parametrize("failure", [KirejiError("No.", "Do this.")])
async def test_a_failure_is_its_sentence(paths: Paths, pipes: FakePipes, failure: KirejiError) -> None:
    lock, running = acquire(paths, pipes), Running()
    assert lock is not None
    running.failure = failure
    async with lock.serve(running):
        assert await asked(paths, pipes, "raise") == Reply(False, "No. Do this.")


async def test_a_command_nobody_knows_never_reaches_the_handler(paths: Paths, pipes: FakePipes) -> None:
    lock, running = acquire(paths, pipes), Running()
    assert lock is not None
    async with lock.serve(running):
        reply = await asked(paths, pipes, "format")
    assert reply is not None
    assert not reply.ok
    assert running.requests == []


async def test_a_client_that_leaves_without_a_word_does_not_disturb_the_next(paths: Paths, pipes: FakePipes) -> None:
    lock = acquire(paths, pipes)
    assert lock is not None
    async with lock.serve(Running()):
        name = pipe_name(USER, paths)
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(pipes_win32.ask, pipes.libraries(), name, b"half a line", 0.0)
        reply = await asked(paths, pipes, "raise")
    assert reply is not None
    assert reply.ok


async def test_serving_ends_though_nobody_ever_asked(paths: Paths, pipes: FakePipes) -> None:
    lock = acquire(paths, pipes)
    assert lock is not None
    async with lock.serve(Running()):
        pass
    assert "instance" not in {thread.name for thread in threading.enumerate()}


def test_only_one_process_is_the_instance(paths: Paths, pipes: FakePipes) -> None:
    first = acquire(paths, pipes)
    assert first is not None
    assert acquire(paths, pipes) is None
    first.release()
    first.release()
    assert acquire(paths, pipes) is not None


def test_whether_one_runs_is_seen_without_asking_it(paths: Paths, pipes: FakePipes) -> None:
    assert not runs(paths, libraries=pipes.libraries)
    lock = acquire(paths, pipes)
    assert lock is not None
    assert runs(paths, libraries=pipes.libraries)
    assert pipes.allowed == []


def test_without_an_instance_there_is_no_reply(paths: Paths, pipes: FakePipes) -> None:
    assert send(paths, "raise", libraries=pipes.libraries) is None


def test_an_instance_that_never_answers_is_one_sentence(paths: Paths, pipes: FakePipes) -> None:
    assert acquire(paths, pipes) is not None
    with pytest.raises(KirejiError, match="does not answer") as caught:
        send(paths, "raise", timeout=0.05, libraries=pipes.libraries)
    assert caught.value.hint


def test_a_pipe_that_lets_nobody_in_is_one_sentence(paths: Paths, pipes: FakePipes) -> None:
    assert acquire(paths, pipes) is not None
    pipes.denied = True
    with pytest.raises(KirejiError, match="does not answer"):
        send(paths, "raise", libraries=pipes.libraries)


def test_the_pipe_lets_its_user_alone_in(paths: Paths, pipes: FakePipes) -> None:
    acquire(paths, pipes)
    assert pipes.descriptions == [f"D:P(A;;GA;;;{USER})"]


def test_every_user_and_every_home_has_a_pipe_of_its_own(paths: Paths, tmp_path: Path) -> None:
    other = Paths.find({"KIREJI_HOME": str(tmp_path / "other")})
    names = {pipe_name(USER, paths), pipe_name(USER + "9", paths), pipe_name(USER, other)}
    assert len(names) == 3
    assert all(len(name) < 256 and USER not in name for name in names)


def test_elsewhere_there_are_no_pipes(paths: Paths) -> None:
    assert not runs(paths)
    with pytest.raises(KirejiError):
        PipeLock.acquire(paths)
