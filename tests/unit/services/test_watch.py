"""Watching a region: what is asked, what is told, and what goes on in spite of troubles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kireji.core.errors import CaptureError, Overloaded, StoreFull
from kireji.core.geometry import Rect
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState, Usage
from kireji.core.watching import Plan
from kireji.services.application import Services
from kireji.services.turns import Question, TurnEvent
from kireji.services.watch import Watch, WatchNews, WatchState
from tests.fakes.desktop import screen_of
from tests.fakes.provider import Hold, answer
from tests.fakes.world import World

REGION = Rect(10, 20, 30, 40)
DARK, LIGHT, RED = (0, 0, 0), (200, 200, 200), (90, 90, 90)


class Stage:
    """A screen that changes colour and a clock that a test moves; the watches run while it is open."""

    def __init__(self, world: World, services: Services) -> None:
        self.world = world
        self.services = services
        self.states: list[Watch] = []
        self.news: list[WatchNews] = []
        self._ended = asyncio.Event()
        services.watches.changed.subscribe(self._changed)
        services.watches.news.subscribe(self.news.append)

    def _changed(self, watch: Watch) -> None:
        self.states.append(watch)
        if watch.state is WatchState.ENDED:
            self._ended.set()

    def show(self, colour: tuple[int, int, int], width: int = 100) -> None:
        self.world.screen.screens = (screen_of(width, 100, colour),)

    async def wait(self, seconds: float) -> None:
        """Let time pass in steps as the watch looks."""
        end = self.world.clock.monotonic() + seconds
        while self.world.clock.monotonic() < end:
            self.world.clock.advance(min(1.0, end - self.world.clock.monotonic()))
            if self.world.clock.awake:
                await self.settled()

    async def settled(self) -> None:
        """Wait until the watch pauses or has ended."""
        async with asyncio.TaskGroup() as group:
            waits = [group.create_task(self.world.clock.asleep.wait()), group.create_task(self._ended.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()
        self.world.clock.asleep.clear()

    @property
    def now(self) -> Watch:
        return self.states[-1]

    @property
    def told(self) -> list[str]:
        return [each.sentence for each in self.news if each.answer is None]

    async def conversation(self) -> list[StoredMessage]:
        found = await self.world.conversations.load(1)
        assert found is not None
        return list(found.messages)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with opened() as result:
        yield result


@asynccontextmanager
async def opened(world: World | None = None) -> AsyncIterator[Stage]:
    world = world or World()
    services = world.services()
    stage = Stage(world, services)
    stage.show(DARK)
    async with services.watches:
        yield stage


async def test_it_asks_at_once_and_not_again_while_nothing_changes(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("All is quiet."))
    stage.services.watches.start(REGION, "What is it doing?", after=0.0)
    await stage.settled()
    await stage.wait(300)
    [question, said] = await stage.conversation()
    assert (question.message.text, len(question.message.images)) == ("What is it doing?", 1)
    assert said.message.text == "All is quiet."
    assert len(stage.world.ledger.rows) == 1
    assert stage.world.screen.grabs == 31
    assert [each.answer.message.text for each in stage.news if each.answer] == ["All is quiet."]


async def test_a_real_change_is_asked_about_in_the_same_conversation_with_the_new_picture_alone(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("Dark."), answer("Light."), answer("Red."))
    stage.services.watches.start(REGION, "Which colour?", after=0.0)
    await stage.settled()
    for colour in (LIGHT, RED):
        stage.show(colour)
        await stage.wait(60)
    messages = await stage.conversation()
    assert [each.message.text for each in messages if each.message.images] == [
        "Which colour?",
        "The region has changed. Which colour?",
        "The region has changed. Which colour?",
    ]
    sent = stage.world.remote.encoded[-1]
    assert [message.text for message in sent.messages] == [
        "The region has changed. Which colour?",
        "Light.",
        "The region has changed. Which colour?",
    ]
    assert (stage.now.answers, stage.now.conversation, stage.now.state) == (3, 1, WatchState.WATCHING)


async def test_a_question_that_was_answered_before_is_not_asked_at_once(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("first"), answer("second"))
    await stage.services.chat.ask(Question("Which colour?"), lambda _: None)
    stage.services.watches.start(REGION, "Which colour?", after=0.0, conversation=1)
    await stage.settled()
    await stage.wait(100)
    assert len(stage.world.ledger.rows) == 1
    stage.show(LIGHT)
    await stage.wait(20)
    assert (await stage.conversation())[2].message.text == "The region has changed. Which colour?"


async def test_what_has_changed_since_it_was_asked_about_is_asked_at_once(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("first"), answer("second"))
    await stage.services.chat.ask(Question("Which colour?"), lambda _: None)
    before = await stage.services.capture.region_of_desktop(REGION)
    stage.show(LIGHT)
    stage.services.watches.start(REGION, "Which colour?", after=0.0, conversation=1, seen=before)
    await stage.settled()
    await stage.wait(2)
    assert (await stage.conversation())[-1].message.text == "second"


async def test_what_was_redacted_is_not_looked_at(stage: Stage) -> None:
    """The codec of these tests looks at the first pixel of the region."""
    stage.world.remote.enqueue(answer("a"))
    stage.services.watches.start(REGION, "q", after=0.0, hidden=(Rect(0, 0, 11, 21),))
    await stage.settled()
    stage.show(LIGHT)
    await stage.wait(60)
    assert stage.now.answers == 1


async def test_a_window_of_ours_that_comes_while_the_screen_is_copied_is_not_asked_about(stage: Stage) -> None:
    covered = iter([False, True, False, False])
    stage.services.watches.set_covered(lambda _: next(covered, False))
    stage.world.remote.enqueue(answer("a"))
    stage.services.watches.start(REGION, "q", after=0.0)
    await stage.settled()
    assert (stage.now.state, stage.now.answers, stage.world.screen.grabs) == (WatchState.BLIND, 0, 1)
    await stage.wait(20)
    assert stage.now.answers == 1


async def test_the_first_look_waits_until_our_own_windows_are_gone(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("a"))
    stage.services.watches.start(REGION, "q")
    await stage.settled()
    assert stage.world.screen.grabs == 0
    await stage.wait(1)
    assert (stage.world.screen.grabs, stage.now.answers) == (1, 1)


async def test_who_started_it_sees_the_turn(stage: Stage) -> None:
    seen: list[TurnEvent] = []
    stage.world.remote.enqueue(answer("a"))
    stage.services.watches.start(REGION, "q", after=0.0, observe=seen.append)
    await stage.settled()
    assert [type(event).__name__ for event in seen][:2] == ["QuestionSaved", "AnswerBegins"]


@pytest.mark.parametrize("trouble", ["removed", "smaller", "failure", "covered"])
async def test_what_cannot_be_seen_is_told_once_and_watched_again_when_it_is_back(stage: Stage, trouble: str) -> None:
    stage.world.remote.enqueue(answer("Dark."), answer("Light."))
    stage.services.watches.start(REGION, "q", after=0.0)
    await stage.settled()
    covered = trouble == "covered"
    stage.services.watches.set_covered(lambda rect: covered and rect == REGION)
    if trouble == "removed":
        stage.world.screen.screens = (screen_of(5, 5),)
    elif trouble == "smaller":
        stage.show(LIGHT, width=25)
    elif trouble == "failure":
        stage.world.screen.failure = CaptureError("The screen is locked.", "Unlock it.")
    await stage.wait(100)
    assert stage.now.state is WatchState.BLIND
    assert stage.now.sentence
    assert ("Watching goes on" in stage.now.sentence) == (trouble in ("removed", "smaller"))
    assert stage.told == ([] if covered else [stage.now.sentence])
    assert len(stage.world.ledger.rows) == 1
    covered, stage.world.screen.failure = False, None
    stage.show(LIGHT)
    await stage.wait(20)
    assert (stage.now.state, stage.now.sentence, stage.now.answers) == (WatchState.WATCHING, "", 2)


async def test_a_service_that_fails_is_told_and_asked_again_after_a_while() -> None:
    world = World()
    world.settings.tables["models"] = {"fallback": []}
    world.remote.enqueue([Overloaded("The service is full.", "Wait.")], answer("There."))
    async with opened(world) as stage:
        stage.services.watches.start(REGION, "q", after=0.0)
        await stage.settled()
        assert (stage.now.state, stage.now.sentence[:20]) == (WatchState.FAILING, "The service is full.")
        await stage.wait(59)
        assert len(world.ledger.rows) == 1
        await stage.wait(2)
        assert (stage.now.state, stage.now.answers) == (WatchState.WATCHING, 1)
        assert len(stage.told) == 1


async def test_a_full_disk_is_told_and_ends_nothing(stage: Stage) -> None:
    stage.world.conversations.failure = StoreFull("The disk is full.", "Free some space.")
    stage.services.watches.start(REGION, "q", after=0.0)
    await stage.settled()
    assert stage.told == ["The disk is full. Free some space."]
    assert stage.world.ledger.rows == []
    stage.world.conversations.failure = None
    stage.world.remote.enqueue(answer("a"))
    await stage.wait(61)
    assert stage.now.answers == 1


async def test_it_ends_itself_with_a_sentence_at_the_limit_on_cost(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("a", usage=Usage(10, 1, cost=0.04)))
    stage.services.watches.start(REGION, "q", after=0.0, max_cost=0.05)
    await stage.settled()
    stage.show(LIGHT)
    await stage.wait(60)
    assert stage.now.state is WatchState.ENDED
    assert stage.now.sentence.startswith("Another answer would pass the limit of $0.05 ($0.0400 are spent)")
    assert stage.told == [stage.now.sentence]
    assert stage.services.watches.running == ()


async def test_an_unknown_price_is_said_where_cost_was_to_be_limited(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("a"))
    stage.services.watches.start(REGION, "q", after=0.0, max_cost=0.05)
    await stage.settled()
    assert "price of this model is unknown" in stage.now.note


async def test_it_ends_itself_with_a_sentence_when_it_would_ask_too_often(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("a"), answer("b"))
    stage.services.watches.start(REGION, "q", after=0.0, plan=Plan(per_hour=2))
    await stage.settled()
    for colour in (LIGHT, RED):
        stage.show(colour)
        await stage.wait(60)
    assert stage.now.state is WatchState.ENDED
    assert "more than 2 times in an hour" in stage.now.sentence


async def test_a_stop_ends_it_and_keeps_what_had_arrived(stage: Stage) -> None:
    hold = Hold()
    steps = answer("It is ", "dark.")
    stage.world.remote.enqueue([*steps[:3], hold, *steps[3:]])
    watch = stage.services.watches.start(REGION, "q", after=0.0)
    await hold.reached.wait()
    stage.services.watches.stop(watch)
    await stage.settled()
    stage.services.watches.stop(watch)
    assert (stage.now.state, stage.now.sentence, stage.told) == (WatchState.ENDED, "", [])
    [_, said] = await stage.conversation()
    assert (said.state, said.message.text) == (MessageState.STOPPED, "It is ")


async def test_a_stop_between_two_looks_ends_it(stage: Stage) -> None:
    stage.world.remote.enqueue(answer("a"))
    watch = stage.services.watches.start(REGION, "q", after=0.0)
    await stage.settled()
    stage.services.watches.stop(watch)
    await stage.settled()
    assert stage.now.state is WatchState.ENDED


async def test_the_end_of_the_program_ends_all(stage: Stage) -> None:
    async with opened() as other:
        other.world.remote.enqueue(answer("a"), answer("b"))
        other.services.watches.start(REGION, "one", after=0.0)
        other.services.watches.start(REGION, "two", after=0.0)
        assert [watch.question for watch in other.services.watches.running] == ["one", "two"]
        await other.settled()
    assert other.services.watches.running == ()
    assert {watch.id for watch in other.states if watch.state is WatchState.ENDED} == {1, 2}


async def test_a_failure_of_the_program_passes_as_it_is() -> None:
    world = World()
    world.remote.enqueue(answer("a"))
    services = world.services()

    async def program() -> None:
        async with services.watches:
            services.watches.start(REGION, "q", after=0.0)
            raise StoreFull("The disk is full.", "Free some space.")

    with pytest.raises(StoreFull):
        await program()
    assert services.watches.running == ()


async def test_what_is_started_before_the_service_runs_begins_with_it() -> None:
    world = World()
    world.remote.enqueue(answer("a"))
    services = world.services()
    stage = Stage(world, services)
    stage.show(DARK)
    stopped = services.watches.start(REGION, "other", after=0.0)
    services.watches.stop(stopped)
    services.watches.start(REGION, "q", after=0.0)
    stage._ended.clear()
    async with services.watches:
        await stage.settled()
        assert stage.now.answers == 1


async def test_our_own_fault_in_one_watch_ends_it_alone(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    def broken(rect: Rect) -> bool:
        raise AssertionError("a bug")

    stage.services.watches.set_covered(broken)
    stage.services.watches.start(REGION, "q", after=0.0)
    await stage.settled()
    assert stage.now.state is WatchState.ENDED
    assert "The log says more." in stage.now.sentence
    assert "a bug" in caplog.text


@pytest.mark.parametrize(("region", "every"), [(Rect(0, 0, 0, 5), 10.0), (REGION, 0.5)])
def test_nothing_is_watched_without_an_area_or_all_the_time(region: Rect, every: float) -> None:
    with pytest.raises(ValueError, match="area"):
        World().services().watches.start(region, "q", every=every)
