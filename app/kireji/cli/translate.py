"""`kireji translate`: the words of pictures, or a text, in another language."""

from __future__ import annotations

import argparse
import os
from collections.abc import Awaitable, Sequence

from kireji.cli.console import Console
from kireji.cli.hiding import asked_before_sending
from kireji.cli.pictures import named_pictures, opened
from kireji.cli.prompts import persons_language
from kireji.cli.values import usage_value
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.geometry import Rect
from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import TranslatedBlock, Translation
from kireji.core.translation.words import arranged
from kireji.services.application import Services
from kireji.services.structured.turn import Outcome

_MOST_PICTURES = 100
_USUAL = "English"


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the pictures or the text.

    Raises:
        WrongUsage: There is nothing to translate, or a picture and a text.
        KirejiError: A file or standard input cannot be read.
    """
    pictures = named_pictures(arguments.images, _MOST_PICTURES)
    screen = Rect(*arguments.screen) if arguments.screen else None
    text = " ".join(arguments.text)
    if pictures or screen is not None:
        if text.strip():
            raise WrongUsage("a text and a picture are translated one after the other, not together")
    else:
        text = "\n\n".join(filter(str.strip, (text, console.piped_text())))
        if not text:
            raise WrongUsage("There is nothing to translate. Try: kireji translate -i FILE --to LANG")
    language = arguments.to or persons_language(os.environ) or _USUAL

    async def work(services: Services) -> int:
        asker = Asker(
            arguments.provider,
            arguments.model,
            attended=arguments.yes or console.keyboard is not None,
            hide=not arguments.no_redact,
            unpriced=arguments.yes,
        )
        shown = _Shown(console, as_json=arguments.json)
        service = services.habits().translation
        with asked_before_sending(services, console, yes=arguments.yes):
            if text and not pictures and screen is None:
                await shown.one(service.translate_text(text, language, asker, observe=shown.progress))
                return DONE
            found = await opened(services, pictures, screen)
            failed = list(found.failed)
            several = len(found.images) + len(failed) > 1
            for image, name in zip(found.images, found.names, strict=True):
                asked = service.translate(image, language, asker, found.at_hand, observe=shown.progress)
                try:
                    await shown.one(asked, name if several else "")
                except KirejiError as error:
                    if not several:
                        raise
                    failed.append((name, error.sentence))
        return _told(failed, console)

    return work


def _told(failed: Sequence[tuple[str, str]], console: Console) -> int:
    for name, why in failed:
        console.note(f"kireji: {name}: {why}")
    return FAILED if failed else DONE


class _Shown:
    """Translations on standard output.

    Args:
        console: The standard streams.
        as_json: Whether they are values.
    """

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._before = False

    def progress(self, translation: Translation) -> None:
        """How far one is."""
        done = sum(bool(each.text) for each in translation.blocks)
        self._console.progress(f"{done} of {len(translation.blocks)} pieces")

    async def one(self, asked: Awaitable[Outcome], name: str = "") -> None:
        """Wait for one and print it.

        Args:
            asked: Gives it.
            name: Of the picture, where there are several.
        """
        try:
            outcome = await asked
        finally:
            self._console.progress("")
        result = outcome.result
        assert isinstance(result, Translation)
        if self._as_json:
            self._console.object(({"picture": name} if name else {}) | _value(outcome, result))
        else:
            if name:
                self._console.line(("\n" if self._before else "") + f"== {name}")
            self._console.line(arranged(result))
            self._before = True
        self._console.note(outcome.answer.note)
        missing = sum(each.missing for each in result.blocks)
        if missing:
            self._console.note(f"{missing} of {len(result.blocks)} pieces were not translated.")


def _value(outcome: Outcome, translation: Translation) -> dict[str, object]:
    answer = outcome.answer
    return {
        "conversation": outcome.conversation,
        "message": outcome.message,
        "provider": answer.provider,
        "model": answer.model,
        "note": answer.note,
        "usage": usage_value(answer.usage),
        "language": translation.language,
        "source_language": translation.source_language,
        "width": translation.width,
        "height": translation.height,
        "text": arranged(translation),
        "blocks": [_block_value(each) for each in translation.blocks],
    }


def _block_value(each: TranslatedBlock) -> dict[str, object]:
    """Boxes are left, top, right, bottom in the stored picture's pixels; a text without a picture has none."""
    block = each.block
    return {
        "text": block.text,
        "translation": each.text,
        "missing": each.missing,
        "unsure": block.unsure,
        "box": list(block.box) if block.lines else None,
        "lines": [list(line) for line in block.lines],
        "alignment": block.alignment.value,
        "upright": block.upright,
    }
