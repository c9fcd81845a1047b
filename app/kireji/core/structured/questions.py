"""Questions whose answers follow a schema, and these answers before anybody has made sense of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSetup
from kireji.core.messages import ImagePart, Sha256, Usage
from kireji.core.models import Effort
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.forms import AnswerForm


class StructuredQuestion(msgspec.Struct, frozen=True):
    """What is asked.

    Args:
        form: What the answer is.
        words: What stands in the history as the person's question.
        system: Instructions, the same for every question of this kind, so that services can keep them.
        text: What is sent with the pictures.
        schema: JSON schema that the answer follows, as JSON text.
        images: Stored pictures, in the order in which the text numbers them, from 1.
        pictures: Bytes of those that are at hand.
        max_tokens: Of the answer, thinking included.
        asked: What was wanted, kept beside the question so that it can be asked again; None for what cannot be.
    """

    form: AnswerForm
    words: str
    system: str
    text: str
    schema: bytes
    images: tuple[ImagePart, ...] = ()
    pictures: Mapping[Sha256, bytes] = {}
    max_tokens: int = 16_384
    asked: AskedForm | None = None


class Asker(msgspec.Struct, frozen=True):
    """On whose behalf something is asked, and who shall answer.

    Args:
        provider: Asked for explicitly, so that nobody stands in for it; empty leaves the choice to the conversation and
            the settings.
        model: The same.
        effort: None leaves it to the conversation and the settings.
        conversation: Where question and answer are written down; None begins one.
        setup: What the person has chosen for the conversation, for whom others may stand in; None takes what is kept
            with it.
        again: The row of an earlier question of that conversation which is to be answered again: no second copy of it
            is stored, and what followed it stays as a branch of its own.
        edit: The row of an earlier question of that conversation which this one replaces, in the same way.
        keep: Whether they are written down at all.
        attended: Whether somebody sits there who can be asked before something leaves.
        hide: Whether keys, cards and the like are hidden as the settings say.
        unpriced: It goes out although there is a budget and nobody knows what it costs.
        tell: Told what happens on the way, in order, as `services.turns.TurnEvent`. Whoever gives it shows what is
            asked before something leaves, so that it is looked through before it is stored, and what is called back
            meanwhile was never asked. Without, whoever joins the running turn is asked; where nobody does, all is
            hidden.
    """

    provider: str = ""
    model: str = ""
    effort: Effort | None = None
    conversation: int | None = None
    setup: ConversationSetup | None = None
    again: int | None = None
    edit: int | None = None
    keep: bool = True
    attended: bool = True
    hide: bool = True
    unpriced: bool = False
    tell: Callable[[Any], None] | None = None


class StructuredAnswer(msgspec.Struct, frozen=True):
    """What came back, held to the schema.

    Args:
        data: The answer as JSON values; None when the model refused.
        provider: Who answered.
        model: Which model.
        refusal: Why the model refused, as it said it, or a sentence of ours; empty when it did not.
        usage: Of all requests.
        attempts: How many requests it took.
        note: What the person should know: who answered instead, what was hidden.
        seconds: From the request to the end of the answer.
        text: The answer as it came.
    """

    data: Any
    provider: str
    model: str
    refusal: str = ""
    usage: Usage = Usage()
    attempts: int = 1
    note: str = ""
    seconds: float = 0.0
    text: str = ""


class AnswerUnusable(KirejiError):
    """An answer broke its schema twice, or was cut.

    Args:
        message: As of KirejiError.
        hint: The same.
        text: The answer as it came.
        detail: What is wrong with it.
        cut: Who answered and what it used, of an answer that was right as far as it came; None of any other.
    """

    def __init__(
        self, message: str, hint: str = "", *, text: str = "", detail: str = "", cut: StructuredAnswer | None = None
    ) -> None:
        super().__init__(message, hint, detail=detail)
        self.text = text
        self.cut = cut
