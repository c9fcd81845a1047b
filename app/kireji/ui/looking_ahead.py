"""Pictures are looked through for what must not leave while the person still types."""

from __future__ import annotations

import enum
import logging

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.publisher import Publisher
from kireji.services.capture import CaptureService
from kireji.services.redaction import Redaction
from kireji.ui.aio import TaskScope

log = logging.getLogger(__name__)


class Looked(enum.Enum):
    """How far a picture is."""

    NOT = "not"
    """Nobody has begun, or it failed: the question will say it, when there is one."""
    NOW = "now"
    DONE = "done"


class LookingAhead:
    """Looks through every picture that is stored for a question, until it is thrown away.

    Args:
        capture: Stores pictures.
        redaction: Looks through them; None where nothing is hidden.
        scope: Owns the tasks.

    Attributes:
        redaction: The same.
        changed: A picture of which something else is known now, or whose boxes are different.
    """

    def __init__(self, capture: CaptureService, redaction: Redaction | None, scope: TaskScope) -> None:
        self.redaction = redaction
        self.changed: Publisher[Sha256] = Publisher()
        self._scope = scope
        self._now: set[Sha256] = set()
        if redaction is not None:
            capture.stored.subscribe(self._stored)
            capture.discarded.subscribe(self._discarded)
            redaction.checked.subscribe(self.changed.publish)

    def how_far(self, picture: Sha256) -> Looked:
        """Whether a picture has been looked through, or is being."""
        if self.redaction is None:
            return Looked.NOT
        if self.redaction.covers(picture) is not None:
            return Looked.DONE
        return Looked.NOW if picture in self._now else Looked.NOT

    def _stored(self, picture: ImagePart) -> None:
        if picture.blob not in self._now:
            self._now.add(picture.blob)
            # One that was thrown away a moment ago may still be ending.
            self._scope.restart(self._prepare(picture), name=_name(picture))
            self.changed.publish(picture.blob)

    def _discarded(self, picture: ImagePart) -> None:
        self._now.discard(picture.blob)
        self._scope.cancel(_name(picture))

    async def _prepare(self, picture: ImagePart) -> None:
        assert self.redaction is not None
        try:
            await self.redaction.prepare(picture)
        except KirejiError as error:  # the question will say it, when there is one
            log.info("a picture was not looked through: %s", error)
        self._now.discard(picture.blob)
        self.changed.publish(picture.blob)


def _name(picture: ImagePart) -> str:
    return f"look through {picture.blob}"
