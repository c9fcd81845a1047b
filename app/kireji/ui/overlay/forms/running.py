"""Runs what is wanted of the pictures of a capture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart
from kireji.core.prompts import LANGUAGE
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say
from kireji.services import prompt_running
from kireji.services.prompt_running import Seen
from kireji.ui.overlay.forms.way import Way
from kireji.ui.overlay.picture import Pictured

if TYPE_CHECKING:
    from kireji.core.structured.questions import Asker
    from kireji.services.application import Services
    from kireji.services.structured.turn import Outcome


async def run(
    way: Way, services: Services, pictured: Pictured, language: str, asker: Asker, observe: Callable[[Seen], None]
) -> Outcome:
    """Ask for it.

    Args:
        way: What is wanted.
        services: Who does it.
        pictured: Of what. A translation takes the last picture, a comparison the last two.
        language: Into which is translated.
        asker: On whose behalf.
        observe: Told what has come so far.

    Raises:
        KirejiError: As of the services, or there are not two pictures to compare.
    """
    images = await _of(way, services, pictured)
    values = {LANGUAGE: language} if LANGUAGE in way.prompt.variables else {}
    return await prompt_running.run(
        services.habits(), way.prompt, values, images, asker, pictured.data, besides=way.typed, observe=observe
    )


async def _of(way: Way, services: Services, pictured: Pictured) -> Sequence[ImagePart]:
    """The pictures that it is about."""
    match way.form:
        case AnswerForm.TRANSLATION:
            return pictured.images[-1:]
        case AnswerForm.COMPARISON if len(pictured.images) < 2:
            placed = None if pictured.place is None else await services.capture.earlier(pictured.place)
            if placed is None:
                raise KirejiError(
                    say("There is nothing to compare this with."),
                    say("Keep a region first (Insert), and choose another; then compare them."),
                )
            return (placed.image, pictured.images[-1])
        case AnswerForm.COMPARISON:
            return pictured.images[-2:]
    return pictured.images
