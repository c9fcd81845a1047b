"""What entries are worth for a question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kireji.core.relevance import Relevance, words_of
from kireji.core.sources import Entry

_NONE: Mapping[str, str] = {}
_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def _best(question: str, *entries: Entry, beginnings: Mapping[str, str] = _NONE) -> str:
    relevance = Relevance(question, entries)
    for place, entry in enumerate(entries):
        relevance.tell(place, beginnings.get(entry.name, ""))
    return max(zip(entries, relevance.values(), strict=True), key=lambda pair: pair[1])[0].name


def test_a_name_that_the_question_mentions_is_worth_most() -> None:
    entries = [Entry(name, 10, _DAY) for name in ("app/main.py", "app/spending_plot.py", "docs/a.md")]
    assert _best("How is the spending plot drawn?", *entries) == "app/spending_plot.py"


def test_the_beginning_of_a_text_counts_too() -> None:
    entries = (Entry("x/a.py", 10, _DAY), Entry("x/b.py", 10, _DAY))
    beginnings = {"x/b.py": "Keeps the ledger of everything that was sent"}
    assert _best("where is the ledger?", *entries, beginnings=beginnings) == "x/b.py"


def test_a_rare_word_counts_more_than_one_that_stands_everywhere() -> None:
    usual = [Entry(f"window_{number}.py", 10, _DAY) for number in range(20)]
    assert _best("the window of the tray", *usual, Entry("tray.py", 10, _DAY)) == "tray.py"


def test_without_words_the_newest_comes_first() -> None:
    entries = [Entry(f"{number}/x.py", 10, _DAY + timedelta(days=number)) for number in range(5)]
    assert _best("", *entries) == "4/x.py"


def test_what_programs_write_is_worth_less_than_the_oldest_text() -> None:
    lock = Entry("package-lock.json", 10, _DAY + timedelta(days=9))
    assert _best("", lock, Entry("deep/down/here/x.py", 10, _DAY)) == "deep/down/here/x.py"


def test_joined_words_are_words_and_chinese_is_taken_in_pairs() -> None:
    assert words_of("TokenCounts of_the 打开文件") == ["token", "counts", "打开", "开文", "文件"]
