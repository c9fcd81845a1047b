"""What was asked for besides words, as it is kept beside the question, so that it can be asked again."""

from __future__ import annotations

import msgspec

from kireji.core.structured.forms import AnswerForm

LONGEST = 4_000_000
"""Bytes of what is taken from a file; what people ask here is far below it."""


class AskedForm(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question whose answer is more than words, apart from its pictures, which stand in the question.

    Nothing in it refers to a prompt or to a model: a prompt may be gone or say something else by then, and who answers
    is what the conversation says.

    Args:
        form: What the answer is.
        text: What the person said: the wish of a table or fields, the text that is judged or translated.
        schema: Of a table or fields: the person's own JSON schema; empty without one.
        policy: Of a verdict: by which policy.
        language: Of a translation: into which.
    """

    form: AnswerForm
    text: str = ""
    schema: str = ""
    policy: str = ""
    language: str = ""

    @property
    def has_words(self) -> bool:
        """Whether its words are the person's, so that they can be changed."""
        return bool(self.text) or self.form in (AnswerForm.TABLE, AnswerForm.FIELDS, AnswerForm.VERDICT)


_decoder: msgspec.json.Decoder[AskedForm] = msgspec.json.Decoder(AskedForm)


def encode(asked: AskedForm) -> bytes:
    """As it is kept."""
    return msgspec.json.encode(asked)


def decode(data: bytes) -> AskedForm:
    """What `encode` gave.

    Raises:
        msgspec.DecodeError: It is none, or of a later version.
    """
    asked = _decoder.decode(data)
    if asked.form is AnswerForm.TEXT:
        raise msgspec.ValidationError("it asks for words")
    return asked
