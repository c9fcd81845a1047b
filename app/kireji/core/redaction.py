"""A question as it may leave: values as placeholders, pictures painted over."""

from __future__ import annotations

import enum
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from kireji.core.covering import Cover
from kireji.core.documents import PDF, PLAIN
from kireji.core.literals import Literals
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    Part,
    Sha256,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.placeholders import Find, Vault
from kireji.core.requests import ModelRequest, ToolSpec
from kireji.core.secrets.kinds import Found, Kind
from kireji.core.source_ports import PdfWords


class Policy(enum.Enum):
    """What happens to what is found before something goes to a service."""

    ALWAYS = "always"
    """It is hidden."""
    ASK = "ask"
    """The person is asked; nobody there, it is hidden."""
    NEVER = "never"
    """Nothing is looked for."""


class Hidden(msgspec.Struct, frozen=True):
    """What of a question stays here.

    Args:
        texts: How many different values are sent as placeholders, by kind.
        pictures: What is painted over, by picture; those without are not named.
        unchecked: Titles of documents that nobody can look into, or into a part of them only.
        as_words: Titles of PDF documents whose words go in their place, because something in these is hidden.
        words_only: Titles of PDF documents that go as they are; there is nothing in their words, and their pictures
            were not looked at.
    """

    texts: Mapping[Kind, int] = {}
    pictures: Mapping[Sha256, tuple[Cover, ...]] = {}
    unchecked: tuple[str, ...] = ()
    as_words: tuple[str, ...] = ()
    words_only: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How much is hidden in all."""
        return sum(self.texts.values()) + sum(map(len, self.pictures.values()))

    @property
    def by_kind(self) -> Mapping[str, int]:
        """How much is hidden in words and pictures, by the name of its kind, as the ledger holds it."""
        counts = Counter(self.texts)
        counts.update(cover.kind for boxes in self.pictures.values() for cover in boxes)
        return {kind.value: counts[kind] for kind in Kind if counts[kind]}


class Painted(msgspec.Struct, frozen=True):
    """A picture that goes in the place of another.

    Args:
        part: Its name and size.
        data: Its bytes.
    """

    part: ImagePart
    data: bytes


class RequestRedactor:
    """Hides what is found in the words of a question, wherever they stand.

    What a value is called depends on nothing but the question, read from its beginning. A conversation that goes on
    therefore begins with the same bytes each time, as services' caches need it, also after this program was started
    anew; and a question can be made again as it was sent.

    Args:
        vault: An empty one; learns what is found.
        find: What is looked for.
        own: What finds the person's own words alone. They are hidden in what is said of tools, too, where everything
            else is an example.
        pdf: The words of PDF documents, as far as they could be read. Where something is hidden in them, a document of
            plain text goes in the place of the PDF.
    """

    def __init__(
        self, vault: Vault, find: Find, own: Find | None = None, pdf: Mapping[Sha256, PdfWords] | None = None
    ) -> None:
        self._vault, self._find, self._own = vault, find, own or _nothing
        self._pdf = {blob: plain(words) for blob, words in (pdf or {}).items()}

    def redacted(self, request: ModelRequest, painted: Mapping[Sha256, Painted]) -> ModelRequest:
        """The question as it may leave.

        Args:
            request: As it would leave.
            painted: Pictures that go in the place of others.
        """
        self._learn(request)
        if self._hides_nothing and not painted:
            return request
        blobs = dict(request.blobs)
        messages = tuple(self._message(message, painted, blobs) for message in request.messages)
        named = {blob for message in messages for blob in message.blobs}
        return msgspec.structs.replace(
            request,
            messages=messages,
            blobs={blob: data for blob, data in blobs.items() if blob in named},
            system=self._hide(request.system),
            stop_sequences=tuple(map(self._hide, request.stop_sequences)),
            output_schema=self._schema(request.output_schema),
            tools=tuple(map(self._tool, request.tools)),
        )

    def placeholders(self, request: ModelRequest) -> frozenset[str]:
        """Which of ours stand in a question that may leave."""
        if not len(self._vault):
            return frozenset()
        return frozenset().union(*map(self._vault.placeholders_in, texts(request)))

    @property
    def _hides_nothing(self) -> bool:
        """Whether every word stays what it is: no value is known, and no own words are looked for."""
        return not len(self._vault) and self._own is _nothing

    def _learn(self, request: ModelRequest) -> None:
        """Name every value in the order in which the question is read.

        A value that is learnt late may stand in what came before, and make one there with another that it overlaps;
        that, too, is named now and not when something else has been learnt.
        """
        said: list[_Piece] = []
        for piece in _pieces(request, self._pdf):
            known = len(self._vault)
            find = self._own if piece.of_tool else self._find
            (self._vault.learn_json if piece.is_json else self._vault.learn)(piece.text, find)
            said.append(piece)
            self._try(piece)
            while fresh := self._vault.values_from(known):
                known = len(self._vault)
                learnt = Literals(fresh)
                for earlier in said:
                    if earlier.is_json or learnt.any_in(earlier.text):
                        self._try(earlier)

    def _try(self, piece: _Piece) -> None:
        find = self._own if piece.of_tool else self._find
        if piece.is_json:
            self._vault.hide_json(piece.text, find)
        else:
            self._vault.hide(piece.text, find(piece.text))

    def _hide(self, text: str) -> str:
        return self._vault.hide(text, self._find(text))

    def _tool(self, tool: ToolSpec) -> ToolSpec:
        description = self._vault.hide(tool.description, self._own(tool.description))
        return msgspec.structs.replace(tool, description=description, input_schema=self._schema(tool.input_schema))

    def _schema(self, schema: bytes) -> bytes:
        return self._vault.hide_json(schema.decode(), self._own, names=False).encode()

    def _message(self, message: Message, painted: Mapping[Sha256, Painted], blobs: dict[Sha256, bytes]) -> Message:
        parts = tuple(self._part(part, painted, blobs) for part in message.parts)
        if message.raw is not None and not self._may_replay(message):
            return Message(message.role, parts)
        return msgspec.structs.replace(message, parts=parts)

    def _part(self, part: Part, painted: Mapping[Sha256, Painted], blobs: dict[Sha256, bytes]) -> Part:
        match part:
            case TextPart(text) | ThinkingPart(text):
                return msgspec.structs.replace(part, text=self._hide(text))
            case ToolCallPart(arguments=arguments):
                return msgspec.structs.replace(part, arguments=self._vault.hide_json(arguments, self._find))
            case ToolResultPart(content=content):
                inner = tuple(self._part(item, painted, blobs) for item in content)
                return msgspec.structs.replace(part, content=inner)
            case ImagePart(blob) if blob in painted:
                blobs[painted[blob].part.blob] = painted[blob].data
                return painted[blob].part
            case LinkedImagePart(url) if (hidden := self._hide(url)) != url:
                return TextPart(f"(A picture at {hidden}, which cannot be fetched: what is hidden is in its address.)")
            case DocumentPart():
                return self._document(part, blobs)
        return part

    def _document(self, part: DocumentPart, blobs: dict[Sha256, bytes]) -> DocumentPart:
        part = msgspec.structs.replace(part, title=self._hide(part.title))
        text = _words(part, blobs, self._pdf)
        if text is None or (hidden := self._hide(text)) == text:
            return part
        data = hidden.encode()
        name = hashlib.sha256(data).hexdigest()
        blobs[name] = data
        return msgspec.structs.replace(part, blob=name, media_type=PLAIN)

    def _may_replay(self, message: Message) -> bool:
        """Whether a service's own blocks may go back: no value is in them, and our placeholders mean the same as then.

        Values are in them if the question went out when nothing was hidden; the words of the message itself hold the
        same, so that they are known by now.
        """
        assert message.raw is not None
        told = "\n".join(strings(message.raw))
        if self._vault.holds(told) or self._own(told):
            return False
        shown = "\n".join(piece.text for piece in _of_parts(_inner(message.parts), {}))
        values = map(self._vault.value, self._vault.placeholders_in(told))
        return all(value is not None and (value in shown or json.dumps(value)[1:-1] in shown) for value in values)


class Documents(NamedTuple):
    """Titles of documents of which there is something to tell; see `Hidden`."""

    unchecked: tuple[str, ...]
    as_words: tuple[str, ...]
    words_only: tuple[str, ...]


def told_of_documents(request: ModelRequest, safe: ModelRequest, pdf: Mapping[Sha256, PdfWords]) -> Documents:
    """What became of the documents of a question.

    Args:
        request: As it would leave.
        safe: As it may leave.
        pdf: The words of its PDF documents, as far as they could be read.
    """
    unchecked, as_words, words_only = [], [], []
    for part, sent in zip(documents(request), documents(safe), strict=True):
        if _words(part, request.blobs) is not None:
            continue
        if sent.media_type != part.media_type:
            as_words.append(part.title)
        elif part.blob in pdf and pdf[part.blob].every_page:
            words_only.append(part.title)
        else:
            unchecked.append(part.title)
    return Documents(tuple(unchecked), tuple(as_words), tuple(words_only))


def documents(request: ModelRequest) -> tuple[DocumentPart, ...]:
    """Every document of a question, in order."""
    parts = [part for message in request.messages for part in _inner(message.parts)]
    return tuple(part for part in parts if isinstance(part, DocumentPart))


def plain(words: PdfWords) -> str:
    """The words of a PDF document as they leave: what is no text in UTF-8 would become other words there."""
    return words.text.encode("utf-8", "replace").decode()


def pictures(request: ModelRequest) -> tuple[ImagePart, ...]:
    """Every picture of a question, each once."""
    parts = [part for message in request.messages for part in _inner(message.parts)]
    return tuple(dict.fromkeys(part for part in parts if isinstance(part, ImagePart)))


def _inner(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, ToolResultPart):
            yield from part.content


class _Piece(NamedTuple):
    """Words of a question.

    Args:
        text: As they are.
        is_json: Whether they are JSON.
        of_tool: Whether they say what a tool is, and not what somebody said.
    """

    text: str
    is_json: bool = False
    of_tool: bool = False


def texts(request: ModelRequest) -> Iterator[str]:
    """All words of a question."""
    return (piece.text for piece in _pieces(request))


def _pieces(request: ModelRequest, pdf: Mapping[Sha256, str] | None = None) -> Iterator[_Piece]:
    """All words of a question, first those that are the same with every question of the conversation."""
    for tool in request.tools:
        yield _Piece(tool.description, of_tool=True)
        yield _Piece(tool.input_schema.decode(), is_json=True, of_tool=True)
    yield _Piece(request.system)
    for message in request.messages:
        yield from _of_parts(_inner(message.parts), request.blobs, pdf)
    yield _Piece(request.output_schema.decode(), is_json=True, of_tool=True)
    yield from map(_Piece, request.stop_sequences)


def _of_parts(
    parts: Iterable[Part], blobs: Mapping[Sha256, bytes], pdf: Mapping[Sha256, str] | None = None
) -> Iterator[_Piece]:
    for part in parts:
        match part:
            case TextPart(text) | ThinkingPart(text):
                yield _Piece(text)
            case ToolCallPart(arguments=arguments):
                yield _Piece(arguments, is_json=True)
            case LinkedImagePart(url):
                yield _Piece(url)
            case DocumentPart():
                yield _Piece(part.title)
                yield _Piece(_words(part, blobs, pdf) or "")


def _words(part: DocumentPart, blobs: Mapping[Sha256, bytes], pdf: Mapping[Sha256, str] | None = None) -> str | None:
    """The words of a document; None where nobody knows any."""
    if pdf and part.media_type == PDF:
        return pdf.get(part.blob)
    if part.media_type != PLAIN or part.blob not in blobs:
        return None
    return blobs[part.blob].decode(errors="replace")


def strings(data: bytes) -> Iterator[str]:
    """Every text and every number in JSON; where it is none, all of it."""
    try:
        todo = [json.loads(data)]
    except ValueError:
        yield data.decode(errors="replace")
        return
    while todo:
        value = todo.pop()
        if isinstance(value, str | int | float):
            yield str(value)
        elif isinstance(value, dict):
            todo += [*value, *value.values()]
        elif isinstance(value, list):
            todo += value


def _nothing(_: str) -> Sequence[Found]:
    return ()
