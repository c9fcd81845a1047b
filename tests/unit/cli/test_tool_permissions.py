"""`kireji tools allow`, `deny`, `permissions`, `revoke`, `trust`, `distrust` and `log`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kireji.core.permissions import Grant, Pattern
from kireji.core.tools import Place, PlaceKind
from tests.fakes.tools import FakeToolSource, make_tool
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

READ = make_tool("read", "plugin:files", places=(Place("path", PlaceKind.PATH),))
FETCH = make_tool("fetch", "plugin:files", places=(Place("url", PlaceKind.ADDRESS),))
RUN = make_tool("run", "built-in", asks_always=True)


@pytest.fixture(autouse=True)
def source(world: World) -> FakeToolSource:
    files = FakeToolSource(READ, FETCH, name="plugin:files")
    world.tool_sources.found = [FakeToolSource(RUN, name="built-in"), files]
    return files


def kept(world: World) -> list[Grant]:
    return list(world.permissions.kept.values())


def permissions(kireji: Kireji) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(kireji("tools", "permissions", "--json").out)["permissions"]
    return found


class TestAllow:
    def test_a_tool_is_allowed_for_everything(self, world: World, kireji: Kireji) -> None:
        result = kireji("tools", "allow", "read")
        assert result.out == "files__read is allowed for everything (number 1).\n"
        assert result.err == "That ends when plugin:files changes.\n"
        [grant] = kept(world)
        assert (grant.tool, grant.source, grant.fingerprint, grant.allows) == ("read", "plugin:files", "f1", True)
        assert (grant.pattern, grant.until, grant.conversation) == (Pattern(), None, None)

    def test_for_a_folder_with_every_link_followed(
        self, world: World, kireji: Kireji, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")
        monkeypatch.chdir(tmp_path)
        assert kireji("tools", "allow", "read", "--folder", "link").code == 0
        assert [grant.pattern for grant in kept(world)] == [Pattern(folder=str(tmp_path / "real"))]

    @pytest.mark.parametrize("host", ["Example.COM", "https://example.com/page", "example.com:443"])
    def test_for_a_host(self, world: World, kireji: Kireji, host: str) -> None:
        assert kireji("tools", "allow", "fetch", "--host", host).code == 0
        assert [grant.pattern for grant in kept(world)] == [Pattern(host="example.com")]

    def test_until_the_end_of_a_day_here(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        result = kireji("tools", "allow", "read", "--folder", str(tmp_path), "--until", "2999-12-31")
        assert "until 2999-12-31 23:59" in result.out
        [grant] = kept(world)
        assert grant.until is not None
        assert grant.until.utcoffset() == timedelta(0)
        assert f"{grant.until.astimezone():%Y-%m-%d %H:%M}" == "2999-12-31 23:59"
        assert grant.pattern.folder == str(tmp_path)

    @pytest.mark.parametrize(
        ("argv", "words"),
        [
            (("read", "--host", "example.com"), "names no address"),
            (("fetch", "--folder", "/"), "names no file or folder"),
            (("read", "--folder", "/nowhere/at/all"), "is no folder"),
            (("fetch", "--host", "no host"), "is no name of a host"),
            (("run",), "asks every time"),
            (("nothing",), "no tool with the name"),
        ],
    )
    def test_what_would_not_hold_is_refused(
        self, world: World, kireji: Kireji, argv: tuple[str, ...], words: str
    ) -> None:
        result = kireji("tools", "allow", *argv)
        assert (result.code, result.out) == (1, "")
        assert words in result.err
        assert kept(world) == []

    def test_a_denial_of_the_tool_is_taken_back(self, world: World, kireji: Kireji) -> None:
        kireji("tools", "deny", "read")
        result = kireji("tools", "allow", "read")
        assert "It was denied (number 1); that is taken back." in result.err
        assert [(grant.id, grant.allows) for grant in kept(world)] == [(2, True)]

    def test_a_denial_of_the_source_is_not(self, world: World, kireji: Kireji) -> None:
        kireji("tools", "deny", "plugin:files")
        result = kireji("tools", "allow", "read")
        assert (result.code, "kireji tools revoke 1" in result.err) == (1, True)
        assert [grant.allows for grant in kept(world)] == [False]


class TestDeny:
    def test_a_tool_is_denied(self, world: World, kireji: Kireji) -> None:
        assert kireji("tools", "deny", "read").out == "Calls of files__read are refused (number 1).\n"
        assert [(grant.tool, grant.allows) for grant in kept(world)] == [("read", False)]

    def test_a_source_is_denied(self, world: World, kireji: Kireji) -> None:
        assert "every tool of plugin:files" in kireji("tools", "deny", "plugin:files").out
        assert [(grant.tool, grant.source) for grant in kept(world)] == [("", "plugin:files")]


class TestPermissions:
    def test_they_say_for_what_and_until_when(self, kireji: Kireji, tmp_path: Path) -> None:
        kireji("tools", "allow", "read", "--folder", str(tmp_path))
        kireji("tools", "deny", "plugin:files")
        lines = kireji("tools", "permissions").out.splitlines()
        assert lines[1].split() == ["2", "plugin:files", "all", "denied", "everything", "-"]
        assert lines[2].split() == ["1", "plugin:files", "read", "allowed", "files", "in", str(tmp_path), "-"]
        assert [one["folder"] for one in permissions(kireji)] == [None, str(tmp_path)]

    def test_those_that_no_longer_hold_say_why(self, world: World, source: FakeToolSource, kireji: Kireji) -> None:
        kireji("tools", "allow", "read")
        kireji("tools", "allow", "fetch", "--until", "2999-01-01")
        world.clock.advance(10**9)
        source.fingerprint = "f2"
        assert "void: it has changed" in kireji("tools", "permissions").out
        world.tool_sources.found = []
        assert "void: it is not there" in kireji("tools", "permissions").out

    def test_one_that_is_over_says_so(self, world: World, kireji: Kireji) -> None:
        until = datetime(2020, 1, 1, tzinfo=UTC)
        world.permissions.kept[1] = Grant(1, "read", "plugin:files", "f1", True, Pattern(), None, until, until)
        assert "over since 2020-01-01" in kireji("tools", "permissions").out

    def test_without_any_that_is_said(self, kireji: Kireji) -> None:
        result = kireji("tools", "permissions")
        assert (result.code, result.out) == (0, "")
        assert "Nothing was allowed or denied" in result.err

    def test_one_is_taken_back(self, world: World, kireji: Kireji) -> None:
        kireji("tools", "allow", "read")
        assert kireji("tools", "revoke", "1").out == "Number 1 is taken back.\n"
        assert kept(world) == []
        result = kireji("tools", "revoke", "1")
        assert (result.code, "no permission 1" in result.err) == (1, True)


class TestTrust:
    def test_a_source_is_believed_by_id_or_name(self, kireji: Kireji) -> None:
        assert kireji("tools", "trust", "plugin:files").out == (
            "What plugin:files says of its tools is believed until it changes.\n"
        )
        kireji("tools", "distrust", "files")
        assert "not believed" in kireji("tools", "show", "plugin:files").out

    def test_a_source_that_has_changed_is_not_believed_any_more(self, source: FakeToolSource, kireji: Kireji) -> None:
        kireji("tools", "trust", "files")
        source.fingerprint = "f2"
        assert "is not believed" in kireji("tools", "show", "plugin:files").out

    def test_the_built_in_tools_need_none(self, kireji: Kireji) -> None:
        result = kireji("tools", "distrust", "built-in")
        assert (result.code, "always believed" in result.err) == (1, True)

    def test_a_name_that_two_have_must_be_said_whole(self, world: World, kireji: Kireji) -> None:
        world.tool_sources.found.append(FakeToolSource(name="mcp:files"))
        result = kireji("tools", "trust", "files")
        assert (result.code, "plugin:files, mcp:files" in result.err) == (1, True)

    def test_a_name_that_is_nobodys_gets_the_nearest(self, kireji: Kireji) -> None:
        assert "Did you mean plugin:files?" in kireji("tools", "trust", "plugin:file").err


class TestLog:
    def test_it_tells_what_was_decided_newest_first(self, kireji: Kireji) -> None:
        kireji("tools", "call", "read", "--yes")
        kireji("tools", "call", "fetch")
        lines = kireji("tools", "log").out.splitlines()
        assert lines[1].split()[2:] == ["plugin:files", "fetch", "refused", "nobody", "new", "-", "{}"]
        assert lines[2].split()[2:] == ["plugin:files", "read", "allowed", "person", "new", "-", "{}"]
        assert len(kireji("tools", "log", "-n", "1").out.splitlines()) == 2

    def test_json_has_all_that_is_kept(self, kireji: Kireji) -> None:
        text = "x" * 500
        kireji("tools", "call", "read", f"path={text}", "--yes")
        [one] = json.loads(kireji("tools", "log", "--json").out)["decisions"]
        assert (one["tool"], one["allowed"], one["by"], one["scope"], one["outside"]) == (
            "read",
            True,
            "person",
            "once",
            [],
        )
        assert json.loads(one["arguments"]) == {"path": text}
        assert text not in kireji("tools", "log").out

    def test_of_one_conversation(self, kireji: Kireji) -> None:
        kireji("tools", "call", "read", "--yes")
        result = kireji("tools", "log", "--conversation", "3")
        assert (result.out, result.err) == ("", "Nothing was decided yet.\n")
