"""Decides what of a conversation goes along with a question, so that it fits what the model can read."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from kireji.core.errors import ContextTooLong
from kireji.core.history import StoredMessage
from kireji.core.messages import Message, Role, Sha256, TextPart, ToolResultPart, Usage
from kireji.core.request_tokens import Contents, Share, blobs_of_documents, of_frame, together
from kireji.core.requests import ModelRequest, ToolSpec
from kireji.core.rounds import split
from kireji.core.token_corrections import Correction, estimated, likely
from kireji.core.tokens import Family, counts_alike
from kireji.core.window import Plan, Sizes, current, outdated, place_of, planned, remaining, room_of
from kireji.core.words import mark, say
from kireji.services.catalog import Choice
from kireji.services.measuring import Measuring
from kireji.services.request_builder import Asked, RequestBuilder, specs
from kireji.services.sent_history import sendable

log = logging.getLogger(__name__)

_NOTHING_AT_HAND: Mapping[Sha256, bytes] = MappingProxyType({})
_SPREAD = 0.1
"""The part of an estimate by which it is taken to be wrong at most. What is wrong by more the service refuses, which
costs nothing; then more stays out."""
_REPORTED = 0.02
"""The same where the service has told how much it was."""
_SCALES = (0.4, 2.5)
"""Between these times the estimate, a report is believed."""
_TOKENS_OF_A_CHARACTER = 2.5
_TOKENS_OF_A_PICTURE = 5000
_LEAST = 512
"""Tokens of a window that somebody would name."""
_NUMBER = r"(\d[\d,]*)"
_PROMPTS = re.compile(rf"(?:too long: |requested |request \(|limit: ){_NUMBER}")
_LIMITS = re.compile(rf"(?:> ?|context length (?:is|of) |context size \(|context window of ){_NUMBER}")


class Room(NamedTuple):
    """What there is room for.

    Args:
        window: What the model can read, in tokens; 0 if unknown.
        room: What of it is there for the question and all that goes along.
    """

    window: int
    room: float


class Growing(NamedTuple):
    """An answer that goes on.

    Args:
        so_far: What was said, with what tools gave back.
        usage: What its requests used so far.
        row: Of it in the history.
    """

    so_far: Message
    usage: Usage | None
    row: int


class _Likely(NamedTuple):
    """What was reckoned last."""

    known: Sequence[Contents]
    family: Family
    correction: Correction
    rows: tuple[float, ...]
    together: Contents


class Fitting:
    """Fits conversations into windows.

    Args:
        requests: Knows what goes along besides.
        measuring: How much something is.
    """

    def __init__(self, requests: RequestBuilder, measuring: Measuring) -> None:
        self._requests = requests
        self._measuring = measuring
        self._last: _Likely | None = None
        self._learned: dict[tuple[str, str], int] = {}
        """Windows that services have named when they refused something, by provider and model."""

    def room(self, asked: Asked, choice: Choice) -> Room:
        """What there is room for with a model."""
        learned = self._learned.get((choice.provider.name, choice.model), 0)
        known = choice.info.context_tokens if choice.info is not None else 0
        window = min(filter(None, (learned, known)), default=0)
        return Room(window, room_of(window, self._requests.longest(asked.question, choice.info)))

    async def plan(self, asked: Asked, choice: Choice, growing: Growing | None = None) -> Plan:
        """How the conversation goes along.

        Raises:
            ContextTooLong: The question alone is too large, or the answer has become so; nothing was sent.
        """
        window, room = self.room(asked, choice)
        cut = current(asked.history)
        if not window:
            return Plan(cut, False, 0.0)
        whole = window - self._requests.longest(asked.question, choice.info)
        if not outdated(cut, window) and self._surely_fits(asked, choice, whole, growing):
            return Plan(cut, False, 0.0)
        contents, frame = await self._measured(asked, choice)
        sizes = await self._sizes(asked, choice, contents, frame, growing)
        plan = planned(asked.history, sizes, window, room)
        if plan is None:
            raise await self._too_large(choice, contents[-1], frame, room, growing)
        return plan

    async def tighter(
        self, asked: Asked, choice: Choice, request: ModelRequest, error: ContextTooLong, growing: Growing | None = None
    ) -> Plan | None:
        """How it goes along when the service has found it too long; what it told is learned.

        Returns:
            None when nothing more can stay out.
        """
        await self._learn(choice, request, error)
        window, room = self.room(asked, choice)
        contents, frame = await self._measured(asked, choice)
        sizes = await self._sizes(asked, choice, contents, frame, growing)
        before = current(asked.history)
        refused = sizes.total(asked.history, before)
        plan = planned(asked.history, sizes, window, min(room, refused * 0.9))
        return plan if plan is not None and plan.new else None

    def longest(self, request: ModelRequest, plan: Plan, room: Room) -> int:
        """How long the answer may become beside what goes along."""
        if not room.window or not plan.tokens:
            return request.max_tokens
        return max(1, min(request.max_tokens, int(room.window - plan.tokens)))

    def _surely_fits(self, asked: Asked, choice: Choice, room: float, growing: Growing | None) -> bool:
        """Whether it need not be measured: most conversations are short, and most windows are large."""
        messages = [stored.message for stored in remaining(asked.history, current(asked.history))]
        messages += [growing.so_far] if growing is not None else []
        if blobs_of_documents(messages):
            return False
        characters = sum(map(_characters, messages)) + len(self._requests.system(asked.question, asked.setup))
        tools = sum(len(one.input_schema) + len(one.description) for one in specs(asked.offer, choice.info))
        pictures = sum(len(message.blobs) for message in messages)
        return (characters + tools) * _TOKENS_OF_A_CHARACTER + pictures * _TOKENS_OF_A_PICTURE < room

    async def _measured(self, asked: Asked, choice: Choice) -> tuple[list[Contents], Contents]:
        """What each message of the path holds, and what goes along besides."""
        tools: tuple[ToolSpec, ...] = specs(asked.offer, choice.info)
        frame = of_frame(self._requests.system(asked.question, asked.setup), tools)
        history, start = asked.history, self._start(asked, choice)
        kept = (*history[: min(start, 1)], *history[start:])
        each = await self.each(kept, choice, tools=bool(tools), at_hand=asked.question.pictures)
        each[min(start, 1) : min(start, 1)] = [Contents()] * (len(history) - len(kept))
        return each, frame

    def _start(self, asked: Asked, choice: Choice) -> int:
        """Where that begins which needs a size: what stays out already does not come back."""
        cut = current(asked.history)
        return 0 if outdated(cut, self.room(asked, choice).window) else place_of(asked.history, cut)

    async def each(
        self,
        history: Sequence[StoredMessage],
        choice: Choice,
        *,
        tools: bool,
        at_hand: Mapping[Sha256, bytes] = _NOTHING_AT_HAND,
    ) -> list[Contents]:
        """What each message of a path holds.

        Args:
            history: The path.
            choice: Who is asked.
            tools: Whether tools are offered.
            at_hand: Bytes of documents that need not be read, or are not stored yet.
        """
        said = [sendable((stored,), tools=tools) for stored in history]
        return await self._measuring.each(said, choice.model, choice.info, at_hand)

    async def _sizes(
        self, asked: Asked, choice: Choice, contents: Sequence[Contents], frame: Contents, growing: Growing | None
    ) -> Sizes:
        fresh, reported = contents[-1], reported_of(asked.history, choice.model)
        known = list(contents[:-1])
        if growing is not None:
            said = split(growing.so_far)
            results = said[-1:] if said and said[-1].role is Role.USER else ()
            fresh = await self._measuring.contents(results, choice.model, choice.info)
            grown = await self._measuring.contents(said[: len(said) - len(results)], choice.model, choice.info)
            known.append(together(contents[-1], grown))
            reported = growing.usage.in_window if growing.usage is not None else None
        return await self.sizes(asked.history, choice.model, known, fresh, frame, reported, adds=growing is not None)

    async def sizes(
        self,
        history: Sequence[StoredMessage],
        model: str,
        known: Sequence[Contents],
        fresh: Contents,
        frame: Contents,
        reported: int | None,
        *,
        adds: bool = False,
    ) -> Sizes:
        """How many tokens a conversation takes at most.

        Args:
            history: A path, the question last.
            model: Which counts.
            known: What its messages hold of which the service has reported, if it has.
            fresh: What is new since.
            frame: Instructions and tools.
            reported: How many tokens it reported; None if it did not.
            adds: Whether what is new belongs to the last of those that are known, and is no message of its own.
        """
        correction, family = await self._measuring.counts.correction(model), Family.of(model)
        rows, said = self._likely(known, family, correction)
        around = likely(frame.all, family, correction)
        factor = await self._factor(Sizes(around, rows), history, together(frame, said), model, reported)
        new = estimated(fresh.all, family, correction)
        at_most = new.tokens + min(new.spread, new.tokens * _SPREAD)
        sized = [row * factor for row in rows]
        if adds:
            sized[-1] += at_most
        else:
            sized.append(at_most)
        return Sizes(around * factor, tuple(sized))

    def _likely(
        self, known: Sequence[Contents], family: Family, correction: Correction
    ) -> tuple[tuple[float, ...], Contents]:
        """Tokens of each, and all of them together; while the person types it is always the same conversation."""
        last = self._last
        if last is not None and last.known is known and (last.family, last.correction) == (family, correction):
            return last.rows, last.together
        rows = tuple(likely(one.all, family, correction) for one in known)
        self._last = _Likely(known, family, correction, rows, together(*known))
        return rows, self._last.together

    async def _factor(
        self, sizes: Sizes, history: Sequence[StoredMessage], contents: Contents, model: str, reported: int | None
    ) -> float:
        """By what an estimate is multiplied so that it is hardly too small."""
        total = sizes.total(history[: len(sizes.rows)], current(history))
        if reported and total and _SCALES[0] < reported / total < _SCALES[1]:
            return reported / total * (1 + _REPORTED)
        whole = (await self._measuring.counts.counted(contents, model)).total
        return 1 + min(_SPREAD, whole.spread / whole.tokens if whole.tokens else 0.0)

    async def _learn(self, choice: Choice, request: ModelRequest, error: ContextTooLong) -> None:
        """Take in what the service told of a request that was too long."""
        counts = self._measuring.counts
        contents = await counts.contents(request)
        guessed = (await counts.counted(contents, choice.model)).tokens
        prompts, limits = _numbers(_PROMPTS, error.detail), _numbers(_LIMITS, error.detail)
        if prompts:
            await counts.learn(contents, choice.model, Usage(input_tokens=prompts[0]))
        place = (choice.provider.name, choice.model)
        known = choice.info.context_tokens if choice.info is not None else 0
        limit = limits[0] if limits else 0 if known else guessed
        if limit >= _LEAST and (not known or limit < known):
            self._learned[place] = limit
        elif not prompts and known:
            await counts.learn(contents, choice.model, Usage(input_tokens=known))
        log.info("%s finds %s tokens too long (%s)", choice.model, guessed, error.detail)

    async def _too_large(
        self, choice: Choice, question: Contents, frame: Contents, room: float, growing: Growing | None
    ) -> ContextTooLong:
        name, provider = (choice.info.name if choice.info else "") or choice.model, choice.provider.name
        if growing is not None:
            return ContextTooLong(
                say("With what its tools gave back, this answer is longer than {name} can read.", name=name),
                say("Ask for less at once, or choose a model that reads more."),
                provider=provider,
            )
        counted = await self._measuring.counts.counted(together(question, frame), choice.model)
        largest = sorted(counted.shares.items(), key=lambda one: -one[1])
        parts = ", ".join(f"{say(_SHARES[share])} {tokens:,}" for share, tokens in largest if tokens)
        return ContextTooLong(
            say(
                "This question has about {tokens} tokens, and {name} has room for {room}: {parts}.",
                tokens=f"{counted.tokens:,}",
                name=name,
                room=f"{max(0, int(room)):,}",
                parts=parts,
            ),
            say("Leave out or shorten the largest part, or choose a model that reads more; nothing was sent."),
            provider=provider,
        )


_SHARES = {
    Share.CONVERSATION: mark("words"),
    Share.IMAGES: mark("pictures"),
    Share.DOCUMENTS: mark("documents"),
    Share.TOOLS: mark("tools"),
    Share.SYSTEM: mark("instructions"),
}


def reported_of(history: Sequence[StoredMessage], model: str) -> int | None:
    """How much stood in the window after the last answer before the question, as the service said it.

    Returns:
        None for models that count else, and when it was asked before the cut that holds.
    """
    answer = history[-2] if len(history) > 1 else None
    if answer is None or answer.usage is None or answer.message.role is not Role.ASSISTANT:
        return None
    cut = current(history)
    if counts_alike(answer.model) != counts_alike(model) or (cut is not None and answer.id <= cut.bare):
        return None
    return answer.usage.in_window or None


def _characters(message: Message) -> int:
    results = [part for part in message.parts if isinstance(part, ToolResultPart)]
    inner = sum(len(item.text) for part in results for item in part.content if isinstance(item, TextPart))
    inner += sum(len(call.arguments) for call in message.calls)
    return len(message.text) + inner + (len(message.raw) if message.raw is not None else 0)


def _numbers(pattern: re.Pattern[str], text: str) -> list[int]:
    return [int(found.replace(",", "")) for found in pattern.findall(text)]
