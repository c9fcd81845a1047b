"""Texts that are too long, too deep or never closed: pieces stay small, and nothing is lost."""

from __future__ import annotations

import re
import sys

import pytest

from kireji.ui.chat.blocks import Kind
from kireji.ui.chat.markdown import MarkdownSource, load
from tests.ui.chat.markdown.reading import whole

_LARGEST = 8192

BAD = {
    "a line of 1 MB": "x" * 1_000_000,
    "words of 1 MB in one line": "word " * 200_000,
    "a line of 1 MB in a fence": "```\n" + "x" * 1_000_000,
    "a line of 1 MB in a list": "- " + "word " * 200_000,
    "an open fence": "```py\n" + "value = 1\n" * 30_000,
    "an open fence in a list": "1. a\n\n   ```py\n" + "   value = 1\n" * 10_000,
    "an open formula": "$$\n" + "x\n" * 20_000,
    "an open formula of long lines": "$$\n" + ("x" * 1900 + "\n") * 50,
    "a table of 10,000 rows": "|a|b|\n|-|-|\n" + "| 1 | 2 |\n" * 10_000,
    "a table of 900 columns": "|" + "a|" * 900 + "\n|" + "-|" * 900 + "\n" + ("|" + "b|" * 900 + "\n") * 20,
    "quotes 500 deep": (">" * 500 + " x\n") * 50,
    "quotes that deepen": "".join(">" * depth + " x\n\n" for depth in range(500)),
    "lists 500 deep": "- " * 500 + "x",
    "lists that deepen": "".join("  " * depth + "- x\n" for depth in range(300)),
    "a list of 20,000 items": "- a\n" * 20_000,
    "a paragraph of 40,000 lines": "a\n" * 40_000,
    "a quote of 40,000 lines": "> a\n" * 40_000,
    "lazy lines": "> a\n" + "b\n" * 20_000,
    "empty lines": "a" + "\n" * 100_000 + "b",
    "definitions": "".join(f"[a{number}]: https://example.org/{number}\n" for number in range(5000)),
    "brackets": "[" * 20_000 + "]" * 20_000,
    "pictures": "![" * 20_000,
    "links in links": "[a" * 10_000 + "](b)" * 10_000,
    "emphasis": "*a_ " * 20_000 + "*" * 20_000,
    "backticks": "".join("`" * (length % 60) + "a" for length in range(2000)),
    "dollars": "$a " * 20_000,
    "escapes": "\\" * 20_000 + "\\(" * 10_000,
    "entities": "&#x1F;" * 20_000,
    "addresses": "https://a.b/(" * 20_000,
    "carriage returns": "a\r\n" * 20_000 + "\r" * 20_000,
    "marks that combine": "a" + "\u0301" * 100_000,
    "hidden characters": "\u202ea\u200b" * 20_000,
    "tabs": "\t" * 50_000 + "- \t- \t" * 1000,
    "zeros": "\0" * 20_000,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_pieces_of_bad_input_stay_small(text: str) -> None:
    source = whole(text)
    assert max(segment.end - segment.start for segment in source.segments) < _LARGEST
    assert source.text == text


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_every_piece_of_bad_input_shows_a_bounded_number_of_things(text: str) -> None:
    source = whole(text)
    count = len(source.segments)
    for index in {0, 1, 2, count // 2, count - 2, count - 1} & set(range(count)):
        blocks = source.blocks(index)
        cells = sum(len(row) for block in blocks for row in block.rows)
        runs = sum(len(block.runs) for block in blocks)
        assert len(blocks) < 300
        assert cells < 4000
        assert runs < 2500


@pytest.mark.parametrize("name", ["a line of 1 MB", "words of 1 MB in one line", "a line of 1 MB in a fence"])
def test_a_long_line_is_divided_without_loss(name: str) -> None:
    text = BAD[name]
    source = whole(text)
    shown = "".join(block.text for index in range(len(source.segments)) for block in source.blocks(index))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text.removeprefix("```\n"))


def test_a_long_table_shows_all_rows_with_one_head_and_one_set_of_columns() -> None:
    source = whole(BAD["a table of 10,000 rows"])
    tables = [block for index in range(len(source.segments)) for block in source.blocks(index)]
    assert sum(len(table.rows) for table in tables) == 10_001
    assert [table.headless for table in tables] == [False] + [True] * (len(tables) - 1)
    assert len({table.columns for table in tables}) == 1


def test_long_code_shows_all_lines() -> None:
    source = whole(BAD["an open fence in a list"])
    code = [block for index in range(len(source.segments)) for block in source.blocks(index) if block.kind is Kind.CODE]
    assert sum(block.text.count("\n") + 1 for block in code) == 10_000
    assert {block.path for block in code} == {"l"}
    lines = 0
    for block in code:
        assert block.first_line == lines
        lines += block.text.count("\n") + 1


def test_items_of_a_long_list_are_counted_on() -> None:
    source = whole("1. a\n" * 5000)
    markers = [block.marker for index in range(len(source.segments)) for block in source.blocks(index)]
    assert markers == [str(number) for number in range(1, 5001)]


def test_what_is_too_deep_is_words() -> None:
    [block] = whole(">" * 500 + " x").blocks(0)
    assert len(block.path) < 30
    assert block.text.endswith("> x")


def test_reading_more_costs_no_more_the_longer_the_text_is() -> None:
    """Counted, not timed: what is read again for one more word does not grow."""
    small, large = _work("some words\n\n" * 100), _work("some words\n\n" * 80_000)
    assert large <= small * 1.2


def _work(text: str) -> int:
    """How many characters stand in what one more word makes the source look at."""
    source = MarkdownSource(text)
    source.take_changes()
    total = 0
    for _ in range(200):
        source.append("more ")
        changes = source.take_changes()
        total += sum(segment.end - segment.start for segment in source.segments[changes.first :])
    return total


HOSTILE = """
![a](file:///etc/hostname) ![b](/etc/hostname) ![c](//host/share/x.png) ![d](data:image/png;base64,AAAA)
![e](http://127.0.0.1:9/x.png) ![f](\\\\host\\share) [g](file:///etc/hostname) <file:///etc/hostname> [h](javascript:x)
<img src="file:///etc/hostname"><script src="http://127.0.0.1:9/x"></script><iframe src=/etc/hostname>

```../../../../etc/hostname
x
```

```{.include file=/etc/hostname}
x
```

$\\input{/etc/hostname}$

[i]: file:///etc/hostname
[i] [j]

[j]: <\\\\host\\share>
"""


def test_nothing_is_opened_because_a_text_names_it() -> None:
    load()
    opened: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and (event == "open" or event.startswith(("socket", "subprocess", "urllib"))):
            opened.append(f"{event} {arguments}")

    sys.addaudithook(watch)
    source = whole(HOSTILE * 20)
    for index in range(len(source.segments)):
        source.blocks(index)
    while source.uncoloured:
        source.colour()
    watching = False
    assert [what for what in opened if not re.search(r"pygments|markdown_it|__pycache__|\.py", what)] == []
