"""What the person has prepared in a conversation and not sent yet, as values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtGui import QImage

from kireji.core.ports import EncodedPicture

MOST_PICTURES = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture that goes along with the next question.

    Args:
        number: Tells it from all others of this window.
        name: What the person knows it by.
        picture: Encoded; None while it is on its way.
        thumbnail: A small copy to show; None while it is on its way.
        note: What was done to it; empty for nothing.
    """

    number: int
    name: str
    picture: EncodedPicture | None = None
    thumbnail: QImage | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question in the making.

    Args:
        text: What stands in the field.
        attachments: Pictures, in order.
        quote: Text from elsewhere that the question is about.
    """

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    quote: str = ""

    def without(self, number: int) -> Draft:
        """The same, but for one picture."""
        return replace(self, attachments=tuple(each for each in self.attachments if each.number != number))

    def with_loaded(self, loaded: Attachment) -> Draft:
        """The same with a picture that has arrived."""
        return replace(
            self, attachments=tuple(loaded if each.number == loaded.number else each for each in self.attachments)
        )

    def less(self, sent: Draft) -> Draft:
        """What is left when `sent` has gone out; text that was changed since stays."""
        gone = {each.number for each in sent.attachments}
        return Draft(
            "" if self.text.strip() == sent.text.strip() else self.text,
            tuple(each for each in self.attachments if each.number not in gone),
            "" if self.quote == sent.quote else self.quote,
        )

    @property
    def question(self) -> str:
        """The words that are sent: the person's own, then what they quote, marked line by line."""
        own, quote = self.text.strip(), self.quote.strip("\n")
        if not own or not quote.strip():
            return own or quote
        return own + "\n\n" + "\n".join(f"> {line}".rstrip() for line in quote.splitlines())
