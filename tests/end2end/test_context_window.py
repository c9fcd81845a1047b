"""A folder is given to the real program's window, kept through a kill, and goes along with the question."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.end2end.test_drafts import asked, copied_files, window_of
from tests.service import Rule, ServiceProcess, Text
from tests.support.outside import Seat
from tests.support.x11 import wait_until

pytestmark = pytest.mark.display

FILES = {"README.md": "Sells things.\n", "app/cart.py": "def total(): ...\n", "build/out.log": "must not leave\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, words in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(words)
    (folder / ".gitignore").write_text("*.log\n")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def stored(seat: Seat, question: str) -> list[Any]:
    """Values of one column on disk, read by another program."""
    file = seat.home / "kireji.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return [json.loads(row[0]) for row in database.execute(question)]


@pytest.mark.skipif(shutil.which("xclip") is None or os.name != "posix", reason="needs xclip")
def test_a_pasted_repository_is_kept_and_goes_out_without_what_git_ignores(seat: Seat, repository: Path) -> None:
    with ServiceProcess(Rule(Text(["Things."]), times=None)) as service:
        with window_of(seat, service) as process:
            with copied_files(seat, repository):
                seat.xdotool("key", "ctrl+v")
                wait_until(lambda: any(stored(seat, "SELECT sources FROM drafts")), "the draft with its source")
            process.send_signal(signal.SIGKILL)
            process.wait()
        ((source,),) = stored(seat, "SELECT sources FROM drafts")
        assert (source["kind"], source["place"], source["name"]) == ("folder", str(repository), "shop")
        with window_of(seat, service):
            seat.xdotool("type", "What is sold?")
            seat.xdotool("key", "Return")
            wait_until(lambda: asked(service), "the question")
            wait_until(lambda: not stored(seat, "SELECT sources FROM drafts"), "the draft to go")
        document, words = asked(service)
        assert words == {"type": "text", "text": "What is sold?"}
        assert document["title"] == "shop · 3 of 3 files"
        text = document["source"]["data"]
        assert [FILES[name].strip() in text for name in FILES] == [True, True, False]
        (parts,) = stored(seat, "SELECT parts FROM messages WHERE role = 'user'")
        assert [part.get("title") for part in parts] == ["shop · 3 of 3 files", None]
