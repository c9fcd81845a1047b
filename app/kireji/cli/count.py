"""`kireji count`: tokens and price of what would be sent."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kireji.cli.console import Console
from kireji.cli.sources import folder_of, given, left_out_rows, packed_told, packed_value, whole_file
from kireji.cli.work import DONE, Work, WrongUsage
from kireji.core.documents import document_of, is_picture
from kireji.core.errors import DocumentError, PictureError
from kireji.core.messages import DocumentPart, ImagePart, Sha256
from kireji.core.request_tokens import Share
from kireji.core.sources import Packed
from kireji.services.application import Services
from kireji.services.counting import Estimate
from kireji.services.spending import dollars
from kireji.services.turns import Question


class _File(NamedTuple):
    name: str
    data: bytes


class _Part(NamedTuple):
    name: str
    part: ImagePart | DocumentPart
    data: bytes


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the files.

    Raises:
        WrongUsage: There is nothing to count, or a name is empty.
        KirejiError: A file or standard input cannot be read.
    """
    text = console.piped_text().strip("\n")
    folders = tuple(folder for name in arguments.files if (folder := folder_of(name)) is not None)
    context = given(arguments)
    sources = (*folders, *context.sources)
    files = (
        *(_read(name) for name in arguments.files if not Path(name).is_dir()),
        *(_File(picture.name, picture.data) for picture in context.pictures),
        *(_File(document.title, document.data) for document in context.documents),
    )
    if not files and not sources and not text.strip():
        raise WrongUsage("There is nothing to count. Try: kireji count FILE")

    async def work(services: Services) -> int:
        parts = [await _part(services, file) for file in files]
        at_hand: dict[Sha256, bytes] = {one.part.blob: one.data for one in parts}
        question = Question(
            text,
            images=tuple(one.part for one in parts if isinstance(one.part, ImagePart)),
            documents=tuple(one.part for one in parts if isinstance(one.part, DocumentPart)),
            provider=arguments.provider,
            model=arguments.model,
            pictures=at_hand,
            sources=sources,
            room=arguments.room,
        )
        packed = Packed()
        if sources:
            before = len(question.documents)
            question, packed = await services.packing.looked_at(question)
            parts += [_Part(one.title, one, question.pictures[one.blob]) for one in question.documents[before:]]
        counting = services.counting
        estimate = await (counting.exact(question) if arguments.exact else counting.estimate(question))
        each = await counting.parts([one.part for one in parts], question, estimate.model)
        if arguments.json:
            context_value = {"context": packed_value(packed)} if sources else {}
            console.object({**_value(estimate, parts, each), **context_value})
        else:
            _show(console, estimate, parts, each, bool(text.strip()))
            if sources:
                _show_left_out(console, packed)
        return DONE

    return work


def _show(console: Console, estimate: Estimate, parts: Sequence[_Part], each: Sequence[int], piped: bool) -> None:
    shares = estimate.counted.shares
    rows = [(one.name, f"{tokens:,}") for one, tokens in zip(parts, each, strict=True)]
    others = {
        "the text" if piped else "the frame around": estimate.counted.tokens
        - sum(each)
        - shares.get(Share.TOOLS, 0)
        - shares.get(Share.SYSTEM, 0),
        "tools": shares.get(Share.TOOLS, 0),
        "instructions": shares.get(Share.SYSTEM, 0),
    }
    rows += [(name, f"{tokens:,}") for name, tokens in others.items() if tokens > 0]
    console.table(("WHAT", "TOKENS"), rows)
    console.line()
    window = f" of {estimate.window:,}" if estimate.window else ""
    about = "" if estimate.exact is not None else "about "
    console.line(f"{about}{estimate.tokens:,}{window} tokens with {estimate.name}, {_price(estimate)}")
    if estimate.note:
        console.note(estimate.note)
    if estimate.window and estimate.tokens > estimate.window:
        console.note(f"That is more than {estimate.name} can read.")


def _show_left_out(console: Console, packed: Packed) -> None:
    """What does not go along: the biggest by name, the others by number."""
    rows = left_out_rows(packed)
    if rows:
        console.line()
        console.table(("LEFT OUT", "TOKENS", "WHY"), rows)
    console.note(packed_told(packed, listed=True))


def _price(estimate: Estimate) -> str:
    if estimate.prompt_cost is None:
        return "at a price that is not known"
    return "free" if estimate.prompt_cost == 0 else f"{dollars(estimate.prompt_cost)} without the answer"


def _value(estimate: Estimate, parts: Sequence[_Part], each: Sequence[int]) -> dict[str, object]:
    return {
        "provider": estimate.provider,
        "model": estimate.model,
        "tokens": estimate.tokens,
        "exact": estimate.exact is not None,
        "at_most": estimate.counted.total.at_most,
        "window": estimate.window or None,
        "cost": estimate.prompt_cost,
        "shares": {share.value: tokens for share, tokens in estimate.counted.shares.items()},
        "files": [{"file": one.name, "tokens": tokens} for one, tokens in zip(parts, each, strict=True)],
        "note": estimate.note or None,
    }


async def _part(services: Services, file: _File) -> _Part:
    try:
        if is_picture(file.name, file.data):
            picture = await services.capture.encode_file(file.data)
            name = hashlib.sha256(picture.data).hexdigest()
            image = ImagePart(name, picture.media_type, picture.width, picture.height)
            return _Part(file.name, image, picture.data)
        document = document_of(Path(file.name).name, file.data)
    except PictureError as error:
        raise PictureError(f"{file.name}: {error.message}", error.hint) from error
    except DocumentError as error:
        raise DocumentError(f"{file.name}: {error.message}", error.hint) from error
    name = hashlib.sha256(document.data).hexdigest()
    return _Part(file.name, DocumentPart(name, document.media_type, document.title), document.data)


def _read(name: str) -> _File:
    return _File(name, whole_file(name, "Check the name.", "No service takes that much."))
