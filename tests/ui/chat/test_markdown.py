from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.ui.chat.blocks import Align, Block, Kind, Run
from kireji.ui.chat.highlight import Highlighter
from kireji.ui.chat.markdown import LINE_BREAK, allowed_link, parse


def blocks(source: str) -> tuple[Block, ...]:
    return parse(source).blocks


def words(source: str) -> str:
    return "\n".join(block.text for block in blocks(source))


def test_a_heading_keeps_its_level() -> None:
    [block] = blocks("### Why")
    assert (block.kind, block.level, block.text) == (Kind.HEADING, 3, "Why")


def test_a_single_line_feed_stays_a_line_break() -> None:
    assert words("one\ntwo") == f"one{LINE_BREAK}two"


def test_numbered_items_count_from_their_start() -> None:
    assert [block.marker for block in blocks("7. a\n8. b\n")] == ["7", "8"]


def test_a_list_may_begin_at_zero() -> None:
    assert [block.marker for block in blocks("0. a\n1. b\n")] == ["0", "1"]


def test_nesting_is_a_path_of_lists_and_quotes() -> None:
    assert [(block.text, block.path) for block in blocks("> a\n> - b\n>   > c\n")] == [
        ("a", "q"),
        ("b", "ql"),
        ("c", "qlq"),
    ]


def test_an_item_that_begins_with_code_still_has_its_marker() -> None:
    [first] = blocks("- ```\n  x\n  ```\n")
    assert (first.kind, first.marker, first.text) == (Kind.CODE, "*", "x")


def test_an_empty_item_has_its_marker() -> None:
    assert [block.marker for block in blocks("-\n- b\n")] == ["*", "*"]


def test_tables_keep_cells_and_alignment() -> None:
    [table] = blocks("| a | b | c |\n|---|:-:|--:|\n| 1 | `2` | 3 |\n")
    assert [[cell.runs[0].text for cell in row] for row in table.rows] == [["a", "b", "c"], ["1", "2", "3"]]
    assert [cell.align for cell in table.rows[1]] == [Align.START, Align.CENTRE, Align.END]


def test_html_shows_as_the_text_it_is() -> None:
    assert words("<script>alert(1)</script> <b>x") == "<script>alert(1)</script> <b>x"


@pytest.mark.parametrize("address", ["https://example.org/x.png", "HTTP://example.org/x.png"])
def test_a_picture_becomes_its_description(address: str) -> None:
    assert words(f"![a cat]({address})") == "[picture: a cat]"


@pytest.mark.parametrize("address", ["https://example.org/a", "http://example.org", "mailto:someone@example.org"])
def test_links_to_the_web_and_to_people_may_be_opened(address: str) -> None:
    assert allowed_link(address) == address


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "javascript:alert(1)", "smb://host/share", "//host/x", "https://", "http://[", ""]
)
def test_other_links_may_not(address: str) -> None:
    assert allowed_link(address) == ""


def test_a_link_shows_its_host_when_its_words_do_not() -> None:
    assert words("[the manual](https://evil.example/x)") == "the manual (evil.example)"


def test_words_that_name_another_host_do_not_hide_the_real_one() -> None:
    assert words("[https://bank.example](https://evil.example/x)") == "https://bank.example (evil.example)"


def test_user_names_in_an_address_do_not_pass_for_its_host() -> None:
    assert words("[x](https://bank.example@evil.example/)") == "x (evil.example)"


def test_words_that_are_the_address_stand_alone() -> None:
    assert words("<https://example.org/a>") == "https://example.org/a"


def test_code_is_coloured_once_its_fence_is_closed() -> None:
    colours = Highlighter()
    assert len(parse("```python\nimport os", colours).blocks[0].runs) == 1
    assert len(parse("```python\nimport os\n```\n", colours).blocks[0].runs) > 1


@pytest.mark.parametrize("language", ["python", "json", "sh", "html", "diff", "no such language", "c++"])
@pytest.mark.parametrize("code", ["", "\n\nx = 1\n", "\tx\r\ny", "# ما معنى\n'\u2028'"])
def test_highlighting_never_changes_the_code(language: str, code: str) -> None:
    assert "".join(run.text for run in Highlighter()(code, language)) == code


def test_very_long_paragraphs_are_divided_without_loss() -> None:
    source = "word " * 5000
    parts = blocks(source)
    assert len(parts) > 3
    assert "".join(part.text for part in parts) == source.strip()


def test_very_long_words_can_be_folded() -> None:
    assert max(map(len, words("x" * 5000).split("\u200b"))) <= 800


MARKUP = st.lists(
    st.sampled_from(
        ["# a", "a", "- a", "  - b", "1. a", "> q", "```py", "```", "    code", "|a|b|", "|-|-|", "***", "---", "===",
         "", "", "**b** `c`", "[x](https://a.b)", "~~~", "\t", "مرحبا", "日本語", "2) z", "&amp;", "\\*", "-"]
    ),
    max_size=14,
).map("\n".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(MARKUP, st.data())
def test_settled_blocks_are_those_of_the_whole_text(source: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(source)))
    early = parse(source[:cut])
    whole = parse(source).blocks
    assert whole[: early.settled] == early.blocks[: early.settled]


@settings(max_examples=300, deadline=None)
@given(MARKUP, st.data())
def test_parsing_goes_on_where_settled_text_ends(source: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(source)))
    early = parse(source[:cut])
    rest = parse(source[early.settled_until :])
    assert early.blocks[: early.settled] + rest.blocks == parse(source).blocks


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_parsed(source: str) -> None:
    for block in parse(source).blocks:
        assert all(isinstance(run, Run) and run.text for run in block.runs)


def test_carriage_returns_do_not_shift_the_settled_part() -> None:
    source = "a\r\n\r\nb\rc\r\n\r\nd\n"
    early = parse(source)
    assert source[early.settled_until :] == "d\n"
