"""What happens before anything is loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kireji.__main__ import PLUGIN_HOST, READER_WORKER, TOOL_SUPERVISOR, take_keys
from kireji.reader import launch
from kireji.tools import children, host_launch


def test_what_the_app_starts_inherits_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-000000")
    assert take_keys(os.environ)["ANTHROPIC_API_KEY"] == "sk-ant-canary-000000"
    code = "import os; print(sorted(os.environ.items()))"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "canary" not in child.stdout
    assert "PATH" in child.stdout


def test_the_frozen_program_knows_its_reading_process_by_the_same_word() -> None:
    assert READER_WORKER == launch.SWITCH


def test_the_frozen_program_knows_the_process_of_a_plugin_by_the_same_word() -> None:
    assert PLUGIN_HOST == host_launch.SWITCH


def test_the_frozen_program_knows_its_supervisor_by_the_same_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert children.supervisor_command(7) == [sys.executable, TOOL_SUPERVISOR, "7"]
