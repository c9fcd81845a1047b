"""`kireji watch`: a region of the screen, asked about again when it really changes, until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable

from kireji.cli.answer_view import AnswerView, JsonStream, PlainText
from kireji.cli.console import Console, OutputClosed
from kireji.cli.values import time_value
from kireji.cli.work import DONE, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.geometry import Rect
from kireji.services.application import Services
from kireji.services.turns import QuestionSaved, TurnEvent
from kireji.services.watch import Watch, WatchNews, WatchState


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the question.

    Raises:
        WrongUsage: There is none.
    """
    question = arguments.prompt.strip()
    if not question:
        raise WrongUsage('There is nothing to ask. Try: kireji watch --region 0,0,800,600 "Is the build done?"')
    region = Rect(*arguments.region)

    async def work(services: Services) -> int:
        # A place that was mistyped is told at once; one that is gone later is waited for.
        await services.capture.region_of_desktop(region)
        view = _WatchView(services, console, as_json=arguments.json)
        return await view.follow(region, question, arguments.every, arguments.max_cost, unpriced=arguments.yes)

    return work


class _WatchView:
    """Prints what happens to one watch, and knows when it is over.

    Args:
        services: The use cases.
        console: Where to.
        as_json: One object per event instead of text.
    """

    def __init__(self, services: Services, console: Console, *, as_json: bool) -> None:
        self._services = services
        self._console = console
        self._as_json = as_json
        self._answer: AnswerView = PlainText(console)
        self._over = asyncio.Event()
        self._watch: Watch | None = None
        self._note = ""
        self._closed = False
        self._failure: KirejiError | None = None

    async def follow(
        self, region: Rect, question: str, every: float, max_cost: float | None, *, unpriced: bool = False
    ) -> int:
        """Watch until a limit ends it, or nobody reads what is printed.

        Raises:
            KirejiError: It could not be printed.
        """
        watches = self._services.watches
        unsubscribe = (watches.changed.subscribe(self._changed), watches.news.subscribe(self._told))
        try:
            self._watch = watches.start(
                region,
                question,
                every=every,
                max_cost=max_cost,
                unpriced=unpriced,
                after=0.0,
                observe=self._turn,
            )
            await self._over.wait()
        finally:
            for each in unsubscribe:
                each()
        if self._failure is not None:
            raise self._failure
        return DONE

    def _turn(self, event: TurnEvent) -> None:
        if isinstance(event, QuestionSaved):
            self._begin(event)
        self._printed(lambda: self._answer.show(event))

    def _begin(self, event: QuestionSaved) -> None:
        self._answer = JsonStream(self._console) if self._as_json else PlainText(self._console)
        if not self._as_json:
            time = self._services.clock.now().astimezone()
            gap = "" if self._watch is None or not self._watch.answers else "\n"
            self._printed(lambda: self._console.line(f"{gap}--- {time:%Y-%m-%d %H:%M:%S}"))

    def _changed(self, watch: Watch) -> None:
        self._watch = watch
        if watch.note and watch.note != self._note:
            self._note = watch.note
            self._console.note(watch.note)
        if watch.state is WatchState.ENDED:
            self._over.set()

    def _told(self, news: WatchNews) -> None:
        if news.answer is not None:
            return
        ended = news.watch.state is WatchState.ENDED
        if self._as_json:
            self._printed(lambda: self._console.object(self._value("ended" if ended else "trouble", news)))
        elif ended or news.watch.state is WatchState.BLIND:  # a failed question has been told by the answer's view
            self._console.note(f"kireji: {news.sentence}")

    def _value(self, kind: str, news: WatchNews) -> dict[str, object]:
        watch = news.watch
        return {
            "type": kind,
            "time": time_value(self._services.clock.now()),
            "sentence": news.sentence,
            "state": watch.state.value,
            "conversation": watch.conversation,
            "answers": watch.answers,
            "cost": watch.cost,
        }

    def _printed(self, show: Callable[[], None]) -> None:
        """Print; when nobody reads any more, the watch ends."""
        if self._closed:
            return
        try:
            show()
        except OutputClosed:
            self._closed = True
        except KirejiError as error:
            self._closed, self._failure = True, error
        if self._closed:
            self._over.set()
