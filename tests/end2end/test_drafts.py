"""What is being written in the real program outlives its end, and files go out with a question."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import MAIN, Seat
from tests.support.pictures import png
from tests.support.program import environment, running, wait_until_up
from tests.support.x11 import pause, wait_until

pytestmark = pytest.mark.display

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n2 0 obj << /Type /Page >> endobj\ntrailer << /Root 1 0 R >>\n"


@contextmanager
def window_of(seat: Seat, service: ServiceProcess) -> Iterator[subprocess.Popen[bytes]]:
    """The program with its window before everything else, and a key for the service."""
    (seat.home / "settings.toml").write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    home = str(seat.home)
    variables = environment(seat.desktop, KIREJI_HOME=home, ANTHROPIC_BASE_URL=service.base_url, ANTHROPIC_API_KEY=KEY)
    with running(variables, output=seat.output) as process:
        wait_until_up(seat.home, process)
        window = seat.wait_for(MAIN)
        wait_until(lambda: seat.client.active_window() == window.id, "keys go to the main window")
        yield process
    assert "Traceback" not in seat.printed


@contextmanager
def copied_files(seat: Seat, *files: Path) -> Iterator[None]:
    """What a file manager copies: addresses, one a line."""
    command = ["xclip", "-quiet", "-selection", "clipboard", "-t", "text/uri-list"]
    data = "".join(f"{file.as_uri()}\r\n" for file in files).encode()
    with subprocess.Popen(command, env=seat.variables, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(data)
        process.stdin.close()
        display = seat.client._display
        wait_until(lambda: display.get_selection_owner(display.intern_atom("CLIPBOARD")), "xclip owns the clipboard")
        try:
            yield
        finally:
            process.kill()


def drafts(seat: Seat) -> list[tuple[Any, ...]]:
    """What is on disk, read by another program."""
    file = seat.home / "kireji.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return database.execute("SELECT conversation, text, attachments FROM drafts").fetchall()


def asked(service: ServiceProcess) -> list[dict[str, Any]]:
    """The blocks of the first question; empty while there is none."""
    sent = (item for item in service.requests if item["path"] == "/v1/messages")
    content = next((item["body"]["messages"][-1]["content"] for item in sent), [])
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def test_a_killed_program_loses_at_most_the_last_half_second_of_what_was_typed(seat: Seat) -> None:
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service:
        with window_of(seat, service) as process:
            seat.xdotool("type", "half a thought")
            pause(0.5)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert [row[:2] for row in drafts(seat)] == [(None, "half a thought")]
        with window_of(seat, service):
            seat.xdotool("type", ", and the rest")
            seat.xdotool("key", "Return")
            wait_until(lambda: asked(service), "the question")
        assert asked(service) == [{"type": "text", "text": "half a thought, and the rest"}]
        assert drafts(seat) == []


def test_what_is_typed_in_the_last_moment_before_quitting_is_kept(seat: Seat) -> None:
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service:
        with window_of(seat, service) as process:
            seat.xdotool("type", "--delay", "1", "last words")
            seat.tell("raise")  # the keys have arrived
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        assert [row[1] for row in drafts(seat)] == ["last words"]


def test_files_are_pasted_kept_through_a_kill_and_go_out_as_they_were(seat: Seat, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("bill.pdf", "notes.csv", "picture.png", "old.txt")]
    for file, data in zip(files, (PDF, b"a,b\r\n1,2\r\n", png(640, 400), "Grüße".encode("utf-16")), strict=True):
        file.write_bytes(data)
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service:
        with window_of(seat, service) as process:
            with copied_files(seat, *files):
                seat.xdotool("key", "ctrl+v")
                wait_until(lambda: any(row[2].count('"blob"') == 4 for row in drafts(seat)), "the draft with the files")
            process.send_signal(signal.SIGKILL)
            process.wait()
        for file in files:  # what is sent are the stored bytes, not what lies there now
            file.unlink()
        with window_of(seat, service):
            seat.xdotool("type", "What is in these?")
            seat.xdotool("key", "Return")
            wait_until(lambda: asked(service), "the question")
            wait_until(lambda: drafts(seat) == [], "the draft to go")
        blocks = asked(service)
        plain = {block["title"]: block["source"]["data"] for block in blocks if block["type"] == "document"}
        assert base64.b64decode(plain.pop("bill.pdf")) == PDF
        assert plain == {"notes.csv": "a,b\n1,2\n", "old.txt": "Grüße"}
        assert [block["type"] for block in blocks].count("image") == 1
        assert blocks[-1] == {"type": "text", "text": "What is in these?"}


@pytest.mark.skipif(shutil.which("xclip") is None or os.name != "posix", reason="needs xclip")
def test_two_megabytes_are_pasted_without_holding_the_window_up(seat: Seat) -> None:
    words = b"some words of a long log\n" * 80_000  # a model reads no more at once
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service, window_of(seat, service):
        command = ["xclip", "-quiet", "-selection", "clipboard"]
        with subprocess.Popen(command, env=seat.variables, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as owner:
            try:
                assert owner.stdin is not None
                owner.stdin.write(words)
                owner.stdin.close()
                display = seat.client._display
                wait_until(lambda: display.get_selection_owner(display.intern_atom("CLIPBOARD")), "xclip owns it")
                seat.xdotool("key", "ctrl+v")
                seat.xdotool("type", "Why?")
                wait_until(lambda: any(row[2].count('"blob"') for row in drafts(seat)), "the words as a file")
                wait_until(lambda: any(row[1] == "Why?" for row in drafts(seat)), "what was typed meanwhile")
                seat.xdotool("key", "Return")
                wait_until(lambda: asked(service), "the question")
            finally:  # it would be waited for, for ever
                owner.kill()
        document, question = asked(service)
        assert len(document["source"]["data"]) == len(words)
        assert question == {"type": "text", "text": "Why?"}
