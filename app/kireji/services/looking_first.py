"""Looks through a question before it is stored, so that it can be called back as if it had never been asked."""

from __future__ import annotations

from kireji.core.errors import NotSent
from kireji.core.redaction import Policy, pictures
from kireji.core.requests import ModelRequest
from kireji.core.words import say
from kireji.services.consents import Consents, Decided, LookAgain
from kireji.services.redaction import Asked, Redaction
from kireji.services.turns import LookingThrough, Observer


async def look_first(
    redaction: Redaction,
    consents: Consents,
    provider: str,
    request: ModelRequest,
    conversation: int | None,
    observe: Observer,
) -> tuple[Decided, ...]:
    """Look through what would be sent, and ask the person where they want to be asked.

    Args:
        redaction: Looks through it.
        consents: Asks.
        provider: Where to.
        request: What would be sent.
        conversation: Where it is asked; None for a new one.
        observe: Shows that it is being looked, and what is asked.

    Returns:
        What the person has said.

    Raises:
        NotSent: They do not want it sent.
        RedactionFailed: It cannot be looked through, and nobody can be asked.
    """
    if redaction.policy(provider) is Policy.NEVER:
        return ()
    decided: list[Decided] = []

    async def ask(asked: Asked) -> bool | None:
        hides = await consents.ask(asked, observe)
        if hides is None:
            raise NotSent(say("The question was not sent."), say("Change it and ask again."))
        decided.append(Decided(asked, hides))
        return hides

    while True:
        if any(redaction.covers(picture.blob) is None for picture in pictures(request)):
            observe(LookingThrough())
        try:
            await redaction.redact(provider, request, conversation, asker=ask)
        except LookAgain:
            continue
        return tuple(decided)
