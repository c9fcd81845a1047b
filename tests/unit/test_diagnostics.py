"""Logs without keys or content, and evidence of crashes."""

from __future__ import annotations

import base64
import logging
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji import diagnostics
from kireji.diagnostics import CrashWatch, redacted

KEY = "sk-ant-api03-AbCdEf0123456789_-xyz"
TOKEN = st.text("ABCDEFabcdef0123456789_-", min_size=12, max_size=60)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    diagnostics.start(tmp_path / "log")
    yield tmp_path / "log"
    diagnostics.stop()
    logging.getLogger().setLevel(level)


def written(folder: Path) -> str:
    return (folder / "kireji.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        f"key {KEY} refused",
        f"{{'x-api-key': '{KEY}'}}",
        "Headers({'x-api-key': 'plainvalue123', 'a': 'b'})",
        "[(b'x-api-key', b'plainvalue123')]",
        "Authorization: Bearer plainvalue123",
        "authorization=Basic plainvalue123",
        "Proxy-Authorization: Basic plainvalue123",
        "a Bearer plainvalue123 token",
        "http://user:plainvalue123@proxy:3128",
        "authorization: b'Bearer plainvalue123'",
        "sk-or-v1-plainvalue123",
        '"api_key": "plainvalue123"',
        "data:image/png;base64,plainvalue123",
        "plainvalue123" * 12,
    ],
)
def test_what_looks_like_a_key_is_taken_out(text: str) -> None:
    assert "plainvalue123" not in redacted(text)
    assert KEY not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "the answer could not be saved: The disk is full.",
        "no connection, reading on this computer",
        "model claude-haiku-5-5 answered in 3 ms",
        'File "app/kireji/services/chat.py", line 90, in ask',
        "https://api.anthropic.com/v1/messages 200",
        "task-runner sk- ask-me-later",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert redacted(text) == text


@given(st.sampled_from(["sk-ant-", "sk-or-v1-", "sk-proj-"]), TOKEN, st.text(" '\"=:,(){}", max_size=3))
def test_no_key_of_a_known_form_survives(prefix: str, token: str, around: str) -> None:
    assert token not in redacted(f"{around}{prefix}a{token}{around} ")


@given(st.binary(min_size=90, max_size=400))
def test_no_picture_survives(data: bytes) -> None:
    encoded = base64.b64encode(data).decode()
    assert encoded not in redacted(f"body data:image/png;base64,{encoded} end")
    assert encoded not in redacted(f'"data": "{encoded}"')


@given(st.text())
def test_any_text_can_be_redacted_and_again_without_change(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


def test_nothing_is_made_before_the_first_record(tmp_path: Path) -> None:
    diagnostics.start(tmp_path / "log")
    diagnostics.stop()
    assert list(tmp_path.iterdir()) == []


def test_the_log_is_private(folder: Path) -> None:
    logging.getLogger("kireji.test").info("hello")
    assert stat.S_IMODE((folder / "kireji.log").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "INFO kireji.test: hello" in written(folder)


def test_keys_are_taken_out_of_messages_arguments_and_tracebacks(folder: Path) -> None:
    log = logging.getLogger("kireji.test")
    log.warning("key %s", KEY)
    try:
        raise ValueError(f"bad header x-api-key: {KEY}")
    except ValueError:
        log.exception("failed")
    assert KEY not in written(folder)
    assert "ValueError: bad header" in written(folder)


def test_content_at_debug_level_is_not_kept(folder: Path) -> None:
    logging.getLogger("kireji.test").debug("what the person asked")
    logging.getLogger("httpx").info("HTTP Request: GET https://example")
    logging.getLogger("kireji.test").info("end")
    assert "person" not in written(folder)
    assert "httpx" not in written(folder)


def test_a_folder_that_cannot_be_made_disturbs_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    level = logging.getLogger().level
    diagnostics.start(tmp_path / "file" / "log")
    logging.getLogger("kireji.test").error("x")
    diagnostics.stop()
    logging.getLogger().setLevel(level)


PRELUDE = "import sys, threading, pathlib\nfrom kireji import diagnostics as d\nd.start(pathlib.Path(sys.argv[1]))\n"


def child(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + code, str(folder)], capture_output=True, text=True, check=False
    )


def test_an_uncaught_exception_is_logged_and_told_in_one_line(tmp_path: Path) -> None:
    result = child(tmp_path, f"raise ValueError('{KEY}')")
    assert result.returncode == 1
    assert result.stderr == "kireji: an internal error happened (ValueError). It is described in the log.\n"
    assert "uncaught" in written(tmp_path)
    assert KEY not in written(tmp_path)


def test_an_exception_in_a_thread_is_logged(tmp_path: Path) -> None:
    child(tmp_path, "t = threading.Thread(target=lambda: 1 / 0, name='worker'); t.start(); t.join()")
    assert "uncaught in thread worker" in written(tmp_path)


def test_an_exception_that_cannot_be_raised_is_logged(tmp_path: Path) -> None:
    child(tmp_path, "class A:\n    def __del__(self): 1 / 0\na = A()\ndel a")
    assert "A.__del__" in written(tmp_path)


def test_no_core_is_dumped(tmp_path: Path) -> None:
    result = child(tmp_path, "import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])")
    assert result.stdout == "0\n"


def test_the_next_start_finds_what_a_crash_left(tmp_path: Path) -> None:
    code = "import os, signal\nd.CrashWatch(pathlib.Path(sys.argv[1])).begin()\nos.kill(os.getpid(), signal.SIGSEGV)"
    assert child(tmp_path, code).returncode == -signal.SIGSEGV
    assert stat.S_IMODE((tmp_path / "crash.txt").stat().st_mode) == 0o600
    result = child(tmp_path, "w = d.CrashWatch(pathlib.Path(sys.argv[1])); print(w.begin()); w.end()")
    assert "Segmentation fault" in result.stdout
    assert "the last run crashed" in written(tmp_path)
    assert not (tmp_path / "crash.txt").exists()


def test_after_a_clean_run_there_is_nothing_to_find(tmp_path: Path) -> None:
    code = "w = d.CrashWatch(pathlib.Path(sys.argv[1])); print([w.begin()]); w.end()"
    assert child(tmp_path, code).stdout == "['']\n"
    assert child(tmp_path, code).stdout == "['']\n"


def test_a_crash_file_that_cannot_be_made_disturbs_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    watch = CrashWatch(tmp_path / "file")
    assert watch.begin() == ""
    watch.end()
