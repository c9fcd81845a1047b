from __future__ import annotations

from kireji.ui.chat.markdown import Changes, MarkdownSource

LONG = "Some words of a paragraph that is long enough to be cut behind. " * 20 + "\n\n"


def filled(*parts: str) -> MarkdownSource:
    source = MarkdownSource("".join(parts))
    source.take_changes()
    return source


def links(source: MarkdownSource, index: int) -> list[str]:
    return [run.style.link for block in source.blocks(index) for run in block.runs if run.style.link]


def test_only_the_tail_is_new_when_text_comes() -> None:
    source = filled(LONG, LONG, "a\n")
    source.append("b")
    assert source.take_changes() == Changes(first=2)
    assert source.settled == 2


def test_nothing_is_new_when_nothing_came() -> None:
    source = filled(LONG, LONG, "a")
    assert source.take_changes() == Changes(first=3)


def test_a_late_definition_makes_the_segments_that_use_it_new() -> None:
    source = filled("see [the paper][p] " + LONG, LONG, "and [p] " + LONG, "end\n\n")
    assert links(source, 0) == []
    source.append("[p]: https://example.org/p\n\n")
    assert source.take_changes().restyled == (0, 2)
    assert links(source, 0) == ["https://example.org/p"]


def test_a_definition_is_not_used_before_its_line_is_finished() -> None:
    source = filled("see [p] " + LONG, LONG, "[p]: https://exa")
    assert links(source, 0) == []
    source.append("mple.org")
    assert links(source, 0) == []
    source.finish()
    assert links(source, 0) == ["https://example.org"]


def test_the_first_definition_counts_wherever_it_is_looked_at_first() -> None:
    source = MarkdownSource(
        LONG + "[p]: https://one.example\n\n" + LONG + "[p]: https://two.example\n\n" + LONG + "[P]"
    )
    source.finish()
    for index in reversed(range(len(source.segments))):
        source.blocks(index)
    assert links(source, len(source.segments) - 1) == ["https://one.example"]


def test_the_whole_text_replaces_what_came_and_keeps_what_is_the_same() -> None:
    source = filled(LONG, LONG, "a")
    source.finish(LONG + LONG + "b")
    assert source.take_changes().first == 2
    assert source.text == LONG + LONG + "b"
    assert source.finished


def test_the_same_whole_text_changes_nothing() -> None:
    source = filled(LONG, LONG, "a")
    source.finish(LONG + LONG + "a")
    assert source.take_changes().first == 3
    assert source.settled == 3


def test_a_list_that_goes_on_moves_its_last_block_close() -> None:
    items = "- " + "word " * 60 + "\n"
    source = filled(items * 6)
    before = source.blocks(len(source.segments) - 1)[-1]
    source.append("- more\n" * 60)
    assert not before.tight
    assert all(block.tight for index in range(source.settled) for block in source.blocks(index))
