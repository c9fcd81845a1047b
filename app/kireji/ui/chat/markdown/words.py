"""The inside of a paragraph: the parser's inline tokens to runs."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kireji.core.words import say
from kireji.ui.chat.blocks import Run, Style
from kireji.ui.chat.markdown.characters import LINE_BREAK, clean, clean_code
from kireji.ui.chat.markdown.links import FROM_OUTSIDE, Addresses, allowed_link, shown_target

if TYPE_CHECKING:
    from markdown_it.token import Token

PLAIN = Style()
_QUIET = Style(quiet=True)
_OPENINGS = {"strong_open": "bold", "em_open": "italic", "s_open": "struck"}
_CLOSINGS = {"strong_close", "em_close", "s_close"}


@functools.lru_cache(256)
def _with(style: Style, what: str) -> Style:
    return replace(style, **{what: True})  # type: ignore[arg-type]


def runs_of(tokens: Sequence[Token], addresses: Addresses = FROM_OUTSIDE) -> tuple[Run, ...]:
    """Inline tokens to runs; nothing that they name is loaded.

    Args:
        tokens: In order.
        addresses: What links and pictures may lead to.
    """
    runs: list[Run] = []
    styles = [PLAIN]
    links: list[tuple[str, int]] = []
    for token in tokens:
        kind, style = token.type, styles[-1]
        if kind == "text":
            if token.content:
                runs.append(Run(clean(token.content), style))
        elif kind in ("softbreak", "hardbreak"):
            runs.append(Run(LINE_BREAK, style))
        elif kind == "code_inline":
            runs.append(Run(clean_code(token.content), _with(style, "code")))
        elif kind in _OPENINGS:
            styles.append(_with(style, _OPENINGS[kind]))
        elif kind in _CLOSINGS:
            styles.pop()
        elif kind == "link_open":
            address = addresses.link(str(token.attrGet("href") or ""))
            links.append((address, len(runs)))
            styles.append(replace(style, link=address) if address else style)
        elif kind == "link_close":
            styles.pop()
            runs.extend(_shown(*links.pop(), runs))
        elif kind == "image":
            runs.extend(_picture(token, style, addresses))
        elif kind in ("formula_inline", "formula_display"):
            runs.append(_formula(token, style))
        else:
            runs.append(Run(clean(token.content), style))
    return _spaced(_joined(runs))


def _shown(address: str, begin: int, runs: Sequence[Run]) -> list[Run]:
    if not address:
        return []
    target = shown_target(address, "".join(run.text for run in runs[begin:]))
    return [Run(f" ({target})", _QUIET)] if target else []


def _formula(token: Token, style: Style) -> Run:
    display = token.type == "formula_display"
    source = clean_code(token.markup).replace("\n", LINE_BREAK)
    return Run(source, replace(style, tex=token.content, display=display))


def _picture(token: Token, style: Style, addresses: Addresses) -> list[Run]:
    address = str(token.attrGet("src") or "")
    description = clean(token.content)
    if blob := addresses.picture(address):
        return [Run(description or say("picture"), replace(style, picture=blob))]
    text = say("[picture: {description}]", description=description) if description else say("[picture]")
    if link := allowed_link(address):
        target = shown_target(link, "")
        return [Run(text, replace(style, link=link)), Run(f" ({target})", _QUIET)]
    return [Run(text, style)] + ([Run(f" ({clean_code(address[:200])})", _QUIET)] if address else [])


def _joined(runs: Sequence[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = joined[-1].style if joined else None
        if (last is run.style or last == run.style) and not run.style.tex and not run.style.picture:
            joined[-1] = Run(joined[-1].text + run.text, run.style)
        else:
            joined.append(run)
    return joined


def _spaced(runs: list[Run]) -> tuple[Run, ...]:
    """Mark the spaces on both sides of code."""
    if not any(run.style.code for run in runs):
        return tuple(runs)
    result: list[Run] = []
    for index, run in enumerate(runs):
        text, before, behind = run.text, "", ""
        if not run.style.code and not run.style.tex and not run.style.picture:
            if index and runs[index - 1].style.code and text.startswith(" "):
                before, text = " ", text[1:]
            if index + 1 < len(runs) and runs[index + 1].style.code and text.endswith(" "):
                behind, text = " ", text[:-1]
        if before:
            result.append(Run(before, _with(run.style, "wide")))
        if text:
            result.append(Run(text, run.style) if before or behind else run)
        if behind:
            result.append(Run(behind, _with(run.style, "wide")))
    return tuple(result)
