"""What happens before anything is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.__main__ import JOB_IMPORT, PDF_WORKER, PLUGIN_HOST, READER_WORKER, TOOL_SUPERVISOR, take_keys
from kireji.bootstrap import job_import
from kireji.reader import launch
from kireji.sources import pdf
from kireji.tools import children, host_launch


def test_what_the_app_starts_inherits_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-000000")
    assert take_keys(os.environ)["ANTHROPIC_API_KEY"] == "sk-ant-canary-000000"
    code = "import os; print(sorted(os.environ.items()))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "canary" not in child.stdout
    assert "PATH" in child.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not show a process's environment as a file")
def test_no_other_process_reads_a_key_where_the_program_was_started_with_it() -> None:
    code = (
        "import os; from kireji.__main__ import take_keys; taken = take_keys(os.environ)\n"
        "print(taken['ANTHROPIC_API_KEY'][:6], b'canary' in open('/proc/self/environ', 'rb').read())"
    )
    environ = {**os.environ, "ANTHROPIC_API_KEY": "sk-ant-canary-000000"}
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
    assert child.stdout.split() == ["sk-ant", "False"]


def test_the_frozen_program_knows_its_reading_process_by_the_same_word() -> None:
    assert READER_WORKER == launch.SWITCH


def test_the_frozen_program_knows_the_process_of_a_plugin_by_the_same_word() -> None:
    assert PLUGIN_HOST == host_launch.SWITCH


def test_the_frozen_program_knows_what_reads_documents_by_the_same_word() -> None:
    assert PDF_WORKER == pdf.SWITCH


def test_the_frozen_program_knows_what_reads_jobs_by_the_same_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert job_import.command() == [sys.executable, JOB_IMPORT]


def test_the_frozen_program_knows_its_supervisor_by_the_same_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert children.supervisor_command(7) == [sys.executable, TOOL_SUPERVISOR, "7"]


@pytest.mark.skipif(sys.platform == "win32", reason="a folder that is used cannot be deleted there")
def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"import os, sys\nos.rmdir({str(gone)!r})\nfrom kireji.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    result = subprocess.run(
        [sys.executable, "-P", "-c", script, "data", "export", "all.zip"],
        cwd=gone,
        env={**os.environ, "KIREJI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == "kireji: The folder in which this was typed is gone. Go to another one, then try again.\n"
