from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kireji.ui.chat.blocks import Block, Kind
from kireji.ui.chat.highlight import plain_code
from kireji.ui.chat.markdown import Limits, MarkdownSource
from kireji.ui.chat.markdown.pieces import Opening
from kireji.ui.chat.markdown.reader import read
from tests.benchmarks.markdown import text as benchmark_text
from tests.ui.chat.markdown.texts import MARKDOWN, TAME_MARKDOWN

SMALL = Limits(target=12, inner=20, most=40, line=30, code_lines=3, rows=3)
"""So small that every kind of cut happens in short texts."""


def shown(source: MarkdownSource) -> list[Block]:
    return [plain(block) for index in range(len(source.segments)) for block in source.blocks(index)]


def plain(block: Block) -> Block:
    return replace(block, runs=plain_code(block.text)) if block.kind is Kind.CODE else block


def whole(text: str, limits: Limits) -> MarkdownSource:
    source = MarkdownSource(text, limits=limits)
    source.finish()
    return source


def streamed(text: str, cuts: list[int], limits: Limits, *, look: bool) -> MarkdownSource:
    source = MarkdownSource(limits=limits)
    last = 0
    for cut in [*sorted(cuts), len(text)]:
        source.append(text[last:cut])
        last = cut
        if look:
            shown(source)
            source.take_changes()
    source.finish()
    return source


@settings(max_examples=300, deadline=None)
@given(MARKDOWN, st.data())
def test_streamed_text_gives_the_segments_and_blocks_of_the_whole(text: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8))
    growing = streamed(text, cuts, SMALL, look=data.draw(st.booleans()))
    finished = whole(text, SMALL)
    assert list(growing.segments) == list(finished.segments)
    assert shown(growing) == shown(finished)


@settings(max_examples=300, deadline=None)
@given(MARKDOWN)
def test_segments_cover_the_text_without_gaps(text: str) -> None:
    source = whole(text, SMALL)
    assert "".join(text[segment.start : segment.end] for segment in source.segments) == text == source.text


@settings(max_examples=300, deadline=None)
@given(TAME_MARKDOWN)
@example("- > u\n  - b\nx $$\nx $$")
@example("- a\n  - b\n    - c\n`x y\nz w`")
def test_cut_text_shows_what_one_parse_of_it_shows(text: str) -> None:
    limits = Limits(target=12, inner=20, most=10_000)
    source = whole(text, limits)
    assert shown(source) == list(map(plain, read(text, Opening(), None, source.definitions)))


def test_text_as_models_write_it_shows_what_one_parse_of_it_shows() -> None:
    text = benchmark_text(60_000)
    source = whole(text, Limits())
    assert len(source.segments) > 40
    assert shown(source) == list(map(plain, read(text, Opening(), None, source.definitions)))
