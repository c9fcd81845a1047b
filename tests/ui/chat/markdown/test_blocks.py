from __future__ import annotations

import pytest

from kireji.ui.chat.blocks import Align, Kind
from kireji.ui.chat.markdown import LINE_BREAK
from tests.ui.chat.markdown.reading import blocks, runs, words


def test_a_heading_keeps_its_level() -> None:
    [block] = blocks("### Why")
    assert (block.kind, block.level, block.text) == (Kind.HEADING, 3, "Why")


def test_a_single_line_feed_stays_a_line_break() -> None:
    assert words("one\ntwo") == f"one{LINE_BREAK}two"


def test_numbered_items_count_from_their_start() -> None:
    assert [block.marker for block in blocks("7. a\n8. b\n")] == ["7", "8"]
    assert [block.marker for block in blocks("0. a\n1. b\n")] == ["0", "1"]


def test_nesting_is_a_path_of_lists_and_quotes() -> None:
    found = [(block.text, block.path) for block in blocks("> a\n> - b\n>   > c\n")]
    assert found == [("a", "q"), ("b", "ql"), ("c", "qlq")]


def test_an_item_that_begins_with_code_still_has_its_marker() -> None:
    [first] = blocks("- ```\n  x\n  ```\n")
    assert (first.kind, first.marker, first.text) == (Kind.CODE, "*", "x")


def test_an_empty_item_has_its_marker() -> None:
    assert [block.marker for block in blocks("-\n- b\n")] == ["*", "*"]


def test_tasks_are_done_or_not() -> None:
    assert [block.task for block in blocks("- [x] a\n- [ ] b\n- c\n")] == [True, False, None]
    assert words("- [x] a\n") == "a"


def test_blocks_of_a_list_are_set_close_where_no_line_is_empty_between() -> None:
    found = blocks("- a\n- b\n  - c\n\n- d\n\n  e\n\nf\n")
    assert [(block.text, block.tight) for block in found] == [
        ("a", True), ("b", True), ("c", False), ("d", False), ("e", False), ("f", False),
    ]  # fmt: skip


def test_tables_keep_cells_alignment_and_the_width_their_columns_want() -> None:
    [table] = blocks("| a | b | c |\n|---|:-:|--:|\n| 1 | `2` | three and more |\n")
    assert [[cell.runs[0].text for cell in row] for row in table.rows] == [
        ["a", "b", "c"],
        ["1", "2", "three and more"],
    ]
    assert [cell.align for cell in table.rows[1]] == [Align.START, Align.CENTRE, Align.END]
    assert table.columns == (3, 3, 14)


def test_html_shows_as_the_text_it_is() -> None:
    assert words("<script>alert(1)</script> <b>x") == "<script>alert(1)</script> <b>x"
    assert words("<div>\n*a*\n</div>") == f"<div>{LINE_BREAK}a{LINE_BREAK}</div>"


def test_emoji_are_kept_whole() -> None:
    england = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    text = f"👩\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 {england} 🇩🇪 👍🏽"
    assert words(text) == text


@pytest.mark.parametrize(
    ("text", "rtl"),
    [
        ("مرحبا world", True), ("hello مرحبا", False), ("`code` مرحبا", True), ("123 שלום", True), ("日本語", False),
        ("[مرحبا](https://example.org)", True), ("123", False), ("# مرحبا", True), ("| ا | b |\n|-|-|\n", True),
    ],
)  # fmt: skip
def test_the_first_letter_outside_code_gives_a_block_its_direction(text: str, rtl: bool) -> None:
    assert blocks(text)[0].rtl is rtl


@pytest.mark.parametrize(
    ("text", "tex", "display"),
    [
        ("so $x^2$ is", "x^2", False), (r"so \(x\) is", "x", False), ("so $$x$$ is", "x", True),
        ("$5x = 10$", "5x = 10", False),
        (r"so \[x\] is", "x", True), ("$2$ and", "2", False), ("($x$)", "x", False), (r"$\$5$", r"\$5", False),
    ],
)  # fmt: skip
def test_formulas_stand_among_words(text: str, tex: str, display: bool) -> None:
    [formula] = [run for run in runs(text) if run.style.tex]
    assert (formula.style.tex, formula.style.display) == (tex, display)
    assert formula.text in text


@pytest.mark.parametrize(
    "text",
    [
        "$$\nx\n$$", "$$x$$", "\\[\nx\n\\]", "\\[ x \\]", "a\n$$\nx\n$$\nb", "- a\n  $$\n  x\n  $$",
        "> $$\n> x\n> $$", "$$ x\n$$.",
    ],
)  # fmt: skip
def test_formulas_on_lines_of_their_own_are_blocks(text: str) -> None:
    [formula] = [block for block in blocks(text) if block.kind is Kind.FORMULA]
    assert (formula.runs[0].style.tex, formula.runs[0].style.display) == ("x", True)


def test_environments_for_equations_are_formulas() -> None:
    [block] = blocks("\\begin{align}\na &= b\n\\end{align}")
    assert block.runs[0].style.tex == "\\begin{align}\na &= b\n\\end{align}"


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10", "costs $5, or 10$ more", "US$5 and A$6", "$PATH and $HOME", "$HOME/$USER", "`$x$`", r"\$x\$",
        "$ x $", "$x", "5$ to 6$", "```\n$x$\n```", "    $x$", "$$", "a $$ b", "$100-$200", "from $20.50 to $30.",
        "it is $5.", r"\(x", "$$\nx", "$x\n\ny$", "\\begin{itemize}\n\\end{itemize}", "$$ is expensive",
    ],
)  # fmt: skip
def test_prices_variables_and_code_are_no_formulas(text: str) -> None:
    assert not any(run.style.tex for run in runs(text))


def test_a_formula_that_nothing_closes_is_words_until_its_paragraph_ends() -> None:
    assert [(block.kind, block.text) for block in blocks("$$\nx\n\n- a")] == [
        (Kind.PARAGRAPH, f"$${LINE_BREAK}x"), (Kind.PARAGRAPH, "a"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["```py\nx", "```py", "~~~\nx\n```", "- ```\n  x"])
def test_code_whose_fence_is_not_closed_says_so(text: str) -> None:
    assert blocks(text)[0].open


@pytest.mark.parametrize("text", ["```py\nx\n```", "- ```\n  x\n  ```", "> ```\n> x\n> ```", "    x"])
def test_code_that_is_whole_says_so(text: str) -> None:
    assert not blocks(text)[0].open
