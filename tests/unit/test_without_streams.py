"""What a program without a console has on Windows, played here: no standard input, output or error at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_WITHOUT = """
import sys
sys.stdin = sys.stdout = sys.stderr = None
from kireji.__main__ import main
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["nonsense"], 2),
        (["ask", "--nonsense"], 2),
        (["ask"], 2),
        (["history", "list"], 0),
        (["quit"], 0),
        (["keys", "set", "anthropic"], 1),
    ],
)
def test_a_command_ends_with_its_own_code(tmp_path: Path, typed: list[str], code: int) -> None:
    environ = {"KIREJI_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [sys.executable, "-P", "-c", _WITHOUT, *typed]
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
