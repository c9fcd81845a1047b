"""`kireji compare`: what is different between two pictures, or between then and now."""

from __future__ import annotations

import argparse
import hashlib
from typing import NamedTuple

from kireji.cli.console import Console
from kireji.cli.hiding import asked_before_sending
from kireji.cli.pictures import Named, encoded, named_pictures
from kireji.cli.values import usage_value
from kireji.cli.work import DONE, Work, WrongUsage
from kireji.core.comparison.words import notes, text
from kireji.core.errors import KirejiError, RegionInvalid
from kireji.core.geometry import Rect
from kireji.core.messages import ImagePart
from kireji.core.ports import EncodedPicture
from kireji.core.structured.comparison import Comparison, Difference
from kireji.core.structured.questions import Asker
from kireji.services.application import Services
from kireji.services.structured.turn import Outcome


class _Picture(NamedTuple):
    """A picture that is compared.

    Args:
        encoded: Its bytes.
        place: Where it was cut out just now; None for a file.
        part: The same as it is stored already; None where it is not.
    """

    encoded: EncodedPicture
    place: Rect | None = None
    part: ImagePart | None = None


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the pictures.

    Raises:
        WrongUsage: There are too many or too few.
        KirejiError: A file cannot be read.
    """
    screen = Rect(*arguments.screen) if arguments.screen else None
    count, other = len(arguments.pictures), screen is not None or arguments.now
    if count + other != 2 and not (arguments.now and count == 0):
        raise WrongUsage("Two pictures are compared. Try: kireji compare BEFORE AFTER, or BEFORE --now")
    if any(not name for name in arguments.pictures):
        raise WrongUsage("a picture needs a name")
    named = [_single(name) for name in arguments.pictures]

    async def work(services: Services) -> int:
        before, after = await _both(services, named, screen)
        if arguments.offline:
            return await _offline(services, before, after, console, as_json=arguments.json)
        first, second = await _stored(services, before), await _stored(services, after)
        at_hand = {first.blob: before.encoded.data, second.blob: after.encoded.data}
        asker = Asker(
            arguments.provider,
            arguments.model,
            attended=arguments.yes or console.keyboard is not None,
            hide=not arguments.no_redact,
            unpriced=arguments.yes,
        )

        def seen(difference: Difference) -> None:
            count = len(difference.boxes) + difference.more
            console.progress(f"{count} {'region differs' if count == 1 else 'regions differ'}")

        with asked_before_sending(services, console, yes=arguments.yes):
            try:
                outcome = await services.habits().comparison.compare(first, second, asker, at_hand, seen=seen)
            finally:
                console.progress("")
        return _print(outcome, console, as_json=arguments.json)

    return work


def _single(name: str) -> Named:
    found = named_pictures([name], 1_000)
    if len(found) != 1 or name.rstrip("/\\") != name:
        raise WrongUsage(f"{name} is a folder; pictures are compared one by one")
    return found[0]


async def _both(services: Services, named: list[Named], screen: Rect | None) -> tuple[_Picture, _Picture]:
    if len(named) == 2:
        return _Picture(await encoded(services, named[0])), _Picture(await encoded(services, named[1]))
    if not named:
        before, place = await _last(services)
    else:
        before = _Picture(await encoded(services, named[0]))
        place = screen or await _known(services, before)
    region = await services.capture.region_of_desktop(place)
    return before, _Picture(await services.capture.encode(region), region.place)


async def _last(services: Services) -> tuple[_Picture, Rect]:
    found = await services.capture.earlier()
    if found is None:
        raise RegionInvalid("Nothing that was asked about was cut out of the screen.", "Cut something out first.")
    image = found.image
    data = await services.capture.fetch(image)
    return _Picture(EncodedPicture(data, image.media_type, image.width, image.height), None, image), found.place


async def _known(services: Services, picture: _Picture) -> Rect:
    place = await services.capture.region_of(hashlib.sha256(picture.encoded.data).hexdigest())
    if place is None:
        raise KirejiError(
            "Nobody knows where this picture was cut out of the screen.", "Say where: --screen X,Y,W,H instead of --now"
        )
    return place


async def _stored(services: Services, picture: _Picture) -> ImagePart:
    return picture.part or await services.capture.store(picture.encoded, picture.place)


def _unstored(picture: _Picture) -> ImagePart:
    data, media_type, width, height = picture.encoded
    return ImagePart(hashlib.sha256(data).hexdigest(), media_type, width, height)


async def _offline(services: Services, before: _Picture, after: _Picture, console: Console, *, as_json: bool) -> int:
    first, second = _unstored(before), _unstored(after)
    at_hand = {first.blob: before.encoded.data, second.blob: after.encoded.data}
    difference = await services.habits().comparison.difference(first, second, at_hand)
    if as_json:
        console.object(_difference_value(difference))
        return DONE
    if not difference.boxes:
        console.line("Nothing is different." if difference.identical else "Nothing differs in what both show.")
    else:
        head = ("region", "x", "y", "width", "height")
        rows = [
            (str(number), str(left), str(top), str(right - left), str(bottom - top))
            for number, (left, top, right, bottom) in enumerate(difference.boxes, 1)
        ]
        console.table(head, rows)
        console.note(f"{difference.share:.2%} of the pixels differ.")
    for note in notes(Comparison("", (), difference)):
        console.note(note)
    return DONE


def _print(outcome: Outcome, console: Console, *, as_json: bool) -> int:
    comparison = outcome.result
    assert isinstance(comparison, Comparison)
    if as_json:
        console.object(_value(outcome, comparison))
    else:
        console.line(text(comparison))
        for note in notes(comparison):
            console.note(note)
    console.note(outcome.answer.note)
    return DONE


def _value(outcome: Outcome, comparison: Comparison) -> dict[str, object]:
    return {
        "conversation": outcome.conversation,
        "message": outcome.message,
        "provider": outcome.answer.provider,
        "model": outcome.answer.model,
        "note": outcome.answer.note,
        "usage": usage_value(outcome.answer.usage),
        "summary": comparison.summary,
        "changes": [
            {
                "kind": change.kind.value,
                "words": change.words,
                "before": change.before,
                "after": change.after,
                "regions": [region + 1 for region in change.regions],
            }
            for change in comparison.changes
        ],
        "unexplained": [region + 1 for region in comparison.unexplained],
        **_difference_value(comparison.difference),
    }


def _difference_value(difference: Difference) -> dict[str, object]:
    """Regions are numbered from 1, as everywhere; boxes are left, top, right, bottom in the first picture's pixels."""
    return {
        "identical": difference.identical,
        "same_size": difference.same_size,
        "share": difference.share,
        "offset": list(difference.offset) if difference.offset is not None else None,
        "regions": [
            {"region": number, "box": list(box), "box_after": list(difference.on_second(box))}
            for number, box in enumerate(difference.boxes, 1)
        ],
        "more_regions": difference.more,
    }
