"""Tables of comma-separated values, as other programs write them."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kireji.core.errors import JobError
from kireji.core.jobs.values import JobPlan
from kireji.imaging.codec import PillowCodec
from kireji.storage.jobs.building import RowBuilder
from kireji.storage.jobs.loading import NewRow
from kireji.storage.jobs.pictures import FileJobPictures
from kireji.storage.jobs.reading_tables import head_of_table, rows_of_table
from kireji.storage.jobs.row_pictures import RowPictures


def outcomes(data: bytes, prompt: str) -> list[str]:
    """The prompts of good rows and the reasons of others."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "table.csv").write_bytes(data)
        pictures = RowPictures(folder, PillowCodec().encode_file, FileJobPictures(folder / "kept"))
        builder = RowBuilder(JobPlan("", "anthropic", "m"), None, True, pictures)
        rows = [
            row for piece in rows_of_table(folder / "table.csv", prompt, builder, lambda _: None) for row in piece.rows
        ]
    return [json.loads(row.content)["prompt"] if isinstance(row, NewRow) else row.sentence for row in rows]


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\n\r\"',;\t|"), max_size=6)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(cells, cells), max_size=5),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@example([("a\r\nb", '"')], ";", "\r\n", csv.QUOTE_MINIMAL, "utf-16")
def test_every_table_is_read_as_it_was_written(
    rows: list[tuple[str, str]], separator: str, end: str, quoting: int, encoding: str
) -> None:
    if any("\r" in cell for row in rows for cell in row):
        end = "\r\n"  # else Python before 3.13 writes it without quotes, and it is an end of line
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["first", "second"])
    writer.writerows(rows)
    found = outcomes(text.getvalue().encode(encoding), "<{first}|{second}>")
    assert found == [f"<{first}|{second}>" for first, second in rows if first or second]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(st.binary(max_size=60))
@example(b'a,b\n"1,2\n3,4\n')
@example(b"a,b\n\0,\xff\n")
def test_whatever_a_table_holds_each_row_is_one_or_has_a_reason(data: bytes) -> None:
    try:
        found = outcomes(b"a,b\n" + data, "{a}.")
    except JobError as error:
        found = [error.message]
    assert all(found)


def test_a_quote_that_is_never_closed_takes_the_rest() -> None:
    assert outcomes(b'a,b\n1,2\n3,"4\n5,6\n', "{a}{b}") == ["12", "34\n5,6\n"]


@pytest.mark.skipif(sys.platform == "win32", reason="made of a pipe")
def test_what_would_make_a_reader_wait_is_refused_though_the_system_calls_it_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "table.csv")
    writer = os.open(tmp_path / "table.csv", os.O_RDWR)
    monkeypatch.setattr("kireji.storage.jobs.source_files.stat.S_ISREG", lambda mode: True)
    try:
        with pytest.raises(JobError):
            head_of_table(tmp_path / "table.csv")
    finally:
        os.close(writer)


def test_a_table_ends_where_reading_on_would_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "table.csv").write_bytes(b"text\none\n")
    monkeypatch.setattr("kireji.storage.jobs.reading_tables.opened", _waiting)
    assert head_of_table(tmp_path / "table.csv") == (["text"], ["one"])


class _Waits(io.FileIO):
    """A file that is written on, as the log of the kernel: at its end there is not nothing, but nothing yet."""

    def readinto(self, buffer: Any) -> Any:
        return super().readinto(buffer) or None


@contextmanager
def _waiting(path: Path) -> Iterator[io.FileIO]:
    with _Waits(path) as file:
        yield file
