"""Labelled sets run against a policy."""

from __future__ import annotations

import asyncio
import json

import msgspec
import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    BudgetReached,
    ConnectionFailed,
    KirejiError,
    Overloaded,
    PictureError,
)
from kireji.core.messages import ImagePart, StopReason, Usage
from kireji.core.models import ModelInfo, Price
from kireji.core.moderation.labelled import LabelledSet, parse
from kireji.core.moderation.policies import Category, Level, Policy
from kireji.core.moderation.verdicts import Action
from kireji.core.structured.questions import Asker
from kireji.services.moderation.checking import CheckProgress, CheckReport, PolicyChecking
from kireji.tools.validation import JsonSchemaValidator
from tests.fakes.provider import FakeProvider, Hold, Step, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World

POLICY = Policy(
    "house",
    "House",
    1,
    "",
    (
        Category("spam", "Spam", "Advertising.", (Level("any", "Any.", Action.REVIEW),)),
        Category("hate", "Hate", "Contempt.", (Level("any", "Any.", Action.BLOCK),)),
    ),
)
USED = Usage(input_tokens=100, output_tokens=10, cost=0.001)


def verdict(*categories: str, usage: Usage = USED) -> list[Step]:
    findings = [
        {"category": each, "evidence": [], "reason": "x", "level": "any", "confidence": 0.9} for each in categories
    ]
    return answer(json.dumps({"findings": findings, "reason": "x", "rewrite": None}), usage=usage)


def labelled(*categories: str, **more: str) -> LabelledSet:
    """One item for each; empty for none."""
    lines = [
        json.dumps({"id": f"i{number}", "text": f"text {number}", "categories": each.split(), **more})
        for number, each in enumerate(categories)
    ]
    return parse("\n".join(lines).encode(), POLICY)


class Scene:
    """A world that answers one after the other."""

    def __init__(self, *turns: list[Step], settings: MemorySettings | None = None) -> None:
        priced = ModelInfo(
            "anthropic", "fake-model", "Fake", prices=(Price(1.0, 5.0, 0.1, 1.25),), max_output_tokens=1000
        )
        self.world = World(
            remote=FakeProvider(*turns, models=(priced,)),
            validator=JsonSchemaValidator(),
            settings=settings or MemorySettings(),
        )
        self.services = self.world.services()
        self.told: list[CheckProgress] = []

    @property
    def checking(self) -> PolicyChecking:
        return self.services.habits().policy_checks

    async def run(self, items: LabelledSet, policy: Policy = POLICY, stop: asyncio.Event | None = None) -> CheckReport:
        return await self.checking.run(policy, items, Asker(), no_picture, observe=self.told.append, stop=stop)


async def no_picture(name: str) -> tuple[ImagePart, bytes]:
    raise PictureError(f"There is no {name}.")


async def test_items_are_judged_compared_and_kept_and_nothing_stands_in_the_history() -> None:
    scene = Scene(verdict("spam"), verdict(), verdict("spam"))
    report = await scene.run(labelled("spam", "hate", ""))
    assert [outcome.given for outcome in report.check.outcomes] == [("spam",), (), ("spam",)]
    assert (report.agreement.right, report.agreement.failed, report.stopped) == (1, 0, "")
    assert report.check.model == "anthropic/fake-model"
    assert await scene.checking.store.recent("house") == [report.check]
    assert await scene.world.conversations.load(1) is None
    assert scene.world.results.kept == {}


async def test_how_far_it_is_is_told_after_each_item() -> None:
    scene = Scene(verdict("spam"), verdict())
    await scene.run(labelled("spam", "hate"))
    assert [(told.done, told.items, told.wrong, told.failed) for told in scene.told] == [(1, 2, 0, 0), (2, 2, 1, 0)]
    assert scene.told[-1].cost is not None


async def test_an_item_without_a_verdict_is_counted_as_failed_and_the_others_go_on() -> None:
    scene = Scene(answer("no JSON"), answer("still none"), verdict("spam"))
    report = await scene.run(labelled("hate", "spam"))
    failed, right = report.check.outcomes
    assert "did not have the form" in failed.failed
    assert right.right
    assert report.agreement.failed == 1


async def test_a_picture_that_is_not_there_is_a_failed_item() -> None:
    scene = Scene(verdict("spam"))
    report = await scene.run(labelled("spam", image="gone.png"))
    assert report.check.outcomes[0].failed == "There is no gone.png."


async def test_a_refusal_is_an_outcome() -> None:
    scene = Scene(answer(reason=StopReason.REFUSAL))
    report = await scene.run(labelled("hate"))
    assert (report.agreement.refused, report.agreement.failed) == (1, 0)


@pytest.mark.parametrize("error", [AuthenticationFailed("anthropic", "The key is wrong."), BudgetReached("Enough.")])
async def test_what_would_happen_to_all_ends_it_at_once(error: KirejiError) -> None:
    scene = Scene(verdict("spam"), *[[error]] * 4)
    report = await scene.run(labelled("spam", "hate", "hate", "hate", "hate", "hate", "hate", "hate"))
    assert len(report.check.outcomes) < 8
    assert report.stopped.startswith(error.message)
    assert await scene.checking.store.recent("house") == []


async def test_when_nothing_could_be_judged_at_all_that_is_the_error() -> None:
    scene = Scene([AuthenticationFailed("anthropic", "The key is wrong.")])
    with pytest.raises(AuthenticationFailed):
        await scene.run(labelled("spam", "hate"))


async def test_a_service_that_is_not_reached_at_all_is_told_once_and_not_item_by_item() -> None:
    scene = Scene(*[[ConnectionFailed("anthropic", "Nothing answers.")]] * 9)
    with pytest.raises(ConnectionFailed):
        await scene.run(labelled("spam", "hate"))
    assert scene.told == []
    assert await scene.checking.store.recent("house") == []


async def test_a_check_without_a_single_verdict_counts_for_nothing_and_is_not_kept() -> None:
    scene = Scene(*[answer("no JSON")] * 4)
    report = await scene.run(labelled("spam", "hate"))
    assert "did not have the form" in report.stopped
    assert await scene.checking.store.recent("house") == []


async def test_without_anybody_to_ask_a_check_says_so_before_it_begins() -> None:
    scene = Scene()
    with pytest.raises(KirejiError, match="reads words, and answers nothing"):
        await scene.checking.estimate(POLICY, labelled("spam"), Asker("device"))


async def test_a_budget_is_never_passed() -> None:
    scene = Scene(
        *[verdict("spam", usage=Usage(100, 10, cost=0.006)) for _ in range(20)],
        settings=MemorySettings({"budget": {"day": 0.02}}),
    )
    report = await scene.run(labelled(*["spam"] * 20))
    assert "budget" in report.stopped
    assert report.check.usage.cost is not None
    assert report.check.usage.cost <= 0.02


async def test_at_most_four_are_judged_at_once_and_the_first_alone() -> None:
    holds = [Hold() for _ in range(9)]
    scene = Scene(*[[hold, *verdict("spam")] for hold in holds])
    async with asyncio.TaskGroup() as group:
        running = group.create_task(scene.run(labelled(*["spam"] * 9)))
        await holds[0].reached.wait()
        assert scene.world.remote.open == 1
        holds[0].release()
        await holds[4].reached.wait()
        assert scene.world.remote.open == 4
        assert not holds[5].reached.is_set()
        for hold in holds:
            hold.release()
    assert len(running.result().check.outcomes) == 9


async def test_a_stop_ends_it_with_what_there_is_and_that_is_not_kept() -> None:
    stop = asyncio.Event()
    scene = Scene(verdict("spam"), verdict("spam"))
    scene.told = Stopping(stop)
    report = await scene.run(labelled("spam", "hate", "hate"), stop=stop)
    assert [outcome.id for outcome in report.check.outcomes] == ["i0"]
    assert report.stopped == "It was stopped."
    assert await scene.checking.store.recent("house") == []


class Stopping(list[CheckProgress]):
    """Stops after the first item."""

    def __init__(self, stop: asyncio.Event) -> None:
        super().__init__()
        self._stop = stop

    def append(self, progress: CheckProgress) -> None:
        self._stop.set()


async def test_a_cancel_leaves_nothing_running_and_nothing_kept() -> None:
    hold = Hold()
    scene = Scene(verdict("spam"), [hold])
    async with asyncio.TaskGroup() as group:
        running = group.create_task(scene.run(labelled("spam", "hate")))
        await hold.reached.wait()
        running.cancel()
    assert running.cancelled()
    assert scene.world.remote.open == 0
    assert await scene.checking.store.recent("house") == []


async def test_changes_since_the_last_version_are_told() -> None:
    scene = Scene(verdict(), verdict("spam"), verdict("spam"), verdict())
    items = labelled("spam", "spam")
    first = await scene.run(items)
    second = await scene.run(items, msgspec.structs.replace(POLICY, version=2))
    assert first.before is None
    assert second.before == first.check
    assert second.changes is not None
    assert (second.changes.fixed, second.changes.broken) == (("i0",), ("i1",))
    assert not second.uncounted


async def test_rules_that_were_changed_without_counting_the_version_up_are_told() -> None:
    scene = Scene(verdict("spam"), verdict("spam"))
    items = labelled("spam")
    await scene.run(items)
    changed = await scene.run(items, msgspec.structs.replace(POLICY, unsure_below=0.5))
    assert changed.uncounted


async def test_an_overloaded_service_costs_an_item_and_not_the_check() -> None:
    scene = Scene(verdict("spam"), [Overloaded("anthropic", "Too busy.")], verdict("hate"))
    report = await scene.run(labelled("spam", "hate", "hate"))
    assert report.agreement.failed == 1
    assert report.check.id == 1


async def test_an_estimate_says_about_how_many_tokens_and_how_much() -> None:
    scene = Scene()
    estimate = await scene.checking.estimate(POLICY, labelled("spam", "hate"), Asker())
    assert (estimate.provider, estimate.model, estimate.requests) == ("anthropic", "fake-model", 2)
    assert 1_000 < estimate.tokens < 4_000
    assert estimate.cost == pytest.approx((estimate.tokens + 2 * 250 * 5) / 1e6, rel=0.01)
    assert scene.world.remote.asked == []
