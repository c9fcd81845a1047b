"""One watched region, from its first look to its end."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec

from kireji.core import watching
from kireji.core.errors import BudgetReached, CaptureError, KirejiError, PriceUnknown, RegionInvalid
from kireji.core.geometry import Rect, Region
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState
from kireji.core.ports import Clock
from kireji.core.publisher import Publisher
from kireji.core.watching import Plan, Progress, Verdict
from kireji.core.words import mark, say
from kireji.services.capture import CaptureService
from kireji.services.chat import ChatService
from kireji.services.turns import AnswerEnds, Observer, Question, QuestionSaved, TurnControl, TurnEvent
from kireji.services.virtual_screen import without

log = logging.getLogger(__name__)

CHANGED = mark("The region has changed.")
"""Stands before the question from the second time on."""

_REMEMBERED = 1
"""Earlier answers that go along, so that the model can say what is new; more would make every question dearer."""

_COVERED = mark("A window of Kireji lies over the watched region, which is not looked at until it is gone.")
_GOES_ON = mark("Watching goes on when the screens are as before.")
_OVER = mark("The region is not watched any more.")
_NO_PRICE = mark("The price of this model is unknown, so only the number of questions is limited.")


class WatchState(enum.Enum):
    """What a watch does now."""

    WATCHING = "watching"
    ASKING = "asking"
    BLIND = "blind"
    """The region cannot be seen now; it goes on when it can."""
    FAILING = "failing"
    """The last question got no answer; it is asked again later."""
    ENDED = "ended"


class Watch(msgspec.Struct, frozen=True):
    """A watched region at one moment.

    Args:
        id: Unique in this process.
        region: In the desktop's own pixels.
        question: What is asked.
        plan: How often and how dear.
        state: What it does now.
        sentence: Why it cannot see, fails or has ended, with the next step; empty otherwise.
        conversation: Where the answers stand; None before the first question.
        answers: How many there are.
        cost: US dollars spent, as far as known.
        note: What else a person should know, in one sentence.
        hidden: What of the desktop is black in every picture, in its own pixels.
        unpriced: Questions go out although there is a budget and nobody knows what they cost.
    """

    id: int
    region: Rect
    question: str
    plan: Plan
    state: WatchState = WatchState.WATCHING
    sentence: str = ""
    conversation: int | None = None
    answers: int = 0
    cost: float = 0.0
    note: str = ""
    hidden: tuple[Rect, ...] = ()
    unpriced: bool = False

    @property
    def title(self) -> str:
        """One line for lists."""
        return " ".join(self.question.split()) or f"Region {self.region}"


class WatchNews(NamedTuple):
    """Something that a person may want to be told.

    Args:
        watch: As it is now.
        answer: The new answer; None when it is something else.
        sentence: What has happened; empty for an answer.
    """

    watch: Watch
    answer: StoredMessage | None = None
    sentence: str = ""


def _not_asked_any_more(error: BudgetReached | PriceUnknown) -> KirejiError:
    """Why money ends a watch, and how to begin again."""
    if isinstance(error, BudgetReached):
        hint = say("Raise the budget in Settings, Spending, and begin again.")
    else:
        hint = say("Choose another model, or begin again with: kireji watch --yes")
    return KirejiError(f"{error.message} {say(_OVER)}", hint)


class WatchRun:
    """Looks, decides, asks.

    Args:
        watch: As it begins.
        capture: Looks at the screen.
        chat: Asks.
        clock: Time.
        pause: Waits for so many seconds.
        covered: Whether a window of our own lies over a rectangle.
        observe: Sees what happens in the turns.

    Attributes:
        changed: Publishes every new state.
        news: Publishes what a person may want to be told.
    """

    def __init__(
        self,
        watch: Watch,
        capture: CaptureService,
        chat: ChatService,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]],
        covered: Callable[[Rect], bool],
        observe: Observer | None,
    ) -> None:
        self.watch = watch
        self._capture = capture
        self._chat = chat
        self._clock = clock
        self._pause = pause
        self._covered = covered
        self._observe = observe
        self._progress = Progress()
        self._size: tuple[int, int] | None = None
        self._control: TurnControl | None = None
        self._refusal: BudgetReached | PriceUnknown | None = None
        self._task: asyncio.Task[object] | None = None
        self._stopped = False
        self._told = ""
        self._after = 0.0
        self._before: Region | None = None
        self.changed: Publisher[Watch] = Publisher()
        self.news: Publisher[WatchNews] = Publisher()

    def begin_with(self, after: float, seen: Region | None) -> None:
        """Say how it begins.

        Args:
            after: Seconds before the first look.
            seen: What was asked about already.
        """
        self._after, self._before = after, seen

    async def run(self) -> str:
        """Watch until a limit is reached; gives the sentence that says which.

        Raises:
            KirejiError: The budgets of the settings let no question out any more.
        """
        if self._stopped:
            return ""
        self._task = asyncio.current_task()
        if self._before is not None:
            before = without(self._before, self.watch.hidden)
            self._progress = Progress(asked_about=await self._capture.signature(before))
            self._before = None  # a whole frozen screen hangs on it
        if self._after:
            await self._pause(self._after)
        begun = self._clock.monotonic()
        while True:
            verdict = await self._look()
            if verdict in (Verdict.TOO_OFTEN, Verdict.TOO_DEAR):
                return self._limit(verdict)
            now = self._clock.monotonic()
            await self._pause(max(0.0, watching.next_look(self.watch.plan, verdict, begun, now) - now))

    def stop(self) -> None:
        """End it as the person's wish; what has arrived of an answer is kept as stopped."""
        self._stopped = True
        if self._control is not None:
            self._control.stop()
        else:
            self.cancel()

    def cancel(self) -> None:
        """End it with the program; what has not begun never will."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    def end(self, sentence: str) -> None:
        """It has ended, by whatever way.

        Args:
            sentence: Why; empty when the person or the program's end did it.
        """
        self._set(state=WatchState.ENDED, sentence=sentence)
        if sentence:
            self.news.publish(WatchNews(self.watch, sentence=sentence))

    async def _look(self) -> Verdict:
        try:
            region = None if self._covered(self.watch.region) else await self._seen()
            # A window may have come while the screen was copied.
            if region is None or self._covered(self.watch.region):
                self._set(state=WatchState.BLIND, sentence=say(_COVERED))
                return Verdict.REST
            signature = await self._capture.signature(region)
        except RegionInvalid as error:
            self._trouble(WatchState.BLIND, f"{error.message} {say(_GOES_ON)}")
            return Verdict.REST
        except CaptureError as error:
            self._trouble(WatchState.BLIND, error.sentence)
            return Verdict.REST
        if self.watch.state is WatchState.BLIND:
            self._well()
        if self.watch.conversation is not None and not self._progress.asked_about and not self._progress.questions:
            self._progress = msgspec.structs.replace(self._progress, asked_about=signature)
        now = self._clock.monotonic()
        self._progress, verdict = watching.looked(self.watch.plan, self._progress, signature, now)
        if verdict is Verdict.ASK:
            await self._ask(region, signature, now)
        elif verdict is Verdict.REST:  # what failed to be asked about is gone again
            self._well()
        return verdict

    async def _seen(self) -> Region:
        """The region as it is now.

        Raises:
            CaptureError: It cannot be seen, or not all of it.
        """
        region = without(await self._capture.region_of_desktop(self.watch.region), self.watch.hidden)
        size = (region.rect.width, region.rect.height)
        self._size = self._size or size
        if size != self._size:
            raise CaptureError(say("Part of the watched region is on no screen now."), say(_GOES_ON))
        return region

    async def _ask(self, region: Region, signature: bytes, now: float) -> None:
        self._set(state=WatchState.ASKING, sentence="")
        try:
            answer = await self._answer(region)
        except (BudgetReached, PriceUnknown) as error:
            # To ask again and again what is refused each time fills the history and tells nobody anything.
            raise _not_asked_any_more(error) from error
        except KirejiError as error:
            self._progress = watching.failed(self._progress, now)
            self._trouble(WatchState.FAILING, error.sentence)
            return
        finally:
            self._control = None
        cost = answer.usage.cost if answer.usage else None
        if answer.state is not MessageState.COMPLETE:
            self._progress = watching.failed(self._progress, now, cost)
            self._set(cost=self._progress.cost)
            self._trouble(WatchState.FAILING, answer.error or say("The answer broke off."))
            return
        self._progress = watching.answered(self._progress, signature, now, cost)
        limited = self.watch.plan.max_cost is not None
        note = say(_NO_PRICE) if limited and self._progress.unpriced else ""
        self._set(answers=self.watch.answers + 1, cost=self._progress.cost, note=note)
        self._well()
        self.news.publish(WatchNews(self.watch, answer))

    async def _answer(self, region: Region) -> StoredMessage:
        picture = await self._capture.encode(region)
        image = await self._capture.store(picture, self.watch.region)
        first = self.watch.conversation is None
        words = self.watch.question if first else f"{say(CHANGED)} {self.watch.question}".strip()
        question = Question(
            words,
            (image,),
            conversation=self.watch.conversation,
            earlier=_REMEMBERED,
            attended=False,
            unpriced=self.watch.unpriced,
            pictures={image.blob: picture.data},
        )
        self._control, self._refusal = TurnControl(), None
        answer = await self._chat.ask(question, self._take, self._control)
        if self._refusal is not None:
            raise self._refusal
        return answer

    def _take(self, event: TurnEvent) -> None:
        if isinstance(event, QuestionSaved):
            self._set(conversation=event.conversation.id)
        elif isinstance(event, AnswerEnds) and isinstance(event.error, BudgetReached | PriceUnknown):
            self._refusal = event.error
        if self._observe is not None:
            self._observe(event)

    def _trouble(self, state: WatchState, sentence: str) -> None:
        """Say what is wrong, once for each trouble."""
        self._set(state=state, sentence=sentence)
        if sentence != self._told:
            self._told = sentence
            log.info("watch %d: %s", self.watch.id, sentence)
            self.news.publish(WatchNews(self.watch, sentence=sentence))

    def _well(self) -> None:
        self._told = ""
        self._set(state=WatchState.WATCHING, sentence="")

    def _limit(self, verdict: Verdict) -> str:
        plan = self.watch.plan
        if verdict is Verdict.TOO_OFTEN:
            return say(
                "The region has changed more than {per_hour} times in an hour and is not watched any more. Watch a "
                "smaller region, or begin again later.",
                per_hour=plan.per_hour,
            )
        return say(
            "Another answer would pass the limit of ${max_cost} (${cost} are spent), so the region is not watched any "
            "more. Begin again with a higher limit.",
            max_cost=f"{plan.max_cost:g}",
            cost=f"{self._progress.cost:.4f}",
        )

    def _set(self, **values: object) -> None:
        watch = msgspec.structs.replace(self.watch, **values)
        if watch != self.watch:
            self.watch = watch
            self.changed.publish(watch)
