"""The manual page: that it has everything, and that what reads manual pages has nothing to say against it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kireji import __version__
from kireji.desktop.paths import Paths
from tests.support.packaging import module

manual, usage = module("manual"), module("usage")
PROGRAM = usage.program()
PAGE = manual.manual(PROGRAM, __version__, 1_700_000_000)


def _shown(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    page = tmp_path / "kireji.1"
    page.write_text(PAGE)
    return subprocess.run(["mandoc", *options, str(page)], capture_output=True, text=True, check=False)


def _words(tmp_path: Path) -> str:
    """The page as it is read, without what makes letters bold."""
    shown = _shown(tmp_path, "-T", "utf8", "-O", "width=1000")
    return re.sub(".\b", "", shown.stdout)


def test_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    assert _shown(tmp_path, "-T", "lint", "-W", "warning").stdout == ""


def test_every_command_and_every_option_is_in_it(tmp_path: Path) -> None:
    words = re.sub(r"\s+", " ", _words(tmp_path))
    for command in PROGRAM.walk():
        assert " ".join(("kireji", *command.path)) in words
        for option in command.options:
            assert ", ".join(option.names) in words
            assert re.sub(r"\s+", " ", option.text[1:]) in words


def test_indented_lines_of_the_help_keep_their_form(tmp_path: Path) -> None:
    words = _words(tmp_path)
    assert '{"prompt": "...", "image": "path or address", "id": "..."}' in words
    assert "id=$(kireji batch add questions.jsonl --yes) && kireji batch run $id" in words


def test_version_and_day_are_those_that_were_given() -> None:
    assert PAGE.startswith(f'.TH KIREJI 1 "2023-11-14" "Kireji {__version__}"')


def test_the_folders_it_names_are_those_of_the_program() -> None:
    paths = Paths.find({"HOME": "/home/ada"})
    for path in (paths.settings, paths.config / "mcp.json", f"{paths.data}/", f"{paths.logs}/"):
        assert f".B {manual.plain(str(path).replace('/home/ada', '~'))}" in PAGE


@pytest.mark.parametrize("text", [".TH in the text", "'in the text", "a\\b", "-x"])
def test_no_text_is_an_order_to_the_typesetter(text: str, tmp_path: Path) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    page = f'.TH X 1 "2023-11-14"\n.SH NAME\nx \\- y\n.SH B\n{manual.plain(text)}\n'
    (tmp_path / "x.1").write_text(page)
    shown = subprocess.run(["mandoc", "-T", "utf8", str(tmp_path / "x.1")], capture_output=True, text=True, check=True)
    assert text in re.sub(".\b", "", shown.stdout)
