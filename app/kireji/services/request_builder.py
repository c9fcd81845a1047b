"""From a question, its conversation and the settings to what is asked of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from kireji.core.errors import DocumentError, ReaderError, RequestRejected
from kireji.core.history import ConversationSetup, ConversationSummary, StoredMessage
from kireji.core.messages import (
    ImagePart,
    LinkedImagePart,
    Message,
    Part,
    Sha256,
    TextPart,
    ToolResultPart,
)
from kireji.core.models import Effort, ModelInfo
from kireji.core.ports import CaptureStore
from kireji.core.requests import ModelRequest, Routing, ToolChoice, ToolSpec, ToolUse
from kireji.core.rounds import split
from kireji.core.settings import OpenRouterSettings
from kireji.core.words import say
from kireji.services.catalog import Choice
from kireji.services.pdf_words import PdfInWords, is_pdf
from kireji.services.picture_text import PictureText
from kireji.services.preferences import Preferences
from kireji.services.sent_history import in_words, sendable
from kireji.services.tools.toolbox import NOTHING_OFFERED, Offer
from kireji.services.turns import Question

_EFFORTS = tuple(Effort)


class Asked(NamedTuple):
    """A question in its place.

    Args:
        question: What is asked.
        conversation: Where.
        history: All that was said, the question last.
        setup: Who answers in this conversation and how.
        offer: The tools that it offers.
    """

    question: Question
    conversation: ConversationSummary
    history: tuple[StoredMessage, ...]
    setup: ConversationSetup
    offer: Offer = NOTHING_OFFERED

    @property
    def pictures(self) -> bool:
        """Whether the question itself has some."""
        return bool(self.history[-1].message.images)


class Built(NamedTuple):
    """What is asked.

    Args:
        request: As it is sent.
        note: What the person should know of it.
    """

    request: ModelRequest
    note: str


class RequestBuilder:
    """Builds requests.

    Args:
        preferences: The settings.
        captures: The bytes of pictures and documents.
        picture_text: Reads pictures for models that cannot see.
        pdf: Takes the words out of PDF documents for models that cannot read those.
    """

    def __init__(
        self, preferences: Preferences, captures: CaptureStore, picture_text: PictureText, pdf: PdfInWords
    ) -> None:
        self._preferences = preferences
        self._captures = captures
        self._picture_text = picture_text
        self._pdf = pdf

    async def build(self, asked: Asked, choice: Choice) -> Built:
        """The request for one provider's model.

        Raises:
            StoreError: A picture or document cannot be read from the store.
            ReaderError: A picture could not be read for a model that cannot see.
            RequestRejected: The question has a PDF document, the model cannot read any, and there are no words in it.
        """
        question, setup = asked.question, asked.setup
        bare = self.bare(question, setup, asked.offer, choice)
        said = sendable(asked.history, tools=bool(bare.tools))
        messages, blobs = await self.fitted(said, choice, question.pictures)
        note = await self._about_pdf(said[-1:], choice, question.pictures)
        if choice.info is not None and not choice.info.sees_images and any(_shows(part) for part in _all(said)):
            name = choice.info.name or choice.model
            seen = say("{name} cannot see pictures; it gets the text this computer reads in them.", name=name)
            note = f"{note} {seen}".strip()
        if question.effort is not None and question.effort is not bare.effort:
            note = f"{note} {_changed(question.effort, bare.effort, choice)}".strip()
        request = msgspec.structs.replace(bare, messages=messages, blobs=blobs)
        return Built(request, note)

    def bare(self, question: Question, setup: ConversationSetup, offer: Offer, choice: Choice) -> ModelRequest:
        """A request without its messages."""
        settings = self._preferences.settings
        tools = specs(offer, choice.info)
        return ModelRequest(
            model=choice.model,
            messages=(),
            system=self.system(question, setup),
            max_tokens=self.longest(question, choice.info),
            effort=fitting_effort(question.effort, setup.effort or settings.models.effort, choice.info),
            stop_sequences=question.stop_sequences,
            info=choice.info,
            thinking=question.thinking,
            tools=tools,
            tool_choice=ToolChoice(ToolUse.NONE) if tools and offer.frozen else ToolChoice(),
            routing=routing_of(settings.openrouter),
        )

    def system(self, question: Question, setup: ConversationSetup) -> str:
        """The instructions that go along."""
        given = question.system if question.system is not None else setup.system
        return self._preferences.settings.models.system if given is None else given

    def longest(self, question: Question, info: ModelInfo | None) -> int:
        """How long an answer may become, in tokens."""
        return _bounded(question.max_tokens or self._preferences.settings.models.max_tokens, info)

    async def extended(
        self, request: ModelRequest, choice: Choice, so_far: Message, most: int | None = None, words: int = 0
    ) -> ModelRequest:
        """The next request for the same answer: what was said so far goes back, with what tools gave.

        Args:
            request: The first.
            choice: Who is asked.
            so_far: The answer.
            most: Only so many messages of it go back; None for all.
            words: So many of them are told in words.

        Raises:
            StoreError: A picture or document cannot be read from the store.
            ReaderError: A picture could not be read for a model that cannot see.
        """
        said = split(so_far)[:most]
        messages, blobs = await self.fitted((*in_words(said[:words]), *said[words:]), choice, request.blobs)
        return msgspec.structs.replace(
            request, messages=(*request.messages, *messages), blobs={**request.blobs, **blobs}
        )

    async def fitted(
        self, said: tuple[Message, ...], choice: Choice, at_hand: Mapping[Sha256, bytes]
    ) -> tuple[tuple[Message, ...], Mapping[Sha256, bytes]]:
        """Messages as the model can read them, and the bytes that they name.

        Raises:
            StoreError: A picture or document cannot be read from the store.
            ReaderError: A picture could not be read for a model that cannot see.
        """
        messages = said
        blobs = await self._blobs(messages, at_hand)
        if choice.info is not None and not choice.info.reads_documents:
            told = [await self._pdf.of(message, blobs) for message in said]
            messages = tuple(each.message for each in told)
            known = {**blobs, **{name: data for each in told for name, data in each.blobs.items()}}
            blobs = {name: known[name] for name in sorted({blob for one in messages for blob in one.blobs})}
        if choice.info is not None and not choice.info.sees_images and any(_shows(part) for part in _all(messages)):
            messages = tuple([await self._in_words(message, blobs) for message in messages])
            blobs = {blob: data for blob, data in blobs.items() if any(blob in one.blobs for one in messages)}
        return messages, blobs

    async def _about_pdf(self, asked: Sequence[Message], choice: Choice, at_hand: Mapping[Sha256, bytes]) -> str:
        """What the person should know of PDF documents in their question, where the model cannot read any.

        Raises:
            RequestRejected: It can be told nothing of them; those asked about earlier are named instead.
        """
        if choice.info is None or choice.info.reads_documents or not any(map(is_pdf, _all(asked))):
            return ""
        name = choice.info.name or choice.model
        try:
            for message in asked:
                await self._pdf.check(message, await self._blobs([message], at_hand))
        except DocumentError as error:
            hint = say("Choose another model, or paste the document's text.")
            told = say("{name} cannot read PDF documents.", name=name)
            raise RequestRejected(f"{told} {error.message}", hint, provider=choice.provider.name) from error
        return say("{name} cannot read PDF documents; it gets the words in them.", name=name)

    async def _blobs(self, messages: Sequence[Message], at_hand: Mapping[Sha256, bytes]) -> Mapping[Sha256, bytes]:
        wanted = sorted({blob for message in messages for blob in message.blobs})
        return {blob: at_hand[blob] if blob in at_hand else await self._captures.get(blob) for blob in wanted}

    async def _in_words(self, message: Message, blobs: Mapping[Sha256, bytes]) -> Message:
        """A message with text in the place of its pictures; the provider's own blocks hold none and stay."""
        if not any(_shows(part) for part in _all([message])):
            return message
        parts: list[Part] = []
        for part in message.parts:
            match part:
                case ImagePart(blob):
                    parts.append(TextPart(await self._picture_text.of(blob, blobs[blob])))
                case LinkedImagePart(url):
                    parts.append(TextPart(f"A picture at {url}, which this model cannot see."))
                case ToolResultPart(content=content):
                    words = [await self._read(item, blobs) if isinstance(item, ImagePart) else item for item in content]
                    parts.append(msgspec.structs.replace(part, content=tuple(words)))
                case _:
                    parts.append(part)
        return msgspec.structs.replace(message, parts=tuple(parts))

    async def _read(self, picture: ImagePart, blobs: Mapping[Sha256, bytes]) -> TextPart:
        """The text of a picture that a tool gave back; the answer does not end because it cannot be read."""
        try:
            return TextPart(await self._picture_text.of(picture.blob, blobs[picture.blob]))
        except ReaderError as error:
            return TextPart(f"(A picture that this computer could not read: {error.sentence})")


def _all(messages: Sequence[Message]) -> list[Part]:
    """Every part, with those inside the results of tools."""
    outer = [part for message in messages for part in message.parts]
    return [*outer, *(item for part in outer if isinstance(part, ToolResultPart) for item in part.content)]


def specs(offer: Offer, info: ModelInfo | None) -> tuple[ToolSpec, ...]:
    """The tools of an offer as a model is told of them; none for one that uses none.

    Arguments are streamed as they are written: they are shown, and checked here.
    """
    if info is None or not info.uses_tools:
        return ()
    return tuple(ToolSpec(tool.name, tool.description, tool.offered, eager=True) for tool in offer.tools)


def _shows(part: Part) -> bool:
    return isinstance(part, ImagePart | LinkedImagePart)


def _bounded(max_tokens: int, info: ModelInfo | None) -> int:
    """A bound above the model's own would be refused."""
    return min(max_tokens, info.max_output_tokens) if info and info.max_output_tokens else max_tokens


def fitting_effort(asked: Effort | None, otherwise: str, info: ModelInfo | None) -> Effort | None:
    """The effort to ask for: none of a model that knows none, else the nearest below that it knows."""
    effort = asked or (Effort(otherwise) if otherwise else None)
    if effort is None or info is None:
        return effort
    if not info.efforts or effort in info.efforts:
        return effort if info.efforts else None
    below = [known for known in info.efforts if _EFFORTS.index(known) < _EFFORTS.index(effort)]
    return below[-1] if below else info.efforts[0]


def _changed(asked: Effort, sent: Effort | None, choice: Choice) -> str:
    """What is said when the person has asked for an effort that the model does not have."""
    name = choice.info.name if choice.info and choice.info.name else choice.model
    if sent is None:
        return say("{name} takes no effort; it answers as it does by itself.", name=name)
    return say(
        "{name} does not know the effort {asked}; it answers with {sent}.",
        name=name,
        asked=asked.value,
        sent=sent.value,
    )


def routing_of(settings: OpenRouterSettings) -> Routing:
    """Where requests may be passed on to, as the person has set it."""
    return Routing(
        data_collection=settings.data_collection == "allow",
        zero_retention=settings.zero_retention,
        order=settings.order,
        only=settings.only,
        ignore=settings.ignore,
        allow_fallbacks=settings.allow_fallbacks,
        sort=settings.sort,
    )
