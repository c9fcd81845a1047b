"""Hides what the person wants to keep in a whole body that a line of a job brought along."""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import json
from collections import Counter
from typing import Any

import msgspec

from kireji.core.covering import Cover
from kireji.core.documents import PDF
from kireji.core.embedded import Embedded, as_url, embedded
from kireji.core.errors import DocumentError, PictureError, RedactionFailed
from kireji.core.jobs.outgoing import JobRow
from kireji.core.messages import ImagePart, Message, Role
from kireji.core.placeholders import Vault, kind_of
from kireji.core.ports import ImageCodec
from kireji.core.requests import ModelRequest
from kireji.core.secrets.kinds import Kind
from kireji.core.source_ports import PdfText
from kireji.core.words import say
from kireji.services.finding import Finder
from kireji.services.picture_covers import PictureCovers

_THREAD_FROM = 60_000
"""Bytes: reading so many takes a part of a frame."""


class BodyRedaction:
    """Looks through the words, pictures and documents of bodies.

    Args:
        pictures: Finds what must be painted over.
        codec: Brings pictures into the form that is looked through.
        pdf: Takes the words out of PDF documents.
    """

    def __init__(self, pictures: PictureCovers, codec: ImageCodec, pdf: PdfText) -> None:
        self._pictures = pictures
        self._codec = codec
        self._pdf = pdf

    async def redacted(self, row: JobRow, finder: Finder) -> JobRow:
        """A row with a body as it may leave; the same bytes where nothing is hidden.

        A picture leaves as what was looked through: without what else its file holds, and painted over where
        something was found. Of a PDF document its words go in its place where something is found in these.

        Args:
            row: With a body.
            finder: Says what is hidden.

        Raises:
            RedactionFailed: It could not be looked through.
        """
        body = row.body
        if len(body) < _THREAD_FROM:
            said = _decoded(body)
        else:
            said = await asyncio.to_thread(_decoded, body)
        covers: list[Cover] = []
        apart, changed = [], False
        for one in list(embedded(said)):
            if one.media_type == PDF:
                new = await self._document(one, finder)
            else:
                new = await self._picture(one, finder, covers)
            if new is None:
                apart.append(one.text)
            else:
                changed = True
                apart.extend(new)
        vault = Vault()
        text = await asyncio.to_thread(_hidden, body, said, apart, changed, vault, finder)
        kinds = Counter(kind for one in vault.placeholders_in(text.decode()) if (kind := kind_of(one)) is not None)
        kinds.update(cover.kind for cover in covers)
        hidden = {kind.value: kinds[kind] for kind in Kind if kinds[kind]}
        return msgspec.structs.replace(row, body=text, vault=vault, hidden=hidden)

    async def _picture(self, one: Embedded, finder: Finder, covers: list[Cover]) -> list[str] | None:
        """Put what was looked through in its place; gives the new string, None where it stays."""
        if not one.media_type:
            raise _not_looked_through(
                say("Something in it is written as base64, and is neither a picture nor a PDF document, or is damaged.")
            )
        try:
            picture = await asyncio.to_thread(self._codec.encode_file, one.data)
        except PictureError as error:
            raise _not_looked_through(error.sentence) from error
        name = hashlib.sha256(picture.data).hexdigest()
        part = ImagePart(name, picture.media_type, picture.width, picture.height)
        request = ModelRequest("", (Message(Role.USER, (part,)),), {name: picture.data})
        looked = await self._pictures.paint(request, finder.sought, finder.find_read)
        if looked.error is not None:
            self._pictures.try_again(looked.unread)
            raise _not_looked_through(looked.error.sentence) from looked.error
        data, media_type = picture.data, picture.media_type
        if (painted := looked.painted.get(name)) is not None:
            covers += looked.found[name]
            data, media_type = painted.data, painted.part.media_type
        if data == one.data:
            return None
        return [_put(one, media_type, data)]

    async def _document(self, one: Embedded, finder: Finder) -> list[str] | None:
        """Put its words in its place where something is found in them."""
        try:
            words = (await self._pdf.words(one.data)).text
        except DocumentError:  # as in a conversation: nobody can look into it, and it is the person's choice to send it
            return None
        if not await asyncio.to_thread(finder.find, words):
            return None
        holder = one.holders[-1]
        if isinstance(holder, dict) and holder.get("type") == "base64":
            holder.clear()
            holder.update({"type": "text", "media_type": "text/plain", "data": words})
            return []
        part = one.holders[-2] if len(one.holders) > 1 else None
        if isinstance(part, dict) and part.get("type") == "file":
            title = holder.get("filename", "") if isinstance(holder, dict) else ""
            part.clear()
            part.update({"type": "text", "text": f"{title}\n{words}".strip()})
            return []
        raise _not_looked_through(say("Something is hidden in a document that stands where no words can."))


def _decoded(body: bytes) -> Any:
    shadowed: list[Any] = []

    def last_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        known = dict(pairs)
        if len(known) < len(pairs):
            shadowed.extend(value for name, value in pairs if value is not known[name])
        return known

    try:
        said = json.loads(body, object_pairs_hook=last_of_each)
    except (ValueError, RecursionError) as error:
        raise _not_looked_through(say("It is no JSON.")) from error
    if next(embedded(shadowed), None) is not None:  # it would leave, although nobody reads it
        raise _not_looked_through(say("A name stands twice in it, once with a picture or a document."))
    return said


def _put(one: Embedded, media_type: str, data: bytes) -> str:
    holder = one.holders[-1]
    if one.text.lstrip()[:5].lower() == "data:":
        holder[one.place] = as_url(media_type, data)
    else:
        holder[one.place] = base64.b64encode(data).decode()
        if isinstance(holder, dict) and "media_type" in holder:
            holder["media_type"] = media_type
    return str(holder[one.place])


def _hidden(body: bytes, said: Any, apart: list[str], changed: bool, vault: Vault, finder: Finder) -> bytes:
    """The body with placeholders; what stands apart is left as it is, because base64 looks like keys."""
    text = _written(said) if changed else body.decode()
    taken = _taken_out(text, apart)
    if taken is None:  # written with signs that need not be written so
        taken = _taken_out(_written(said), apart)
    if taken is None:
        raise _not_looked_through(say("A picture in it is written in an unusual way."))
    bare, marks = taken
    find = functools.cache(finder.find)
    vault.learn_json(bare, find)
    known = -1
    while len(vault) != known:  # a value that is learnt late may make another with one that stands before it
        known = len(vault)
        safe = vault.hide_json(bare, find)
    for mark, literal in marks.items():
        safe = safe.replace(mark, literal)
    return safe.encode()


def _written(said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _taken_out(text: str, apart: list[str]) -> tuple[str, dict[str, str]] | None:
    """A body with marks in the place of strings; None when one of them is not found as it is."""
    marks: dict[str, str] = {}
    for number, each in enumerate(dict.fromkeys(apart)):
        literals = [literal for literal in (f'"{each}"', '"' + each.replace("/", "\\/") + '"') if literal in text]
        if not literals:
            return None
        for spelling, literal in enumerate(literals):
            mark = f'"\ue000{number}.{spelling}\ue001"'
            if mark in text:
                return None
            marks[mark] = literal
            text = text.replace(literal, mark)
    return text, marks


def _not_looked_through(why: str) -> RedactionFailed:
    return RedactionFailed(
        say("This row could not be looked through for what should be hidden; it was not sent."),
        say("Change it, or switch hiding off in the settings."),
        detail=why,
    )
