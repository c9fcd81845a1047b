"""Canary keys are used in every way there is, and then looked for everywhere they must not be."""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service import KEY, Body, Delivery, Rule, ServiceProcess, Status, Text
from tests.support.outside import MAIN, Seat, command_line, descendants, environment_of
from tests.support.program import COMMAND, kireji, running
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

# Neither begins like a real key, so the log's filter for those hides nothing here.
IN_ENVIRONMENT = "canary-of-the-environment-4711-0815"
IN_KEYCHAIN = "canary-of-the-keychain-2342-1701"
PICTURE = "resources/examples/error.png"

TALKATIVE = """
import logging, sys

class Talkative(logging.Logger):
    def isEnabledFor(self, level):
        return True

logging.setLoggerClass(Talkative)
from kireji.__main__ import main
sys.exit(main())
"""
"""The program with every record of every library in its log, whatever levels are set."""


def forms(canary: str) -> list[bytes]:
    """The canary as it may be written: text, UTF-16, Base64 at each of the three places in a group."""
    encoded = [base64.b64encode(b"x" * shift + canary.encode())[4:-4] for shift in range(3)]
    return [canary.encode(), canary.encode("utf-16-le"), *encoded]


def assert_absent(data: bytes, where: str) -> None:
    for canary in (IN_ENVIRONMENT, IN_KEYCHAIN):
        for form in forms(canary):
            assert form not in data, f"{canary} is in {where}"


def assert_in_no_file(folder: Path) -> None:
    looked_at = 0
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            assert_absent(file.read_bytes(), str(file))
            looked_at += 1
    assert looked_at >= 3


def assert_in_no_command_line() -> None:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                arguments = command_line(int(name))
            except OSError:
                continue
            if b"tests.service" not in arguments:  # the other side, which is told what to expect
                assert_absent(arguments, f"the arguments of process {name}")


class Outputs:
    """Runs commands and looks at all they print."""

    def __init__(self, variables: dict[str, str]) -> None:
        self._variables = variables

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0, **more: str) -> str:
        result = kireji(arguments, self._variables | more, stdin=stdin.encode())
        assert_absent(result.stdout + result.stderr, f"what {arguments} prints")
        assert result.returncode == code, result.stderr
        return (result.stdout + result.stderr).decode()


@contextmanager
def recording_proxy() -> Iterator[tuple[str, list[bytes]]]:
    """A proxy that lets nobody through; its address and what it was sent."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    received.append(connection.recv(65536))
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", received
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def stored_in_keychain(seat: Seat) -> None:
    """Through a set address, because then the key is saved without being tried at the real service."""
    saved = Outputs(seat.variables)(
        "keys", "set", "anthropic", stdin=IN_KEYCHAIN + "\n", ANTHROPIC_BASE_URL="http://127.0.0.1:9"
    )
    assert "The key is saved" in saved


def test_a_key_is_in_no_file_output_argument_or_child_after_all_commands(seat: Seat) -> None:
    refusal = Status(401, "authentication_error", f"invalid x-api-key {IN_ENVIRONMENT}")
    rejection = Status(400, "invalid_request_error", f"your key {IN_ENVIRONMENT} may not ask this")
    held = Text(["One ", "two"], delivery=Delivery(hold_after=1))
    rules = [
        Rule(refusal, contains="refuse"),
        Rule(rejection, contains="reject"),
        Rule(Body(f"<p>x-api-key: {IN_ENVIRONMENT}</p>"), contains="page"),
        Rule(held, contains="hold"),
    ]
    stored_in_keychain(seat)
    with ServiceProcess(*rules, key=IN_ENVIRONMENT) as service:
        network = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": IN_ENVIRONMENT}
        run = Outputs(seat.variables | network)
        assert "received 1 picture" in run("ask", "-i", PICTURE, "What?")
        for question in ("refuse", "reject", "page"):
            run("ask", question, "--json", code=1)
        assert "environment" in run("keys", "list")
        assert "works" in run("keys", "test", "anthropic")
        run("models", "--json")
        run("doctor", "--json")
        for number in ("2", "3", "4"):
            run("history", "show", number, "--json")
        for form in ("md", "json", "html"):
            run("history", "export", "--all", "--format", form, "-o", str(seat.desktop.home / f"export-{form}"))
        run("history", "backup", str(seat.desktop.home / "backup"))
        run("history", "restore", str(seat.desktop.home / "backup"), "--yes")
        assert_while_asking(seat, service, network)
        assert_not_in_reader(seat, network)
        assert all(header_of(request) == IN_ENVIRONMENT for request in service.requests)
    assert_in_no_file(seat.desktop.home)


def assert_while_asking(seat: Seat, service: ServiceProcess, network: dict[str, str]) -> None:
    """While a question is on its way: arguments of all processes, and the files as they are at that moment."""
    asked = subprocess.Popen([*COMMAND, "ask", "hold"], env=seat.variables | network, stdout=subprocess.PIPE)
    wait_until(lambda: any(request["held"] for request in service.control()["requests"]), "half an answer")
    assert_in_no_command_line()
    assert_in_no_file(seat.desktop.home)
    service.release()
    assert asked.communicate(timeout=20)[0] == b"One two\n"


def assert_not_in_reader(seat: Seat, network: dict[str, str]) -> None:
    """The reading process is given neither the key nor the address."""
    command = [*COMMAND, "ask", "-p", "device", "-i", PICTURE]
    reading = subprocess.Popen(command, env=seat.variables | network, stdout=subprocess.DEVNULL)
    wait_until(lambda: reader_of(reading.pid), "the reader's process")
    variables = environment_of(reader_of(reading.pid))
    assert_absent(variables, "the reader's environment")
    assert b"PATH=" in variables
    assert b"ANTHROPIC" not in variables
    assert reading.wait(30) == 0


def reader_of(pid: int) -> int:
    """The child that has become the reading process; 0 before that."""
    return next((child for child in descendants(pid) if b"reader" in command_line(child)), 0)


def header_of(request: dict[str, object]) -> str | None:
    headers = request["headers"]
    assert isinstance(headers, list)
    return next((value for name, value in headers if name.lower() == "x-api-key"), None)


def test_a_stored_key_goes_to_no_address_from_the_environment(seat: Seat) -> None:
    stored_in_keychain(seat)
    with ServiceProcess(key=IN_KEYCHAIN) as service:
        run = Outputs(seat.variables)
        for command in (["ask", "-p", "anthropic", "Hello?"], ["keys", "test", "anthropic"]):
            told = run(*command, code=1, ANTHROPIC_BASE_URL=service.base_url)
            assert "ANTHROPIC_BASE_URL is set, but ANTHROPIC_API_KEY is not." in told
        assert "none" in run("keys", "list", ANTHROPIC_BASE_URL=service.base_url)
        run("ask", "Hello?", ANTHROPIC_BASE_URL=service.base_url)
        run("models", ANTHROPIC_BASE_URL=service.base_url)
        assert service.requests == []


def test_a_stored_key_is_never_sent_in_the_clear_and_a_proxy_does_not_see_it(seat: Seat) -> None:
    stored_in_keychain(seat)
    with recording_proxy() as (address, received):
        run = Outputs(seat.variables | {"HTTPS_PROXY": address, "ALL_PROXY": address})
        assert "keychain" in run("keys", "list")
        assert "proxy" in run("ask", "-p", "anthropic", "Hello?", code=1)
        assert "could not be tested" in run("keys", "set", "anthropic", stdin=IN_KEYCHAIN)
        assert "proxy" in run("keys", "test", "anthropic", code=1)
    assert received
    for request in received:
        assert request.startswith(b"CONNECT api.anthropic.com:443 ")
        assert_absent(request, "what the proxy was sent")
    assert_in_no_file(seat.desktop.home)


def test_a_key_does_not_follow_a_redirect(seat: Seat) -> None:
    with ServiceProcess(key=IN_ENVIRONMENT) as other:
        elsewhere = {"location": f"{other.base_url}/v1/messages"}
        with ServiceProcess(Rule(Body("", status=307, headers=elsewhere), times=None), key=IN_ENVIRONMENT) as service:
            network = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": IN_ENVIRONMENT}
            Outputs(seat.variables | network)("ask", "Hello?", code=1)
        assert other.requests == []


def test_the_most_talkative_log_holds_no_key(seat: Seat) -> None:
    stored_in_keychain(seat)
    page = Rule(Body("<p>no</p>"), contains="page")
    with ServiceProcess(page, key=IN_ENVIRONMENT) as service, recording_proxy() as (proxy, _):
        network = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": IN_ENVIRONMENT}
        for question, more in (("Hello?", network), ("page", network), ("Hello?", {"HTTPS_PROXY": proxy})):
            command = [sys.executable, "-c", TALKATIVE, "ask", "-p", "anthropic", question]
            result = subprocess.run(command, env=seat.variables | more, capture_output=True, timeout=30, check=False)
            assert_absent(result.stdout + result.stderr, "the output")
    assert "DEBUG httpcore" in seat.log
    assert_absent(seat.log.encode(), "the log")


def test_a_crash_of_the_program_leaves_no_key_behind(seat: Seat) -> None:
    stored_in_keychain(seat)
    seat.home.mkdir(exist_ok=True)
    seat.paths.settings.write_text("[general]\nwelcomed = true\n")
    held = Text(["One ", "two"], delivery=Delivery(hold_after=1))
    with ServiceProcess(Rule(held, contains="hold"), key=IN_ENVIRONMENT) as service:
        variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": IN_ENVIRONMENT}
        with running(variables, output=seat.output) as process:
            seat.wait_until_open()
            seat.ask_in_window("hold")
            wait_until(lambda: any(request["held"] for request in service.control()["requests"]), "half an answer")
            assert_in_no_command_line()
            limits = Path(f"/proc/{process.pid}/limits").read_text()
            assert next(line.split()[4] for line in limits.splitlines() if line.startswith("Max core")) == "0"
            process.send_signal(signal.SIGABRT)
            assert process.wait(20) == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in (seat.paths.logs / "crash.txt").read_text()
    assert_in_no_file(seat.desktop.home)
    with running(seat.variables, output=seat.output):
        seat.wait_until_open()
        seat.wait_for(MAIN)
        assert "the last run crashed" in seat.log
    assert_absent(seat.printed.encode(), "what the app printed")
    assert_in_no_file(seat.desktop.home)


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    assert KEY not in (IN_ENVIRONMENT, IN_KEYCHAIN)
    for number, data in enumerate(
        (
            f"a {IN_KEYCHAIN} b".encode(),
            IN_ENVIRONMENT.encode("utf-16-le"),
            base64.b64encode(f"ab{IN_KEYCHAIN}cd".encode()),
            base64.b64encode(f"abc{IN_KEYCHAIN}".encode()),
        )
    ):
        with pytest.raises(AssertionError, match="canary"):
            assert_absent(data, f"text {number}")
