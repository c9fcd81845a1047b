"""Between the part that checks a policy and the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.moderation.labelled import LONGEST_SET, LabelledSet, parse
from kireji.core.moderation.policies import Policy
from kireji.core.structured.questions import Asker
from kireji.services.application import Services
from kireji.services.moderation.set_pictures import SetPictures
from kireji.ui.aio import TaskScope
from kireji.ui.chat.sources import IsFolder, read_file
from kireji.ui.settings.policies import files
from kireji.ui.settings.policies.checks.part import CheckPart
from kireji.ui.settings.policies.checks.sets import place
from kireji.ui.translation import tr


class _Asked(NamedTuple):
    """What was estimated, and will be run when the person says so."""

    policy: Policy
    labelled: LabelledSet
    folder: Path


class CheckPresenter(QObject):
    """Estimates, runs and stops checks.

    Args:
        part: What it serves.
        services: The use cases.
        policy: Gives the policy as it is written; None where it cannot be used, which was told then.
        scope: Owns what runs.
        parent: Owns this.
    """

    ended = Signal()

    def __init__(
        self,
        part: CheckPart,
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
        self._asked: _Asked | None = None
        self._stop: asyncio.Event | None = None
        part.estimate_wanted.connect(self._estimate)
        part.confirmed.connect(self._run)
        part.stop_wanted.connect(self._stop_now)

    def forget(self) -> None:
        """Another policy is opened: what runs for this one ends."""
        self._asked = None
        self._scope.cancel("check")

    def _estimate(self, chosen: object) -> None:
        self._scope.restart(self._asking(str(chosen)), name="estimate")

    async def _asking(self, chosen: str) -> None:
        self._asked = None
        path = place(chosen)
        try:
            policy = await self._policy()
            if policy is None:
                return
            data = await files.read(path, LONGEST_SET)
            labelled = await asyncio.to_thread(parse, data, policy)
            if any(problem.fatal for problem in labelled.problems):
                self._part.refuse_set(path.name, labelled.problems)
                return
            estimate = await self._services.habits().policy_checks.estimate(policy, labelled, Asker())
        except KirejiError as error:
            self._part.refuse(error.sentence)
            return
        self._asked = _Asked(policy, labelled, path.parent)
        self._part.ask(estimate, labelled.problems)

    def _run(self) -> None:
        if self._asked is not None:
            self._scope.restart(self._running(self._asked), name="check")

    def _stop_now(self) -> None:
        if self._stop is not None:
            self._stop.set()

    async def _running(self, asked: _Asked) -> None:
        self._stop = asyncio.Event()
        self._part.start(len(asked.labelled.items))
        pictures = SetPictures(self._services.capture, asked.folder, _picture)
        try:
            report = await self._services.habits().policy_checks.run(
                asked.policy,
                asked.labelled,
                Asker(),
                pictures.open,
                observe=self._part.advance,
                stop=self._stop,
            )
        except KirejiError as error:
            self._part.refuse(error.sentence)
            return
        finally:
            self._part.end()
        self._part.report.show_report(report, asked.policy, asked.labelled.items)
        self._part.report.show()
        self.ended.emit()


def _picture(path: Path) -> bytes:
    try:
        return read_file(path)
    except IsFolder as error:
        raise KirejiError(tr("{path} is a folder.", path=path), tr("Name a picture in the set.")) from error
