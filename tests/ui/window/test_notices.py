from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from kireji.core.errors import ConnectionFailed, KirejiError
from kireji.core.geometry import Rect
from kireji.core.permissions import Approval
from kireji.services.application import Services
from kireji.services.turns import Question, TurnEvent
from kireji.services.watch import WatchNews
from kireji.ui.notices import Notices, in_one_line, shortened
from tests.fakes.provider import Hold, answer
from tests.fakes.services import FakeSurroundings
from tests.support.waiting import until_true
from tests.ui.chat.permission.support import request

pytestmark = pytest.mark.qt

LONG = "Why does the build of the third branch fail on Tuesdays only, and what would be a fix?"


def _ignore(_event: TurnEvent) -> None:
    pass


@dataclass
class Scene:
    below: FakeSurroundings = field(default_factory=lambda: FakeSurroundings().with_key())
    seen: set[int] = field(default_factory=set)
    opened: list[tuple[int, str]] = field(default_factory=list)
    fell_back: list[tuple[str, str]] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)
    hold: Hold = field(default_factory=Hold)
    made: list[Notices] = field(default_factory=list)

    def open(self, conversation: int, token: str) -> None:
        self.opened.append((conversation, token))

    def fall_back(self, title: str, body: str) -> None:
        self.fell_back.append((title, body))

    async def ask(
        self,
        services: Services,
        question: str = "Why?",
        *,
        seconds: float = 5.0,
        error: KirejiError | None = None,
        leaves: bool = False,
    ) -> None:
        """One turn that takes so long on the fake clock."""
        self.below.provider.enqueue([self.hold, error] if error else [self.hold, *answer("An answer.")])

        async def turn() -> None:
            with contextlib.suppress(KirejiError):
                await services.chat.ask(Question(question), _ignore)

        async with asyncio.TaskGroup() as group:
            group.create_task(turn())
            await self.hold.reached.wait()
            self.below.clock.advance(seconds)
            if leaves:
                self.seen.clear()
            self.hold.release()
        for _ in range(5):
            await asyncio.sleep(0)

    @property
    def notices(self) -> list[tuple[str, str]]:
        return [(each.title, each.body) for each in self.below.notifier.notices]

    async def until(self, condition: Callable[[], object]) -> None:
        await until_true(condition)


@asynccontextmanager
async def notices_over(scene: Scene) -> AsyncIterator[Services]:
    services = scene.below.build()
    notices = Notices(
        services,
        shows=scene.seen.__contains__,
        open_conversation=scene.open,
        fall_back=scene.fall_back,
        failed=scene.failed.append,
    )
    scene.made.append(notices)
    try:
        yield services
    finally:
        await notices.aclose()
    assert not scene.failed


async def test_an_answer_that_nobody_saw_coming_is_told_with_the_question_alone() -> None:
    scene = Scene()
    async with notices_over(scene) as services:
        await scene.ask(services, LONG)
        assert scene.notices == [("Answer ready", shortened(LONG))]
        assert len(shortened(LONG)) <= 60


async def test_a_click_opens_the_conversation_with_the_desktops_token() -> None:
    scene = Scene()
    async with notices_over(scene) as services:
        await scene.ask(services)
        (clicked,) = scene.below.notifier.clicks
        assert clicked is not None
        clicked("token")
        assert scene.opened == [(1, "token")]


async def test_a_quick_answer_is_not_told() -> None:
    scene = Scene()
    async with notices_over(scene) as services:
        await scene.ask(services, seconds=1.0)
        assert scene.notices == []


async def test_an_answer_that_the_person_left_is_told_however_quick_it_was() -> None:
    scene = Scene(seen={1})
    async with notices_over(scene) as services:
        await scene.ask(services, seconds=1.0, leaves=True)
        assert scene.notices == [("Answer ready", "Why?")]


async def test_an_answer_that_is_on_the_screen_is_not_told() -> None:
    scene = Scene(seen={1})
    async with notices_over(scene) as services:
        await scene.ask(services)
        assert scene.notices == []


async def test_who_wants_no_notifications_gets_none() -> None:
    scene = Scene()
    scene.below.settings.tables = {"general": {"notify": False}}
    async with notices_over(scene) as services:
        await scene.ask(services)
        assert scene.notices == []


async def test_an_answer_that_failed_is_told_as_that() -> None:
    scene = Scene()
    async with notices_over(scene) as services:
        await services.preferences.set("models.fallback", ())
        await scene.ask(services, error=ConnectionFailed("Not reached.", "Check the network."))
        assert scene.notices == [("There is no answer", "Why?")]


async def test_where_the_desktop_has_no_notifications_the_tray_tells() -> None:
    scene = Scene()
    scene.below.notifier.works = False
    async with notices_over(scene) as services:
        await scene.ask(services)
        assert scene.fell_back == [("Answer ready", "Why?")]


async def test_a_call_that_waits_is_told_once_where_nobody_sees_it() -> None:
    scene = Scene()
    scene.below.settings.tables = {"general": {"notify": False}}  # of answers; here nobody else can go on
    async with notices_over(scene) as services, asyncio.TaskGroup() as group:
        group.create_task(services.tools.approvals.ask(request(), lambda _asked: None))
        await scene.until(lambda: scene.notices)
        services.tools.approvals.changed.publish(1)
        await asyncio.sleep(0)
        assert scene.notices == [("Kireji waits for you", "Read a file asks for permission.")]
        (clicked,) = scene.below.notifier.clicks
        assert clicked is not None
        clicked("token")
        assert scene.opened == [(1, "token")]
        (waiting,) = services.tools.approvals.pending(1)
        services.tools.approvals.answer(waiting.id, Approval(False))


async def test_a_card_that_was_put_away_is_told_of() -> None:
    scene = Scene(seen={1})
    async with notices_over(scene) as services, asyncio.TaskGroup() as group:
        group.create_task(services.tools.approvals.ask(request(), lambda _asked: None))
        await asyncio.sleep(0)
        assert scene.notices == []
        scene.seen.clear()
        scene.made[-1].remind(1)
        await scene.until(lambda: scene.notices)
        (waiting,) = services.tools.approvals.pending(1)
        services.tools.approvals.answer(waiting.id, Approval(True))


async def test_news_of_a_watched_region_are_told_once_per_watch() -> None:
    scene = Scene()
    async with notices_over(scene) as services:
        watch = services.watches.start(Rect(0, 0, 10, 10), "Is the build green?")
        services.watches.news.publish(WatchNews(watch, None, "The region left the screen."))
        await scene.until(lambda: scene.notices)
        assert scene.notices == [("Watched region", "The region left the screen.")]
        assert scene.below.notifier.notices[0].key == f"watch-{watch.id}"
        services.watches.stop(watch)


def test_a_window_without_notifications_says_what_it_is_about() -> None:
    assert in_one_line("Answer ready", "Why does this fail?") == "Answer ready: Why does this fail?"
    assert in_one_line("Kireji", "The display is gone.") == "The display is gone."
