"""Out of one history and into another: the same."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from kireji.core.errors import StoreError, TransferError
from kireji.core.history import NO_TOOLS, ConversationSetup
from kireji.core.messages import Message, Role, TextPart, ThinkingPart, ToolCallPart, ToolResultPart
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.core.transfer import Format, WholeConversation
from tests.integration.transfer.conftest import Home, open_home
from tests.support.exports import CHATGPT, CLAUDE
from tests.support.whole import conversations, said, talk


def picture(shade: int) -> EncodedPicture:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes((shade, 0, 0)) * 2 for _ in range(3))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 3, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return EncodedPicture(data, "image/png", 2, 3)


async def filled(home: Home) -> Home:
    """Conversations that began here, with branches, pictures and documents, and imported ones."""
    image = await home.captures.put(picture(80))
    document = await home.captures.put_document(EncodedDocument(b"words", "text/plain", "notes.txt"))
    question = Message(Role.USER, (image, document, TextPart("What is this? 蓝色")))
    summary, first = await home.conversations.create("Two branches", question)
    await home.conversations.append(summary.id, first.id, Message(Role.ASSISTANT, (TextPart("One."),), b"[1]", "x"))
    await home.conversations.append(summary.id, first.id, Message(Role.ASSISTANT, (TextPart("Two."),)))
    await home.conversations.set_pinned(summary.id, True)
    await home.transfer.bring_in(CLAUDE)
    return home


@pytest.mark.parametrize("name", ["export.zip", "export"])
async def test_an_export_of_ours_brings_the_same_history_back(
    home: Home, other: Home, tmp_path: Path, name: str
) -> None:
    await filled(home)
    written = await home.transfer.export(None, tmp_path / name, Format.JSON)
    report = await other.transfer.bring_in(written.path)
    assert report.problems == ()
    assert (written.conversations, written.pictures, written.lost) == (3, 4, 0)
    assert await other.everything() == await home.everything()
    for conversation in (await home.everything()).values():
        for blob in conversation.blobs:
            assert await other.captures.get(blob) == await home.captures.get(blob)


ROUNDS = b'{"rounds": [[{"type":"tool_use","id":"1"}], null]}'


async def test_an_answer_in_several_rounds_comes_back_as_it_was(home: Home, other: Home, tmp_path: Path) -> None:
    image = await home.captures.put(picture(80))
    summary, first = await home.conversations.create("Tools", Message(Role.USER, (TextPart("How full is it?"),)))
    parts = (
        ThinkingPart("Hm.", 0.5),
        ToolCallPart("1", "look", '{"path": "/a"}', 0.25, begun=True),
        ToolCallPart("2", "run_command", '{"command": "df"}'),
        ToolResultPart("1", (TextPart("41 GB"), image), seconds=1.25),
        ToolResultPart("2", (TextPart("The person said no."),), is_error=True, refused=True),
        TextPart("It is full."),
        ToolCallPart("3", "look", '{"pa', cut=True),
    )
    answer = Message(Role.ASSISTANT, parts, ROUNDS, "anthropic")
    await home.conversations.append(summary.id, first.id, answer, provider="anthropic")
    written = await home.transfer.export(None, tmp_path / "a.zip", Format.JSON)
    await other.transfer.bring_in(written.path)
    [here], [there] = (await home.everything()).values(), (await other.everything()).values()
    assert there == here
    assert there.messages[1].message == answer
    assert written.pictures == 1
    assert await other.captures.get(image.blob) == picture(80).data


@pytest.mark.parametrize(("tools", "kept"), [("0b" * 32, ""), (NO_TOOLS, NO_TOOLS), ("", "")])
async def test_elsewhere_a_conversation_keeps_only_that_tools_are_off(
    home: Home, other: Home, tmp_path: Path, tools: str, kept: str
) -> None:
    await home.conversations.create("", Message(Role.USER, (TextPart("?"),)), ConversationSetup("p", tools=tools))
    path = (await home.transfer.export(None, tmp_path / "a.json", Format.JSON)).path
    assert ("0b" * 32) not in path.read_text()
    await other.transfer.bring_in(path)
    loaded = await other.conversations.load(1)
    assert loaded is not None
    assert loaded.setup == ConversationSetup("p", tools=kept)


async def test_an_export_that_names_tools_gives_them_to_nobody(other: Home) -> None:
    named = msgspec.structs.replace(talk(said("q", None, "?")), setup=ConversationSetup(tools="0b" * 32))
    await other.whole.merge(named)
    loaded = await other.conversations.load(1)
    assert loaded is not None
    assert loaded.setup.tools == ""


async def test_it_adds_nothing_where_it_comes_from_and_nothing_a_second_time(
    home: Home, other: Home, tmp_path: Path
) -> None:
    await filled(home)
    path = (await home.transfer.export(None, tmp_path / "a.zip", Format.JSON)).path
    for where in (home, other, other):
        report = await where.transfer.bring_in(path)
    assert (report.present, report.messages) == (3, 0)
    assert (await home.transfer.bring_in(path)).present == 3


async def test_there_and_back_again_only_what_is_new_comes(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    await other.transfer.bring_in((await home.transfer.export(None, tmp_path / "a.zip", Format.JSON)).path)
    row = next(one.id for one in await other.conversations.recent() if one.title == "Two branches")
    loaded = await other.conversations.load(row)
    assert loaded is not None
    await other.conversations.append(row, loaded.messages[-1].id, Message(Role.USER, (TextPart("Go on."),)))
    report = await home.transfer.bring_in((await other.transfer.export(None, tmp_path / "b.zip", Format.JSON)).path)
    assert (report.conversations, report.extended, report.messages, report.present) == (0, 1, 1, 2)
    again = await home.conversations.load(1)
    assert again is not None
    assert again.messages[-1].message.text == "Go on."


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(conversations())
async def test_any_conversation_comes_back_as_it_was(tmp_path: Path, conversation: WholeConversation) -> None:
    name = hashlib.sha256(msgspec.json.encode(conversation)).hexdigest()[:20]
    async with open_home(tmp_path / name / "a") as one, open_home(tmp_path / name / "b") as two:
        await one.whole.merge(conversation)
        assert await one.everything() == {conversation.key: conversation}
        path = tmp_path / name / "export.json"
        await two.transfer.bring_in((await one.transfer.export(None, path, Format.JSON)).path)
        assert await two.everything() == {conversation.key: conversation}


async def test_a_history_that_was_copied_to_another_computer_and_went_on_there_is_merged(
    home: Home, tmp_path: Path
) -> None:
    await home.conversations.create("Before", Message(Role.USER, (TextPart("Before."),)))
    copy = (await home.backups.make(tmp_path / "copy")).path
    await home.conversations.create("Here", Message(Role.USER, (TextPart("Here."),)))
    async with open_home(copy) as there:
        await there.conversations.create("There", Message(Role.USER, (TextPart("There."),)))
        path = (await there.transfer.export(None, tmp_path / "there.json", Format.JSON)).path
    report = await home.transfer.bring_in(path)
    assert (report.conversations, report.present) == (1, 1)
    assert sorted(one.title for one in await home.conversations.recent()) == ["Before", "Here", "There"]


async def test_an_export_of_a_newer_version_is_refused(home: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.transfer.export(None, tmp_path / "a", Format.JSON)).path
    file = path / "kireji.json"
    file.write_text(file.read_text().replace('"version": 1', '"version": 99', 1))
    async with open_home(tmp_path / "new") as new:
        with pytest.raises(TransferError, match="newer version") as caught:
            await new.transfer.bring_in(path)
        assert "nothing was imported" in caught.value.sentence
        assert await new.everything() == {}


async def test_a_part_that_cannot_be_read_costs_its_conversation_only(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    path = (await home.transfer.export(None, tmp_path / "a", Format.JSON)).path
    file = path / "kireji.json"
    file.write_text(file.read_text().replace('"kind":"document"', '"kind":"hologram"', 1))
    report = await other.transfer.bring_in(path)
    assert (report.conversations, len(report.problems)) == (2, 1)


async def test_a_lost_picture_is_counted_and_stays_named(home: Home, other: Home, tmp_path: Path) -> None:
    await filled(home)
    next((home.folder / "captures").rglob("*.txt")).unlink()
    written = await home.transfer.export(None, tmp_path / "a.zip", Format.JSON)
    assert written.lost == 1
    report = await other.transfer.bring_in(written.path)
    assert [problem.where for problem in report.problems] in (["Two branches"], ["Notes on tides"])
    assert await other.everything() == await home.everything()


async def test_several_conversations_or_pictures_do_not_fit_into_one_file(home: Home, tmp_path: Path) -> None:
    await filled(home)
    for form, name in ((Format.MARKDOWN, "a.md"), (Format.JSON, "a.json"), (Format.HTML, "a.html")):
        with pytest.raises(TransferError, match="fit into one") as caught:
            await home.transfer.export(None, tmp_path / name, form)
        assert ".zip" in caught.value.hint
    assert os.listdir(tmp_path) == ["home"]


async def test_nothing_is_overwritten_without_being_told(home: Home, tmp_path: Path) -> None:
    await home.whole.merge(talk(said("q", None, "What?")))
    path = tmp_path / "a.md"
    path.write_text("mine")
    with pytest.raises(TransferError, match="exists already"):
        await home.transfer.export(None, path, Format.MARKDOWN)
    assert path.read_text() == "mine"
    await home.transfer.export(None, path, Format.MARKDOWN, overwrite=True)
    assert path.read_text().startswith("# A talk")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("")
    with pytest.raises(TransferError, match="something in the folder"):
        await home.transfer.export(None, tmp_path / "full", Format.MARKDOWN, overwrite=True)


async def test_only_a_file_is_replaced_and_only_by_a_file(home: Home, tmp_path: Path) -> None:
    await filled(home)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link.html").symlink_to(tmp_path / "nowhere")
    for path in (tmp_path / "file", tmp_path / "link.html", Path("/dev/null")):
        with pytest.raises(TransferError, match="exists already") as caught:
            await home.transfer.export([1], path, Format.HTML, overwrite=True)
        assert caught.value.hint == "Choose another name."
    with pytest.raises(StoreError, match="File name too long"):
        await home.transfer.export([1], tmp_path / f"{'n' * 300}.html", Format.HTML)


async def test_the_markdown_zip_holds_the_pictures_it_names(home: Home, tmp_path: Path) -> None:
    await home.transfer.bring_in(CHATGPT)
    path = (await home.transfer.export(None, tmp_path / "a.zip", Format.MARKDOWN)).path
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        text = archive.read(next(name for name in names if "Colours" in name)).decode()
    pictures = [name for name in names if name.startswith("pictures/")]
    assert len(pictures) == 2
    assert all(f"]({name})" in text for name in pictures)
    assert "version 1 of 2" in text


async def test_the_documented_form_is_what_is_written(home: Home, tmp_path: Path) -> None:
    await home.whole.merge(talk(said("q", None, "What?"), said("a", "q", "That.", Role.ASSISTANT)))
    path = (await home.transfer.export(None, tmp_path / "a.json", Format.JSON)).path
    value = json.loads(path.read_text())
    assert (value["format"], value["version"]) == ("kireji-history", 1)
    messages = value["conversations"][0]["messages"]
    assert messages[1] == {
        "key": "a",
        "parent": "q",
        "message": {"role": "assistant", "parts": [{"kind": "text", "text": "That.", "citations": []}],
                    "raw": None, "raw_from": ""},
        "created": "2026-03-01T12:00:00Z",
    }  # fmt: skip
