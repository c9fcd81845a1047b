"""Between the part that tries a policy and the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.questions import Asker
from kireji.services.application import Services
from kireji.services.consents import Decision
from kireji.services.structured.turn import Outcome
from kireji.ui.aio import TaskScope
from kireji.ui.chat.sources import LARGEST_FILE
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.chat.words import decimal, dollars, provider_name
from kireji.ui.models.lookup import model_name
from kireji.ui.settings.policies import files
from kireji.ui.settings.policies.trial import TrialPart
from kireji.ui.settings.policies.words import met
from kireji.ui.translation import tr

_LONGEST_PASTE = 200_000
"""Letters: a field lays out longer ones only after a while."""


class _Picture(NamedTuple):
    """What goes along."""

    part: ImagePart
    data: bytes


class _Example(NamedTuple):
    """An example of the policy that is tried."""

    text: str
    category: str
    belongs: bool


class TrialPresenter(QObject):
    """Judges by the policy as it is written, and keeps nothing of it.

    Args:
        part: What it serves.
        services: The use cases.
        policy: Gives the policy as it is written; None where it cannot be used, which was told then.
        scope: Owns what runs.
        parent: Owns this.
    """

    def __init__(
        self,
        part: TrialPart,
        services: Services,
        policy: Callable[[], Awaitable[Policy | None]],
        scope: TaskScope,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._part = part
        self._services = services
        self._policy = policy
        self._scope = scope
        self._picture: _Picture | None = None
        self._example: _Example | None = None
        part.judge_wanted.connect(self.judge)
        part.stop_wanted.connect(self._stop)
        part.paste.wanted.connect(self._paste)
        part.paste_picture.clicked.connect(self._paste_picture)
        part.remove.clicked.connect(self._remove_picture)
        part.asking.given.connect(self._decided)

    def forget(self) -> None:
        """Another policy is opened: what runs for this one ends, and the picture goes."""
        self._scope.cancel("judge")
        self._remove_picture()

    def try_text(self, text: str, category: str = "", *, belongs: bool = True) -> None:
        """Judge a text at once.

        Args:
            text: What.
            category: Name of the category whose example it is; empty for none.
            belongs: Whether it belongs there.
        """
        self._remove_picture()
        self._part.show_text(text)
        self._example = _Example(self._part.text(), category, belongs) if category else None
        self.judge()

    def judge(self) -> None:
        """Judge what stands there."""
        self._scope.restart(self._judging(), name="judge")

    def take_file(self, path: object) -> None:
        """A picture was chosen."""
        self._scope.restart(self._read_picture(Path(str(path))), name="picture")

    def _stop(self) -> None:
        self._scope.cancel("judge")

    async def _judging(self) -> None:
        text, picture = self._part.text(), self._picture
        self._part.begin()
        try:
            policy = await self._policy()
            if policy is None:
                self._part.refuse(tr("The text of the policy has errors. Correct them first."))
                return
            self._part.advance(tr("Judging by “{title}”, version {version}, as it is written…", title=policy.title,
                                  version=policy.version))  # fmt: skip
            outcome = await self._services.habits().moderation.judge(
                policy,
                text,
                Asker(keep=False, tell=self._part.asking.follow),
                () if picture is None else (picture.part,),
                {} if picture is None else {picture.part.blob: picture.data},
                observe=self._comes,
            )
        except asyncio.CancelledError:
            self._part.refuse(tr("It was stopped. Press Judge to begin anew."))
            raise
        except KirejiError as error:
            self._part.refuse(error.sentence)
            return
        finally:
            self._part.end()
        assert isinstance(outcome.result, Verdict)
        self._part.show_verdict(outcome.result, policy, self._cost(outcome), self._met(policy, text, outcome.result))

    def _comes(self, _answer: str) -> None:
        self._part.advance(tr("The verdict is coming…"))

    def _cost(self, outcome: Outcome) -> str:
        answer = outcome.answer
        parts = [
            f"{model_name(self._services, answer.provider, answer.model)} · {provider_name(answer.provider)}",
            dollars(answer.usage.cost),
            tr("{seconds} s", seconds=decimal(answer.seconds, 1)),
            answer.note,
        ]
        return " · ".join(filter(None, parts))

    def _met(self, policy: Policy, text: str, verdict: Verdict) -> tuple[str, str]:
        example = self._example
        category = policy.category(example.category) if example is not None else None
        if example is None or category is None or example.text != text:
            return "", "muted"
        return met(verdict, category, example=example.belongs)

    def _decided(self, given: object) -> None:
        assert isinstance(given, tuple)
        number, decision = given
        assert isinstance(decision, Decision)
        self._services.chat.consents.answer(number, decision)

    # Pictures and pasting.

    def _paste(self) -> None:
        self._scope.restart(self._read_clipboard(words=True), name="paste")

    def _paste_picture(self) -> None:
        self._scope.restart(self._read_clipboard(words=False), name="paste")

    async def _read_clipboard(self, *, words: bool) -> None:
        try:
            content = await self._services.clipboard.read()
            if content.picture and not (words and content.text.strip()):
                await self._take(content.picture, tr("pasted picture"))
            elif words:
                self._put(content.text or "\n".join(content.files))
            else:
                self._part.refuse(tr("There is no picture on the clipboard. Copy one, or choose a file."))
        except KirejiError as error:
            self._part.refuse(error.sentence)

    def _put(self, text: str) -> None:
        if len(text) > _LONGEST_PASTE:
            self._part.refuse(tr("What was copied is too long to be tried here. Paste a part of it."))
            return
        self._part.paste.put(text)

    async def _read_picture(self, path: Path) -> None:
        try:
            await self._take(await files.read(path, LARGEST_FILE), path.name)
        except KirejiError as error:
            self._part.refuse(error.sentence)

    async def _take(self, data: bytes, name: str) -> None:
        encoded = await self._services.capture.encode_file(data)
        part = await self._services.capture.store(encoded)
        image = await asyncio.to_thread(image_of, encoded.data)
        self._part.clear()
        self._picture = _Picture(part, encoded.data)
        self._part.show_picture(image, name)

    def _remove_picture(self) -> None:
        self._picture = None
        self._part.show_picture(QImage(), "")
