"""The parser: CommonMark with tables, strikethrough, task lists, formulas and bare addresses; no HTML."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from kireji.ui.chat.markdown.pieces import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token


@functools.cache
def parser() -> MarkdownIt:
    """The one parser; it takes 40 ms to import, which no start should pay, and keeps nothing of what it parsed."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import blockquote, list_block
    from markdown_it.rules_inline import image, link

    from kireji.ui.chat.markdown import addresses, formulas

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 40, "tasklists": True})
    made.enable(["table", "strikethrough"])
    made.block.ruler.at(
        "blockquote", _bounded(blockquote, 1), {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    made.block.ruler.at("list", _bounded(list_block, 2), {"alt": ["paragraph", "reference", "blockquote"]})
    made.inline.ruler.at("link", _closed(link))
    made.inline.ruler.at("image", _closed(image))
    formulas.add_to(made)
    addresses.add_to(made)
    return made


def _bounded(
    rule: Callable[[StateBlock, int, int, bool], bool], levels: int
) -> Callable[[StateBlock, int, int, bool], bool]:
    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level + state.env.get("level", 0) + levels <= DEEPEST and rule(state, start, end, silent)

    return bounded


def _closed(rule: Callable[[StateInline, bool], bool]) -> Callable[[StateInline, bool], bool]:
    """Brackets that nothing closes would be tried one inside the other."""

    def closed(state: StateInline, silent: bool) -> bool:
        return state.src[state.pos] in "[!" and state.src.find("]", state.pos) >= 0 and rule(state, silent)

    return closed


def parse(source: str, known: dict[str, Any], level: int) -> list[Token]:
    """Markdown to tokens.

    Args:
        source: With line feeds only.
        known: Link definitions.
        level: How deep it stands, as `DEEPEST` counts.
    """
    return parser().parse(source, {"references": known, "level": level})


def parse_words(source: str, known: dict[str, Any]) -> list[Token]:
    """The inside of a paragraph to tokens."""
    return parser().parseInline(source, {"references": known})[0].children or []


def definitions(paragraphs: str) -> dict[str, Any]:
    """The links that paragraphs define, by label."""
    made = parser()
    env: dict[str, Any] = {}
    made.block.parse(paragraphs, made, env, [])
    return env.get("references", {})  # type: ignore[no-any-return]
