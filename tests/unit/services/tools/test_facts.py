"""What the rule has to know of a call: whole paths, hosts, and one digest for the same arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from kireji.core.permissions import CallFacts
from kireji.core.tools import Arguments, Place, PlaceKind
from kireji.services.tools.facts import call_facts, digest, own_folder, whole_path
from tests.fakes.tools import make_tool

TOOL = make_tool(places=(Place("path", PlaceKind.PATH), Place("url", PlaceKind.ADDRESS)))


def facts(arguments: Arguments) -> CallFacts:
    return call_facts(TOOL, arguments, fingerprint="f", trusted=False, conversation=1, outside=frozenset())


def test_links_and_steps_upwards_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    real = str((tmp_path / "real").resolve())
    assert facts({"path": f"{tmp_path}/link/../link/a"}).paths == {"path": f"{real}/a"}
    assert facts({"path": f"{tmp_path}/real/./b/../a"}).paths == {"path": f"{real}/a"}


def test_the_home_folder_is_written_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert whole_path("~/notes") == str(tmp_path.resolve() / "notes")


@pytest.mark.parametrize("value", ["relative/path", "", "a\0b", ".", "~nobody-has-this-name/x"])
def test_a_path_that_depends_on_where_a_program_works_is_no_place(value: str) -> None:
    assert facts({"path": value}).paths == {"path": ""}


@pytest.mark.parametrize("value", [1, True, {"a": "/x"}, 1.5])
def test_what_is_no_text_is_no_place(value: object) -> None:
    assert facts({"path": value, "url": value}).paths == {"path": ""}
    assert facts({"path": value, "url": value}).hosts == {"url": ""}


def test_every_path_of_a_list_counts() -> None:
    assert facts({"path": ["/a", "relative", 3]}).paths == {"path[0]": "/a", "path[1]": "", "path[2]": ""}


def test_an_argument_that_is_not_there_is_no_place() -> None:
    assert (facts({}).paths, facts({"path": None}).paths) == ({}, {})


def test_a_place_that_is_left_out_is_where_the_tool_says_it_is_then() -> None:
    schema = b"""{"type": "object", "required": ["path"], "properties": {
        "path": {"type": "string"}, "to": {"type": "string", "default": "/else/where"},
        "log": {"type": "string"}, "backup": {"default": null}
    }}"""
    places = tuple(Place(name, PlaceKind.PATH) for name in ("path", "to", "log", "backup"))
    tool = make_tool(schema=schema, places=places)
    found = call_facts(tool, {"path": "/a/b"}, fingerprint="f", trusted=False, conversation=1, outside=frozenset())
    assert found.paths == {"path": "/a/b", "to": "/else/where", "log": ""}


def test_an_address_is_its_host() -> None:
    assert facts({"url": "https://Example.org/a"}).hosts == {"url": "example.org"}


def test_the_same_arguments_have_one_digest() -> None:
    assert digest({"a": 1, "b": {"c": "é", "d": 2}}) == digest({"b": {"d": 2, "c": "é"}, "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


def test_the_folder_of_a_file_in_the_root_is_none() -> None:
    assert (own_folder("/x"), own_folder("/"), own_folder("")) == ("", "", "")
