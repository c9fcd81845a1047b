from __future__ import annotations

import pytest

from kireji.ui.chat.blocks import Block, Cell, Kind, Run
from kireji.ui.chat.markdown.source import MarkdownSource
from kireji.ui.chat.transcript.copying import html_of
from kireji.ui.chat.transcript.listing import fits, listed


def table(*rows: tuple[str, ...], headless: bool = False) -> Block:
    cells = tuple(tuple(Cell((Run(text),)) for text in row) for row in rows)
    return Block(Kind.TABLE, rows=cells, headless=headless)


@pytest.mark.parametrize(("columns", "readable"), [(3, True), (30, False)])
def test_a_table_with_more_columns_than_can_be_read_does_not_fit(columns: int, readable: bool) -> None:
    assert fits(table(("name",) * columns, ("a longer cell of words",) * columns), 720, 14) is readable


def test_a_table_that_does_not_fit_is_a_list_of_what_its_head_says() -> None:
    block = table(("Way", "Cost"), ("by train", "12"), ("by air", "90"))
    texts = [each.text for each in listed(block, block.rows[0])]
    assert texts == ["Way: by train\u2028Cost: 12", "Way: by air\u2028Cost: 90"]


def test_a_part_that_goes_on_with_a_table_has_the_head_of_its_first_part() -> None:
    head = table(("Way", "Cost")).rows[0]
    assert [each.text for each in listed(table(("by sea", "7"), headless=True), head)] == ["Way: by sea\u2028Cost: 7"]


def html(markdown: str) -> str:
    source = MarkdownSource(markdown)
    source.finish()
    return html_of([block for index in range(len(source.segments)) for block in source.blocks(index)])


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# A & B", "<h1>A &amp; B</h1>"),
        ("a **b** *c*", "<p>a <b>b</b> <em>c</em></p>"),
        ("- a\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>'),
        ("- a\n  - b\n- c", "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>"),
        ("> a", "<blockquote><p>a</p></blockquote>"),
        ("```\nif a < b:\n```", "<pre><code>if a &lt; b:</code></pre>"),
        ("[x](https://example.org/?a=1&b=2)", '<p><a href="https://example.org/?a=1&amp;b=2">x</a> (example.org)</p>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ],
)
def test_rich_text_is_escaped_and_nests_as_the_markdown_does(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


def test_code_that_is_laid_out_in_parts_is_one_block_when_it_is_copied() -> None:
    code = "\n".join(f"line {number}" for number in range(400))
    assert html(f"```\n{code}\n```") == f"<pre><code>{code}</code></pre>"
