"""`kireji count` and `kireji budget`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kireji.core.messages import Usage
from kireji.core.models import ModelInfo, Price
from kireji.core.spending import Entry
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

PRICED = ModelInfo(
    "anthropic", "claude-fake-5-5", "Fake", 200_000, prices=(Price(1.0, 5.0, 1.25, 0.1),), reads_documents=True
)


@pytest.fixture
def world() -> World:
    return World(remote=FakeProvider(models=(PRICED,)))


def text_file(folder: Path, words: str = "A few words stand here. ") -> str:
    path = folder / "notes.txt"
    path.write_text(words * 100)
    return str(path)


def test_each_file_is_counted_and_the_sum_is_priced(kireji: Kireji, tmp_path: Path, world: World) -> None:
    outcome = kireji("count", text_file(tmp_path))
    first, last = outcome.out.splitlines()[1], outcome.out.splitlines()[-1]
    assert first.startswith(str(tmp_path / "notes.txt"))
    assert last.startswith("about ")
    assert "of 200,000 tokens with Fake, $0.00" in last
    assert world.ledger.rows == []


def test_what_is_piped_counts(kireji: Kireji) -> None:
    found = json.loads(kireji("count", "--json", piped=b"Some words to count. " * 50).out)
    assert 150 < found["tokens"] < 500
    assert found["at_most"] > found["tokens"]
    assert (found["exact"], found["files"], found["model"]) == (False, [], "claude-fake-5-5")


def test_nothing_to_count_is_wrong_usage(kireji: Kireji) -> None:
    outcome = kireji("count")
    assert (outcome.code, outcome.out) == (2, "")
    assert "kireji count FILE" in outcome.err


def test_what_cannot_be_read_is_told(kireji: Kireji, tmp_path: Path) -> None:
    outcome = kireji("count", str(tmp_path / "missing.txt"))
    assert outcome.code == 1
    assert "cannot be read" in outcome.err


def test_what_no_model_reads_is_told(kireji: Kireji, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(100))
    outcome = kireji("count", str(tmp_path / "a.zip"))
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "archive" in outcome.err


def test_a_service_that_does_not_count_gives_an_estimate_and_says_so(kireji: Kireji, tmp_path: Path) -> None:
    outcome = kireji("count", "--exact", text_file(tmp_path))
    assert outcome.code == 0
    assert "does not count; this is an estimate" in outcome.err


def test_more_than_the_model_reads_is_said(kireji: Kireji, tmp_path: Path) -> None:
    outcome = kireji("count", text_file(tmp_path, "A few words stand here. " * 400))
    assert "more than Fake can read" in outcome.err


def test_a_budget_is_set_and_shown(kireji: Kireji, world: World) -> None:
    outcome = kireji("budget", "--day", "2", "--month", "10")
    assert world.settings.tables["budget"] == {"day": 2.0, "month": 10.0}
    assert outcome.out.splitlines()[1].split() == ["today", "$0.00", "$2.00", "$2.00"]
    assert kireji("budget", "--day", "0", "--json").code == 0
    assert json.loads(kireji("budget", "--json").out)["day"]["budget"] is None


async def test_a_budget_says_what_was_spent(world: World) -> None:
    number = await world.spending.reserve(Entry("anthropic", "m", None, 1.0), ())
    assert isinstance(number, int)
    await world.spending.settle(number, Usage(1, 1, cost=0.25))
    assert (await world.services().spending.today()).cost == 0.25


@pytest.mark.parametrize("wrong", ["-1", "much", "nan", "inf"])
def test_a_budget_that_is_none_is_wrong_usage(kireji: Kireji, wrong: str) -> None:
    with pytest.raises(SystemExit) as ended:
        kireji("budget", "--day", wrong)
    assert ended.value.code == 2


def test_a_question_that_could_pass_the_budget_is_refused_in_one_line(kireji: Kireji, world: World) -> None:
    world.remote.enqueue(answer("a"))
    kireji("budget", "--day", "0.001")
    outcome = kireji("ask", "Why?")
    assert outcome.code == 1
    assert "The budget for today is $0.0010" in outcome.err
    assert world.remote.asked == []


def test_yes_sends_what_has_no_known_price(kireji: Kireji, world: World) -> None:
    world.remote = FakeProvider(answer("Because."), models=(ModelInfo("anthropic", "x", "X"),))
    kireji("budget", "--day", "1")
    refused = kireji("ask", "Why?")
    assert refused.code == 1
    assert "price of X is unknown" in refused.err
    assert kireji("ask", "Why?", "--yes").out.strip() == "Because."
