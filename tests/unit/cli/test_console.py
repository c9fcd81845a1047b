"""The standard streams, also where they are closed, missing or broken."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from kireji.cli.console import Console, OutputClosed
from kireji.cli.terminal_text import width_of
from kireji.core.errors import KirejiError
from tests.unit.cli.conftest import Closed, Terminal


def test_without_standard_input_nothing_is_piped() -> None:
    closed = io.StringIO()
    closed.close()
    assert Console(None, None, None).piped_text() == ""
    assert Console(closed, None, None).piped_text() == ""
    assert Console(Terminal("typed"), None, None).piped_text() == ""


def test_endless_input_is_refused() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"y\n" * 5_000_001))
    with pytest.raises(KirejiError, match="longer than 10 MB"):
        Console(stdin, None, None).piped_text()


def test_without_standard_output_nothing_fails() -> None:
    console = Console(None, None, None)
    console.line("x")
    console.bytes(b"x")
    console.note("x")


def test_after_the_reader_has_gone_nothing_is_written_any_more() -> None:
    console = Console(None, Closed(), None)
    with pytest.raises(OutputClosed):
        console.line("x")
    console.line("x")


def test_a_full_disk_under_standard_output_is_one_sentence() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        console = Console(None, full, None)
        with pytest.raises(KirejiError, match="could not be written"):
            console.line("x")
    with open("/dev/full", "w", encoding="utf-8") as full, pytest.raises(KirejiError, match="could not be written"):
        Console(None, full, None).bytes(b"x")


def test_a_line_that_is_not_text_is_refused_without_its_bytes() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"sk-ant-\xff-000000\n"), encoding="utf-8")
    with pytest.raises(KirejiError, match="not text") as caught:
        Console(stdin, None, None).piped_line()
    assert caught.value.__cause__ is None


def test_a_note_is_one_line_without_control_characters() -> None:
    err = io.StringIO()
    Console(None, None, err).note("two\nlines \x1b[31mred")
    assert err.getvalue() == "two lines red\n"


def test_nothing_in_a_note_changes_the_order_in_which_the_rest_is_read() -> None:
    errors = io.StringIO()
    Console(None, None, errors).note("Allow\u202eyek\u2069")
    assert errors.getvalue() == "Allow\\u202eyek\\u2069\n"


def test_columns_are_aligned_and_the_last_is_not_padded() -> None:
    out = io.StringIO()
    Console(None, out, None).table(("A", "B"), [("long", "x"), ("s", "longer")])
    assert out.getvalue() == "A     B\nlong  x\ns     longer\n"


def test_a_column_gives_way_where_the_terminal_is_too_narrow() -> None:
    shown, piped = Terminal(), io.StringIO()
    rows = [("1", "a name that is " + "very " * 20 + "long", "ready"), ("22", "字典", "paused")]
    for out in (shown, piped):
        Console(None, out, None).table(("ID", "NAME", "STATE"), rows, gives_way=1)
    lines = shown.getvalue().splitlines()
    assert max(map(width_of, lines)) == 80
    assert {line.rstrip().rpartition(" ")[2] for line in lines} == {"STATE", "ready", "paused"}
    assert "long  ready" in piped.getvalue()


def test_a_line_of_progress_is_cut_where_the_terminal_ends() -> None:
    err = Terminal()
    Console(None, None, err).progress("x" * 200)
    assert err.getvalue() == "\r\x1b[K" + "x" * 78 + "…"


@pytest.mark.parametrize("setup", ["exec 0<&-", "exec 1>&-", "exec 2>&-", "exec 0<&- 1>&- 2>&-"])
def test_closed_descriptors_are_no_fault(setup: str) -> None:
    code = (
        "from kireji.cli.console import Console\n"
        "c = Console.of_process()\n"
        "assert c.piped_text() == ''\n"
        "c.line('x'); c.note('y')"
    )
    result = subprocess.run(
        ["sh", "-c", f'{setup}; exec "$0" -c "$1"', sys.executable, code], stdin=subprocess.DEVNULL, check=False
    )
    assert result.returncode == 0


def test_a_closed_pipe_leaves_no_message_at_the_end() -> None:
    code = (
        "from kireji.cli.console import Console, OutputClosed\n"
        "c = Console.of_process()\n"
        "try:\n"
        "    while True: c.line('x' * 1000)\n"
        "except OutputClosed: pass"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_letters_the_terminal_lacks_are_no_fault() -> None:
    code = "from kireji.cli.console import Console\nConsole.of_process().line('字')"
    result = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True
    )
    assert result.stdout == b"?\n"
