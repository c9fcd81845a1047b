"""What macOS reads about the app: Info.plist, its texts in other languages, and the oldest macOS it runs on."""

from __future__ import annotations

import plistlib
import re
from pathlib import Path

import pytest

from kireji import __version__
from kireji.core.identity import APP_ID
from tests.support import packaging

FOLDER = packaging.ROOT / "packaging" / "macos"
bundle = packaging.module("bundle", FOLDER)
LANGUAGES = ("en", "de", "zh-Hans", "ar")


def test_the_property_list_can_be_written_and_says_the_version() -> None:
    made = plistlib.loads(plistlib.dumps(bundle.info_plist(__version__, APP_ID, (14, 0))))
    assert made["CFBundleIdentifier"] == APP_ID
    assert made["CFBundleShortVersionString"] == __version__
    assert made["LSMinimumSystemVersion"] == "14.0"


@pytest.mark.parametrize(("version", "compared"), [("1.2.3", "1.2.3"), ("1.3.0.dev1", "1.3.0"), ("2.0rc1", "2.0")])
def test_the_version_that_macos_compares_has_digits_alone(version: str, compared: str) -> None:
    assert bundle.info_plist(version, APP_ID, (14, 0))["CFBundleVersion"] == compared


def test_it_lives_in_the_menu_bar() -> None:
    assert bundle.info_plist("1.0", APP_ID, (14, 0))["LSUIElement"] is True


def test_servers_in_the_own_network_can_be_asked_for() -> None:
    """Without this text macOS 15 and newer refuse without asking."""
    assert bundle.info_plist("1.0", APP_ID, (14, 0))["NSLocalNetworkUsageDescription"]


def test_every_language_says_every_reason() -> None:
    keys = set(bundle.reasons("en"))
    for language in LANGUAGES:
        said = bundle.reasons(language)
        assert set(said) == keys
        assert all(said.values())


def test_no_two_languages_say_the_same() -> None:
    texts = [text for language in LANGUAGES for text in set(bundle.reasons(language).values())]
    assert len(texts) == len(set(texts))


def test_the_program_s_own_languages_are_all_there() -> None:
    own = {path.stem.removeprefix("kireji_") for path in (packaging.ROOT / "resources/translations").glob("*.qm")}
    theirs = {"zh_CN": "zh-Hans"}
    assert {theirs.get(name, name) for name in own} | {"en"} == set(LANGUAGES)


def test_the_texts_of_a_language_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    table = bundle.write_strings(tmp_path)
    assert [(place, kind) for place, _, kind in table] == [
        (f"{language}.lproj/InfoPlist.strings", "DATA") for language in LANGUAGES
    ]
    for language, (_, file, _) in zip(LANGUAGES, table, strict=True):
        lines = Path(file).read_text("utf-8").splitlines()
        assert dict(re.fullmatch(r'"(\w+)" = "(.+)";', line).groups() for line in lines) == bundle.reasons(language)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tags", "python", "least"),
    [
        ([["py3-none-any"]], "", (11, 0)),
        ([["cp313-cp313-macosx_14_0_arm64"]], "", (14, 0)),
        ([["cp313-cp313-macosx_14_0_x86_64"]], "", (11, 0)),
        ([["cp39-abi3-macosx_13_0_universal2"], ["cp313-cp313-macosx_11_0_arm64"]], "", (13, 0)),
        ([["cp313-cp313-macosx_10_13_x86_64.macosx_12_3_arm64"]], "", (12, 3)),
        ([["cp39-abi3-macosx_15_0_arm64", "cp39-abi3-macosx_12_0_universal2"]], "", (12, 0)),
        ([["py3-none-any"]], "15", (15, 0)),
        ([["cp313-cp313-macosx_14_0_arm64"]], "10.15", (14, 0)),
    ],
)
def test_the_oldest_macos_is_the_one_that_all_packages_run_on(
    tags: list[list[str]], python: str, least: tuple[int, int]
) -> None:
    assert bundle.least_system(tags, "arm64", python) == least


def test_the_tags_of_installed_packages_are_read(tmp_path: Path) -> None:
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (info / "WHEEL").write_text(
        "Wheel-Version: 1.0\nTag: cp313-cp313-macosx_14_0_arm64\nTag: cp313-cp313-macosx_13_0_arm64\n"
    )
    assert bundle.installed_tags(tmp_path) == [["cp313-cp313-macosx_14_0_arm64", "cp313-cp313-macosx_13_0_arm64"]]


def test_what_is_installed_here_has_tags() -> None:
    assert any(tag.endswith("-any") for package in bundle.installed_tags() for tag in package)


def test_the_entitlements_allow_what_is_needed_and_no_more() -> None:
    allowed = plistlib.loads((FOLDER / "entitlements.plist").read_bytes())
    assert allowed == {
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.cs.disable-library-validation": True,
    }
