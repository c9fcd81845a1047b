"""Servers of tools from the terminal: added, tested, called, changed, imported, removed; the program as it is."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.tools.trees import MARK, alive, new_mark
from tests.support.program import kireji

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the test server is started as on POSIX")

SERVER = Path(__file__).resolve().parents[1] / "support" / "tool_server.py"


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Somebody without servers, display or keychain."""
    home = tmp_path / "kireji"
    home.mkdir(mode=0o700)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "KIREJI_HOME": str(home),
    }


def run(variables: dict[str, str], *arguments: str, code: int = 0) -> tuple[str, str]:
    done = kireji(list(arguments), variables)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, err
    assert "Traceback" not in err
    return out, err


def add(variables: dict[str, str], *options: str, kind: str = "well") -> None:
    run(variables, "mcp", "add", "files", *options, "--", sys.executable, "-I", str(SERVER), kind)


def test_a_server_from_its_entry_to_a_call(variables: dict[str, str]) -> None:
    mark = new_mark()
    add(variables, "--env", f"{MARK}={mark}")
    assert "idle" in run(variables, "mcp", "list")[0]
    out, _ = run(variables, "mcp", "test", "files")
    assert [line.split()[0] for line in out.splitlines()] == ["ok"] * 5
    assert "16 tools" in out
    listed = json.loads(run(variables, "mcp", "list", "--json")[0])["servers"]
    assert [(server["name"], server["tools"]) for server in listed] == [("files", 16)]
    assert "files__echo" in run(variables, "tools", "list")[0]
    assert run(variables, "tools", "call", "files__echo", "value=hello", "--yes")[0] == "hello\n"
    assert [*alive(mark)] == []


def test_what_was_allowed_is_void_when_the_command_has_changed(variables: dict[str, str]) -> None:
    add(variables)
    call = ("tools", "call", "files__echo", "value=x")
    run(variables, "mcp", "test", "files")
    run(variables, "tools", "allow", "files__echo")
    assert run(variables, *call)[0] == "x\n"
    add(variables, "--replace", "--env", "MORE=1")
    run(variables, "mcp", "test", "files")
    assert run(variables, *call, code=1)[0] == ""
    assert "void: it has changed" in run(variables, "tools", "permissions")[0]


def test_a_server_that_fails_says_where_and_what_it_wrote(variables: dict[str, str]) -> None:
    add(variables, kind="broken")
    out, _ = run(variables, "mcp", "test", "files", code=1)
    assert "FAILED  Protocol spoken: It ended by itself with code 1." in out
    assert "        | the configuration is missing" in out


def test_a_server_of_another_program_is_imported_and_removed(variables: dict[str, str]) -> None:
    theirs = Path(variables["HOME"]) / ".cursor" / "mcp.json"
    theirs.parent.mkdir()
    entry = {"command": sys.executable, "args": ["-I", str(SERVER), "well"], "env": {"API_TOKEN": "s3cret"}}
    theirs.write_text(json.dumps({"mcpServers": {"files": entry}}))
    assert str(theirs) in run(variables, "mcp", "import")[0]
    _, err = run(variables, "mcp", "import", str(theirs), code=1)
    assert "keychain" in err
    run(variables, "mcp", "import", str(theirs), "--secrets-in-file")
    assert '"API_TOKEN": "s3cret"' in run(variables, "tools", "call", "files__surroundings", "--yes")[0]
    run(variables, "mcp", "remove", "files")
    assert run(variables, "mcp", "list")[0] == ""
    assert "s3cret" in theirs.read_text()


def test_nothing_of_a_secret_is_written_anywhere_but_into_the_file(variables: dict[str, str]) -> None:
    add(variables, "--secrets-in-file", "--env", "API_TOKEN=s3cr3t-canary")
    run(variables, "mcp", "test", "files")
    run(variables, "tools", "call", "files__echo", "value=x", "--yes")
    home = Path(variables["KIREJI_HOME"])
    holding = [path.name for path in home.rglob("*") if path.is_file() and b"s3cr3t-canary" in path.read_bytes()]
    assert holding == ["mcp.json"]


def test_a_call_over_http_stands_in_the_ledger(variables: dict[str, str]) -> None:
    run(variables, "mcp", "add", "remote", "--url", "http://127.0.0.1:9/mcp")
    assert "nothing answers there" in run(variables, "mcp", "test", "remote", code=1)[0]
    with closing(sqlite3.connect(Path(variables["KIREJI_HOME"]) / "kireji.db")) as database:
        rows = database.execute("SELECT provider, host, purpose FROM ledger WHERE kind = 'sent'").fetchall()
    assert set(rows) == {("mcp:remote", "127.0.0.1:9", "tool server")}


def test_a_broken_file_is_told_and_left(variables: dict[str, str]) -> None:
    file = Path(variables["KIREJI_HOME"]) / "mcp.json"
    file.write_text('{"mcpServers": {"a": {"command": "x"},}}')
    assert "line 1, column 39" in run(variables, "mcp", "list", code=1)[1]
    _, err = run(variables, "mcp", "add", "b", "--", "x", code=1)
    assert "line 1, column 39" in err
    assert file.read_text() == '{"mcpServers": {"a": {"command": "x"},}}'
