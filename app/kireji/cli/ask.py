"""`kireji ask`: one question, streamed to standard output and kept in the history."""

from __future__ import annotations

import argparse
import asyncio
import signal
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from kireji.cli.answer_view import AnswerView, JsonStream, Noting, PlainText, WholeAnswer, way_on
from kireji.cli.approving import Approver
from kireji.cli.arguments import LATEST
from kireji.cli.console import Console, OutputClosed
from kireji.cli.hiding import asked_before_sending
from kireji.cli.prompt_answers import answer_in_form, as_prompt_wishes, check_pictures, chosen_prompt
from kireji.cli.receipt import last_row, tell
from kireji.cli.sources import PictureFile, given, whole_file
from kireji.cli.tool_values import ask_named
from kireji.cli.work import DONE, FAILED, INTERRUPTED, Work, WrongUsage
from kireji.core.errors import KirejiError, PictureError
from kireji.core.geometry import Rect
from kireji.core.history import ConversationSetup, StoredMessage
from kireji.core.messages import MessageState, Sha256
from kireji.core.models import Effort
from kireji.core.outside import quoted
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.core.requests import Delivery
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.services.cache_breaks import break_told
from kireji.services.credentials import without_password
from kireji.services.turns import (
    AnswerEnds,
    Question,
    QuestionSaved,
    TurnControl,
    TurnEvent,
    can_continue,
    continue_question,
)

_WORTH_A_LINE = 0.01
"""US dollars."""


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the question and its pictures.

    Raises:
        WrongUsage: There is nothing to ask.
        KirejiError: A file or standard input cannot be read.
    """
    text, piped = arguments.prompt if arguments.prompt.strip() else "", console.piped_text().strip("\n")
    if piped.strip():  # beside what was typed it is somebody's text; alone it is the question
        text = "\n\n".join(filter(None, (text, quoted(piped)))) if text or arguments.quick else piped
    context = given(arguments)
    pictures = (*(name if _is_address(name) else _read(name) for name in arguments.images), *context.pictures)
    screen = Rect(*arguments.screen) if arguments.screen else None
    if arguments.values and not arguments.quick:
        raise WrongUsage("--var gives a value to a quick prompt, so it needs --prompt NAME")
    empty = not text and not pictures and screen is None and not arguments.quick and not context
    if empty and arguments.conversation is None:
        raise WrongUsage('There is nothing to ask. Try: kireji ask -i FILE "What is this?"')

    async def work(services: Services) -> int:
        conversation = await _conversation(services, arguments.conversation)
        if arguments.quick:
            chosen = await chosen_prompt(services, arguments)
            if chosen.prompt.form is not AnswerForm.TEXT:
                question = await _with_pictures(services, Question(text, conversation=conversation), pictures, screen)
                with asked_before_sending(services, console, yes=arguments.yes):
                    return await answer_in_form(services, chosen, question, arguments, console)
            as_prompt_wishes(arguments, chosen.prompt)
            question = Question("\n\n".join(filter(None, (chosen.prompt.filled(chosen.values), text))))
        elif empty and conversation is not None:
            question = await _continued(services, conversation)
        else:
            question = Question(text)
        if not empty:
            question = replace(question, conversation=conversation, sources=context.sources, room=arguments.room)
            question = await _with_pictures(services, question, pictures, screen)
            question = await _with_documents(services, question, context.documents)
            if arguments.quick:
                check_pictures(chosen.prompt, len(question.images))
        if arguments.tools:
            question = replace(question, tools=await ask_named(services, arguments.tools))
        async with Approver(services.tools.approvals, console, yes=arguments.yes) as approver:
            question = replace(_as_wished(question, arguments), attended=approver.attended)
            with asked_before_sending(services, console, yes=arguments.yes):
                return await _asked(services, question, arguments, console, approver)

    return work


async def _asked(
    services: Services, question: Question, arguments: argparse.Namespace, console: Console, approver: Approver
) -> int:
    """Ask, and tell what has left with it where that is wanted, however it ended."""
    if not arguments.receipt:
        return await _ask(services, question, _view(arguments, console), console, approver)
    view, before = Noting(_view(arguments, console)), await last_row(services)
    try:
        return await _ask(services, question, view, console, approver)
    finally:
        streams = arguments.json and not arguments.no_stream
        await tell(services, view.conversation, before, console, as_json=streams)


def _as_wished(question: Question, arguments: argparse.Namespace) -> Question:
    """The question with what was typed beside it; a new conversation goes on with whom it was begun with."""
    return replace(
        question,
        setup=ConversationSetup(arguments.provider, arguments.model, arguments.effort or ""),
        provider=arguments.provider,
        model=arguments.model,
        system=arguments.system,
        effort=Effort(arguments.effort) if arguments.effort else None,
        max_tokens=arguments.max_tokens,
        stop_sequences=tuple(arguments.stop),
        delivery=Delivery.WHOLE if arguments.no_stream else Delivery.STREAM,
        hide=not arguments.no_redact,
        tools=question.tools or arguments.tools,
        unpriced=arguments.yes,
    )


async def _with_pictures(
    services: Services, question: Question, named: Sequence[PictureFile | str], screen: Rect | None
) -> Question:
    pictures = [await _encoded(services, picture) for picture in named]
    images = [await services.capture.store(picture) for picture in pictures]
    if screen is not None:
        region = await services.capture.region_of_desktop(screen)
        pictures.append(await services.capture.encode(region))
        images.append(await services.capture.store(pictures[-1], region.place))
    at_hand: dict[Sha256, bytes] = {image.blob: picture.data for image, picture in zip(images, pictures, strict=True)}
    return replace(question, images=tuple(images), pictures=at_hand)


async def _with_documents(services: Services, question: Question, documents: Sequence[EncodedDocument]) -> Question:
    stored = [await services.capture.store_document(document) for document in documents]
    return replace(question, documents=tuple(stored))


async def _continued(services: Services, conversation: int) -> Question:
    """Has a cut answer go on.

    Raises:
        KirejiError: There is no cut answer at the end of that conversation.
    """
    found = await services.conversations.load(conversation)
    if found is None:
        raise KirejiError(f"There is no conversation {conversation}.", "List them with: kireji history list")
    if not found.messages or not can_continue(found.messages[-1]):
        raise KirejiError(
            f"The last answer of conversation {conversation} was not cut, so there is nothing to go on with.",
            f"Ask something: kireji ask --continue {conversation} PROMPT",
        )
    return continue_question(conversation)


async def _ask(services: Services, question: Question, view: AnswerView, console: Console, approver: Approver) -> int:
    control = TurnControl()
    closed = False
    conversation = 0
    can_go_on = False

    def observe(event: TurnEvent) -> None:
        nonlocal closed, conversation, can_go_on
        if isinstance(event, QuestionSaved):
            conversation = event.conversation.id
        elif isinstance(event, AnswerEnds):
            can_go_on = event.saved and can_continue(event.message)
        try:
            if not closed:
                view.show(event)
        except OutputClosed:
            closed = True
            control.stop()
        approver.observe(event)  # after what stands before the question about it

    await _tell_break(services, question, console)
    with _interrupt_stops(control):
        try:
            answer = await services.chat.ask(question, observe, control)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not control.stopped or task is None or task.uncancel() > 0:
                raise
            if closed:
                return DONE
            kept = f" What had arrived is kept in the history. {way_on(conversation)}" if can_go_on else ""
            console.note(f"Stopped.{kept}")
            return INTERRUPTED
    return _outcome(answer)


async def _tell_break(services: Services, question: Question, console: Console) -> None:
    """Say what a change since the last question costs, from a cent on: on the command line nobody is asked for less."""
    if question.conversation is None:
        return
    try:
        estimate = await services.counting.estimate(question)
    except KirejiError:  # the question itself will say it
        return
    if estimate.broken is not None and estimate.broken.more >= _WORTH_A_LINE:
        console.note(break_told(estimate.broken))


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


async def _encoded(services: Services, named: PictureFile | str) -> EncodedPicture:
    try:
        if isinstance(named, str):
            return await services.pictures_by_url.fetch(named)
        return await services.capture.encode_file(named.data)
    except PictureError as error:
        name = without_password(named) if isinstance(named, str) else named.name
        raise PictureError(f"{name}: {error.message}", error.hint) from error


def _is_address(name: str) -> bool:
    return name.lower().startswith(("http://", "https://"))


def _read(name: str) -> PictureFile:
    return PictureFile(name, whole_file(name, "Check the name after -i.", "Use a smaller picture."))
