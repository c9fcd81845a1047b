"""`kireji updates`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kireji.core.update_ports import UpdateSource
from kireji.core.updates import envelope, id_of, signed_bytes
from tests.fakes.updates import FakeSignatures
from tests.fakes.world import World
from tests.support.releases import file, release
from tests.unit.cli.conftest import Kireji

ADDRESS = "https://kireji.example/stable.json"
KEY = b"k" * 32
TEXT = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


def listed(**fields: Any) -> bytes:
    payload = msgspec.json.encode(release(**fields))
    return envelope(payload, [(id_of(KEY), FakeSignatures.sign(KEY, signed_bytes(payload)))])


@pytest.fixture
def world() -> World:
    made = World(update_source=UpdateSource(ADDRESS, (TEXT,)))
    made.release_lists.lists[ADDRESS] = listed()
    return made


def test_by_itself_it_only_says_what_is_known(kireji: Kireji, world: World) -> None:
    outcome = kireji("updates")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "Kireji 0.1.0. Nothing is known of newer versions.",
        "The app does not ask by itself. To let it ask once a day: kireji updates allow",
    ]
    assert world.ledger.rows == []


def test_a_check_by_hand_asks_once_and_shows_what_is_new(kireji: Kireji, world: World) -> None:
    outcome = kireji("updates", "check")
    assert outcome.code == 0
    assert "Kireji 9.0.0 is there (2026-11-21); 0.1.0 runs." in outcome.out
    assert "## What is new\n\n- It works" in outcome.out
    assert "https://kireji.example/kireji_9.0.0_amd64.deb (90000000 bytes)" in outcome.out
    assert "sudo apt install ./kireji_9.0.0_amd64.deb" in outcome.out
    assert [row.purpose for row in world.ledger.rows] == ["update check"]


def test_what_was_found_is_still_known(kireji: Kireji) -> None:
    kireji("updates", "check")
    assert "Kireji 9.0.0 is there" in kireji("updates").out


def test_json_says_everything(kireji: Kireji) -> None:
    found = json.loads(kireji("updates", "check", "--json").out)
    assert (found["version"], found["newer"], found["newest"]["version"]) == ("0.1.0", True, "9.0.0")
    assert found["file"]["name"] == "kireji_9.0.0_amd64.deb"
    assert found["keys"] == [id_of(KEY)]
    assert json.loads(kireji("updates", "--json").out) == found


def test_the_newest_version_is_said_to_be_it(kireji: Kireji, world: World) -> None:
    world.release_lists.lists[ADDRESS] = listed(version="0.1.0")
    assert "Kireji 0.1.0 is the newest version" in kireji("updates", "check").out


def test_a_list_that_is_not_believed_is_one_line_and_a_failure(kireji: Kireji, world: World) -> None:
    world.release_lists.lists[ADDRESS] = b"<html>"
    outcome = kireji("updates", "check")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "kireji: What came from the address of updates is no list of versions, or it is damaged. "
        "Nothing of it was used. Try again later; if it stays so, look at the download page.\n"
    )


def test_allowing_and_forbidding_is_kept(kireji: Kireji, world: World) -> None:
    assert kireji("updates", "allow").code == 0
    assert world.settings.tables["updates"] == {"check": True}
    assert f"The app asks {ADDRESS} once a day." in kireji("updates").out
    assert kireji("updates", "off").code == 0
    assert world.settings.tables["updates"] == {"check": False}
    assert world.ledger.rows == []


def test_without_an_address_that_is_said(kireji: Kireji, world: World) -> None:
    world.update_source = UpdateSource()
    assert "No address is known that could be asked" in kireji("updates").out
    outcome = kireji("updates", "check")
    assert outcome.code == 1
    assert outcome.err.startswith("kireji: This copy of Kireji knows no address")
    assert "so nothing is asked" in kireji("updates", "allow").err


def test_what_is_no_version_cannot_be_skipped(kireji: Kireji) -> None:
    done = kireji("updates", "skip", "newest")
    assert (done.code, done.err) == (2, "kireji updates: “newest” is no version\n")


def test_a_version_can_be_skipped(kireji: Kireji) -> None:
    assert kireji("updates", "skip").code == 1
    kireji("updates", "check")
    assert kireji("updates", "skip").code == 0
    assert "You wanted to skip it." in kireji("updates").out


def test_a_downloaded_file_is_held_to_the_list(kireji: Kireji, world: World, tmp_path: Path) -> None:
    data = b"a package"
    named = file("kireji_9.0.0_amd64.deb", "linux", "x86_64", "deb", len(data), hashlib.sha256(data).hexdigest())
    world.release_lists.lists[ADDRESS] = listed(files=[named])
    path = tmp_path / "download.deb"
    path.write_bytes(data)
    assert kireji("updates", "verify", str(path)).err.startswith("kireji: There is no list of versions")
    kireji("updates", "check")
    good = kireji("updates", "verify", str(path))
    assert good.out == "download.deb is kireji_9.0.0_amd64.deb of version 9.0.0, as it was signed.\n"
    assert json.loads(kireji("updates", "verify", str(path), "--json").out)["ok"] is True
    path.write_bytes(b"something else")
    bad = kireji("updates", "verify", str(path))
    assert bad.code == 1
    assert "Do not install it." in bad.err


def test_a_file_is_held_to_a_list_from_elsewhere(kireji: Kireji, tmp_path: Path) -> None:
    path = tmp_path / "download.deb"
    path.write_bytes(b"x")
    list_file = tmp_path / "list.json"
    list_file.write_bytes(b"no list")
    outcome = kireji("updates", "verify", str(path), "--list", str(list_file))
    assert outcome.code == 1
    assert "is no list of versions" in outcome.err
    missing = kireji("updates", "verify", str(path), "--list", str(tmp_path / "missing"))
    assert missing.err == f"kireji: {tmp_path / 'missing'} cannot be read: no such file or directory.\n"
