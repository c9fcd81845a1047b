"""`kireji receipt`, and `kireji ask --receipt`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from kireji.core.errors import RateLimited
from kireji.core.ledger import Fault, Finding
from kireji.core.messages import Usage
from tests.fakes.provider import answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

WRONG = [
    ("--known", "1:" + "a" * 64),
    ("-o", "file"),
    ("1", "--verify"),
    ("1", "--conversation", "2"),
    ("--verify", "--conversation", "2"),
]


@pytest.fixture(autouse=True)
def asked(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Well.", usage=Usage(1200, 34, 56, cost=0.0012)))
    assert kireji("ask", "my words").code == 0


def test_what_has_left_is_listed_newest_first(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Again."))
    kireji("ask", "more")
    head, second, first = kireji("receipt").out.splitlines()
    assert head.split() == ["ID", "TIME", "FOR", "HOST", "MODEL", "BYTES", "PICTURES", "TOKENS", "COST", "ENDED"]
    assert (second.split()[0], first.split()[0]) == ("2", "1")
    assert first.split()[-4:] == ["-", "1,290", "$0.0012", "complete"]


def test_only_one_conversation_is_listed_and_only_so_many(kireji: Kireji) -> None:
    assert kireji("receipt", "--conversation", "9").err == "Nothing has left this computer.\n"
    assert len(kireji("receipt", "-n", "1").out.splitlines()) == 2


def test_a_receipt_says_what_left_word_by_word(world: World, kireji: Kireji) -> None:
    result = kireji("receipt", "1")
    assert result.code == 0
    assert f"SHA-256 {world.ledger.rows[0].digest}" in result.out
    assert "complete; 1,256 tokens read (56 from the cache), 34 written, $0.0012" in result.out
    assert "This matches what was sent" in result.out
    assert "my words" in result.out


def test_a_receipt_as_json_has_everything(world: World, kireji: Kireji) -> None:
    found = json.loads(kireji("receipt", "1", "--json").out)
    assert (found["id"], found["exact"], found["evidence"]) == (1, True, "rebuilt")
    assert found["sha256"] == world.ledger.rows[0].digest
    assert found["answer"]["usage"]["cost"] == 0.0012
    assert "my words" in json.dumps(found["contents"])


def test_the_exact_bytes_can_be_written_to_a_file_or_piped_on(world: World, kireji: Kireji, tmp_path: Path) -> None:
    file = tmp_path / "body"
    assert kireji("receipt", "1", "-o", str(file)).out == ""
    assert hashlib.sha256(file.read_bytes()).hexdigest() == world.ledger.rows[0].digest
    assert kireji("receipt", "1", "-o", "-").data == file.read_bytes()


def test_bytes_that_are_not_those_that_were_sent_are_not_written(world: World, kireji: Kireji, tmp_path: Path) -> None:
    world.ledger.rows[0] = msgspec.structs.replace(world.ledger.rows[0], digest="0" * 64)
    result = kireji("receipt", "1", "-o", str(tmp_path / "body"))
    assert (result.code, list(tmp_path.iterdir())) == (1, [])
    assert "This is not what was sent" in result.err
    assert "This is not what was sent" in kireji("receipt", "1").out


def test_a_file_that_cannot_be_written_is_told(kireji: Kireji, tmp_path: Path) -> None:
    result = kireji("receipt", "1", "-o", str(tmp_path / "no" / "body"))
    assert result.code == 1
    assert "cannot be written" in result.err


def test_a_number_that_is_nobodys_is_told(kireji: Kireji) -> None:
    result = kireji("receipt", "99")
    assert (result.code, result.err) == (1, "kireji: There is no request 99. List them with: kireji receipt\n")


@pytest.mark.parametrize("argv", WRONG)
def test_what_does_not_go_together_is_refused(kireji: Kireji, argv: tuple[str, ...]) -> None:
    assert kireji("receipt", *argv).code == 2


@pytest.mark.parametrize("mark", ["", "1", "1:abc", "x:" + "a" * 64])
def test_what_is_no_mark_is_refused(kireji: Kireji, mark: str) -> None:
    with pytest.raises(SystemExit) as ended:
        kireji("receipt", "--verify", "--known", mark)
    assert ended.value.code == 2


def test_a_whole_ledger_is_said_to_be_whole_with_what_that_cannot_prove(kireji: Kireji) -> None:
    result = kireji("receipt", "--verify")
    assert result.code == 0
    assert result.out.startswith("The ledger is whole: none of its 1 requests was changed, removed or added")
    assert result.out.splitlines()[-1] == f"1:{'0' * 64}"


def test_what_is_wrong_is_named_and_the_exit_code_says_so(world: World, kireji: Kireji) -> None:
    world.ledger.findings = (Finding(Fault.CHANGED, 1, 1), Finding(Fault.CUT, 4, 7))
    result = kireji("receipt", "--verify")
    assert result.code == 1
    assert result.out.splitlines()[:3] == [
        "The ledger is not what was written.",
        "Row 1: changed, or not written by this program.",
        "Rows 4 to 7: missing at the end. They were cut off, or lost when the power failed.",
    ]
    found = json.loads(kireji("receipt", "--verify", "--json").out)
    assert (found["intact"], [one["fault"] for one in found["findings"]]) == (False, ["changed", "cut"])


def test_ask_tells_what_left_beside_the_answer(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Well."))
    result = kireji("ask", "other words", "--receipt")
    assert result.out == "Well.\n"
    assert "Receipt 2," in result.err
    assert "Receipt 1," not in result.err
    assert world.ledger.rows[1].digest in result.err
    assert "other words" not in result.err


def test_ask_tells_it_as_lines_of_json(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Well."))
    *_, end, receipt = map(json.loads, kireji("ask", "q", "--receipt", "--json").out.splitlines())
    assert (end["type"], receipt["type"], receipt["sha256"]) == ("end", "receipt", world.ledger.rows[1].digest)


def test_ask_tells_what_left_although_it_failed(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([RateLimited("Too many.")])
    result = kireji("ask", "q", "--receipt")
    assert result.code == 1
    assert "failed (RateLimited)" in result.err


def test_an_answer_in_one_object_stays_one_object(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("Well."))
    result = kireji("ask", "q", "--receipt", "--json", "--no-stream")
    assert len(result.out.splitlines()) == 1
    assert "Receipt 2," in result.err


def test_of_an_emptied_ledger_there_is_nothing_to_keep(world: World, kireji: Kireji) -> None:
    world.ledger.findings = (Finding(Fault.CUT, 0, 2),)
    world.ledger.rows.clear()
    result = kireji("receipt", "--verify")
    assert (result.code, len(result.out.splitlines())) == (1, 2)
    assert json.loads(kireji("receipt", "--verify", "--json").out)["mark"] == ""
