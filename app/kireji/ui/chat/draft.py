"""What the person has prepared in a conversation and not sent yet, as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtGui import QImage

from kireji.core.messages import DocumentPart, ImagePart
from kireji.core.outside import quoted
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.core.sources import Source, SourceKind

MOST_ATTACHMENTS = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or a document that goes along with the next question.

    Args:
        number: Tells it from all others of this window.
        name: What the person knows it by.
        picture: Encoded; None for a document, while it is on its way, and where only its stored bytes are at hand.
        document: The same for a document.
        part: Where its bytes are stored; None while they are not.
        size: Bytes of what is sent.
        thumbnail: A small copy to show; None while it is on its way, and for documents.
        note: What was done to it; empty for nothing.
        off: Whether it is kept here and does not go along.
    """

    number: int
    name: str
    picture: EncodedPicture | None = None
    document: EncodedDocument | None = None
    part: ImagePart | DocumentPart | None = None
    size: int = 0
    thumbnail: QImage | None = None
    note: str = ""
    off: bool = False

    @property
    def arrived(self) -> bool:
        """Whether it can be sent."""
        return self.picture is not None or self.document is not None or self.part is not None

    @property
    def media_type(self) -> str:
        """What it is; empty while that is not known."""
        what = self.part or self.document or self.picture
        return what.media_type if what is not None else ""

    @property
    def is_document(self) -> bool:
        """Whether it is no picture, as far as that is known."""
        return self.document is not None or isinstance(self.part, DocumentPart)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of a picture; zeros for anything else."""
        what = self.part if isinstance(self.part, ImagePart) else self.picture
        return (what.width, what.height) if what is not None else (0, 0)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question in the making.

    Args:
        text: What stands in the field.
        attachments: Pictures and documents, in order.
        quote: Text from elsewhere that the question is about.
        sources: Folders, pages and conversations that go along as far as there is room.
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    quote: str = ""
    sources: tuple[Source, ...] = ()

    def without(self, number: int) -> Draft:
        """The same, but for one attachment."""
        return replace(self, attachments=tuple(each for each in self.attachments if each.number != number))

    def with_loaded(self, loaded: Attachment) -> Draft:
        """The same with an attachment that has arrived."""
        return self._with(loaded.number, lambda before: replace(loaded, off=before.off))

    def with_switched(self, number: int, *, on: bool) -> Draft:
        """The same with an attachment that goes along or stays here."""
        return self._with(number, lambda before: replace(before, off=not on))

    def _with(self, number: int, change: Callable[[Attachment], Attachment]) -> Draft:
        changed = tuple(change(each) if each.number == number else each for each in self.attachments)
        return replace(self, attachments=changed)

    def with_quote(self, text: str) -> Draft:
        """The same with more text to ask about, below what is there already."""
        return replace(self, quote="\n\n".join(each for each in (self.quote, text.strip("\n")) if each.strip()))

    def with_source(self, source: Source) -> Draft:
        """The same with a source, in the place of the one that was there before under other switches."""
        known = any(same(each, source) for each in self.sources)
        kept = tuple(source if same(each, source) else each for each in self.sources)
        return replace(self, sources=kept if known else (*kept, source))

    def with_sources(self, more: Sequence[Source]) -> Draft:
        """The same with more sources; those that were there stay as they are switched."""
        new = [one for one in more if not any(same(each, one) for each in self.sources)]
        return replace(self, sources=(*self.sources, *new))

    def with_turned(self, turned: Mapping[int, Source]) -> Draft:
        """The same with what attachments have become, by their numbers, that were no files."""
        return self.with_sources([turned[each.number] for each in self.attachments if each.number in turned])

    def without_source(self, source: Source) -> Draft:
        """The same, but for one source."""
        return replace(self, sources=tuple(each for each in self.sources if not same(each, source)))

    def behind(self, earlier: Draft) -> Draft:
        """The same behind what was written before it, which was only found when this had begun."""
        quoted = earlier.with_quote(self.quote)
        before = tuple(each for each in earlier.sources if not any(same(each, one) for one in self.sources))
        return Draft(
            earlier.text + self.text,
            (*earlier.attachments, *self.attachments),
            quoted.quote,
            (*before, *self.sources),
        )

    def less(self, sent: Draft) -> Draft:
        """What is left when `sent` has gone out; text that was changed since stays, and what was switched off."""
        gone = {each.number for each in sent.attachments if not each.off}
        return Draft(
            "" if self.text.strip() == sent.text.strip() else self.text,
            tuple(each for each in self.attachments if each.number not in gone),
            "" if self.quote == sent.quote else self.quote,
            tuple(each for each in self.sources if not any(same(each, one) and one.on for one in sent.sources)),
        )

    @property
    def size(self) -> int:
        """Bytes of everything that goes along."""
        return sum(each.size for each in self.attachments)

    @property
    def question(self) -> str:
        """The words that are sent: what they are about, marked line by line as a quote, then the person's own."""
        own, quote = self.text.strip(), self.quote.strip("\n")
        if not quote.strip():
            return own
        return "\n\n".join(filter(None, (quoted(quote), own)))


def folder_source(path: Path) -> Source:
    """A folder as a source."""
    return Source(SourceKind.FOLDER, str(path), path.name or str(path))


def same(one: Source, other: Source) -> bool:
    """Whether two are of the same place, however they are switched."""
    return (one.kind, one.place) == (other.kind, other.place)


@dataclass(frozen=True, slots=True)
class Editing:
    """An earlier question that is being changed.

    Args:
        question: Its row.
        text: Its own words.
        parts: Its own pictures and documents.
        aside: What was being written before.
    """

    question: int
    text: str
    parts: tuple[ImagePart | DocumentPart, ...]
    aside: Draft

    def kept(self, changed: Draft) -> Draft:
        """What is kept beyond the program's end: what was being written, and behind it the words as they are now."""
        if changed.text.strip() == self.text.strip():
            return self.aside
        texts = (self.aside.text, changed.text)
        return replace(self.aside, text="\n\n".join(each for each in texts if each.strip()))
