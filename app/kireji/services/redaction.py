"""Looks through what would leave, hides what the person wants to keep, and asks where it cannot know."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec

from kireji.core.covering import Cover, covers
from kireji.core.errors import PictureError, ReaderError, RedactionFailed
from kireji.core.filters import Rule
from kireji.core.incoming import Incoming
from kireji.core.messages import ImagePart, Sha256
from kireji.core.placeholders import Vault
from kireji.core.ports import CaptureStore, ImageCodec, Reader
from kireji.core.privacy import PrivacySettings
from kireji.core.publisher import Publisher
from kireji.core.redaction import Hidden, Painted, Policy, RequestRedactor, pictures, texts, unchecked
from kireji.core.requests import ModelRequest
from kireji.core.secrets.kinds import Found, Kind
from kireji.core.words import mark, say
from kireji.services.picture_text import LABEL
from kireji.services.preferences import Preferences

if TYPE_CHECKING:
    from kireji.core.secrets.detection import Detection

_THREAD_FROM = 60_000
"""Characters: looking through so many takes half a frame."""
_KEPT = 200
"""Pictures, conversations and texts that are remembered."""
_LONG = 20_000
"""Characters of a text that is looked through anew each time."""
_DETECTION = "kireji.core.secrets.detection"
_K = TypeVar("_K")
_V = TypeVar("_V")


class Asked(msgspec.Struct, frozen=True):
    """What the person is asked before something leaves.

    Args:
        provider: Where to.
        conversation: Where it was asked.
        hidden: What would be hidden.
        problem: Why the pictures could not be looked through; empty when they were. Then nothing is hidden in them.
    """

    provider: str
    conversation: int | None
    hidden: Hidden
    problem: str = ""


Asker: TypeAlias = Callable[[Asked], Awaitable[bool | None]]
"""Gives True to send it hidden, False to send it as it is, None not to send it."""


class Redacted(msgspec.Struct, frozen=True):
    """What may leave.

    Args:
        request: The question.
        vault: What its placeholders stand for; None when nothing was looked for.
        hidden: What stays here.
    """

    request: ModelRequest
    vault: Vault | None = None
    hidden: Hidden = Hidden()


class Redaction:
    """Redacts questions on their way out; belongs to the outbox.

    Pictures are read when `prepare` is told of them, while the person still types; a question that comes earlier waits.
    When they cannot be read, nothing leaves unless the person says so.

    Args:
        reader: This computer's text reader.
        codec: Paints over.
        captures: The bytes of pictures.
        preferences: What is looked for, and for whom.

    Attributes:
        asker: Asks the person; None where nobody can be asked.
        checked: The picture that was just looked through.
        redacted: The conversation and what of its question was hidden.
    """

    def __init__(self, reader: Reader, codec: ImageCodec, captures: CaptureStore, preferences: Preferences) -> None:
        self._reader, self._codec, self._captures, self._preferences = reader, codec, captures, preferences
        self._covers: OrderedDict[tuple[Sha256, PrivacySettings], tuple[Cover, ...]] = OrderedDict()
        self._shown: OrderedDict[Sha256, frozenset[Cover]] = OrderedDict()
        self._vaults: OrderedDict[int, Vault] = OrderedDict()
        self._found: OrderedDict[tuple[str, PrivacySettings], Sequence[Found]] = OrderedDict()
        self._reading = asyncio.Lock()
        self.asker: Asker | None = None
        self.checked: Publisher[Sha256] = Publisher()
        self.redacted: Publisher[tuple[int | None, Hidden]] = Publisher()

    def policy(self, provider: str) -> Policy:
        """What holds for a provider; those of this computer never need it, unless the settings say otherwise."""
        return Policy(self._preferences.settings.privacy.of(provider))

    def rules(self) -> tuple[Rule, ...]:
        """The person's own rules for answers."""
        return self._preferences.settings.privacy.rules

    def vault(self, conversation: int | None) -> Vault:
        """What was hidden in a conversation so far."""
        if conversation is None:
            return Vault()
        return _remember(self._vaults, conversation, self._vaults.get(conversation) or Vault())

    async def warm(self) -> None:
        """Load what looks through words; a question would wait for it otherwise."""
        await asyncio.to_thread(importlib.import_module, _DETECTION)

    async def prepare(self, picture: ImagePart) -> None:
        """Look through a picture that is likely to be sent.

        Raises:
            ReaderError: It could not be read.
            StoreError: It is not in the store.
        """
        if any(self.policy(name) is not Policy.NEVER for name in ("anthropic", "openrouter", "local")):
            await self._look_through(picture, await self._captures.get(picture.blob))

    def covers(self, picture: Sha256) -> tuple[Cover, ...] | None:
        """What will be painted over in a picture; None while it was not looked through."""
        found = self._covers.get((picture, self._preferences.settings.privacy))
        shown = self._shown.get(picture, frozenset())
        return None if found is None else tuple(cover for cover in found if cover not in shown)

    def boxes(self, picture: Sha256) -> tuple[tuple[Cover, bool], ...] | None:
        """What was found in a picture, and whether it will be painted over; None while it was not looked through."""
        found = self._covers.get((picture, self._preferences.settings.privacy))
        shown = self._shown.get(picture, frozenset())
        return None if found is None else tuple((cover, cover not in shown) for cover in dict.fromkeys(found))

    def show(self, picture: Sha256, cover: Cover) -> None:
        """Do not paint over one box: the person wants it sent."""
        _remember(self._shown, picture, self._shown.get(picture, frozenset()) | {cover})
        self.checked.publish(picture)

    def hide(self, picture: Sha256, cover: Cover) -> None:
        """Take `show` back."""
        _remember(self._shown, picture, self._shown.get(picture, frozenset()) - {cover})
        self.checked.publish(picture)

    async def redact(
        self, provider: str, request: ModelRequest, conversation: int | None, *, asks: bool = True
    ) -> Redacted:
        """A question as it may leave.

        Args:
            provider: Where to.
            request: The question.
            conversation: Where it was asked; None in none.
            asks: Whether the person may be asked; without, all is hidden, and what cannot be looked through stays.

        Raises:
            RedactionFailed: A picture could not be looked through, or the person does not want it sent.
        """
        policy = self.policy(provider)
        if policy is Policy.NEVER:
            return Redacted(request)
        asker = self.asker if asks else None
        problem = ""
        painted: dict[Sha256, Painted] = {}
        found: dict[Sha256, tuple[Cover, ...]] = {}
        try:
            painted, found = await self._painted(request)
        except (ReaderError, PictureError) as error:
            if asker is None:
                raise RedactionFailed(
                    say("The pictures could not be looked through for what should be hidden; nothing was sent."),
                    say("Ask again, send it as it is (--no-redact), or switch hiding off in the settings."),
                    detail=error.sentence,
                ) from error
            problem = error.sentence
        vault = self.vault(conversation)
        redactor = RequestRedactor(vault, self._find)
        if sum(map(len, texts(request))) > _THREAD_FROM:
            safe = await asyncio.to_thread(redactor.redacted, request, painted)
        else:
            safe = redactor.redacted(request, painted)
        hidden = Hidden(redactor.hidden(safe), found, unchecked(request))
        if (problem or (policy is Policy.ASK and (hidden.count or hidden.unchecked))) and asker is not None:
            agreed = await asker(Asked(provider, conversation, hidden, problem))
            if agreed is None:
                raise RedactionFailed(say("The question was not sent."), say("Change it and ask again."))
            if not agreed:
                return Redacted(request)
        self.redacted.publish((conversation, hidden))
        return Redacted(safe, vault, hidden)

    def incoming(self, vault: Vault | None) -> Incoming:
        """What an answer passes through: values back, the person's rules applied."""
        return Incoming(vault, self.rules())

    def refuse_values(self, text: str, conversation: int | None) -> None:
        """Refuse what a tool would send, if a hidden value is in it: a page may have asked the model for it.

        Raises:
            RedactionFailed: There is one.
        """
        vaults = list(self._vaults.values()) if conversation is None else [self.vault(conversation)]
        if any(vault.holds(text) for vault in vaults):
            raise RedactionFailed(
                say("A tool would have sent what is hidden from the model."),
                say("Do it yourself, or switch hiding off for this service in the settings."),
            )

    async def _painted(self, request: ModelRequest) -> tuple[dict[Sha256, Painted], dict[Sha256, tuple[Cover, ...]]]:
        painted: dict[Sha256, Painted] = {}
        found: dict[Sha256, tuple[Cover, ...]] = {}
        for part in pictures(request):
            data = request.blobs[part.blob]
            await self._look_through(part, data)
            boxes = self.covers(part.blob)
            if boxes:
                picture = await asyncio.to_thread(self._codec.covered, data, [cover.rect for cover in boxes])
                name = hashlib.sha256(picture.data).hexdigest()
                image = ImagePart(name, picture.media_type, picture.width, picture.height)
                painted[part.blob], found[part.blob] = Painted(image, picture.data), boxes
        return painted, found

    async def _look_through(self, picture: ImagePart, data: bytes) -> None:
        async with self._reading:
            settings = self._preferences.settings.privacy
            if (picture.blob, settings) not in self._covers:
                reading = await self._reader.read_all(data)
                found = _detection(settings).find_read(reading.text)
                boxes = covers(reading, found, picture.width, picture.height)
                _remember(self._covers, (picture.blob, settings), boxes)
                self.checked.publish(picture.blob)

    def _find(self, text: str) -> Sequence[Found]:
        settings = self._preferences.settings.privacy
        if (text, settings) in self._found:
            return self._found[text, settings]
        detection = _detection(settings)
        found = detection.find_read(text) if text.startswith(LABEL) else detection.find(text)
        return _remember(self._found, (text, settings), found) if len(text) <= _LONG else found


_NAMES = {
    Kind.PRIVATE_KEY: mark("private key"),
    Kind.KEY: mark("key"),
    Kind.PASSWORD: mark("password"),
    Kind.OWN: mark("own word"),
    Kind.IBAN: mark("bank account"),
    Kind.CARD: mark("card"),
    Kind.PERSON: mark("person number"),
    Kind.MAIL: mark("mail address"),
    Kind.PHONE: mark("telephone number"),
}


def told(hidden: Hidden) -> str:
    """What was hidden, in a sentence; empty when nothing was."""
    counts = Counter(hidden.texts)
    counts.update(cover.kind for boxes in hidden.pictures.values() for cover in boxes)
    if not counts:
        return ""
    what = ", ".join(f"{say(_NAMES[kind])} ({counts[kind]})" for kind in Kind if counts[kind])
    return say("Hidden from the service: {what}.", what=what)


def _detection(settings: PrivacySettings) -> Detection:
    # Loaded at the first use: its hundred patterns take longer than a window may take to open.
    from kireji.core.secrets.detection import Detection

    return Detection([kind for kind in Kind if kind.value not in settings.off], settings.words)


def _remember(kept: OrderedDict[_K, _V], key: _K, value: _V) -> _V:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _KEPT:
        kept.popitem(last=False)
    return value
