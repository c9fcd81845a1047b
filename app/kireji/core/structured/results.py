"""What came of a structured answer, as it is kept beside the answer's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

import msgspec

from kireji.core.extraction.sheets import Extraction
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.comparison import Comparison
from kireji.core.structured.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kireji.core.structured.asked import AskedForm

Result: TypeAlias = Extraction | Verdict | Translation | Comparison

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Result] = msgspec.json.Decoder(Result)


def encode(result: Result) -> bytes:
    """As it is kept."""
    return _encoder.encode(result)


def decode(data: bytes) -> Result:
    """What `encode` gave.

    Raises:
        msgspec.DecodeError: It is none, or of a later version.
    """
    return _decoder.decode(data)


class ResultStore(Protocol):
    """Results by the message whose answer they are, and what questions ask for; gone with it. All raise StoreError."""

    async def keep(self, message: int, result: Result) -> None:
        """Replaces what was kept of this message."""

    async def find(self, message: int) -> Result | None:
        """None when there is none, or when it is of a later version."""

    async def among(self, messages: Sequence[int]) -> Mapping[int, str]:
        """Which of these messages have one, with its form: extraction, verdict, translation or comparison."""

    async def keep_asked(self, question: int, asked: AskedForm) -> None:
        """Replaces what was kept of this question."""

    async def asked(self, question: int) -> AskedForm | None:
        """None for a question that was asked for words, or when what is kept is of a later version."""
