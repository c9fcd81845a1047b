"""The order in which the app is signed, notarised and packed; the commands are noted, none runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import packaging

apple = packaging.module("apple", packaging.ROOT / "packaging" / "macos")

IDENTITY = {"KIREJI_CODESIGN_IDENTITY": "Developer ID Application: Anna Beck (ABC123)"}
NOTARY = {"KIREJI_NOTARY_KEY": "/k.p8", "KIREJI_NOTARY_KEY_ID": "K1", "KIREJI_NOTARY_ISSUER": "I1"}


class Commands:
    """Notes commands.

    Args:
        fails: The first words of the one that fails.
    """

    def __init__(self, fails: str = "") -> None:
        self.run: list[list[str]] = []
        self._fails = fails

    def __call__(self, command: list[str]) -> int:
        self.run.append(command)
        return int(bool(self._fails) and " ".join(command).startswith(self._fails))

    @property
    def steps(self) -> list[str]:
        """The programs in their order, with what notarytool, stapler and security are told to do."""
        return [
            " ".join(command[1:3]) if command[0] == "xcrun" else command[1] if command[0] == "security" else command[0]
            for command in self.run
        ]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "Kireji.app"
    folder.mkdir()
    return folder


def test_without_a_certificate_it_is_signed_by_nobody_and_packed(
    app: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Commands()
    apple.make_image(app, tmp_path / "k.dmg", {}, commands)
    assert commands.steps == ["codesign", "codesign", "ditto", "hdiutil"]
    assert commands.run[0][:4] == ["codesign", "--force", "--sign", "-"]
    said = capsys.readouterr().err
    assert "signed by nobody" in said
    assert "not notarised" in said


def test_with_a_certificate_the_image_is_signed_too(app: Path, tmp_path: Path) -> None:
    commands = Commands()
    apple.make_image(app, tmp_path / "k.dmg", IDENTITY, commands)
    assert commands.steps == ["codesign", "codesign", "ditto", "hdiutil", "codesign"]
    assert commands.run[-1][-1] == str(tmp_path / "k.dmg")


def test_apple_s_answer_is_in_the_app_before_it_is_packed(app: Path, tmp_path: Path) -> None:
    commands = Commands()
    apple.make_image(app, tmp_path / "k.dmg", IDENTITY | NOTARY, commands)
    assert commands.steps == [
        *("codesign", "codesign"),
        *("ditto", "notarytool submit", "stapler staple"),
        *("ditto", "hdiutil", "codesign"),
        *("notarytool submit", "stapler staple"),
        *("codesign", "spctl", "stapler validate", "spctl"),
    ]


def test_the_app_is_signed_with_the_hardened_runtime_and_a_time_stamp(app: Path) -> None:
    command = apple.signing(app, IDENTITY["KIREJI_CODESIGN_IDENTITY"])
    assert "--timestamp" in command
    assert command[command.index("--options") + 1] == "runtime"
    assert Path(command[command.index("--entitlements") + 1]).is_file()


def test_an_image_needs_neither(tmp_path: Path) -> None:
    assert "--options" not in apple.signing(tmp_path / "k.dmg", "Somebody")


def test_notarising_without_a_certificate_is_refused(app: Path, tmp_path: Path) -> None:
    with pytest.raises(apple.Refused, match="CODESIGN_IDENTITY"):
        apple.make_image(app, tmp_path / "k.dmg", NOTARY, Commands())


@pytest.mark.parametrize("missing", NOTARY)
def test_half_an_account_is_refused_before_anything_is_signed(app: Path, tmp_path: Path, missing: str) -> None:
    commands = Commands()
    given = {name: value for name, value in NOTARY.items() if name != missing}
    with pytest.raises(apple.Refused, match=missing):
        apple.make_image(app, tmp_path / "k.dmg", IDENTITY | given, commands)
    assert commands.run == []


@pytest.mark.parametrize("fails", ["codesign --force", "xcrun notarytool", "xcrun stapler", "hdiutil", "spctl"])
def test_nothing_goes_on_after_a_step_that_failed(app: Path, tmp_path: Path, fails: str) -> None:
    commands = Commands(fails)
    with pytest.raises(apple.Refused, match="failed with code 1"):
        apple.make_image(app, tmp_path / "k.dmg", IDENTITY | NOTARY, commands)
    assert " ".join(commands.run[-1]).startswith(fails)


def test_the_certificate_goes_into_a_keychain_of_its_own(tmp_path: Path) -> None:
    commands = Commands()
    given = {"KIREJI_CERTIFICATE": "/c.p12", "KIREJI_CERTIFICATE_PASSWORD": "canary", "RUNNER_TEMP": str(tmp_path)}
    assert apple.make_keychain(given, commands).parent == tmp_path
    assert commands.steps == [
        *("create-keychain", "set-keychain-settings", "unlock-keychain"),
        *("import", "set-key-partition-list", "list-keychains"),
    ]


@pytest.mark.parametrize("step", ["create-keychain", "import"])
def test_what_fails_there_shows_no_password(tmp_path: Path, step: str) -> None:
    given = {"KIREJI_CERTIFICATE": "/c.p12", "KIREJI_CERTIFICATE_PASSWORD": "canary", "RUNNER_TEMP": str(tmp_path)}
    with pytest.raises(apple.Refused) as caught:
        apple.make_keychain(given, Commands(f"security {step}"))
    assert str(caught.value) == f"security {step} failed."


def test_a_missing_certificate_is_named() -> None:
    with pytest.raises(apple.Refused, match="KIREJI_CERTIFICATE"):
        apple.make_keychain({}, Commands())
