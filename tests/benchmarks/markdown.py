"""Markdown without any window: cutting a growing answer, parsing what is looked at, colouring its code.

The floor is the parser itself, `markdown-it-py` on the whole text, which any view that does not cut pays with every
flush.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

from kireji.ui.chat.markdown import MarkdownSource
from tests.benchmarks.table import Row, median

_TOKEN = 4
"""Characters."""
_TOKENS_PER_FLUSH = 40
"""1,000 tokens per second, shown every 40 ms."""
_WORDS = re.findall(
    r"\w+",
    "the window reads every line once and keeps only what is still open so that a long answer costs as little as a "
    "short one because nothing that stands is looked at again while more of it arrives from the service",
)


def text(size: int, seed: int = 1) -> str:
    """Markdown as models write it, of about a size in characters."""
    chance = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < size:
        part = chance.choice(_PARTS)(chance)
        parts.append(part)
        length += len(part)
    return "".join(parts)[:size]


def measure() -> list[Row]:
    million = text(1_000_000)
    cutting = median([_seconds(lambda: _whole(million)) for _ in range(5)])
    # Colours are not the parser's.
    source = _whole(million.replace("```python", "```"))
    source.blocks(0)
    sizes = [segment.end - segment.start for segment in source.segments]
    each = sorted(_seconds(lambda index=index: source.blocks(index)) for index in range(0, len(sizes), 7))  # type: ignore[misc]
    parsing = sum(each) / sum(sizes[::7]) * 1000
    plain = median([_seconds(lambda: _bare(million[:20_000])) for _ in range(5)]) / 20
    small, large = _per_token(10_000), _per_token(1_000_000)
    flush = _seconds(lambda: _bare(million[:200_000]))
    ours = _flush(200_000)
    return [
        Row("Cutting 1 MB of Markdown", "< 100 ms", "none", f"{cutting * 1000:.0f} ms", f"{cutting / 0.1:.2f}",
            cutting < 0.1),
        Row("Parsing what is looked at, per KB", "≤ 1.5 × the parser alone", f"markdown-it-py: {plain * 1000:.2f} ms",
            f"{parsing * 1000:.2f} ms; one segment at most {each[-1] * 1000:.1f} ms", f"{parsing / plain:.2f}",
            parsing <= 1.5 * plain),
        Row("CPU per token at 1 MB, text only", "≤ 1.2 × at 10 KB", f"{small * 1e6:.0f} µs at 10 KB",
            f"{large * 1e6:.0f} µs", f"{large / small:.2f}", large <= 1.2 * small),
        Row("Parsing on one flush at 200 KB", "50 × less than all of it", f"markdown-it-py: {flush * 1000:.0f} ms",
            f"{ours * 1000:.2f} ms", f"{flush / ours:.0f} × less", flush >= 50 * ours),
    ]  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _whole(markdown: str) -> MarkdownSource:
    source = MarkdownSource(markdown)
    source.finish()
    return source


def _bare(markdown: str) -> None:
    from markdown_it import MarkdownIt

    MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).parse(markdown)


def _per_token(size: int) -> float:
    """CPU for one token in an answer that has a size already: cutting, and parsing what changed with every flush."""
    more = text(160_000, seed=2)
    best = float("inf")
    for _ in range(3):
        source = MarkdownSource(text(size))
        _look(source, source.take_changes().first)
        best = min(best, _seconds(lambda source=source: _stream(source, more)) / (len(more) / _TOKEN))  # type: ignore[misc]
    return best


def _flush(size: int) -> float:
    """CPU for one flush."""
    more = text(64_000, seed=2)
    source = MarkdownSource(text(size))
    _look(source, len(source.segments) - 1)
    return _seconds(lambda: _stream(source, more)) / (len(more) / _TOKEN / _TOKENS_PER_FLUSH)


def _stream(source: MarkdownSource, more: str) -> None:
    source.take_changes()
    for number, at in enumerate(range(0, len(more), _TOKEN)):
        source.append(more[at : at + _TOKEN])
        if number % _TOKENS_PER_FLUSH == _TOKENS_PER_FLUSH - 1:
            _look(source, source.take_changes().first)


def _look(source: MarkdownSource, first: int) -> None:
    for index in range(max(first, len(source.segments) - 20), len(source.segments)):
        source.blocks(index)


def _words(chance: random.Random, least: int, most: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(chance.randint(least, most)))


def _paragraph(chance: random.Random) -> str:
    marked = f"**{_words(chance, 1, 3)}** and `{chance.choice(_WORDS)}()`"
    return f"{_words(chance, 10, 60).capitalize()} {marked} {_words(chance, 5, 30)}.\n\n"


def _list(chance: random.Random) -> str:
    items = [f"- **{_words(chance, 1, 2)}**: {_words(chance, 6, 20)}\n" for _ in range(chance.randint(3, 8))]
    return "".join(items) + "\n"


def _steps(chance: random.Random) -> str:
    items = [
        f"{number}. {_words(chance, 6, 16)}\n   - {_words(chance, 4, 9)}\n" for number in range(1, chance.randint(3, 7))
    ]
    return "".join(items) + "\n"


def _code(chance: random.Random) -> str:
    lines = [
        f"    {chance.choice(_WORDS)} = call({chance.randint(1, 99)}, 'text')  # {_words(chance, 1, 4)}"
        for _ in range(12)
    ]
    return "```python\ndef work(value):\n" + "\n".join(lines) + "\n    return value\n```\n\n"


def _table(chance: random.Random) -> str:
    rows = [f"| {_words(chance, 1, 3)} | {chance.randint(1, 999)} | {_words(chance, 3, 8)} |\n" for _ in range(6)]
    return "| What | How many | Why |\n| --- | ---: | --- |\n" + "".join(rows) + "\n"


def _heading(chance: random.Random) -> str:
    return f"## {_words(chance, 2, 6).capitalize()}\n\n"


def _formula(chance: random.Random) -> str:
    return f"With $x_{{{chance.randint(1, 9)}}}$ it is:\n\n$$\n\\sum_{{i=1}}^n x_i = {chance.randint(1, 99)}\n$$\n\n"


_PARTS = (_paragraph, _paragraph, _paragraph, _list, _steps, _code, _table, _heading, _heading, _formula)
