"""The worker gets what it needs and nothing else."""

from __future__ import annotations

import sys

import pytest

from kireji.reader import launch


def test_keys_proxies_and_unknown_variables_do_not_reach_the_worker() -> None:
    parent = {"ANTHROPIC_API_KEY": "k", "HTTPS_PROXY": "p", "PYTHONPATH": "x", "EDITOR": "vi", "PATH": "/bin"}
    assert launch.environment(parent) == {"PATH": "/bin"}


def test_names_are_matched_as_windows_writes_them() -> None:
    assert launch.environment({"SystemRoot": "C:\\Windows"}) == {"SystemRoot": "C:\\Windows"}


def test_from_source_the_current_folder_is_not_on_the_module_path() -> None:
    assert launch.command() == [sys.executable, "-P", "-m", "kireji.reader.worker"]


def test_a_frozen_build_starts_itself_with_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert launch.command() == [sys.executable, "--reader-worker"]
