"""`kireji ask`: one question, streamed to standard output and kept in the history."""

from __future__ import annotations

import argparse
import asyncio
import signal
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kireji.cli.answer_view import AnswerView, JsonStream, PlainText, WholeAnswer
from kireji.cli.console import Console, OutputClosed
from kireji.cli.parser import LATEST
from kireji.cli.work import DONE, FAILED, INTERRUPTED, Work, WrongUsage
from kireji.core.errors import KirejiError, PictureError
from kireji.core.geometry import Rect
from kireji.core.history import StoredMessage
from kireji.core.messages import ImagePart, MessageState, Sha256
from kireji.core.ports import EncodedPicture
from kireji.core.models import Effort

from kireji.services.application import Services
from kireji.services.turns import Question, TurnControl, TurnEvent

_LARGEST_FILE = 100_000_000
"""Bytes; no picture of a screen comes near it."""


@dataclass(frozen=True, slots=True)
class _PictureFile:
    name: str
    data: bytes


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the question and its pictures.

    Raises:
        WrongUsage: There is nothing to ask.
        KirejiError: A file or standard input cannot be read.
    """
    text = "\n\n".join(piece for piece in (arguments.prompt, console.piped_text().strip("\n")) if piece.strip())
    files = tuple(_read(name) for name in arguments.images)
    screen = Rect(*arguments.screen) if arguments.screen else None
    if not text and not files and screen is None:
        raise WrongUsage('There is nothing to ask. Try: kireji ask -i FILE "What is this?"')

    async def work(services: Services) -> int:
        pictures = [await _encoded(services, file) for file in files]
        if screen is not None:
            pictures.append(await services.capture.encode(await services.capture.region_of_desktop(screen)))
        stored: dict[Sha256, bytes] = {}
        images: list[ImagePart] = []
        for picture in pictures:
            images.append(await services.capture.store(picture))
            stored[images[-1].blob] = picture.data
        question = Question(
            text=text,
            images=tuple(images),
            conversation=await _conversation(services, arguments.conversation),
            provider=arguments.provider,
            model=arguments.model,
            system=arguments.system,
            effort=Effort(arguments.effort) if arguments.effort else None,
            max_tokens=arguments.max_tokens,
            stop_sequences=tuple(arguments.stop),
            pictures=stored,
        )
        return await _ask(services, question, _view(arguments, console), console)

    return work


async def _ask(services: Services, question: Question, view: AnswerView, console: Console) -> int:
    control = TurnControl()
    closed = False

    def observe(event: TurnEvent) -> None:
        nonlocal closed
        try:
            if not closed:
                view.show(event)
        except OutputClosed:
            closed = True
            control.stop()

    with _interrupt_stops(control):
        try:
            answer = await services.chat.ask(question, observe, control)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not control.stopped or task is None or task.uncancel() > 0:
                raise
            console.note("" if closed else "Stopped. What had arrived is kept in the history.")
            return DONE if closed else INTERRUPTED
    return _outcome(answer)


def _outcome(answer: StoredMessage) -> int:
    return DONE if answer.state is MessageState.COMPLETE else FAILED


@contextmanager
def _interrupt_stops(control: TurnControl) -> Iterator[None]:
    """While inside, the first Ctrl+C ends the turn as the person's stop; a second one ends the program at once."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)

    def interrupted(number: int, frame: types.FrameType | None) -> None:
        del number, frame
        signal.signal(signal.SIGINT, before)
        loop.call_soon_threadsafe(control.stop)

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _view(arguments: argparse.Namespace, console: Console) -> AnswerView:
    if arguments.no_stream:
        return WholeAnswer(console, as_json=arguments.json)
    return JsonStream(console) if arguments.json else PlainText(console)


async def _conversation(services: Services, wanted: int | None) -> int | None:
    if wanted != LATEST:
        return wanted
    latest = await services.conversations.latest()
    if latest is None:
        raise KirejiError("There is no conversation to continue.", "Ask without --continue.")
    return latest.id


async def _encoded(services: Services, file: _PictureFile) -> EncodedPicture:
    try:
        return await services.capture.encode_file(file.data)
    except PictureError as error:
        raise PictureError(f"{file.name}: {error.message}", error.hint) from error


def _read(name: str) -> _PictureFile:
    try:
        with Path(name).open("rb") as file:  # what is piped in tells its size only at its end
            data = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "that is not a file name"
        raise KirejiError(f"{name} cannot be read: {reason}.", "Check the name after -i.") from error
    if len(data) > _LARGEST_FILE:
        raise KirejiError(f"{name} is larger than 100 MB.", "Use a smaller picture.")
    return _PictureFile(name, data)
