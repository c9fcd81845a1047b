"""What the store of policy checks promises, asked of the real one and of the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kireji.core.messages import Usage
from kireji.core.moderation.agreement import ItemOutcome
from kireji.core.moderation.policy_checks import PolicyCheck, PolicyCheckStore
from kireji.core.moderation.verdicts import Action
from kireji.storage.database import Database
from kireji.storage.policy_checks import SqlitePolicyCheckStore
from tests.fakes.habits import MemoryPolicyCheckStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OUTCOMES = (
    ItemOutcome("1", ("a",), ("a", "b"), Action.BLOCK, Action.REVIEW, "x", "y"),
    ItemOutcome("2", (), failed="It failed."),
    ItemOutcome("3", (), action=Action.BLOCK, refused=True),
)
CHECK = PolicyCheck("house", 1, "rules", "set", "anthropic/m", NOON, OUTCOMES, Usage(10, 2, cost=0.5))


@pytest.fixture(params=["real", "fake"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PolicyCheckStore]:
    if request.param == "fake":
        yield MemoryPolicyCheckStore()
        return
    database = await Database.open(tmp_path / "kireji.db")
    yield SqlitePolicyCheckStore(database)
    await database.close()


def again(**changed: object) -> PolicyCheck:
    return msgspec.structs.replace(CHECK, **changed)


async def test_a_check_comes_back_as_it_was_kept(store: PolicyCheckStore) -> None:
    kept = await store.keep(CHECK)
    assert kept.id > 0
    assert await store.recent("house") == [kept]
    assert kept == again(id=kept.id)


async def test_the_newest_stands_first_and_other_policies_do_not(store: PolicyCheckStore) -> None:
    first = await store.keep(CHECK)
    second = await store.keep(again(checked=NOON + timedelta(days=1)))
    await store.keep(again(policy="other"))
    assert await store.recent("house") == [second, first]
    assert await store.recent("house", 1) == [second]


@pytest.mark.parametrize("changed", [{"version": 2}, {"rules": "other"}, {"model": "anthropic/n"}])
async def test_before_is_the_newest_of_the_same_set_that_was_otherwise(
    store: PolicyCheckStore, changed: dict[str, object]
) -> None:
    await store.keep(again(**changed, usage=Usage()))
    expected = await store.keep(again(**changed))
    await store.keep(CHECK)
    assert await store.before(CHECK) == expected


async def test_there_is_none_before_of_another_set_or_policy_or_of_the_same_everything(store: PolicyCheckStore) -> None:
    await store.keep(again(version=2, labelled="other"))
    await store.keep(again(version=2, policy="other"))
    await store.keep(CHECK)
    assert await store.before(CHECK) is None
