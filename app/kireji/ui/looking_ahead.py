"""Pictures are looked through for what must not leave while the person still types."""

from __future__ import annotations

import logging

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart
from kireji.services.capture import CaptureService
from kireji.services.redaction import Redaction
from kireji.ui.aio import TaskScope

log = logging.getLogger(__name__)


def look_ahead(capture: CaptureService, redaction: Redaction | None, scope: TaskScope) -> None:
    """Look through every picture that is stored for a question, until it is thrown away.

    Args:
        capture: Stores pictures.
        redaction: Looks through them; None where nothing is hidden.
        scope: Owns the tasks.
    """
    if redaction is None:
        return

    def stored(picture: ImagePart) -> None:
        if not scope.running(_name(picture)):
            scope.start(_prepare(redaction, picture), name=_name(picture))

    def discarded(picture: ImagePart) -> None:
        scope.cancel(_name(picture))

    capture.stored.subscribe(stored)
    capture.discarded.subscribe(discarded)


async def _prepare(redaction: Redaction, picture: ImagePart) -> None:
    try:
        await redaction.prepare(picture)
    except KirejiError as error:  # the question will say it, when there is one
        log.info("a picture was not looked through: %s", error)


def _name(picture: ImagePart) -> str:
    return f"look through {picture.blob}"
