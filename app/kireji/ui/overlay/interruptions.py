"""What interrupts an answer in the card: looking through what leaves, asking the person about it, and tools."""

from __future__ import annotations

from kireji.core.events import PartFinished
from kireji.core.messages import ToolCallPart, ToolResultPart
from kireji.services.turns import (
    ApprovalAsked,
    ApprovalGiven,
    ConsentAsked,
    ConsentGiven,
    LookingThrough,
    ToolBegins,
    TurnEvent,
)
from kireji.ui.announcer import SpokenAnswer
from kireji.ui.chat.before_sending import LOOKING
from kireji.ui.chat.endings import Waiting, waiting_for
from kireji.ui.chat.permission.wording import asks_words
from kireji.ui.chat.tool_names import name_of
from kireji.ui.covers.consent_card import text_of, title_of
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.translation import tr


def show_leaving(
    event: LookingThrough | ConsentAsked | ConsentGiven, card: AnswerCard, voice: SpokenAnswer | None
) -> None:
    """What happens before the question leaves.

    Args:
        event: That.
        card: Where it shows.
        voice: Says it to those who do not see it.
    """
    match event:
        case LookingThrough():
            card.wait_for(Waiting(tr(LOOKING)))
            if voice is not None:
                voice.interrupt(tr(LOOKING))
        case ConsentAsked(number, asked):
            card.asked.ask_consent(number, asked)
            card.wait_for(Waiting(tr("Waiting for you")))
            card.arrived.emit()
            if voice is not None:
                voice.interrupt(f"{title_of(asked)}. {text_of(asked)}")
        case ConsentGiven(number):
            card.asked.consent_answered(number)
            card.wait_for(waiting_for(""))


def follow_tool(event: TurnEvent, card: AnswerCard, voice: SpokenAnswer | None, waiting: str) -> None:
    """Something happens to a call of a tool.

    Args:
        event: That.
        card: Where it shows.
        voice: Says what is asked to those who do not see it.
        waiting: What is waited for when no tool runs.
    """
    match event:
        case ApprovalAsked(request):
            name = name_of(request.tool)
            card.asked.ask(request, name)
            card.say_meanwhile(tr("Waiting for you"))
            card.arrived.emit()
            if voice is not None:
                voice.interrupt(asks_words(name))
        case ApprovalGiven(call_id):
            card.asked.answered(call_id)
            if not card.asked.waiting:
                card.say_meanwhile("")
        case ToolBegins(_, tool, _):
            card.say_meanwhile(tr("Running: {tool}", tool=name_of(tool)))
        case PartFinished(_, ToolCallPart() | ToolResultPart()):
            card.say_meanwhile(waiting)
        case _:
            pass
