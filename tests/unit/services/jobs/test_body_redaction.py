"""Whole bodies are looked through: words, pictures and documents; what is not hidden stays to the byte."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.errors import PictureError, ReaderError, RedactionFailed
from kireji.core.jobs.outgoing import JobRow
from kireji.core.requests import ModelRequest
from kireji.services.body_redaction import BodyRedaction
from kireji.services.finding import Finder
from kireji.services.picture_covers import PictureCovers
from tests.fakes.desktop import FakeCodec
from tests.fakes.reader import FakeReader
from tests.fakes.sources import FakePdfText

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)
PDF = b"%PDF-1.7 " + bytes(300)
MAIL = "ada@lovelace.org"
KEY = "sk-ant-api03-" + "Ab3dEf6hIj9kLmN0pQr2" * 4


class Scene:
    """What looks through, with what a test prepares."""

    def __init__(self, reads: str = "nothing", **reader: Any) -> None:
        self.codec = FakeCodec()
        self.pdf = FakePdfText()
        self.reader = FakeReader((reads,), **reader)
        self.redaction = BodyRedaction(PictureCovers(self.reader, self.codec), self.codec, self.pdf)

    async def hidden(self, body: bytes, *words: str) -> JobRow:
        row = JobRow(ModelRequest("m", ()), body)
        return await self.redaction.redacted(row, Finder(((), words)))


def says(text: str) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": text}]}).encode()


def picture(data: bytes = PNG, media_type: str = "image/png") -> dict[str, object]:
    source = {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}
    return {"type": "image", "source": source}


def content(*blocks: object) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": blocks}]}).encode()


@pytest.mark.parametrize(
    "body",
    [
        says("Hello."),
        b'{ "temperature" : 1.0 , "big":123456789012345678901234567890, "x": "\\u00e4\\/"}\n',
        b'{"a":1e400,"a":2,"messages":[]}',
        content(picture()),
    ],
)
async def test_a_body_in_which_nothing_is_found_stays_to_the_byte(body: bytes) -> None:
    row = await Scene().hidden(body)
    assert (row.body, row.values, row.hidden) == (body, {}, {})


async def test_a_value_is_hidden_wherever_it_stands() -> None:
    body = json.dumps({"system": f"Write to {MAIL}", "messages": [{"content": [{"text": f"<{MAIL}>"}]}]}).encode()
    row = await Scene().hidden(body)
    assert MAIL.encode() not in row.body
    assert (row.values, row.hidden) == ({"[MAIL_1]": MAIL}, {"mail": 1})
    assert json.loads(row.body)["messages"][0]["content"][0]["text"] == "<[MAIL_1]>"


async def test_what_stands_around_a_hidden_value_stays_to_the_byte() -> None:
    body = b'{ "temperature" : 1.0,\n"text": "Write to ' + MAIL.encode() + b'", "max_tokens": 5 }'
    row = await Scene().hidden(body)
    assert row.body == body.replace(MAIL.encode(), b"[MAIL_1]")


async def test_a_key_that_is_written_with_escapes_is_found() -> None:
    body = ('{"text":"' + "".join(f"\\u{ord(sign):04x}" for sign in KEY) + '"}').encode()
    row = await Scene().hidden(body)
    assert KEY not in json.loads(row.body)["text"]


async def test_own_words_are_hidden() -> None:
    row = await Scene().hidden(says("The Fliegenpilz project"), "Fliegenpilz")
    assert b"Fliegenpilz" not in row.body
    assert row.hidden == {"own": 1}


async def test_a_text_of_more_than_a_million_characters_is_looked_through_too() -> None:
    body = json.dumps({"a": "word " * 300_000 + MAIL, "b": f"and {KEY} here"}).encode()
    row = await Scene().hidden(body)
    assert MAIL.encode() not in row.body
    assert KEY.encode() not in row.body
    json.loads(row.body)


async def test_base64_is_not_taken_for_words() -> None:
    row = await Scene().hidden(content(picture(PNG + KEY.encode() * 20), {"type": "text", "text": MAIL}))
    assert row.hidden == {"mail": 1}
    [shown, _] = json.loads(row.body)["messages"][0]["content"]
    assert base64.b64decode(shown["source"]["data"]) == PNG + KEY.encode() * 20


async def test_what_is_read_in_a_picture_is_painted_over() -> None:
    row = await Scene(reads=f"mail {MAIL}").hidden(content(picture(media_type="image/jpeg")))
    [shown] = json.loads(row.body)["messages"][0]["content"]
    assert b" without " in base64.b64decode(shown["source"]["data"])
    assert shown["source"]["media_type"] == "image/png"
    assert row.hidden == {"mail": 1}


async def test_a_picture_in_an_address_is_painted_over() -> None:
    url = "data:image/png;base64," + base64.b64encode(PNG).decode()
    row = await Scene(reads=MAIL).hidden(content({"type": "image_url", "image_url": {"url": url}}))
    [shown] = json.loads(row.body)["messages"][0]["content"]
    head, _, coded = shown["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64"
    assert b" without " in base64.b64decode(coded)


async def test_slashes_that_are_escaped_keep_a_picture_apart_too() -> None:
    data = b"\x89PNG\r\n\x1a\n" + b"\xff\xef\xbf" * 200
    body = content(picture(data)).replace(b"/", b"\\/")
    assert (await Scene().hidden(body)).body == body


@pytest.mark.parametrize("coded", ["%%%", base64.b64encode(b"no picture at all" * 20).decode()])
async def test_a_picture_that_is_none_keeps_the_row_here(coded: str) -> None:
    block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": coded}}
    with pytest.raises(RedactionFailed):
        await Scene().hidden(content(block))


async def test_a_picture_that_cannot_be_opened_keeps_the_row_here() -> None:
    scene = Scene()
    scene.codec.failure = PictureError("The PNG file is damaged.", "Save it anew.")
    with pytest.raises(RedactionFailed) as raised:
        await scene.hidden(content(picture()))
    assert "damaged" in raised.value.detail


async def test_a_picture_that_cannot_be_read_keeps_the_row_here_and_is_tried_again_the_next_time() -> None:
    scene = Scene(error=ReaderError("The text reader stopped.", "Ask again."))
    for _ in range(2):
        with pytest.raises(RedactionFailed):
            await scene.hidden(content(picture()))
    assert len(scene.reader.pictures) == 2


def document(data: bytes = PDF) -> dict[str, object]:
    source = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(data).decode()}
    return {"type": "document", "source": source}


async def test_of_a_document_its_words_go_where_something_is_hidden_in_them() -> None:
    scene = Scene()
    scene.pdf.pages[PDF] = (f"Dear {MAIL}",)
    row = await scene.hidden(content(document()))
    [shown] = json.loads(row.body)["messages"][0]["content"]
    assert (shown["source"]["type"], shown["source"]["media_type"]) == ("text", "text/plain")
    assert "Dear [MAIL_1]" in shown["source"]["data"]


async def test_a_file_of_openais_form_becomes_words_too() -> None:
    scene = Scene()
    scene.pdf.pages[PDF] = (f"Dear {MAIL}",)
    url = "data:application/pdf;base64," + base64.b64encode(PDF).decode()
    row = await scene.hidden(content({"type": "file", "file": {"filename": "letter.pdf", "file_data": url}}))
    [shown] = json.loads(row.body)["messages"][0]["content"]
    assert shown["type"] == "text"
    assert shown["text"].startswith("letter.pdf\n")
    assert "Dear [MAIL_1]" in shown["text"]


@pytest.mark.parametrize("pages", [("Nothing here.",), None])
async def test_a_document_without_anything_to_hide_goes_as_it_is(pages: tuple[str, ...] | None) -> None:
    scene = Scene()
    if pages is not None:
        scene.pdf.pages[PDF] = pages
    body = content(document())
    assert (await scene.hidden(body)).body == body


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=30)
    | st.sampled_from([MAIL, f"x {KEY} y", f"a{MAIL}b"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=4), st.booleans())
@settings(deadline=None, max_examples=60)
async def test_whatever_a_body_holds_it_stays_json_of_the_same_shape_without_values(
    said: dict[str, object], ascii_only: bool
) -> None:
    row = await Scene().hidden(json.dumps(said, ensure_ascii=ascii_only).encode("utf-8", "replace"))
    hidden = json.loads(row.body)
    assert _shape(hidden) == _shape(json.loads(json.dumps(said).encode("utf-8", "replace")))
    assert KEY not in row.body.decode()


def _shape(said: object) -> object:
    if isinstance(said, dict):
        return len(said), [_shape(each) for each in said.values()]
    if isinstance(said, list):
        return [_shape(each) for each in said]
    return type(said) if not isinstance(said, str | int | float) or isinstance(said, bool) else "scalar"


@pytest.mark.parametrize("apart", ["", "\n "])
async def test_a_picture_in_an_address_with_blanks_before_it_is_looked_through(apart: str) -> None:
    url = apart + "data:image/png;base64," + base64.b64encode(PNG).decode()
    row = await Scene(f"mail {MAIL}").hidden(content({"type": "image_url", "image_url": {"url": url}}))
    assert row.hidden == {"mail": 1}
    assert base64.b64encode(PNG) not in row.body


@pytest.mark.parametrize("last", ['"content":"Hello."', '"content":[]'])
async def test_a_picture_that_the_last_of_two_equal_names_covers_does_not_leave_unseen(last: str) -> None:
    body = f'{{"messages":[{{"content":[{json.dumps(picture())}],{last}}}]}}'.encode()
    with pytest.raises(RedactionFailed) as failed:
        await Scene().hidden(body)
    assert failed.value.detail == "A name stands twice in it, once with a picture or a document."
