"""Command lines for batch files of Windows (npx.cmd and other shims), which cmd.exe reads, and not as programs do.

Whatever stands unquoted there is read as words of its language, and percent signs even between quotation marks, so that
an argument could start another program. The way to quote is that of Rust's standard library since CVE-2024-24576
(library/std/src/sys/args/windows.rs, `make_bat_command_line`).
"""

from __future__ import annotations

from collections.abc import Sequence

_ENDINGS = (".cmd", ".bat")


def is_batch_file(program: str) -> bool:
    """Whether a program is run by cmd.exe; dots and spaces at the end do not count on Windows."""
    return program.rstrip(". ").lower().endswith(_ENDINGS)


def batch_line(command: Sequence[str]) -> str:
    """A line for cmd.exe that hands each argument over as it is.

    Args:
        command: The batch file, as a whole path, and its arguments.

    Raises:
        ValueError: A line break or a null byte, which no quoting gets through, or a quotation mark in the path.
    """
    if '"' in command[0] or command[0].endswith("\\"):
        raise ValueError("a batch file's path cannot hold a quotation mark")
    if any(sign in each for each in command for sign in "\0\r\n"):
        raise ValueError("an argument of a batch file cannot hold a line break")
    return " ".join((f'"{_literal(command[0])}"', *map(_quoted, command[1:])))


def _quoted(argument: str) -> str:
    backslashes = len(argument) - len(argument.rstrip("\\"))
    return '"' + _literal(argument).replace('"', '""') + "\\" * backslashes + '"'


def _literal(text: str) -> str:
    # %cd:~,% is a variable's substring of no length: it ends what cmd.exe would take for the name of a variable.
    return text.replace("%", "%%cd:~,%")
