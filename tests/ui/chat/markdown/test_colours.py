from __future__ import annotations

import pytest

from kireji.ui.chat import highlight
from kireji.ui.chat.blocks import Block, Kind
from kireji.ui.chat.highlight import CodeColours, GrowingColours, Highlighter
from kireji.ui.chat.markdown import MarkdownSource

CODE = "\n".join(
    f'def f{number}(x):\n    """First\n    line {number}\n    """\n    return {number}' for number in range(120)
)


@pytest.fixture(autouse=True)
def _python_is_loaded() -> None:
    highlight.load("python")


def code_of(source: MarkdownSource) -> list[Block]:
    found = [block for index in range(len(source.segments)) for block in source.blocks(index)]
    return [block for block in found if block.kind is Kind.CODE]


def all_coloured(source: MarkdownSource) -> list[Block]:
    code_of(source)
    while source.uncoloured:
        source.colour()
    return code_of(source)


def roles(blocks: list[Block]) -> list[tuple[str, str]]:
    return [(line, run.style.role) for block in blocks for run in block.runs for line in run.text.split("\n") if line]


@pytest.mark.parametrize("behind", ["", "\n", "\n```\n"])
def test_code_has_colours_while_it_grows_and_when_its_fence_is_closed(behind: str) -> None:
    source = MarkdownSource(f"```python\nimport os{behind}")
    assert len(all_coloured(source)[0].runs) > 1


def test_of_growing_code_only_the_last_part_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    class Counting(CodeColours):
        def __init__(self, code: str, language: str) -> None:
            super().__init__(code, language)
            read.append(len(code))

    monkeypatch.setattr(highlight, "CodeColours", Counting)
    growing = GrowingColours()
    for length in range(0, len(CODE), 50):
        assert "".join(run.text for run in growing(CODE[:length], "python")) == CODE[:length]
    assert max(read) < 1200


def test_streamed_code_has_the_colours_of_the_whole_in_the_end() -> None:
    text = f"```python\n{CODE}\n```\n\nend"
    growing = MarkdownSource()
    for at in range(0, len(text), 97):
        growing.append(text[at : at + 97])
        code_of(growing)
    growing.finish()
    whole = MarkdownSource(text)
    whole.finish()
    assert all_coloured(growing) == all_coloured(whole)


def test_code_without_a_fence_at_its_end_is_coloured_when_nothing_more_comes() -> None:
    source = MarkdownSource("```python\nimport os")
    code_of(source)
    source.finish()
    assert len(all_coloured(source)[0].runs) > 1


def test_long_code_has_the_colours_of_the_whole() -> None:
    source = MarkdownSource(f"```python\n{CODE}\n```\n")
    source.finish()
    alone = Block(Kind.CODE, Highlighter()(CODE, "python"))
    assert len(source.segments) > 3
    assert roles(all_coloured(source)) == roles([alone])


def test_long_code_is_told_to_have_changed_when_it_got_its_colours() -> None:
    source = MarkdownSource(f"```python\n{CODE}\n")
    plain = code_of(source)
    source.append("```\n\nend\n")
    source.take_changes()
    all_coloured(source)
    assert set(range(1, len(plain) - 1)) <= set(source.take_changes().restyled)


def test_the_code_of_a_long_fence_is_there_as_a_whole() -> None:
    source = MarkdownSource(f"text\n\n```python\n{CODE}\n```\n")
    source.finish()
    assert source.code(0) == CODE
    assert source.code(2) == CODE


@pytest.mark.parametrize("code", [CODE * 3, CODE[:2000]])
def test_colours_are_found_in_steps(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = MarkdownSource(f"```python\n{code}\n```\n")
    source.finish()
    monkeypatch.setattr("kireji.ui.chat.markdown.colours._AT_ONCE", 0.0)
    code_of(source)
    steps = 0
    while source.uncoloured:
        source.colour(0.0)
        steps += 1
    assert steps > 3


def test_a_word_that_is_no_language_is_known_to_be_none() -> None:
    assert highlight.known("no such language")
    assert highlight.known("Python")
    assert not highlight.known("abnf")


@pytest.mark.parametrize("code", ["x" * 60_000, "x = 1\n" + "y" * 3000])
def test_very_long_code_stays_plain(code: str) -> None:
    assert CodeColours(code, "python").plain


@pytest.mark.parametrize("language", ["python", "json", "sh", "html", "diff", "no such language", "c++", "php", "erb"])
@pytest.mark.parametrize("code", ["", "\n\nx = 1\n", "\tx y", "# ما معنى\n'\u2028'", "<?php echo 1 ?>\n<b>"])
def test_highlighting_never_changes_the_code(language: str, code: str) -> None:
    assert "".join(run.text for run in Highlighter()(code, language)) == code
