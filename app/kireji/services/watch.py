"""Watches regions of the screen: asks once, and again only when the picture really changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self

from kireji.core.errors import KirejiError
from kireji.core.geometry import Rect, Region
from kireji.core.ports import Clock
from kireji.core.publisher import Publisher
from kireji.core.watching import LEAST_EVERY, Plan
from kireji.core.words import say
from kireji.services.capture import CaptureService
from kireji.services.chat import ChatService
from kireji.services.turns import Observer
from kireji.services.watch_run import Watch, WatchNews, WatchRun, WatchState

log = logging.getLogger(__name__)

__all__ = ["Watch", "WatchNews", "WatchService", "WatchState"]


class WatchService:
    """The watched regions of this process. They run while it is open (`async with`) and end with it.

    Args:
        capture: Looks at the screen.
        chat: Asks; what is asked passes the outbox and stands in the history like any other question.
        clock: Time.
        pause: Waits for so many seconds.

    Attributes:
        changed: Publishes every new state of a watch, the last one included.
        news: Publishes what a person may want to be told: answers, troubles, the end.
    """

    def __init__(
        self,
        capture: CaptureService,
        chat: ChatService,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._capture = capture
        self._chat = chat
        self._clock = clock
        self._pause = pause
        self._covered: Callable[[Rect], bool] = lambda _rect: False
        self._runs: dict[int, WatchRun] = {}
        self._waiting: list[WatchRun] = []
        self._group: asyncio.TaskGroup | None = None
        self._number = 0
        self.changed: Publisher[Watch] = Publisher()
        self.news: Publisher[WatchNews] = Publisher()

    @property
    def running(self) -> Sequence[Watch]:
        """All that have not ended, oldest first."""
        return tuple(run.watch for run in self._runs.values())

    def start(
        self,
        region: Rect,
        question: str,
        *,
        every: float = 10.0,
        max_cost: float | None = None,
        conversation: int | None = None,
        plan: Plan | None = None,
        seen: Region | None = None,
        hidden: Sequence[Rect] = (),
        unpriced: bool = False,
        after: float = 0.5,
        observe: Observer | None = None,
    ) -> Watch:
        """Watch a region from now on.

        Args:
            region: In the desktop's own pixels.
            question: What is asked about it; the picture goes with it.
            every: Seconds between two looks, at least 1.
            max_cost: US dollars that all answers together may cost; None for no limit.
            conversation: Where the question was answered already; the next one is asked when the region has changed.
                None asks at once, in a new conversation.
            plan: Everything about rate and limits, in the place of `every` and `max_cost`.
            seen: The picture that was asked about there, without marks; None takes what the region shows first.
            hidden: What of the desktop, in its own pixels, is black in every picture: what the person redacted once is
                never sent.
            unpriced: Ask also where there is a budget and nobody knows what a question costs.
            after: Seconds before the first look, in which windows of our own that lay over the region go away.
            observe: Called on the loop's thread with everything that happens in the turns.

        Raises:
            ValueError: The region has no area, or the looks would follow each other too closely.
        """
        plan = plan or Plan(every=every, max_cost=max_cost)
        if region.empty or plan.every < LEAST_EVERY:
            raise ValueError("a watch needs an area and at least a second between two looks")
        self._number += 1
        watch = Watch(
            self._number,
            region,
            question,
            plan,
            conversation=conversation,
            hidden=tuple(hidden),
            unpriced=unpriced,
        )
        run = WatchRun(watch, self._capture, self._chat, self._clock, self._pause, self._is_covered, observe)
        run.begin_with(after, seen)
        run.changed.subscribe(self.changed.publish)
        run.news.subscribe(self.news.publish)
        self._runs[watch.id] = run
        if self._group is None:
            self._waiting.append(run)
        else:
            self._group.create_task(self._run(run), name=f"watch {watch.id}")
        self.changed.publish(watch)
        return watch

    def stop(self, watch: Watch) -> None:
        """End a watch now; what has arrived of an answer is kept. Harmless when it has ended."""
        if (run := self._runs.get(watch.id)) is not None:
            if run in self._waiting:
                self._waiting.remove(run)
                self._end(run, "")
            run.stop()

    def set_covered(self, covered: Callable[[Rect], bool]) -> None:
        """Say how to know that a window of our own covers a region; it is not looked at then.

        Args:
            covered: Takes a rectangle in the desktop's own pixels.
        """
        self._covered = covered

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        waiting, self._waiting = self._waiting, []
        for run in waiting:
            self._group.create_task(self._run(run), name=f"watch {run.watch.id}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        group, self._group = self._group, None
        assert group is not None
        for run in tuple(self._runs.values()):
            run.cancel()
        # What ended the context is not the group's own affair: told of it, it would wrap it into an ExceptionGroup.
        await group.__aexit__(None, None, None)

    def _is_covered(self, rect: Rect) -> bool:
        return self._covered(rect)

    async def _run(self, run: WatchRun) -> None:
        sentence = ""
        try:
            sentence = await run.run()
        except KirejiError as error:
            sentence = error.sentence
        except Exception:  # one watch that fails by our fault must not end the program, nor the others
            log.exception("a watch failed")
            sentence = say("Something in Kireji failed, so the region is not watched any more. The log says more.")
        finally:
            self._end(run, sentence)

    def _end(self, run: WatchRun, sentence: str) -> None:
        if self._runs.pop(run.watch.id, None) is not None:
            run.end(sentence)
