"""The worker's walls: no network, and nothing but replies on its channel."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.reader import launch
from kireji.reader.client import ReaderProcess

EXAMPLE = (Path(__file__).parents[3] / "resources" / "examples" / "error.png").read_bytes()


def _worker(code: str) -> subprocess.CompletedProcess[bytes]:
    prelude = "import os, sys\nfrom kireji.reader import worker\n"
    return subprocess.run([sys.executable, "-P", "-c", prelude + code], input=b"", capture_output=True, check=False)


def test_what_libraries_print_does_not_reach_the_protocol() -> None:
    noise = "print('noise', flush=True)\nos.system('echo noise')\n"
    result = _worker("_, answers = worker._take_channel()\n" + noise + "os.write(answers, b'reply')")
    assert (result.stdout, result.stderr) == (b"reply", b"noise\nnoise\n")


@pytest.mark.parametrize(
    "attempt",
    ["socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo('example.org', 443)"],
    ids=["connect", "name"],
)
def test_the_worker_refuses_to_use_the_network(attempt: str) -> None:
    result = _worker(f"import socket\nworker._restrain()\n{attempt}")
    assert b"does not use the network" in result.stderr


@pytest.fixture
def without_network() -> list[str]:
    """What stands before a command to run it where there is no network at all."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let a program leave the network")
    return [unshare, "-rn"]


async def test_it_reads_where_there_is_no_network(without_network: list[str]) -> None:
    reader = ReaderProcess(without_network + launch.command())
    assert "KeyError" in (await reader.read_all(EXAMPLE)).text
    await reader.aclose()


async def test_the_engine_reports_to_nobody(tmp_path: Path) -> None:
    """Its own telemetry leaves an identifier and a queue below the home folder, and a number beside other programs'
    temporary files, before anything is sent."""
    places = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    reader = ReaderProcess(environment=launch.environment(os.environ) | places)
    await reader.read_all(EXAMPLE)
    await reader.aclose()
    assert os.listdir(tmp_path) == []


async def test_it_ends_when_its_input_ends() -> None:
    process = await asyncio.create_subprocess_exec(*launch.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    assert (process.returncode, output) == (0, b"")
