"""Exports of other services into a real history."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from kireji.core.errors import StoreFull, TransferError
from kireji.core.messages import DocumentPart, ImagePart, Role, TextPart
from kireji.core.ports import EncodedPicture
from kireji.core.transfer import ImportReport, Kind, Progress
from tests.integration.transfer.conftest import Home
from tests.support.exports import CHATGPT, CLAUDE, packed


@pytest.mark.parametrize("export", [CHATGPT, CLAUDE])
async def test_importing_twice_adds_nothing(home: Home, tmp_path: Path, export: Path) -> None:
    path = packed(export, tmp_path / "export.zip")
    first = await home.transfer.bring_in(path)
    before = await home.everything()
    second = await home.transfer.bring_in(path)
    assert (first.conversations, first.messages > 0, first.pictures > 0, first.present) == (2, True, True, 0)
    assert second == ImportReport(present=2)
    assert await home.everything() == before


async def test_of_two_imports_at_the_same_time_each_thing_is_told_by_one(home: Home) -> None:
    first, second = await asyncio.gather(home.transfer.bring_in(CLAUDE), home.transfer.bring_in(CLAUDE))
    assert (first.conversations + second.conversations, first.pictures + second.pictures) == (2, 2)
    assert first.present + second.present == 2


async def test_a_newer_export_adds_only_what_is_new(home: Home, tmp_path: Path) -> None:
    shutil.copytree(CLAUDE, tmp_path / "newer")
    await home.transfer.bring_in(CLAUDE)
    file = tmp_path / "newer" / "conversations.json"
    values = json.loads(file.read_text())
    last = values[0]["chat_messages"][-1]
    more = last | {"uuid": "later", "parent_message_uuid": last["uuid"], "sender": "human", "text": "And then?"}
    values[0]["chat_messages"].append(more | {"content": [], "created_at": "2026-02-04T00:00:00Z"})
    values[0]["current_leaf_message_uuid"] = "later"
    file.write_text(json.dumps(values))
    report = await home.transfer.bring_in(tmp_path / "newer")
    assert (report.conversations, report.extended, report.messages, report.present) == (0, 1, 1, 1)
    loaded = await home.conversations.load(1)
    assert loaded is not None
    assert loaded.messages[-1].message.text == "And then?"


async def test_pictures_and_documents_come_with_it(home: Home) -> None:
    report = await home.transfer.bring_in(CLAUDE)
    loaded = await home.conversations.load(1)
    assert loaded is not None
    document, picture, note, words = loaded.messages[0].message.parts
    assert isinstance(document, DocumentPart)
    assert isinstance(picture, ImagePart)
    assert (picture.media_type, picture.width, picture.height) == ("image/png", 4, 3)
    assert await home.captures.get(document.blob) == b"High tide at 04:10.\nLow tide at 10:25."
    assert (note, words) == (TextPart("[attachment: gone.png]"), TextPart("Summarise these notes."))
    assert (report.pictures, dict(report.unsupported)) == (2, {"attachment": 1, "map": 1, "hologram": 1})


async def test_branches_are_kept_and_the_path_is_the_one_that_was_shown(home: Home) -> None:
    await home.transfer.bring_in(CHATGPT)
    outline = await home.conversations.outline(1)
    assert outline is not None
    assert [len(one.alternatives) for one in outline.messages] == [1, 2, 1, 1, 1]
    loaded = await home.conversations.load(1)
    assert loaded is not None
    assert [one.message.role for one in loaded.messages] == [
        Role.USER,
        Role.ASSISTANT,
        Role.USER,
        Role.ASSISTANT,
        Role.USER,
    ]


async def test_what_was_imported_is_found_by_its_words(home: Home) -> None:
    await home.transfer.bring_in(CHATGPT)
    assert [hit.message for hit in await home.conversations.search("蓝色")] == [3]
    assert [hit.message for hit in await home.conversations.search("colours of squ")] == [None]


async def test_an_imported_title_is_not_replaced(home: Home) -> None:
    await home.transfer.bring_in(CHATGPT)
    assert not await home.conversations.suggest_title(1, "Another")


async def test_a_dry_run_changes_nothing_and_says_the_same(home: Home) -> None:
    looked = await home.transfer.bring_in(CHATGPT, only_look=True)
    assert await home.everything() == {}
    assert not (home.folder / "captures").exists()
    done = await home.transfer.bring_in(CHATGPT)
    assert (looked.conversations, looked.messages) == (done.conversations, done.messages)
    assert looked.only_looked


async def test_a_picture_that_is_none_becomes_a_note(home: Home, tmp_path: Path) -> None:
    shutil.copytree(CHATGPT, tmp_path / "export")
    (tmp_path / "export" / "file_0000cc33.dat").write_bytes(b"MZ not a picture")
    report = await home.transfer.bring_in(tmp_path / "export")
    assert [problem.where for problem in report.problems] == ["Colours of squares"]
    assert report.unsupported["picture"] == 1
    loaded = await home.conversations.load(1)
    assert loaded is not None
    assert "picture that could not be read" in loaded.messages[3].message.text


async def test_a_truncated_file_gives_what_was_whole_and_says_so(home: Home, tmp_path: Path) -> None:
    data = (CLAUDE / "conversations.json").read_bytes()
    (tmp_path / "conversations.json").write_bytes(data[: data.rindex(b"An older export")])
    report = await home.transfer.bring_in(tmp_path / "conversations.json")
    assert report.conversations == 1
    assert "ends in the middle" in report.problems[0].why


async def test_cancelled_in_the_middle_whole_conversations_stay(home: Home, tmp_path: Path) -> None:
    one = json.loads((CLAUDE / "conversations.json").read_text())[0]
    many = [one | {"uuid": f"conversation {number}"} for number in range(40)]
    (tmp_path / "conversations.json").write_text(json.dumps(many))
    shutil.copy(next(CLAUDE.glob("3*.png")), tmp_path)
    task: asyncio.Task[ImportReport] | None = None

    def stop(progress: Progress) -> None:
        if progress.done == 7 and task is not None:
            task.cancel()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(home.transfer.bring_in(tmp_path, told=stop))
    assert task.cancelled()
    kept = await home.everything()
    assert 7 <= len(kept) < 40
    assert {len(conversation.messages) for conversation in kept.values()} == {6}
    assert (await home.transfer.bring_in(tmp_path)).conversations == 40 - len(kept)


async def test_a_full_disk_leaves_no_half_conversation(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    put, left = home.captures.put, [1]

    async def put_until_full(picture: EncodedPicture) -> ImagePart:
        if not left[0]:
            raise StoreFull("There is no room left.")
        left[0] -= 1
        return await put(picture)

    monkeypatch.setattr(home.captures, "put", put_until_full)
    with pytest.raises(StoreFull):
        await home.transfer.bring_in(CHATGPT)
    assert await home.everything() == {}
    assert not [file for file in (home.folder / "captures").rglob("*") if file.is_file()]


async def test_names_that_are_spoilt_are_known_again(home: Home, tmp_path: Path) -> None:
    lines = json.loads((CLAUDE / "conversations.json").read_text())
    for value in lines:
        value["uuid"] += "\ud800"
        for message in value["chat_messages"]:
            message["uuid"] += "\0\udfff"
            message["parent_message_uuid"] = None
    lines[0]["chat_messages"].append(lines[0]["chat_messages"][0])
    (tmp_path / "conversations.json").write_text(json.dumps(lines))
    assert (await home.transfer.bring_in(tmp_path)).conversations == 2
    assert await home.transfer.bring_in(tmp_path) == ImportReport(present=2)


async def test_a_picture_that_names_a_path_is_a_note(home: Home, tmp_path: Path) -> None:
    picture = {"kind": "image", "blob": "../../etc/passwd", "media_type": "image/png", "width": 10**30, "height": 1}
    message = {"key": "q", "parent": None, "message": {"role": "user", "parts": [picture]}}
    talk = {"key": "c", "title": "", "created": "2026-01-01T00:00:00", "updated": "0001-01-01T00:00:00Z"}
    message |= {"created": talk["created"]}
    file = {"format": "kireji-history", "version": 1, "conversations": [talk | {"messages": [message]}]}
    (tmp_path / "kireji.json").write_text(json.dumps(file))
    assert (await home.transfer.bring_in(tmp_path)).conversations == 1
    (kept,) = (await home.everything()).values()
    assert kept.messages[0].message.parts == (TextPart("[picture that could not be read]"),)


async def test_whose_export_it_is_can_be_demanded(home: Home) -> None:
    with pytest.raises(TransferError, match="an export of Claude, not of ChatGPT"):
        await home.transfer.bring_in(CLAUDE, Kind.CHATGPT)
    assert (await home.transfer.bring_in(CLAUDE, Kind.CLAUDE)).conversations == 2


async def test_changes_are_announced(home: Home) -> None:
    told: list[int] = []
    home.conversations.changed.subscribe(told.append)
    await home.transfer.bring_in(CLAUDE)
    assert told == [1, 2]
