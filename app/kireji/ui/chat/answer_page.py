"""An answer's Markdown as HTML for a page that is exported. No Qt: the command line exports too.

Raw HTML is text; links lead to http, https and mailto only; pictures that an answer names are told, never loaded. Each
block has the direction of its own first letter, code is left to right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SCHEMES = ("http", "https", "mailto")
_WITH_DIRECTION = frozenset(
    f"{name}_open" for name in ("paragraph", "heading", "bullet_list", "ordered_list", "list_item", "th", "td")
)
_LONGEST_COLOURED = 100_000
"""Characters of code; longer code is shown without colours."""
_LONGEST_FORMULA = 2_000
_LONGEST = 2_000_000
_MOST_BRACKETS, _MOST_MARKS = 10_000, 60_000
"""Characters of an answer, and marks in it, above which it is shown as it is: the parser would take minutes."""
_DEEPEST = 120
"""Levels of quotes and lists that the parser follows; it drops what is deeper."""


def render(markdown: str) -> str:
    """The HTML of one answer."""
    parser = _parser()
    tokens = [] if _is_too_much(markdown) else parser.parse(markdown)
    if not tokens or max(token.level for token in tokens) > _DEEPEST - 5:
        return f'<p class="plain" dir="auto">{escape(markdown)}</p>\n' if markdown.strip() else ""
    for token in tokens:
        if token.type in _WITH_DIRECTION:
            token.attrSet("dir", "auto")
        if style := str(token.attrs.pop("style", "")):  # the page's policy allows no styles in place
            token.attrSet("align", style.rpartition(":")[2])
    return str(parser.renderer.render(tokens, parser.options, {}))


def _is_too_much(markdown: str) -> bool:
    marks = markdown.count("*") + markdown.count("_")
    return len(markdown) > _LONGEST or markdown.count("[") > _MOST_BRACKETS or marks > _MOST_MARKS


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.tasklists import tasklists_plugin

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": _DEEPEST, "highlight": _coloured})
    parser.enable(["table", "strikethrough"])
    parser.use(tasklists_plugin)
    parser.use(dollarmath_plugin, allow_digits=False, double_inline=True, renderer=_formula)
    parser.validateLink = _may_lead_to  # type: ignore[method-assign] # how the library lets it be replaced
    parser.add_render_rule("image", _picture)
    parser.add_render_rule("math_inline_double", _double)
    parser.add_render_rule("link_open", _link)
    return parser


def _may_lead_to(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in _SCHEMES
    except ValueError:
        return False


def _picture(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    words = renderer.renderInlineAsText(token.children or [], options, env)
    address = str(token.attrGet("src") or "")
    return f'<span class="muted" dir="auto">[{escape(words or "picture")}: {escape(address)}]</span>'


def _link(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    return str(renderer.renderToken(tokens, index, options, env))


def _double(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A displayed formula within a paragraph, where no block may stand."""
    del renderer, options, env
    return f'<span class="math">{_formula(tokens[index].content, {"display_mode": True})}</span>'


def _coloured(code: str, language: str, _attributes: str) -> str:
    words = _with_pygments(code, language) if language and len(code) <= _LONGEST_COLOURED else None
    return f'<pre dir="ltr"><code>{escape(code) if words is None else words}</code></pre>\n'


def _with_pygments(code: str, language: str) -> str | None:
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))


def _formula(tex: str, options: Mapping[str, Any]) -> str:
    """MathML, which browsers draw themselves; the source where it cannot be made or would lead somewhere."""
    display = bool(options.get("display_mode"))
    made = _mathml(tex, "block" if display else "inline") if len(tex) <= _LONGEST_FORMULA else None
    return made or f'<code dir="ltr">{escape(tex)}</code>'


def _mathml(tex: str, display: str) -> str | None:
    from latex2mathml.converter import convert

    converter: Callable[..., str] = convert
    try:
        made = converter(tex, display=display)
    except Exception:  # noqa: BLE001 - it raises whatever it stumbles over; the source is shown then
        return None
    return None if "href" in made.lower() or "style=" in made.lower() else made
