"""The desktop that a workflow runs the self-test on: an X server, a bus and an open keychain, and nothing is left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import packaging

SCRIPT = packaging.ROOT / "packaging" / "on-a-desktop"
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("Xvfb", "dbus-run-session", "gnome-keyring-daemon"))), reason="needs a desktop's parts"
)


def on_a_desktop(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPT), *command],
        env=os.environ | {"TMPDIR": str(place)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_keychain_takes_and_gives(tmp_path: Path) -> None:
    code = (
        "import os, keyring; keyring.set_password('a', 'b', 'kept');"
        "print(keyring.get_password('a', 'b'), os.environ['DISPLAY'][:1], os.path.exists(os.environ['HOME']))"
    )
    assert on_a_desktop(tmp_path, sys.executable, "-P", "-c", code).stdout == "kept : True\n"
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    assert on_a_desktop(tmp_path, "sh", "-c", "exit 3").returncode == 3


def test_without_a_command_it_says_what_it_wants(tmp_path: Path) -> None:
    assert on_a_desktop(tmp_path).returncode == 2
