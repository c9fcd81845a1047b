"""A server's tools as tools of this program."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.tools import Hints, Outside
from kireji.tools.mcp.describing import LARGEST_SCHEMA, LONGEST_DESCRIPTION, ListedTool, core_tools

SCHEMA = {"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "integer"}}, "required": ["b"]}


def wire(**more: Any) -> dict[str, Any]:
    return {"name": "read.file", "inputSchema": SCHEMA, **more}


def test_a_tool() -> None:
    (tool,) = core_tools([ListedTool.of(wire(description="Reads."))], "my files")
    assert (tool.name, tool.own_name, tool.source) == ("my_files__read_file", "read.file", "mcp:my files")
    assert (tool.title, tool.description, tool.gives) == ("read.file", "Reads.", Outside.TOOL)
    assert json.loads(tool.schema) == SCHEMA
    assert list(json.loads(tool.schema)["properties"]) == ["b", "a"]
    assert not tool.places


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({"title": "One", "annotations": {"title": "Two"}}, "One"),
        ({"annotations": {"title": "Two\n lines"}}, "Two lines"),
        ({}, "read.file"),
    ],
)
def test_what_people_read(more: dict[str, Any], title: str) -> None:
    assert ListedTool.of(wire(**more)).title == title


@pytest.mark.parametrize(
    ("annotations", "hints"),
    [
        (None, Hints(read_only=False, open_world=True)),
        ({}, Hints(read_only=False, open_world=True)),
        ({"readOnlyHint": True}, Hints(read_only=True, open_world=True)),
        ({"readOnlyHint": "yes", "openWorldHint": 0}, Hints(read_only=False, open_world=True)),
        ({"readOnlyHint": True, "openWorldHint": False}, Hints(read_only=True, open_world=False)),
    ],
)
def test_hints_that_are_missing_are_the_worst(annotations: Any, hints: Hints) -> None:
    (tool,) = core_tools([ListedTool.of(wire(annotations=annotations))], "files")
    assert tool.hints == hints
    assert not tool.hints.pure


def test_a_name_that_stands_twice_counts_once() -> None:
    listed = [ListedTool.of(wire(description="first")), ListedTool.of(wire(description="second"))]
    assert [tool.description for tool in core_tools(listed, "files")] == ["first"]


def test_what_is_larger_than_any_model_reads_is_left_out_or_cut() -> None:
    large = ListedTool.of(wire(inputSchema={"type": "object", "description": "x" * LARGEST_SCHEMA}))
    assert core_tools([large], "files") == ()
    assert len(ListedTool.of(wire(description="x" * 20_000)).description) == LONGEST_DESCRIPTION


@given(
    st.dictionaries(st.sampled_from(["name", "title", "description", "annotations"]), st.text(max_size=9) | st.none())
)
def test_odd_words_break_nothing(odd: dict[str, Any]) -> None:
    if isinstance(odd.get("annotations"), str):
        del odd["annotations"]
    for tool in core_tools([ListedTool.of(wire() | odd)], "odd ünder \ud800 server"):
        assert tool.name.isascii()
        assert len(tool.name) <= 64
