"""`kireji help` over the pages that travel with the program."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kireji.cli.help import run
from kireji.cli.parser import parse


def test_without_a_topic_the_pages_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["help"])) == 0
    assert capsys.readouterr().out.startswith("first-steps")


def test_a_page_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["help", "prompts"])) == 0
    assert capsys.readouterr().out.startswith("Prompts\n=======\n")


def test_a_title_of_several_words_needs_no_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["help", "first", "steps"])) == 0
    assert capsys.readouterr().out.startswith("First steps\n")


def test_a_wrong_name_is_told_with_close_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["help", "promts"])) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("kireji help: there is no page called “promts”. Did you mean prompts")


def test_the_search_lists_places(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["help", "--search", "keychain"])) == 0
    assert "keys" in {line.split()[0] for line in capsys.readouterr().out.splitlines()}


def test_a_search_without_a_result_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parse(["help", "--search", "qwxyz"])) == 1
    assert "nothing found" in capsys.readouterr().err


def test_it_opens_neither_services_nor_qt() -> None:
    code = (
        "import sys; from kireji.__main__ import main; main(['help', 'keys'])\n"
        "print([name for name in ('PySide6', 'sqlite3', 'httpx', 'kireji.services') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.endswith("[]\n")
