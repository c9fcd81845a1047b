"""Archives that somebody hands over."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.errors import TransferError
from kireji.core.transfer import Found
from kireji.storage.transfer import archives
from kireji.storage.transfer.archives import Limits, open_archive, read_whole
from kireji.storage.transfer.sources import open_source
from tests.support.exports import CHATGPT, CLAUDE, packed, read, zip_of


def packed_bytes(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return buffer.getvalue()


WHOLE = packed_bytes(CHATGPT)


def test_a_folder_a_zip_and_a_zip_with_a_folder_in_it_are_read_alike(tmp_path: Path) -> None:
    expected = read(CHATGPT)
    assert read(packed(CHATGPT, tmp_path / "a.zip")) == expected
    inside, _ = read(packed(CHATGPT, tmp_path / "b.zip", below="export/"))
    assert [one.conversation.key for one in inside] == [one.conversation.key for one in expected[0]]


def test_names_that_lead_out_of_the_archive_write_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../outside.json", "[]")
        archive.writestr("/absolute.json", "[]")
        archive.write(CLAUDE / "conversations.json", "conversations.json")
    before = sorted(tmp_path.parent.iterdir())
    found, _ = read(tmp_path / "a.zip")
    assert len(found) == 2
    assert sorted(tmp_path.parent.iterdir()) == before


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_bytes((CLAUDE / "conversations.json").read_bytes())
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "conversations.json").symlink_to(secret)
    with pytest.raises(TransferError, match="no conversations"):
        open_source(tmp_path / "export")
    info = zipfile.ZipInfo("conversations.json")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, str(secret))
    with pytest.raises(TransferError, match="no conversations"):
        open_source(tmp_path / "a.zip")


def test_a_bomb_is_given_up_soon(tmp_path: Path) -> None:
    packing = zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED)
    with packing, packing.open("conversations.json", "w") as entry:
        entry.write(b'[{"conversation_id": "c", "mapping": {}}, {"a": "')
        for _ in range(64):
            entry.write(b" " * 1024 * 1024)
    assert (tmp_path / "a.zip").stat().st_size < 100_000
    source = open_source(tmp_path / "a.zip")
    steps = list(source.read())
    source.close()
    assert not any(isinstance(one, Found) for one in steps)
    assert "unpacks to far more" in str(steps[-1])


def test_all_entries_together_are_limited(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", one__json=b"x" * 800, two__json=b"y" * 800)
    archive = open_archive(path, Limits(unpacked=1000))
    assert len(read_whole(archive, "one.json", 10_000)) == 800
    with pytest.raises(TransferError, match="GB came out"):
        read_whole(archive, "two.json", 10_000)
    archive.close()


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 3)
    path = zip_of(tmp_path / "a.zip", a=b"", b=b"", c=b"", d=b"")
    with pytest.raises(TransferError, match="too many files"):
        open_archive(path)


def test_an_endless_list_of_contents_is_not_read(tmp_path: Path) -> None:
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 65535, 65535, 2**31, 0, 0)
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + end)
    with pytest.raises(TransferError, match="too many files"):
        open_archive(tmp_path / "a.zip")


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", inner__zip=WHOLE)
    with pytest.raises(TransferError, match="no conversations"):
        open_source(path)


def test_an_entry_larger_than_asked_for_is_refused(tmp_path: Path) -> None:
    archive = open_archive(zip_of(tmp_path / "a.zip", a__png=b"x" * 3_000_000))
    with pytest.raises(TransferError, match="larger than 1 MB"):
        read_whole(archive, "a.png", 1024 * 1024)
    archive.close()


@pytest.mark.parametrize("name", ["missing.zip", "missing/inner.zip"])
def test_what_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(TransferError, match="is not there"):
        open_source(tmp_path / name)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TransferError, match="neither a file nor a folder"):
        open_source(tmp_path / "pipe")


def test_a_backup_is_not_an_export(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", backup__json="{}", kireji__db="")
    with pytest.raises(TransferError, match="is a backup"):
        open_source(path)


def test_an_encrypted_archive_is_told(tmp_path: Path) -> None:
    data = bytearray(packed_bytes(CLAUDE))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(TransferError, match="encrypted"):
        open_source(tmp_path / "a.zip")


def attempt(data: bytes, folder: Path) -> None:
    """Read as much as can be read, of the pictures too; only sentences for people may come out of it."""
    (folder / "a.zip").write_bytes(data)
    try:
        source = open_source(folder / "a.zip")
    except TransferError:
        return
    try:
        for step in source.read():
            for blob in step.conversation.blobs if isinstance(step, Found) else ():
                try:
                    source.blob(blob)
                except TransferError:
                    continue
    except TransferError:
        pass
    finally:
        source.close()


FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("name", [b"\0.", b"./", b"//"])
def test_an_entry_without_a_name_is_passed_over(tmp_path: Path, name: bytes) -> None:
    path = zip_of(tmp_path / "a.zip", QQ="x", conversations__json="[]")
    path.write_bytes(path.read_bytes().replace(b"QQ", name))
    archive = open_archive(path)
    archive.close()
    assert archive.names == ("conversations.json",)


@FEW
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_bytes_that_changed_never_crash_it(tmp_path: Path, changes: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    attempt(bytes(data), tmp_path)


@FEW
@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)))
def test_an_archive_that_was_cut_never_crashes_it(tmp_path: Path, start: int, end: int) -> None:
    attempt(WHOLE[min(start, end) : max(start, end)], tmp_path)
    attempt(WHOLE[: max(start, end)], tmp_path)


@FEW
@given(st.data())
def test_text_that_changed_costs_conversations_at_most(tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "export"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CHATGPT, folder)
    file = folder / data.draw(st.sampled_from(["conversations-000.json", "conversations-001.json"]))
    text = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6) | st.just(b"null"))
    file.write_bytes(text)
    try:
        read(folder)
    except TransferError:
        return


FIELDS = (
    *("mapping", "message", "author", "role", "content", "parts", "content_type", "parent", "children", "id", "uuid"),
    *("chat_messages", "sender", "type", "text", "attachments", "files", "metadata", "create_time"),
)
KNOWN = ("user", "assistant", "tool", "text", "tool_use", "tool_result", "thoughts", "a")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS), inner | st.sampled_from(KNOWN), max_size=6)
    ),
    max_leaves=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING, ANYTHING)
def test_values_of_any_kind_in_any_place_are_told_or_read(tmp_path: Path, nodes: object, messages: object) -> None:
    values = [
        {"conversation_id": "c", "title": nodes, "mapping": {"a": nodes, "b": messages}, "current_node": "a"},
        {"conversation_id": "d", "mapping": {"a": {"message": nodes, "parent": "b"}, "b": {"message": messages}}},
        {"uuid": "u", "chat_messages": [nodes, messages], "name": messages},
    ]
    for value in (values[:2], values[2:]):
        (tmp_path / "conversations.json").write_text(json.dumps(value))
        try:
            read(tmp_path / "conversations.json")
        except TransferError:
            continue
