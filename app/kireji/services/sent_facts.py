"""What the ledger tells of a request: counts, names and hashes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kireji.core.ledger import SentFacts, target_of
from kireji.core.messages import DocumentPart, ImagePart, LinkedImagePart, Part, ToolResultPart
from kireji.core.models import Effort
from kireji.core.requests import Delivery, ModelRequest, OutgoingRequest, ToolUse


class BatchFacts(NamedTuple):
    """What is in the body of a batch.

    Args:
        holder: Its name.
        rows: How many questions.
        tokens: Of all of them, estimated.
        most: US dollars that they cost at most; None when nobody knows.
        hidden: How much of them is hidden, by kind.
        pictures: How many.
        documents: How many.
        max_tokens: Bound of each answer, where a row does not say.
        effort: As asked for; None leaves it to the model.
    """

    holder: str
    rows: int
    tokens: int
    most: float | None
    hidden: Mapping[str, int]
    pictures: int = 0
    documents: int = 0
    max_tokens: int = 0
    effort: Effort | None = None


def of_batch(outgoing: OutgoingRequest, batch: BatchFacts, *, kept: bool) -> SentFacts:
    """Of many questions that leave together."""
    return SentFacts(
        method=outgoing.method,
        target=target_of(outgoing.method, outgoing.url),
        pictures=batch.pictures,
        documents=batch.documents,
        tokens=batch.tokens,
        price=batch.most,
        hidden=dict(batch.hidden),
        effort=batch.effort.value if batch.effort else "",
        max_tokens=batch.max_tokens,
        whole=True,
        kept=kept,
        rows=batch.rows,
        batch=batch.holder,
    )


def of_gate(outgoing: OutgoingRequest, *, kept: bool) -> SentFacts:
    """Of a request that asks no model anything."""
    return SentFacts(outgoing.method, target_of(outgoing.method, outgoing.url), kept=kept)


def of_question(
    outgoing: OutgoingRequest,
    request: ModelRequest,
    question: int | None,
    delivery: Delivery,
    *,
    kept: bool,
    hidden: Mapping[str, int] | None = None,
    tokens: int | None = None,
    price: float | None = None,
) -> SentFacts:
    """Of a question.

    Args:
        outgoing: What leaves.
        request: What is asked.
        question: Its row in the history.
        delivery: How the answer is to come.
        kept: The bytes are kept.
        hidden: How many pieces were hidden, by kind.
        tokens: How many it is estimated to have.
        price: US dollars that it is estimated to cost at most.
    """
    parts = [part for message in request.messages for part in message.parts]
    inner: list[Part] = [item for part in parts if isinstance(part, ToolResultPart) for item in part.content]
    parts += inner
    return SentFacts(
        method=outgoing.method,
        target=target_of(outgoing.method, outgoing.url),
        pictures=sum(isinstance(part, ImagePart | LinkedImagePart) for part in parts),
        documents=sum(isinstance(part, DocumentPart) for part in parts),
        tools=tuple(tool.name for tool in request.tools),
        messages=len(request.messages),
        tokens=tokens,
        price=price,
        hidden=dict(hidden or {}),
        question=question,
        effort=request.effort.value if request.effort else "",
        max_tokens=request.max_tokens,
        thinking=request.thinking.value,
        whole=delivery is Delivery.WHOLE,
        final=bool(request.tools) and request.tool_choice.use is ToolUse.NONE,
        kept=kept,
    )
