"""What a program without a console has on Windows, played here: no standard input, output or error at all."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
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


def starts() -> Iterator[tuple[str, set[str | None]]]:
    """Where the program starts others, and which options each of these calls names; None stands for `**more`."""
    app = Path(__file__).resolve().parents[2] / "app"
    for path in sorted(app.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = ast.unparse(node.func)
                if called in ("subprocess.run", "subprocess.Popen") or "create_subprocess_" in called:
                    yield f"{path.relative_to(app)}:{node.lineno}", {keyword.arg for keyword in node.keywords}


def test_whatever_is_started_gets_all_three_streams() -> None:
    """Windows hands over what this process has, and a program without a console has nothing that can be handed over."""
    found = dict(starts())
    assert found
    for place, named in found.items():
        given = named | ({"stdout", "stderr"} if "capture_output" in named else set())
        forwarded = place.startswith("kireji/tools/children_win32.py") and None in named  # what JobProcesses.start says
        assert forwarded or {"stdin", "stdout", "stderr"} <= given, place
