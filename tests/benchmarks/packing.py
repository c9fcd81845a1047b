"""Packing a repository of 50,000 files with rules of git in many of its folders.

The floor is what the system takes to tell of the same files: os.walk, and the size and time of each.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import threading
import time
from pathlib import Path

import psutil

from kireji.core.sources import Listing, Packed, Source, SourceKind
from kireji.core.tokens import Family, measured, typical
from kireji.services.filling import Filling
from kireji.sources.folders import FolderReader
from kireji.sources.pdf import PdfReader
from tests.benchmarks.table import Row
from tests.unit.core.test_token_corrections import code, prose

_FILES, _IGNORED = 50_000, 10_000
_OF_A_FOLDER = 20
_GOAL, _MEMORY = 2.0, 200_000_000
_ROOM = 60_000
_RULES = (
    "*.py[co]\n__pycache__/\n*.so\n.venv/\nbuild/\ndist/\n*.egg-info/\n.coverage*\nhtmlcov/\n*.log\n/tmp/\n*.sqlite3\n"
    "docs/_build/\n**/generated/\n!important.log\n.idea/\n*.sw?\n*~\nnode_modules/\n.env.*\n!.env.example\n"
)
_ENDINGS = ("py", "ts", "md", "c", "h", "json", "txt", "rs")


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="kireji-packing-") as folder:
        _make(Path(folder))
        floor = min(_walked(folder) for _ in range(3))
        found = asyncio.run(_measured(folder))
    first, listed, packed, taken, peak = found
    files = f"{len(listed.entries):,} files"
    return [
        Row(f"First estimate of a repository of {files}", "< 2 s", f"os.walk and stat: {floor:.2f} s",
            f"{first:.2f} s", f"{first / floor:.1f}", first < _GOAL and len(listed.entries) >= _FILES),
        Row("Choosing and reading 60,000 tokens of it", "", f"os.walk and stat: {floor:.2f} s",
            f"{taken:.2f} s", f"{taken / floor:.1f}", 0 < packed.tokens <= _ROOM),
        Row("Memory above idle meanwhile", "< 200 MB", "", f"{peak / 1e6:.0f} MB",
            f"{peak / _MEMORY:.2f}", peak < _MEMORY),
    ]  # fmt: skip


def _make(folder: Path) -> None:
    """Files as they are in repositories: most small, some large, in folders of folders, a fifth of those with rules."""
    chance = random.Random(7)
    texts = [(code if number % 3 else prose)(chance) for number in range(200)]
    (folder / ".git" / "info").mkdir(parents=True)
    (folder / ".git" / "info" / "exclude").write_text("*.orig\n")
    (folder / ".gitignore").write_text(_RULES)
    made = 0
    number = 0
    while made < _FILES + _IGNORED:
        ignored = number % 6 == 5
        place = folder / f"part{number % 12}" / f"group{number % 97}" / f"{'build' if ignored else 'module'}{number}"
        place = place / "build" if ignored else place
        place.mkdir(parents=True, exist_ok=True)
        if number % 5 == 0:
            (place / ".gitignore").write_text("/local.*\n*.tmp\n!keep.tmp\ncache/\n")
        for each in range(_OF_A_FOLDER):
            text = texts[chance.randrange(len(texts))] * chance.choice((1, 1, 1, 2, 8))
            (place / f"file{each}.{_ENDINGS[each % len(_ENDINGS)]}").write_text(text)
            made += 1
        number += 1


def _walked(folder: str) -> float:
    begun = time.perf_counter()
    for where, _, names in os.walk(folder):
        for name in names:
            os.stat(os.path.join(where, name))
    return time.perf_counter() - begun


async def _measured(folder: str) -> tuple[float, Listing, Packed, float, int]:
    reader = FolderReader(dict(os.environ), PdfReader(os.environ))
    source = Source(SourceKind.FOLDER, folder, "repository")
    idle, highest, over = psutil.Process().memory_info().rss, [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            highest[0] = max(highest[0], psutil.Process().memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        begun, first = time.perf_counter(), 0.0
        async for listing in reader.listed(source):
            if len(listing.entries) >= _FILES and not first:
                first = time.perf_counter() - begun
        begun = time.perf_counter()
        filling = Filling([listing], {"folder": reader}, "Where is the module of the harbour?", _ROOM, _count)
        packed, _ = await filling.run()
        taken = time.perf_counter() - begun
    finally:
        over.set()
        watcher.join()
    return first, listing, packed, taken, highest[0] - idle


def _count(text: str) -> int:
    return round(sum(typical(measured(text), Family.CLAUDE)))
