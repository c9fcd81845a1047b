"""The names under which tools are offered: what providers take, and no two alike."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.tool_names import LONGEST, distinct, tool_name
from kireji.core.tools import Tool

TAKEN_BY_PROVIDERS = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


def named(name: str, source: str, own_name: str) -> Tool:
    return Tool(name, own_name, source, "", "", b"{}", b"{}")


def test_a_built_in_tool_keeps_its_name() -> None:
    assert tool_name("read_file") == "read_file"


def test_a_tool_of_a_plugin_or_a_server_carries_its_name() -> None:
    assert tool_name("word_count", "text") == "text__word_count"


def test_what_providers_refuse_is_replaced() -> None:
    assert tool_name("files.read/all", "my server") == "my_server__files_read_all"


def test_long_names_that_begin_alike_stay_apart() -> None:
    one, other = tool_name("a" * 80 + "1"), tool_name("a" * 80 + "2")
    assert (len(one), len(other)) == (LONGEST, LONGEST)
    assert one != other


def test_the_first_of_two_keeps_the_name_and_the_other_is_called_the_same_whatever_else_there_is() -> None:
    first, second = named("x", "mcp:a", "x"), named("x", "mcp:b", "x")
    third = named("x", "mcp:c", "x")
    assert distinct([first, second])[0].name == "x"
    assert distinct([first, second])[1].name == distinct([first, third, second])[2].name


def test_a_tool_cannot_take_the_name_that_another_gets_for_its_mark() -> None:
    marked = distinct([named("x", "mcp:a", "x"), named("x", "mcp:b", "x")])[1].name
    tools = distinct([named("x", "mcp:a", "x"), named(marked, "mcp:a", marked), named("x", "mcp:b", "x")])
    assert len({tool.name for tool in tools}) == 3


@given(st.text(max_size=100), st.text(max_size=100))
def test_every_name_is_one_that_providers_take(own: str, space: str) -> None:
    assert TAKEN_BY_PROVIDERS.match(tool_name(own, space))


@given(st.lists(st.tuples(st.sampled_from(["x", "y" * 64, "z"]), st.sampled_from("abc"), st.text(max_size=3))))
def test_no_two_are_alike(drawn: list[tuple[str, str, str]]) -> None:
    tools = distinct([named(name, f"mcp:{source}", own) for name, source, own in dict.fromkeys(drawn)])
    names = [tool.name for tool in tools]
    assert len(set(names)) == len(names)
    assert all(TAKEN_BY_PROVIDERS.match(name) for name in names)
