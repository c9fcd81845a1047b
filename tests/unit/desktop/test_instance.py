from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.capturing import CaptureMode
from kireji.core.errors import KirejiError, StoreError
from kireji.desktop.instance import InstanceLock, send, wait_until_ended
from kireji.desktop.paths import Paths
from kireji.desktop.protocol import Reply, Request, capture_options, capture_request, parse_request


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.find({"KIREJI_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path)})


@pytest.fixture
def instance(paths: Paths) -> Iterator[InstanceLock]:
    lock = InstanceLock.acquire(paths)
    assert lock is not None
    yield lock
    lock.release()


class Recorder:
    """A handler that keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def __call__(self, request: Request) -> Reply:
        self.requests.append(request)
        return Reply(True, "done")


@asynccontextmanager
async def raw_connection(paths: Paths) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_unix_connection(str(paths.socket))
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def answer_to(paths: Paths, line: bytes) -> dict[str, object]:
    async with raw_connection(paths) as (reader, writer):
        writer.write(line)
        answer: dict[str, object] = json.loads(await reader.readline())
        return answer


def test_the_first_start_becomes_the_instance_and_the_second_does_not(instance: InstanceLock, paths: Paths) -> None:
    assert InstanceLock.acquire(paths) is None


def test_after_release_another_start_becomes_the_instance(instance: InstanceLock, paths: Paths) -> None:
    instance.release()
    second = InstanceLock.acquire(paths)
    assert second is not None
    second.release()


def test_who_waits_for_the_instance_to_end_hears_when_it_has(instance: InstanceLock, paths: Paths) -> None:
    assert not wait_until_ended(paths, 0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait_until_ended, paths, 60)
        instance.release()
        assert waiting.result()


def test_instances_of_different_homes_do_not_know_each_other(instance: InstanceLock, tmp_path: Path) -> None:
    other = InstanceLock.acquire(Paths.find({"KIREJI_HOME": str(tmp_path / "other"), "XDG_RUNTIME_DIR": str(tmp_path)}))
    assert other is not None
    other.release()


def test_nobody_else_can_reach_the_socket(instance: InstanceLock, paths: Paths) -> None:
    assert paths.socket.stat().st_mode & 0o777 == 0o600
    assert paths.socket.parent.stat().st_mode & 0o777 == 0o700


async def test_a_command_reaches_the_handler_and_its_reply_comes_back(instance: InstanceLock, paths: Paths) -> None:
    handler = Recorder()
    async with instance.serve(handler):
        reply = await asyncio.to_thread(send, paths, "capture", {"delay": 1.5, "add": True}, token="t0ken")
    assert reply == Reply(True, "done")
    assert handler.requests == [Request("capture", {"delay": 1.5, "add": True}, "t0ken")]


async def test_a_command_sent_before_the_loop_runs_waits_and_is_answered(instance: InstanceLock, paths: Paths) -> None:
    with socket.socket(socket.AF_UNIX) as early:
        early.connect(str(paths.socket))
        early.sendall(b'{"v":1,"command":"raise"}\n')
        handler = Recorder()
        async with instance.serve(handler):
            answer = await asyncio.to_thread(early.recv, 100)
    assert json.loads(answer) == {"v": 1, "ok": True, "message": "done"}
    assert handler.requests == [Request("raise")]


async def test_a_failure_of_the_handler_is_answered_as_its_sentence(instance: InstanceLock, paths: Paths) -> None:
    async def failing(request: Request) -> Reply:
        raise KirejiError("The screen is dark.", "Switch it on.")

    async with instance.serve(failing):
        reply = await asyncio.to_thread(send, paths, "capture")
    assert reply == Reply(False, "The screen is dark. Switch it on.")


async def test_the_reply_to_quit_is_written_before_the_server_ends(instance: InstanceLock, paths: Paths) -> None:
    stop = asyncio.Event()

    async def quitting(request: Request) -> Reply:
        stop.set()
        await asyncio.sleep(0)
        return Reply(True)

    async def serve() -> None:
        async with instance.serve(quitting):
            await stop.wait()

    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve())
        reply = await asyncio.to_thread(send, paths, "quit")
        await serving
    assert reply == Reply(True)


async def test_another_user_is_refused(instance: InstanceLock, paths: Paths) -> None:
    handler = Recorder()
    async with instance.serve(handler, allowed_uid=os.geteuid() + 1):
        reply = await asyncio.to_thread(send, paths, "quit")
    assert reply is not None
    assert not reply.ok
    assert handler.requests == []


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n",
        b"[]\n",
        b"null\n",
        b"{}\n",
        b'{"v":2,"command":"raise"}\n',
        b'{"v":true,"command":"raise"}\n',
        b'{"v":1,"command":"rm"}\n',
        b'{"v":1,"command":["raise"]}\n',
        b'{"v":1,"command":"raise","options":[]}\n',
        b'{"v":1,"command":"raise","options":{"delay":1}}\n',
        b'{"v":1,"command":"capture","options":{"delay":"1"}}\n',
        b'{"v":1,"command":"capture","options":{"delay":true}}\n',
        b'{"v":1,"command":"capture","options":{"delay":-1}}\n',
        b'{"v":1,"command":"capture","options":{"delay":NaN}}\n',
        b'{"v":1,"command":"capture","options":{"add":1}}\n',
        b'{"v":1,"command":"capture","options":{"mode":"everything"}}\n',
        b'{"v":1,"command":"capture","options":{"mode":["region"]}}\n',
        b'{"v":1,"command":"capture","options":{"prompt":7}}\n',
        b'{"v":1,"command":"capture","options":{"prompt":"a\\u0000"}}\n',
        b'{"v":1,"command":"clipboard","options":{"mode":"region"}}\n',
        b'{"v":1,"command":"raise","activation_token":7}\n',
        b'{"v":1,"command":"raise","activation_token":"a\\u0000b"}\n',
        b'{"v":1,"command":"raise","path":"/etc/passwd"}\n',
        b"\xff\xfe\n",
        b"[" * 60_000 + b"\n",
        b"9" * 6000 + b"\n",
    ],
)
async def test_what_is_no_request_is_refused_and_reaches_no_handler(
    instance: InstanceLock, paths: Paths, line: bytes
) -> None:
    handler = Recorder()
    async with instance.serve(handler):
        answer = await answer_to(paths, line)
    assert answer["ok"] is False
    assert handler.requests == []


async def test_a_line_over_64_kb_is_refused(instance: InstanceLock, paths: Paths) -> None:
    async with instance.serve(Recorder()):
        answer = await answer_to(paths, b"x" * 70_000 + b"\n")
    assert answer["message"] == "The request is longer than 64 KB."


async def test_a_peer_that_leaves_in_the_middle_harms_nobody(instance: InstanceLock, paths: Paths) -> None:
    handler = Recorder()
    async with instance.serve(handler):
        async with raw_connection(paths) as (_, writer):
            writer.write(b'{"v":1,')
        assert await asyncio.to_thread(send, paths, "raise") == Reply(True, "done")


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parser_fail_otherwise_than_by_refusing(line: bytes) -> None:
    with contextlib.suppress(ValueError):
        parse_request(line)


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_commands = st.sampled_from(["raise", "capture", "clipboard", "quit"]) | _json
_modes = st.sampled_from([mode.value for mode in CaptureMode]) | _json
_options = st.dictionaries(st.sampled_from(["mode", "delay", "add", "prompt"]), _modes, max_size=4) | _json


@given(st.fixed_dictionaries({"v": st.just(1), "command": _commands}, optional={"options": _options}))
def test_what_the_parser_lets_through_is_in_the_table(message: dict[str, object]) -> None:
    try:
        request = parse_request(json.dumps(message).encode())
    except ValueError:
        return
    assert request.command in {"raise", "capture", "clipboard", "quit"}
    assert capture_options(capture_request(request.options)).items() <= request.options.items()


def test_nobody_runs_when_nothing_was_ever_started(paths: Paths) -> None:
    assert send(paths, "raise") is None


_DIE_HOLDING = """
import os, sys
from kireji.desktop.instance import InstanceLock
from kireji.desktop.paths import Paths
assert InstanceLock.acquire(Paths.find(os.environ))
os.kill(os.getpid(), 9)
"""


def test_the_lock_and_socket_of_a_killed_process_are_recognised(paths: Paths, tmp_path: Path) -> None:
    environment = {"KIREJI_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", _DIE_HOLDING], env=environment, check=False)
    assert paths.socket.exists()
    assert send(paths, "raise") is None
    lock = InstanceLock.acquire(paths)
    assert lock is not None
    lock.release()


def test_an_instance_that_does_not_answer_is_one_sentence(instance: InstanceLock, paths: Paths) -> None:
    with pytest.raises(KirejiError, match="does not answer"):
        send(paths, "raise", timeout=0.05)


def test_an_instance_that_cannot_be_reached_is_one_sentence(instance: InstanceLock, paths: Paths) -> None:
    paths.socket.unlink()
    with pytest.raises(KirejiError, match="cannot be reached"):
        send(paths, "raise", timeout=0.05)


def test_an_instance_that_ends_without_answering_counts_as_gone(paths: Paths) -> None:
    lock = InstanceLock.acquire(paths)
    assert lock is not None
    listener = lock._listener
    assert listener is not None
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(send, paths, "raise")
        listener.setblocking(True)
        connection, _ = listener.accept()
        connection.recv(100)
        connection.close()
        lock.release()
        assert asked.result() is None


def test_a_state_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(StoreError):
        InstanceLock.acquire(Paths.find({"KIREJI_HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path)}))


def test_a_link_in_the_place_of_the_lock_is_not_followed(paths: Paths, tmp_path: Path) -> None:
    paths.state.mkdir(parents=True)
    paths.lock.symlink_to(tmp_path / "victim")
    with pytest.raises(StoreError):
        InstanceLock.acquire(paths)
    assert not (tmp_path / "victim").exists()


def test_release_twice_is_harmless(instance: InstanceLock) -> None:
    instance.release()
    instance.release()
