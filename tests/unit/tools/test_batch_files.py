"""Command lines for batch files of Windows."""

from __future__ import annotations

import pytest

from kireji.tools.batch_files import batch_line, is_batch_file


@pytest.mark.parametrize("name", ["npx.cmd", "NPX.CMD", "run.bat", "run.bat .", r"C:\nodejs\npx.cmd"])
def test_batch_files_are_known_by_their_ending(name: str) -> None:
    assert is_batch_file(name)


@pytest.mark.parametrize("name", ["node.exe", "cmd", "npx.cmd.exe", r"C:\x.cmd\node"])
def test_other_programs_are_none(name: str) -> None:
    assert not is_batch_file(name)


@pytest.mark.parametrize(
    ("argument", "quoted"),
    [
        ("", '""'),
        ("plain", '"plain"'),
        ("two words", '"two words"'),
        ("https://x/?a=1&b=2", '"https://x/?a=1&b=2"'),
        ('" & calc', '""" & calc"'),
        ("%PATH%", '"%%cd:~,%PATH%%cd:~,%"'),
        ("C:\\folder\\", '"C:\\folder\\\\"'),
    ],
)
def test_an_argument_is_quoted_whatever_it_holds(argument: str, quoted: str) -> None:
    assert batch_line([r"C:\nodejs\npx.cmd", argument]) == rf'"C:\nodejs\npx.cmd" {quoted}'


@pytest.mark.parametrize("argument", ["a\nb", "a\rb", "a\0b"])
def test_what_no_quoting_gets_through_is_refused(argument: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        batch_line(["npx.cmd", argument])


def test_a_path_with_a_quotation_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="quotation mark"):
        batch_line(['a".cmd'])
