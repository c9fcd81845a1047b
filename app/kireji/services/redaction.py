"""Looks through what would leave, hides what the person wants to keep, and asks where it cannot know."""

from __future__ import annotations

import asyncio
import functools
import importlib
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from kireji.core.covering import Cover
from kireji.core.errors import RedactionFailed
from kireji.core.filters import Rule
from kireji.core.incoming import Incoming
from kireji.core.jobs.outgoing import JobRow
from kireji.core.messages import ImagePart, Sha256
from kireji.core.placeholders import Vault, kind_of
from kireji.core.ports import CaptureStore, ImageCodec, Reader
from kireji.core.publisher import Publisher
from kireji.core.redaction import Hidden, Policy, RequestRedactor, texts, told_of_documents
from kireji.core.requests import ModelRequest
from kireji.core.secrets.kinds import Kind
from kireji.core.source_ports import PdfText
from kireji.core.words import say
from kireji.services.finding import Finder
from kireji.services.pdf_words import PdfReadings
from kireji.services.picture_covers import PictureCovers, Sought
from kireji.services.preferences import Preferences
from kireji.services.remembering import remember

_THREAD_FROM = 60_000
"""Characters: looking through so many takes half a frame."""
_SERVICES = ("anthropic", "openrouter", "local")


class Asked(msgspec.Struct, frozen=True):
    """What the person is asked before something leaves.

    Args:
        provider: Where to.
        conversation: Where it was asked.
        hidden: What would be hidden.
        problem: Why some pictures could not be looked through; empty when they were. Then nothing is hidden in these.
        unread: These pictures.
    """

    provider: str
    conversation: int | None
    hidden: Hidden
    problem: str = ""
    unread: tuple[Sha256, ...] = ()


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


class _Safe(NamedTuple):
    """A question without what the person wants to keep.

    Args:
        redacted: As it may leave.
        kept: Everything that was found and everything that could not be looked into.
        problem: Why some pictures could not be looked through.
        unread: These pictures.
    """

    redacted: Redacted
    kept: frozenset[object]
    problem: str
    unread: tuple[Sha256, ...]


class _Decision(NamedTuple):
    """What the person has said about what was found."""

    hides: bool
    kept: frozenset[object]


class Redaction:
    """Redacts questions on their way out; belongs to the outbox.

    Pictures are read when `prepare` is told of them, while the person still types; a question that comes earlier waits.
    When they cannot be read, nothing leaves unless the person says so. What they have said of something holds for the
    conversation and the service, so that the same is not asked with every round of tools; anything new is.

    Args:
        reader: This computer's text reader.
        codec: Paints over.
        captures: The bytes of pictures.
        preferences: What is looked for, and for whom.
        pdf: Takes the words out of PDF documents.

    Attributes:
        asker: Asks the person; None where nobody can be asked.
        checked: The picture that was just looked through.
        redacted: The conversation and what of its question was hidden, when it is about to leave.
    """

    def __init__(
        self, reader: Reader, codec: ImageCodec, captures: CaptureStore, preferences: Preferences, pdf: PdfText
    ) -> None:
        self._captures, self._preferences = captures, preferences
        self._documents = PdfReadings(pdf)
        self._pictures = PictureCovers(reader, codec)
        self._of_bodies = (self._pictures, codec, pdf)
        self._vaults: OrderedDict[int, Vault] = OrderedDict()
        self._decisions: OrderedDict[tuple[str, int], _Decision] = OrderedDict()
        self._finder: Finder | None = None
        self.asker: Asker | None = None
        self.checked: Publisher[Sha256] = self._pictures.checked
        self.redacted: Publisher[tuple[int | None, Hidden]] = Publisher()

    def policy(self, provider: str) -> Policy:
        """What holds for a provider; those of this computer never need it, unless the settings say otherwise."""
        return Policy(self._preferences.settings.privacy.of(provider))

    def rules(self) -> tuple[Rule, ...]:
        """The person's own rules for answers."""
        return self._preferences.settings.privacy.rules

    def vault(self, conversation: int | None) -> Vault:
        """What is hidden from the model that answers in a conversation."""
        return (None if conversation is None else self._vaults.get(conversation)) or Vault()

    async def warm(self) -> None:
        """Load what looks through words and pictures; a question would wait for it otherwise.

        Raises:
            ReaderError: The reader could not be started.
        """
        await asyncio.to_thread(importlib.import_module, "kireji.core.secrets.detection")
        if self._is_wanted:
            await self._pictures.warm()

    async def prepare(self, picture: ImagePart) -> None:
        """Look through a picture that is likely to be sent.

        Raises:
            ReaderError: It could not be read.
            StoreError: It is not in the store.
        """
        if self._is_wanted:
            finder = self._finding()
            data = await self._captures.get(picture.blob)
            await self._pictures.look_through(picture, data, finder.sought, finder.find_read)

    def is_ready(self, pictures: Iterable[Sha256], conversation: int | None) -> bool:
        """Whether a question goes out without a wait and without asking anybody.

        Args:
            pictures: Of the question.
            conversation: Where it is asked; one that was not redacted yet may hold others.
        """
        policies = {self.policy(name) for name in _SERVICES}
        if policies == {Policy.NEVER}:
            return True
        known = conversation is None or conversation in self._vaults
        return Policy.ASK not in policies and known and all(self.covers(one) is not None for one in pictures)

    def covers(self, picture: Sha256) -> tuple[Cover, ...] | None:
        """What will be painted over in a picture; None while it was not looked through."""
        return self._pictures.of(picture, self._sought)

    def boxes(self, picture: Sha256) -> tuple[tuple[Cover, bool], ...] | None:
        """What was found in a picture, and whether it will be painted over; None while it was not looked through."""
        return self._pictures.boxes(picture, self._sought)

    def show(self, picture: Sha256, cover: Cover) -> None:
        """Do not paint over one box: the person wants it sent."""
        self._pictures.show(picture, cover)

    def hide(self, picture: Sha256, cover: Cover) -> None:
        """Take `show` back."""
        self._pictures.hide(picture, cover)

    async def redact(
        self,
        provider: str,
        request: ModelRequest,
        conversation: int | None,
        *,
        asks: bool = True,
        asker: Asker | None = None,
    ) -> Redacted:
        """A question as it leaves now.

        Args:
            provider: Where to.
            request: The question.
            conversation: Where it was asked; None in none.
            asks: Whether the person may be asked; without, all is hidden, and what cannot be looked through stays.
            asker: Asks them in the place of `Redaction.asker`.

        Raises:
            RedactionFailed: A picture could not be looked through, or the person does not want it sent.
        """
        policy = self.policy(provider)
        if policy is Policy.NEVER:
            return self.leave(request, conversation)
        self._refuse_unread()
        asker = (asker or self.asker) if asks else None
        safe = await self._safe(request, may_fail=asker is not None)
        if (
            asker is not None
            and self._is_asked(policy, safe)
            and not await self._hides(asker, provider, safe, conversation)
        ):
            return self.leave(request, conversation)
        if conversation is not None and safe.redacted.vault is not None:
            remember(self._vaults, conversation, safe.redacted.vault)
        self.redacted.publish((conversation, safe.redacted.hidden))
        return safe.redacted

    def _refuse_unread(self) -> None:
        """Words that are misspelt in the settings are not no words. Raises RedactionFailed."""
        if self._preferences.wrong_in("privacy", "words"):
            raise RedactionFailed(
                say("Your own words to hide cannot be read in settings.toml, so nothing was sent."),
                say("Correct the file, or set them in Settings, Privacy; kireji doctor says what is wrong."),
            )

    def leave(self, request: ModelRequest, conversation: int | None) -> Redacted:
        """A question that leaves as it is: nothing is hidden from the model of its conversation any more."""
        if conversation is not None:
            self._vaults.pop(conversation, None)
        return Redacted(request)

    async def preview(self, provider: str, request: ModelRequest, conversation: int | None) -> Redacted:
        """A question as it would leave if the person, where they would be asked, had it hidden; nothing is changed.

        Raises:
            RedactionFailed: A picture could not be looked through.
        """
        policy = self.policy(provider)
        if policy is Policy.NEVER:
            return Redacted(request)
        safe = await self._safe(request, may_fail=True)
        decision = self._decided(provider, safe, conversation) if self._is_asked(policy, safe) else None
        if decision is not None and not decision.hides:
            return Redacted(request)
        if safe.problem and decision is None:
            raise _not_looked_through(safe.problem)
        return safe.redacted

    async def hidden(self, request: ModelRequest) -> Redacted:
        """A question with all hidden, whatever holds for a provider; nothing is changed.

        Raises:
            RedactionFailed: A picture could not be looked through.
        """
        return (await self._safe(request, may_fail=False)).redacted

    async def ready_for_rows(self, provider: str) -> None:
        """Load what looks through rows. Raises RedactionFailed: own words cannot be read, so no row may leave."""
        if self.policy(provider) is not Policy.NEVER:
            self._refuse_unread()
            await asyncio.to_thread(self._finding)

    async def row(self, provider: str, row: JobRow) -> JobRow:
        """A row of a job as it leaves; nobody is asked. Raises RedactionFailed: it could not be looked through."""
        if self.policy(provider) is Policy.NEVER:
            return row
        self._refuse_unread()
        if row.body:
            from kireji.services.body_redaction import BodyRedaction  # no question needs it

            return await BodyRedaction(*self._of_bodies).redacted(row, self._finding())
        safe = (await self._safe(row.request, may_fail=False, longest_here=0)).redacted
        return JobRow(safe.request, b"", safe.vault, safe.hidden.by_kind)

    def incoming(self, vault: Vault | None, *, json: bool = False) -> Incoming:
        """What an answer passes through: values back, the person's rules applied; `json` as of `Incoming`."""
        return Incoming(vault, self.rules(), json=json)

    def refuse_values(self, text: str, conversation: int | None) -> None:
        """Refuse what a tool would send, if a hidden value is in it: a page may have asked the model for it.

        Raises:
            RedactionFailed: There is one.
        """
        vaults = list(self._vaults.values()) if conversation is None else [self.vault(conversation)]
        if any(vault.holds_in_any_case(text) for vault in vaults) or self._says_own(text, vaults):
            raise RedactionFailed(
                say("A tool would have sent what is hidden from the model."),
                say("Do it yourself, or switch hiding off for this service in the settings."),
            )

    def _says_own(self, text: str, vaults: Sequence[Vault]) -> bool:
        own = {value.casefold() for vault in vaults for value in vault.own}
        return bool(own) and any(text[one.start : one.end].casefold() in own for one in self._finding().own(text))

    @property
    def _is_wanted(self) -> bool:
        """Whether anything is hidden from anyone."""
        return any(self.policy(name) is not Policy.NEVER for name in _SERVICES)

    def _is_asked(self, policy: Policy, safe: _Safe) -> bool:
        hidden = safe.redacted.hidden
        return bool(safe.problem or (policy is Policy.ASK and (hidden.count or hidden.unchecked)))

    def _decided(self, provider: str, safe: _Safe, conversation: int | None) -> _Decision | None:
        """What the person has said of all this before; None when something is new."""
        decision = None if conversation is None else self._decisions.get((provider, conversation))
        return decision if decision is not None and safe.kept <= decision.kept else None

    async def _hides(self, asker: Asker, provider: str, safe: _Safe, conversation: int | None) -> bool:
        """Whether it leaves hidden, as the person says.

        Raises:
            RedactionFailed: It does not leave.
        """
        if (decision := self._decided(provider, safe, conversation)) is not None:
            return decision.hides
        agreed = None
        try:
            agreed = await asker(Asked(provider, conversation, safe.redacted.hidden, safe.problem, safe.unread))
        finally:
            if agreed is None:  # or they want it looked through once more
                self._pictures.try_again(safe.unread)
        if agreed is None:
            raise RedactionFailed(say("The question was not sent."), say("Change it and ask again."))
        if conversation is not None:
            remember(self._decisions, (provider, conversation), _Decision(agreed, safe.kept))
        return agreed

    async def _safe(self, request: ModelRequest, *, may_fail: bool, longest_here: int = _THREAD_FROM) -> _Safe:
        """A question without what the person wants to keep.

        Args:
            request: The question.
            may_fail: Whether a picture that cannot be looked through goes along as it is.
            longest_here: Characters that are looked through on this thread.

        Raises:
            RedactionFailed: A picture could not be looked through, and may not go along.
        """
        finder = self._finding()
        looked = await self._pictures.paint(request, finder.sought, finder.find_read)
        problem = looked.error.sentence if looked.error is not None else ""
        if looked.error is not None and not may_fail:
            self._pictures.try_again(looked.unread)
            raise _not_looked_through(problem) from looked.error
        vault = Vault()
        read = await self._documents.of(request)
        redactor = RequestRedactor(vault, functools.cache(finder.find), finder.own if finder.seeks_own else None, read)
        if read or sum(map(len, texts(request))) > longest_here:
            safe = await asyncio.to_thread(redactor.redacted, request, looked.painted)
        else:
            safe = redactor.redacted(request, looked.painted)
        placeholders = redactor.placeholders(safe)
        kinds = Counter(kind for one in placeholders if (kind := kind_of(one)) is not None)
        hidden = Hidden(
            {kind: kinds[kind] for kind in Kind if kinds[kind]}, looked.found, *told_of_documents(request, safe, read)
        )
        kept = frozenset[object](
            [
                *map(vault.value, placeholders),
                *((picture, cover) for picture, boxes in looked.found.items() for cover in boxes),
                *looked.unread,
                *hidden.unchecked,
            ]
        )
        return _Safe(Redacted(safe, vault, hidden), kept, problem, looked.unread)

    @property
    def _sought(self) -> Sought:
        settings = self._preferences.settings.privacy
        return settings.off, settings.words

    def _finding(self) -> Finder:
        if self._finder is None or self._finder.sought != self._sought:
            self._finder = Finder(self._sought)
        return self._finder


def _not_looked_through(problem: str) -> RedactionFailed:
    return RedactionFailed(
        say("The pictures could not be looked through for what should be hidden; nothing was sent."),
        say("Ask again, send it as it is (--no-redact), or switch hiding off in the settings."),
        detail=problem,
    )
