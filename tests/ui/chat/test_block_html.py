"""Blocks as HTML: for the clipboard, and for pages that have a style sheet."""

from __future__ import annotations

import pytest

from kireji.ui.chat.answer_page import render
from kireji.ui.chat.block_html import html_of
from kireji.ui.chat.mathml import mathml
from tests.ui.chat.markdown.reading import blocks


def html(markdown: str) -> str:
    return html_of(blocks(markdown))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# A & B", "<h1>A &amp; B</h1>"),
        ("a **b** *c*", "<p>a <b>b</b> <em>c</em></p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("- a\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>'),
        ("- a\n  - b\n- c", "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>c</p></li></ul>"),
        ("1. a\n\n- b", "<ol><li><p>a</p></li></ol><ul><li><p>b</p></li></ul>"),
        ("- [x] a\n- [ ] b", "<ul><li><p>\u2611 a</p></li><li><p>\u2610 b</p></li></ul>"),
        ("> a", "<blockquote><p>a</p></blockquote>"),
        ("```\nif a < b:\n```", "<pre><code>if a &lt; b:</code></pre>"),
        ("[x](https://example.org/?a=1&b=2)", '<p><a href="https://example.org/?a=1&amp;b=2">x</a> (example.org)</p>'),
        ("[x **y**](https://a.org)", '<p><a href="https://a.org">x <b>y</b></a> (a.org)</p>'),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("$x<y$", "<p><code>$x&lt;y$</code></p>"),
    ],
)
def test_rich_text_is_escaped_and_nests_as_the_markdown_does(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


@pytest.mark.parametrize(
    "code", ["\n".join(f"line {number}" for number in range(400)), "x" * 5000], ids=["lines", "one line"]
)
def test_code_that_is_laid_out_in_parts_is_one_block_when_it_is_copied(code: str) -> None:
    assert html(f"```\n{code}\n```") == f"<pre><code>{code}</code></pre>"


def test_a_table_that_is_laid_out_in_parts_is_one_table() -> None:
    made = html("|a|\n|-|\n" + "|1|\n" * 200)
    assert (made.count("<table"), made.count("<th>"), made.count("<td>")) == (1, 1, 200)


def test_a_paragraph_that_is_laid_out_in_parts_is_one_paragraph() -> None:
    assert html("word " * 2000) == f"<p>{' '.join(['word'] * 2000)}</p>"


def test_directions_are_said_where_they_differ_from_what_is_around() -> None:
    assert html("- \u05d0\n- b\n\n  \u05d0\n\n  `x`") == (
        '<ul dir="rtl"><li><p>\u05d0</p></li>'
        '<li dir="ltr"><p>b</p><p dir="rtl">\u05d0</p><p><code>x</code></p></li></ul>'
    )


def test_columns_end_where_the_table_says() -> None:
    assert '<td align="right">1</td>' in html("|a|\n|-:|\n|1|")
    assert '<td align="left">1</td>' in html("|\u05d0|\n|-:|\n|1|")


def test_a_page_has_classes_for_what_its_style_sheet_knows() -> None:
    assert render("- [x] a\n- b") == ('<ul><li class="task"><p class="tight">\u2611 a</p></li><li><p>b</p></li></ul>')
    assert '<span class="muted"> (example.org)</span>' in render("[x](https://example.org/)")
    assert render(f"![my screen](kireji:capture/{'ab' * 32})") == '<p><span class="muted">[my screen]</span></p>'


def test_code_in_a_page_has_its_colours_also_over_the_parts_it_is_laid_out_in() -> None:
    lines = "\n".join(['s = """', *["inside"] * 300, '"""', "def f(): 1"])
    made = render(f"```python\n{lines}\n```")
    assert made.count('<span class="string">') == 1
    assert '<span class="keyword">def</span>' in made


def test_prices_in_a_page_are_no_formulas() -> None:
    assert "<math" not in render("It costs $5 here and $6 there.")


@pytest.mark.parametrize("display", [False, True])
def test_formulas_are_mathml(display: bool) -> None:
    made = mathml(r"\frac{a}{b} < \text{a \& b}", display=display)
    assert f'display="{"block" if display else "inline"}"' in made
    assert "<mfrac>" in made
    assert "<mo>&lt;</mo>" in made


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{color:red}{x}",
        r"\class{muted}{x}",
        r"\newcommand{\a}{xx}\a",
        "x" * 3000,
        "{" * 900,
        "x\u202ey",
        r"\frac{",
    ],
    ids=lambda tex: tex[:12],
)
def test_a_formula_that_is_more_than_that_or_none_is_shown_as_its_source(tex: str) -> None:
    assert mathml(tex, display=False) == ""


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<script>alert(1)</script>}",
        r'\color{"><script>}x',
        r"\text{&lt;script&gt;}",
        r"\unicode{3c}script>",
    ],
)
def test_words_of_a_formula_are_no_elements(tex: str) -> None:
    assert "<script" not in mathml(tex, display=False)
