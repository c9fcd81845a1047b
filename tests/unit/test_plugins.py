"""What plugin authors import: marking functions, and the values they give back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kireji import plugins
from kireji.core.tool_ports import FetchedPage
from kireji.plugins import Field, File, Image, Refused, ToolError, options_of, tool


def test_a_marked_function_stays_what_it_is() -> None:
    def count(text: str) -> int:
        return len(text)

    assert tool(count) is count
    assert count("abc") == 3


def test_without_options_the_worst_is_assumed() -> None:
    @tool
    def count() -> None: ...

    options = options_of(count)
    assert options is not None
    assert (options.read_only, options.open_world, options.asks_always, options.seconds) == (False, True, False, 60)


def test_options_are_kept() -> None:
    @tool(name="words", title="Count", read_only=True, open_world=False, asks_always=True, seconds=5)
    def count() -> None: ...

    options = options_of(count)
    assert options is not None
    assert (options.name, options.title, options.read_only, options.open_world) == ("words", "Count", True, False)
    assert (options.asks_always, options.seconds) == (True, 5)


def test_empty_parentheses_mark_too() -> None:
    @tool()
    def count() -> None: ...

    assert options_of(count) is not None


def test_what_is_not_marked_has_no_options() -> None:
    assert options_of(len) is None
    assert options_of("text") is None


@pytest.mark.parametrize("value", [3, "name", int, object()])
def test_only_functions_can_be_marked(value: object) -> None:
    with pytest.raises(TypeError, match="marks functions"):
        tool(value)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "options", [{"readonly": True}, {"seconds": 0}, {"seconds": 3601}, {"seconds": "1"}, {"name": 3}]
)
def test_a_wrong_option_is_said_at_once(options: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="@tool"):
        tool(**options)  # type: ignore[call-overload]


def test_a_picture_is_made_of_bytes_or_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(b"png")
    assert Image(b"png").data == Image(tmp_path / "dot.png").data == Image(str(tmp_path / "dot.png")).data == b"png"


def test_a_file_has_the_name_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(b"a,b")
    file = File(tmp_path / "table.csv", "text/csv")
    assert (file.data, file.media_type, file.name) == (b"a,b", "text/csv", "table.csv")
    assert File(b"a,b", name="other.csv").name == "other.csv"
    assert File(b"a,b").name == ""


def test_a_refusal_is_an_error_of_the_tool() -> None:
    assert issubclass(Refused, ToolError)


def test_a_pattern_that_is_none_is_said_at_once() -> None:
    with pytest.raises(re.error, match="unterminated"):
        Field(pattern="(")


def test_a_page_is_read_in_its_character_set() -> None:
    page = FetchedPage("https://a.example/", 200, "text/html", "für".encode("latin-1"), "latin-1")
    assert page.text == "für"
    assert page._replace(charset="").text == "f�r"
    assert page._replace(body=b"plain", charset="klingon").text == "plain"


def test_authors_find_what_is_documented() -> None:
    assert {"tool", "ToolError", "Context", "Image", "File", "Field"} <= set(plugins.__all__)
