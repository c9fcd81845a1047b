"""Runs the measurements and prints their table: `python -m tests.benchmarks [NAME ...]`."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.benchmarks.one import measure_one
from tests.benchmarks.table import Row, machine, render

_BEGIN, _END = "<!-- measurements -->", "<!-- end of measurements -->"
_ALL = (
    "start",
    "installed",
    "overlay",
    "peer",
    "drag",
    "answer",
    "wire",
    "picture",
    "idle",
    "memory",
    "repetition",
    "search",
    "results",
    "markdown",
    "chat",
    "tool_loop",
    "counting",
    "redaction",
    "redaction_wait",
    "redaction_memory",
    "packing",
    "tools",
    "job_kills",
    "job_import",
    "review",
    "extraction",
    "structured",
)


def main(names: list[str]) -> int:
    """Measure what is named, or everything; the table is printed and, when complete, put into the README."""
    rows: list[Row] = []
    for name in names or _ALL:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        # A process each: Qt's application cannot be made twice, and none inherits what another left in memory.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            found = pool.submit(measure_one, name).result()
        for row in found:
            print(f"  {row.what}: {row.measured} ({row.ratio})", file=sys.stderr, flush=True)
        rows += found
    table = f"{render(rows)}\n\nMeasured on: {machine()}.\n"
    print(table)
    if not names:
        _put_into_readme(table)
    return 0


def _put_into_readme(table: str) -> None:
    readme = Path(__file__).resolve().parents[2] / "README.md"
    before, begin, rest = readme.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    readme.write_text(f"{before}{begin}\n{table}{end}{after}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
