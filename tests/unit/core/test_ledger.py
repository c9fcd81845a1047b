"""A chain of rows: whatever is done to it is found and named."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.ledger import (
    ChainRow,
    Checkpoint,
    Fault,
    Finding,
    GenesisFacts,
    Verification,
    Verifier,
    chained,
    link_of,
    target_of,
)

BEGUN = 1_772_366_400_000_000


def genesis(sealed: int = 0, last: int = 0) -> ChainRow:
    facts = msgspec.json.encode(GenesisFacts(sealed, last)).decode()
    return chained(ChainRow(0, "genesis", BEGUN, "", "", "", "", 0, "", None, None, facts, "", ""))


def sent(number: int, **changes: object) -> ChainRow:
    row = ChainRow(number, "sent", BEGUN + number, "p", "h.example", "m", "answer", 10, "d" * 64, 1, None, "{}", "", "")
    return row._replace(**changes)  # type: ignore[arg-type]


def chain(count: int, *, sealed: int = 0) -> list[ChainRow]:
    rows = [genesis(sealed, sealed)]
    for number in range(1, count + 1):
        rows.append(chained(sent(number), rows[-1].link))
    return rows


def point(rows: list[ChainRow]) -> Checkpoint:
    return Checkpoint(rows[0].link, rows[-1].id, rows[-1].link)


def check(
    rows: list[ChainRow], checkpoint: Checkpoint | None = None, highest: int = 0, known: dict[int, str] | None = None
) -> Verification:
    verifier = Verifier(checkpoint, highest, known)
    verifier.read(rows)
    return verifier.result()


def findings(rows: list[ChainRow], checkpoint: Checkpoint | None = None, highest: int = 0) -> list[Finding]:
    return list(check(rows, checkpoint, highest).findings)


def test_a_chain_that_nobody_touched_is_intact() -> None:
    rows = chain(5, sealed=2)
    found = check(rows, point(rows), 5)
    assert (found.intact, found.witnessed, found.requests, found.sealed) == (True, True, 5, 2)
    assert (found.last, found.head) == (5, rows[-1].link)
    assert found.begun == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_same_row_has_another_hash_behind_another_one() -> None:
    assert chained(sent(2), "a" * 64).link != chained(sent(2), "b" * 64).link


@pytest.mark.parametrize("column", ChainRow._fields)
def test_a_change_in_any_column_is_found(column: str) -> None:
    rows = chain(4)
    before = getattr(rows[2], column)
    other = 99 if before is None or isinstance(before, int) else f"{before}x"
    rows[2] = rows[2]._replace(**{column: other})
    assert Finding(Fault.CHANGED, rows[2].id, rows[2].id) in findings(rows, point(chain(4)))


def test_a_row_that_was_changed_with_its_hash_is_named_by_the_one_that_follows() -> None:
    rows = chain(4)
    rows[2] = chained(rows[2]._replace(host="elsewhere.example"), rows[2].previous)
    assert findings(rows) == [Finding(Fault.REPLACED, 2, 2)]


def test_the_last_row_changed_with_its_hash_is_named_by_the_checkpoint() -> None:
    rows, kept = chain(4), point(chain(4))
    rows[4] = chained(rows[4]._replace(size=1), rows[4].previous)
    assert findings(rows, kept) == [Finding(Fault.REPLACED, 4, 4)]


def test_a_text_is_not_a_number_and_bytes_are_no_text() -> None:
    rows = chain(2)
    rows[1] = rows[1]._replace(size="10")  # type: ignore[arg-type]
    assert findings(rows) == [Finding(Fault.CHANGED, 1, 1)]
    rows = chain(2)
    rows[1] = chained(rows[1]._replace(host="YWJj"), rows[0].link)._replace(host=b"abc")  # type: ignore[arg-type]
    assert Finding(Fault.CHANGED, 1, 1) in findings(rows)
    assert link_of(rows[1]) == ""


def test_removed_rows_are_named() -> None:
    rows = chain(6)
    assert findings([*rows[:2], *rows[4:]], point(rows)) == [Finding(Fault.REMOVED, 2, 3)]


def test_a_missing_beginning_is_named() -> None:
    rows = chain(3)
    assert findings(rows[1:]) == [Finding(Fault.REMOVED, 0, 0)]
    assert check(rows[2:]).begun is None


def test_a_row_before_the_beginning_is_found() -> None:
    rows = chain(2)
    assert Finding(Fault.CHANGED, -1, -1) in findings([sent(-1), *rows], point(rows))


def test_a_cut_end_is_found_by_the_checkpoint() -> None:
    rows = chain(5)
    assert findings(rows[:3], point(rows)) == [Finding(Fault.CUT, 3, 5)]


def test_a_cut_end_is_found_by_the_numbers_that_were_given() -> None:
    assert findings(chain(5)[:3], None, 5) == [Finding(Fault.CUT, 3, 5)]


def test_rows_that_were_cut_leave_a_gap_before_those_that_come_later() -> None:
    rows = chain(3)
    rows.append(chained(sent(6), rows[-1].link))
    assert findings(rows) == [Finding(Fault.REMOVED, 4, 5)]


def test_a_forged_row_at_the_end_is_found_by_the_checkpoint() -> None:
    rows = chain(3)
    kept = point(rows)
    rows.append(chained(sent(4), rows[-1].link))
    assert findings(rows, kept) == [Finding(Fault.ADDED, 4, 4)]


def test_a_ledger_that_was_made_anew_is_not_the_one_that_the_checkpoint_knows() -> None:
    other = [chained(genesis()._replace(time=1))]
    other.append(chained(sent(1), other[0].link))
    assert findings(other, point(chain(1))) == [Finding(Fault.EXCHANGED, 0, 1)]


def test_what_was_computed_anew_altogether_is_found_by_a_head_that_was_kept_elsewhere() -> None:
    kept = chain(3)[2]
    rows = [genesis()]
    for number in (1, 2, 3):
        rows.append(chained(sent(number, host="forged.example"), rows[-1].link))
    assert check(rows, point(rows)).intact
    assert check(rows, point(rows), known={kept.id: kept.link}).findings == (Finding(Fault.REPLACED, 2, 2),)
    assert check(rows, point(rows), known={9: kept.link}).findings == (Finding(Fault.CUT, 4, 9),)


def test_numbers_that_were_missing_before_there_was_a_chain_are_no_fault() -> None:
    rows = [genesis(2, 5)]
    for number in (2, 5, 6):
        rows.append(chained(sent(number), rows[-1].link))
    found = check(rows, point(rows), 6)
    assert (found.findings, found.requests, found.sealed) == ((), 3, 2)


def test_damaged_facts_of_the_beginning_are_named() -> None:
    rows = chain(1)
    rows[0] = rows[0]._replace(facts="{")
    assert Finding(Fault.CHANGED, 0, 0) in findings(rows)


def test_nothing_at_all_is_too_little() -> None:
    assert findings([]) == [Finding(Fault.CUT, 0, 0)]
    assert findings([], point(chain(2))) == [Finding(Fault.CUT, 0, 2)]


def test_an_address_has_a_hash_of_its_own() -> None:
    assert target_of("GET", "https://a.example/1") != target_of("GET", "https://a.example/2")


@st.composite
def tampered(draw: st.DrawFn) -> tuple[list[ChainRow], Checkpoint, int]:
    """A chain, and what somebody made of it who does not compute hashes."""
    rows = chain(draw(st.integers(1, 12)), sealed=draw(st.integers(0, 1)))
    kept, highest = point(rows), rows[-1].id
    original = list(rows)
    for _ in range(draw(st.integers(1, 3))):
        if not rows:
            break
        place = draw(st.integers(0, len(rows) - 1))
        match draw(st.sampled_from(["change", "remove", "insert", "swap", "cut", "number"])):
            case "change":
                column = draw(st.sampled_from(ChainRow._fields[1:]))
                value = draw(st.one_of(st.text(max_size=3), st.integers(-3, 3), st.none()))
                rows[place] = rows[place]._replace(**{column: value})
            case "remove":
                del rows[place]
            case "insert":
                number = rows[-1].id + draw(st.integers(1, 3))
                rows.append(sent(number, previous=rows[-1].link, link="f" * 64))
            case "swap":
                other = draw(st.integers(0, len(rows) - 1))
                one, two = rows[place], rows[other]
                rows[place], rows[other] = two._replace(id=one.id), one._replace(id=two.id)
            case "cut":
                del rows[place:]
            case "number":
                rows[place] = rows[place]._replace(id=rows[-1].id + 1)
                rows.sort(key=lambda row: row.id)
    if rows == original:
        rows = rows[:-1]
    return rows, kept, highest


@given(tampered())
def test_whatever_is_done_to_a_chain_is_found(case: tuple[list[ChainRow], Checkpoint, int]) -> None:
    rows, kept, highest = case
    assert not check(rows, kept, highest).intact


@given(st.integers(1, 12), st.data())
def test_a_single_changed_row_is_the_one_that_is_named(count: int, data: st.DataObject) -> None:
    rows = chain(count)
    kept = point(rows)
    place = data.draw(st.integers(0, count))
    column = data.draw(st.sampled_from(ChainRow._fields[2:-2]))
    value = data.draw(
        st.one_of(st.text(max_size=3), st.integers(0, 9)).filter(
            lambda new: new != rows[place][ChainRow._fields.index(column)]
        )
    )
    rows[place] = rows[place]._replace(**{column: value})
    assert [(one.first, one.last) for one in findings(rows, kept)] == [(place, place)]
