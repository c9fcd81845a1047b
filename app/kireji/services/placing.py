"""Where a question stands in its conversation: stored there, or only looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSetup, ConversationSummary, StoredConversation, StoredMessage
from kireji.core.history_ports import ConversationStore
from kireji.core.messages import DocumentPart, ImagePart, Message, MessageState, Role, TextPart
from kireji.core.words import say
from kireji.services.preferences import Preferences
from kireji.services.request_builder import Asked
from kireji.services.sent_history import latest
from kireji.services.tools.toolbox import Offer, Toolbox
from kireji.services.turns import Question

_TITLE_LENGTH = 60
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Place(NamedTuple):
    """Where a question belongs.

    Args:
        earlier: The conversation; None for a new one.
        before: What was said in it before.
        asked: The question, where it is stored already.
        setup: Who answers and how, with the list of tools that goes along now.
        offer: That list.
    """

    earlier: StoredConversation | None
    before: tuple[StoredMessage, ...]
    asked: StoredMessage | None
    setup: ConversationSetup
    offer: Offer


class Placing:
    """Finds the place of questions.

    Args:
        conversations: The history.
        toolbox: The tools that are offered.
        preferences: The settings.
    """

    def __init__(self, conversations: ConversationStore, toolbox: Toolbox, preferences: Preferences) -> None:
        self._conversations = conversations
        self._toolbox = toolbox
        self._preferences = preferences

    async def save(self, question: Question) -> Asked:
        """Store a question in its place; what is answered again is there already.

        Raises:
            StoreError: It could not be saved.
            KirejiError: There is no such conversation, or no such question in it.
        """
        place = await self._find(question, walk=True)
        if place.earlier is None:
            summary, stored = await self._conversations.create(title_of(question), _message(question), place.setup)
            return Asked(question, summary, (stored,), place.setup, place.offer)
        if place.setup != place.earlier.setup:
            await self._conversations.configure(place.earlier.summary.id, place.setup)
        asked = place.asked
        if asked is None:
            parent = place.before[-1].id if place.before else None
            asked = await self._conversations.append(place.earlier.summary.id, parent, _message(question))
        return _asked(question, place, place.earlier.summary, asked)

    async def look(self, question: Question) -> Asked:
        """The same without storing anything; a question that is not in the history has the number 0.

        Raises:
            StoreError: The history cannot be read.
            KirejiError: As in `save`.
        """
        place = await self._find(question, walk=False)
        asked = place.asked or StoredMessage(
            0, None, _message(question), MessageState.COMPLETE, "", "", None, None, "", _NEVER
        )
        summary = place.earlier.summary if place.earlier else ConversationSummary(0, "", _NEVER, _NEVER)
        return _asked(question, place, summary, asked)

    async def path_to(self, conversation: StoredConversation, message: int) -> tuple[StoredMessage, ...]:
        """The messages from the first to this one, whatever path the conversation shows; empty when it is not there."""
        shown = {one.id: place for place, one in enumerate(conversation.messages)}
        below: list[StoredMessage] = []
        number: int | None = message
        while number is not None and number not in shown:
            found = await self._conversations.messages(conversation.summary.id, [number])
            if not found:
                return ()
            below.append(found[0])
            number = found[0].parent
        above = conversation.messages[: shown[number] + 1] if number is not None else ()
        return (*above, *reversed(below))

    async def _find(self, question: Question, *, walk: bool) -> _Place:
        wanted = question.again if question.again is not None else question.edit
        if question.conversation is None and wanted is None:
            setup = self._frozen(question)
            offer = await self._toolbox.offer_for(setup, question.tools)
            return _Place(None, (), None, msgspec.structs.replace(setup, tools=offer.digest), offer)
        earlier = await self._load(question.conversation)
        before, asked = earlier.messages, None
        if wanted is not None:
            if walk:
                earlier = await self._walked(earlier, wanted)
            path = await self.path_to(earlier, wanted)
            if not path or path[-1].message.role is not Role.USER:
                raise KirejiError(
                    say("The question is no longer in this conversation."), say("Open the conversation again.")
                )
            before, asked = path[:-1], path[-1] if question.again is not None else None
        offer = await self._toolbox.offer_for(earlier.setup, question.tools)
        return _Place(earlier, before, asked, msgspec.structs.replace(earlier.setup, tools=offer.digest), offer)

    def _frozen(self, question: Question) -> ConversationSetup:
        """A new conversation keeps the instructions it begins with: another first line makes all of it new again."""
        setup = question.setup or ConversationSetup()
        if setup.system is not None:
            return setup
        system = self._preferences.settings.models.system if question.system is None else question.system
        return msgspec.structs.replace(setup, system=system)

    async def _walked(self, earlier: StoredConversation, wanted: int) -> StoredConversation:
        """The conversation on the path that runs through a question: another window may walk another branch."""
        if any(one.id == wanted for one in earlier.messages):
            return earlier
        with contextlib.suppress(LookupError):
            await self._conversations.select(earlier.summary.id, wanted)
            return await self._load(earlier.summary.id)
        return earlier

    async def _load(self, conversation: int | None) -> StoredConversation:
        earlier = None if conversation is None else await self._conversations.load(conversation)
        if earlier is None:
            raise KirejiError(
                say("There is no conversation {conversation}.", conversation=conversation),
                say("List them with: kireji history list"),
            )
        return earlier


def _asked(question: Question, place: _Place, summary: ConversationSummary, asked: StoredMessage) -> Asked:
    before: Sequence[StoredMessage] = place.before
    if question.again is None:
        before = latest(before, question.earlier)
    return Asked(question, summary, (*before, asked), place.setup, place.offer)


def _message(question: Question) -> Message:
    parts: tuple[ImagePart | DocumentPart | TextPart, ...] = (*question.images, *question.documents)
    if question.text.strip():
        parts = (*parts, TextPart(question.text))
    return Message(Role.USER, parts)


def title_of(question: Question) -> str:
    """A conversation's first title, made without asking anyone: the question's first line that is no quote."""
    lines = [line.strip() for line in question.text.splitlines() if line.strip()]
    first = next((line for line in lines if not line.startswith(">")), lines[0].lstrip("> ") if lines else "")
    if not first and question.documents:
        first = question.documents[0].title
    if not first:
        return "Capture" if question.images else "Conversation"
    return first if len(first) <= _TITLE_LENGTH else first[: _TITLE_LENGTH - 1].rstrip() + "…"
