"""A full disk and a folder that cannot be written, met for real in a child process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).parent / "children" / "scarce.py"
ROOM = "There is no room left on the disk"


def in_a_namespace() -> list[str]:
    """A prefix that lets a child mount without anyone else seeing it; empty where the system does not allow that."""
    if shutil.which("unshare") is None:
        return []
    prefix = ["unshare", "--user", "--map-root-user", "--mount"]
    allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if allowed else []


def report_of(scenario: str, mechanism: str, folder: Path) -> dict[str, Any]:
    command = [*in_a_namespace(), sys.executable, str(CHILD), scenario, mechanism, str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def kinds_of_full(report: dict[str, Any]) -> set[str]:
    """SQLite tells a full disk from other failed writes, but not a limit on the size of files."""
    return {"StoreFull"} if report["mechanism"] == "mount" else {"StoreFull", "StoreError"}


@pytest.fixture(params=["mount", "limit"])
def mechanism(request: pytest.FixtureRequest) -> str:
    if os.name != "posix":
        pytest.skip("limits and mounts are POSIX")
    return str(request.param)


def test_a_write_that_does_not_fit_leaves_the_history_whole(mechanism: str, tmp_path: Path) -> None:
    report = report_of("full_while_running", mechanism, tmp_path)
    assert report["write"][0] in kinds_of_full(report)
    assert report["again"][0] in kinds_of_full(report)
    assert report["readable"] == ["Before"]
    assert report["check"] == "ok"


def test_writing_works_again_when_there_is_room(mechanism: str, tmp_path: Path) -> None:
    report = report_of("full_while_running", mechanism, tmp_path)
    assert report["after"] == []
    assert report["titles"] == ["After", "Before"]


def test_a_history_that_does_not_fit_is_reported_and_made_when_there_is_room(mechanism: str, tmp_path: Path) -> None:
    report = report_of("full_while_opening", mechanism, tmp_path)
    assert report["open"][0] in kinds_of_full(report)
    assert report["after"] == []


def test_a_history_that_cannot_be_opened_for_want_of_room_is_reported_and_kept(mechanism: str, tmp_path: Path) -> None:
    report = report_of("full_when_opened_again", mechanism, tmp_path)
    assert report["open"][0] in kinds_of_full(report)
    assert report["unchanged"]
    assert report["titles"] == ["Before"]


def test_an_upgrade_whose_copy_does_not_fit_changes_nothing(mechanism: str, tmp_path: Path) -> None:
    report = report_of("full_while_upgrading", mechanism, tmp_path)
    assert report["open"][0] in kinds_of_full(report)
    assert report["unchanged"]
    assert report["files"] == ["kireji.db"]
    assert report["titles"] == ["Before"]


def test_files_that_do_not_fit_leave_the_old_ones_and_no_rests(mechanism: str, tmp_path: Path) -> None:
    report = report_of("full_for_files", mechanism, tmp_path)
    assert report["picture"][0] == "StoreFull"
    assert report["picture"][1].startswith(ROOM)
    assert report["settings"][0] == "SettingsError"
    assert report["settings"][1].startswith(ROOM)
    assert report["kept"] == {"anthropic": "before"}
    assert report["files"] == ["settings.toml"]


@pytest.mark.skipif(os.name != "posix", reason="limits and mounts are POSIX")
def test_a_folder_that_cannot_be_written_is_reported_and_left_as_it_is(tmp_path: Path) -> None:
    report = report_of("read_only", "mount", tmp_path)
    assert not report["writable"], "neither a mount nor a mode keeps root out of a folder here"
    for attempt in ("open", "open new", "open below", "picture"):
        assert report[attempt][0] == "StoreReadOnly", attempt
        assert "cannot be written" in report[attempt][1]
        assert "KIREJI_HOME" in report[attempt][1]
    assert report["settings"][0] == "SettingsError"
    assert "cannot be written" in report["settings"][1]
    assert report["kept"] == ["before", {"anthropic": "before"}]
    assert report["unchanged"]


def test_results_that_do_not_fit_leave_those_before_and_are_stored_when_there_is_room(
    mechanism: str, tmp_path: Path
) -> None:
    report = report_of("full_while_recording", mechanism, tmp_path)
    for attempt in ("record", "again"):
        assert report[attempt][0] in kinds_of_full(report)
    assert (report["counts"], report["answers"]) == ([10, 20], 10)
    assert report["new"] == 20
    assert report["counts after"] == [30, 0]
    assert report["check"] == "ok"
