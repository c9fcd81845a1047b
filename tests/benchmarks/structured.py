"""What is our own of the time of a verdict, and of a table of 1,000 cells: from the answer's text to words for people.

Decoded, held to its schema, read into typed cells, each cell found among 2,000 words of its picture, sums checked,
rendered as Markdown and as CSV. The floor is the standard library's `json.loads` of the same text. All of it is
computing of one thread, and its processor time is what is told.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from kireji.core.reading import Reading
from tests.benchmarks.table import Row, median

_RUNS = 5
_GOAL = 20.0
_ROWS, _COLUMNS = 100, 10
_ITEMS = ("Coffee", "Green tea", "Orange juice", "Notebook", "Desk lamp", "USB cable", "Olive oil", "Brown bread")


def measure() -> list[Row]:
    return [_table(), _verdict()]


def _table() -> Row:
    from kireji.core.extraction.exports import csv
    from kireji.core.extraction.linking import linked
    from kireji.core.extraction.markdown import markdown
    from kireji.core.extraction.questions import extraction_question
    from kireji.core.extraction.reading import problem, sheets_of
    from kireji.core.extraction.sheets import Extraction, marked
    from kireji.core.extraction.sums import with_sums
    from kireji.core.structured.decoding import decoded
    from kireji.tools.validation import JsonSchemaValidator

    text, reading = _answer()
    question, validator = extraction_question(), JsonSchemaValidator()
    spent: dict[str, list[float]] = {}

    def whole() -> None:
        clock = _Clock(spent)
        data = decoded(text)
        clock.lap("decoded")
        wrong = validator.problem(question.schema, data) or problem(data)
        clock.lap("validated")
        sheets = sheets_of(data)
        clock.lap("read")
        sheets = linked(sheets, reading)
        clock.lap("linked")
        sheets = tuple(map(with_sums, sheets))
        clock.lap("reckoned")
        extraction = Extraction(sheets)
        rendered = markdown(extraction), csv(extraction)
        clock.lap("rendered")
        assert not wrong
        assert sheets[0].cells == _ROWS * _COLUMNS
        assert marked(sheets) == 0
        assert all(rendered)

    ours, bare = _median(whole), _median(lambda: json.loads(text))
    shares = ", ".join(f"{what} {median(times[-_RUNS:]):.1f}" for what, times in spent.items())
    print(f"  ms: {shares}", file=sys.stderr)
    return _row(f"A table of {_ROWS * _COLUMNS:,} cells, own time ({shares} ms)", ours, bare)


def _verdict() -> Row:
    from kireji.core.moderation import judging
    from kireji.core.moderation.asking import question_of
    from kireji.core.moderation.policy_file import parse
    from kireji.core.moderation.words import words_of
    from kireji.core.structured.decoding import decoded
    from kireji.resources import resource
    from kireji.tools.validation import JsonSchemaValidator

    shipped = sorted(resource("policies").glob("*.toml"))[0]
    policy = parse(shipped.stem, shipped.read_bytes()).policy
    assert policy is not None
    said = "You are all idiots and I will find you. " * 40
    question, validator = question_of(policy, said, (), {}), JsonSchemaValidator()
    answer = _verdict_answer(json.loads(question.schema))
    text = json.dumps(answer)

    def whole() -> None:
        data = decoded(text)
        wrong = validator.problem(question.schema, data) or judging.problem(policy, data, text=True, pictures=0)
        assert not wrong, wrong
        assert words_of(judging.verdict(policy, data, said, []), policy)

    ours, bare = _median(whole), _median(lambda: json.loads(text))
    return _row("A verdict, own time", ours, bare)


def _verdict_answer(schema: dict[str, Any]) -> dict[str, Any]:
    """What a model says of a text, with evidence."""
    from tests.service.schemas import example

    found: dict[str, Any] = example(schema)
    for finding in found["findings"]:
        finding["confidence"] = 0.9
        finding["evidence"] = [{"where": "text", "picture": 0, "quote": "I will find you"}]
    return found


class _Clock:
    """Times laps.

    Args:
        spent: Where they are put, in milliseconds.
    """

    def __init__(self, spent: dict[str, list[float]]) -> None:
        self._spent = spent
        self._begun = time.thread_time()

    def lap(self, what: str) -> None:
        now = time.thread_time()
        self._spent.setdefault(what, []).append((now - self._begun) * 1000)
        self._begun = now


def _median(run: Callable[[], object]) -> float:
    """Milliseconds; the first run, which loads and compiles, does not count."""
    times = []
    for _ in range(_RUNS + 1):
        begun = time.thread_time()
        run()
        times.append((time.thread_time() - begun) * 1000)
    return median(times[1:])


def _row(what: str, ours: float, bare: float) -> Row:
    return Row(
        what, f"under {_GOAL:.0f} ms", f"json.loads: {bare:.2f} ms", f"{ours:.2f} ms", f"{ours / bare:.0f} x",
        ours < _GOAL,
    )  # fmt: skip


def _answer() -> tuple[str, Reading]:
    """What a model says of a page of 2,000 words, and the page."""
    from tests.support.extraction.monospaced import page

    rng = random.Random(9)
    kinds = ["text", "text", "number", "currency", "currency", "date", "enum", "number", "text", "currency"]
    rows = []
    for number in range(_ROWS):
        count, price = rng.randrange(1, 9), rng.randrange(100, 99_999)
        rows.append([
            f"N-{1000 + number}", rng.choice(_ITEMS), str(count), f"{price / 100:,.2f}", f"{count * price / 100:,.2f}",
            f"{rng.randrange(1, 28):02d}.{rng.randrange(1, 12):02d}.2026", rng.choice(("open", "paid", "late")),
            f"{rng.randrange(1, 99)}%", rng.choice(("Leeds", "Oxford", "Exeter")), f"{rng.randrange(9, 9999)}.00",
        ])  # fmt: skip
    names = ["Order", "Item", "Qty", "Price", "Amount", "Date", "Status", "Share", "City", "Due"]
    columns = [
        {"name": name, "type": kind, "unit": "", "choices": ["open", "paid", "late"] if kind == "enum" else []}
        for name, kind in zip(names, kinds, strict=True)
    ]
    lines = ["  ".join(f"{text:<12}" for text in row) for row in [names, *rows]]
    lines += [" ".join(rng.choices(_ITEMS, k=8)) for _ in range(70)]
    answer = {"tables": [{"title": "Orders", "columns": columns, "rows": rows}]}
    return json.dumps(answer), page("\n".join(lines))
