"""What is said while an answer is waited for, and how it ended, in the words of window and overlay."""

from __future__ import annotations

from dataclasses import dataclass

from kireji.core.errors import (
    AuthenticationFailed,
    BudgetReached,
    KirejiError,
    PaymentRequired,
    PriceUnknown,
    ProviderError,
)
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState, StopReason
from kireji.services.turns import can_continue
from kireji.ui.chat.words import provider_name
from kireji.ui.translation import mark, tr

PATIENCE_MILLISECONDS = 3000
"""After this a local server probably loads the model, which takes a while."""

READING_PICTURE = mark("Reading the picture…")
"""What is said while a picture is read before anybody is asked."""

_LOCAL, _DEVICE = "local", "device"
_CUT = mark("This answer reached the most it may say.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is said while nothing has arrived.

    Args:
        sentence: At once.
        later: After `PATIENCE_MILLISECONDS`; empty when there is nothing better to say then.
    """

    sentence: str
    later: str = ""


def waiting_for(provider: str, server: str = "") -> Waiting:
    """Who is being waited for.

    Args:
        provider: Name of the provider; empty while nobody has been asked yet.
        server: What the local server is called, when known.
    """
    if not provider:
        return Waiting(tr("Sending the question"))
    if provider == _DEVICE:
        return Waiting(tr("Reading the picture on this computer"))
    name = (server or tr(tr("the local server"))) if provider == _LOCAL else provider_name(provider)
    later = tr("Waiting for {name}; the model may be loading", name=name) if provider == _LOCAL else ""
    return Waiting(tr("Waiting for {name}", name=name), later)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an answer ended.

    Args:
        lead: Why it is not who was expected; stands above the answer.
        sentence: Stands below it; empty when nothing is to be said.
        role: Of the stylesheet: muted, warn or error.
        continues: Whether it can be continued.
    """

    lead: str
    sentence: str
    role: str
    continues: bool


def ending_of(stored: StoredMessage, lead: str = "") -> Ending:
    """How a stored answer ended.

    Args:
        stored: The answer; its `error` is the sentence, or the note it began with when nothing went wrong.
        lead: That note, when it is known apart.
    """
    said = stored.error.removeprefix(lead).strip() if lead else stored.error
    continues = can_continue(stored)
    match stored.state:
        case MessageState.STOPPED:
            kept = tr("You stopped this answer. What had arrived is kept.")
            sentence = kept if stored.message.text.strip() else tr("You stopped this answer before its first word.")
            return Ending(lead or said, sentence, "muted", continues)
        case MessageState.INTERRUPTED:
            kept = tr("This answer was cut off before its end. What had arrived is kept.")
            cut = kept if stored.message.text.strip() else tr("This answer was cut off before its first word.")
            return Ending(lead, said or cut, "warn", continues)
        case MessageState.FAILED:
            role = "warn" if stored.stop is StopReason.REFUSAL else "error"
            return Ending(lead, said or tr("This question was not answered."), role, continues)
        case MessageState.STREAMING:
            return Ending(lead or said, tr("Another running Kireji writes this answer."), "muted", False)
    if continues:
        return Ending(lead, said or tr(_CUT), "warn", continues)
    if stored.stop is StopReason.STOP_SEQUENCE:  # it tells of the end
        return Ending(lead, said, "muted", False)
    return Ending(lead, said, "muted", False) if lead else Ending(said, "", "muted", False)


def wants_settings(error: KirejiError | None, sentence: str) -> bool:
    """Whether the way on leads through the settings."""
    named = tr("Settings").casefold() in sentence.casefold()
    return named or isinstance(error, AuthenticationFailed | PaymentRequired)


@dataclass(frozen=True, slots=True)
class WayOut:
    """What can be done about a question that money keeps here.

    Args:
        anyway: It can be sent although nobody knows what it costs.
        budget: The budgets can be changed.
    """

    anyway: bool = False
    budget: bool = False


NO_WAY_OUT = WayOut()


def way_out_of(error: KirejiError | None) -> WayOut:
    """What a person is offered after a failure."""
    unknown = isinstance(error, PriceUnknown)
    return WayOut(anyway=unknown, budget=unknown or isinstance(error, BudgetReached))


def details_of(error: KirejiError | None) -> str:
    """The technical side of a failure, to be copied for a support; empty when there is none."""
    if error is None:
        return ""
    lines = []
    if isinstance(error, ProviderError):
        if error.provider:
            lines.append(tr("Provider: {name}", name=provider_name(error.provider)))
        if error.request_id:
            lines.append(tr("Request id: {id}", id=error.request_id))
    if error.detail:
        lines.append(error.detail)
    if not lines:
        return ""
    return "\n".join([tr("Kind: {kind}", kind=type(error).__name__), *lines])
