"""What desktops and software centres read: the desktop file, the metadata, the icons."""

from __future__ import annotations

import configparser
import gzip
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from kireji import __version__
from kireji.cli.parser import parse
from kireji.core.identity import APP_ID
from tests.support.packaging import module

share, words = module("share"), module("words")
COMMAND = "/usr/bin/kireji"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as usr/share."""
    folder = tmp_path_factory.mktemp("share")
    share.add_share(folder, COMMAND)
    return folder


@pytest.fixture(scope="module")
def entry(made: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(made / f"applications/{APP_ID}.desktop", "utf-8")
    return parser


def _validated(*command: str) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, ""), told.stdout + told.stderr
    assert not [line for line in told.stdout.splitlines() if line.startswith(("E:", "W:"))], told.stdout


def test_the_desktop_file_is_valid(made: Path) -> None:
    _validated("desktop-file-validate", "--warn-kde", str(made / f"applications/{APP_ID}.desktop"))


def test_the_metadata_is_valid(made: Path) -> None:
    _validated("appstreamcli", "validate", "--no-net", "--no-color", str(made / f"metainfo/{APP_ID}.metainfo.xml"))


def test_every_action_is_a_command_that_the_program_takes(entry: configparser.ConfigParser) -> None:
    actions = entry["Desktop Entry"]["Actions"].rstrip(";").split(";")
    assert actions == ["capture", "window", "clipboard", "selection"]
    for action in actions:
        program, *arguments = shlex.split(entry[f"Desktop Action {action}"]["Exec"])
        assert program == COMMAND
        assert parse(arguments).command == "capture"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_comment_and_actions_are_translated(entry: configparser.ConfigParser, language: str) -> None:
    assert entry["Desktop Entry"][f"Comment[{language}]"] != entry["Desktop Entry"]["Comment"]
    for action in entry["Desktop Entry"]["Actions"].rstrip(";").split(";"):
        group = entry[f"Desktop Action {action}"]
        assert group[f"Name[{language}]"] != group["Name"]


def test_a_text_without_translation_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="no translation in ar"):
        words.translations("Nobody has ever said this")


def test_the_metadata_names_desktop_file_and_version(made: Path) -> None:
    root = ET.parse(made / f"metainfo/{APP_ID}.metainfo.xml").getroot()
    assert root.findtext("id") == APP_ID
    assert root.findtext("launchable") == f"{APP_ID}.desktop"
    release = root.find("releases/release")
    assert release is not None
    assert release.get("version") == __version__


def test_icons_are_there_in_every_size_and_without_size(made: Path) -> None:
    for size in (16, 22, 32, 48, 64, 128, 256):
        with Image.open(made / f"icons/hicolor/{size}x{size}/apps/{APP_ID}.png") as icon:
            assert icon.size == (size, size)
    assert ET.parse(made / f"icons/hicolor/scalable/apps/{APP_ID}.svg").getroot().tag.endswith("svg")


def test_the_same_is_made_each_time(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(share.epoch()))
    monkeypatch.setenv("COLUMNS", "40")
    share.add_share(tmp_path, COMMAND)
    files = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    for file in files:
        assert (made / file).read_bytes() == (tmp_path / file).read_bytes(), file


def test_the_manual_page_is_packed_without_a_time(made: Path) -> None:
    packed = (made / "man/man1/kireji.1.gz").read_bytes()
    assert packed[4:8] == bytes(4)
    assert gzip.decompress(packed).startswith(b".TH KIREJI 1")
