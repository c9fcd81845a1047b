"""The gate: who decides, what is written down before it takes effect, and what is kept of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.core.errors import StoreFull, ToolRefused
from kireji.core.permissions import Approval, ApprovalRequest, CallFacts, Reason, Scope, ScopeOffer
from kireji.core.tools import Outside, Tool
from kireji.services.preferences import Preferences
from kireji.services.tools.approvals import Approvals
from kireji.services.tools.gate import CallGate, Circumstances, offers
from kireji.services.tools.permissions import Permissions
from kireji.services.tools.toolbox import Toolbox
from kireji.services.turns import ApprovalAsked, ApprovalGiven, TurnEvent
from tests.fakes.desktop import FakeClock
from tests.fakes.stores import MemorySettings
from tests.fakes.tools import FakeToolSource, FakeToolSources, MemoryOfferStore, MemoryPermissionStore, make_tool

ACT = make_tool("act")
LATER = datetime(2099, 1, 1, tzinfo=UTC)


class Door:
    """A gate and the person before it.

    Attributes:
        person: What they answer; None lets them be silent.
    """

    def __init__(self, *, attended: bool = True, outside: frozenset[Outside] = frozenset()) -> None:
        self.store = MemoryPermissionStore()
        preferences = Preferences.read(MemorySettings())
        toolbox = Toolbox((FakeToolSources(FakeToolSource(ACT)),), preferences, MemoryOfferStore())
        self.permissions = Permissions(self.store, toolbox, preferences, FakeClock())
        self.approvals = Approvals()
        self.gate = CallGate(self.permissions, self.approvals)
        self.seen: list[TurnEvent] = []
        self.person: Approval | None = Approval(True)
        self.where = Circumstances(1, outside, attended, self.observe)
        self.asked = asyncio.Event()

    def observe(self, event: TurnEvent) -> None:
        self.seen.append(event)
        if isinstance(event, ApprovalAsked):
            self.asked.set()
            if self.person is not None:
                assert self.approvals.answer(event.request.id, self.person)

    @property
    def request(self) -> ApprovalRequest:
        return next(event.request for event in self.seen if isinstance(event, ApprovalAsked))

    async def call(
        self, tool: Tool = ACT, paths: Mapping[str, str] | None = None, hosts: Mapping[str, str] | None = None
    ) -> None:
        facts = CallFacts(tool, "f1", False, 1, "d", paths or {}, hosts or {}, self.where.outside)

        async def preview() -> str:
            return "what would change"

        await self.gate.pass_through("c", "probe", {"to": "Ö"}, facts, self.where, preview)


async def test_the_person_is_shown_everything() -> None:
    door = Door(outside=frozenset((Outside.WEB,)))
    await door.call()
    asked = door.request
    assert asked.arguments == '{\n  "to": "Ö"\n}'
    assert (asked.change, asked.outside, asked.reason) == ("what would change", door.where.outside, Reason.OUTSIDE)
    assert (asked.effects.changes, asked.effects.sends) == (True, True)


async def test_a_decision_is_in_the_log_before_it_takes_effect() -> None:
    door = Door()
    door.store.failure = StoreFull("The disk is full.")
    with pytest.raises(StoreFull):
        await door.call()


async def test_an_answer_that_cannot_be_written_down_lets_nothing_pass() -> None:
    door = Door()
    door.approvals.changed.subscribe(lambda _: setattr(door.store, "failure", StoreFull("The disk is full.")))
    with pytest.raises(StoreFull):
        await door.call()
    assert door.request.call_id == "c"


@pytest.mark.parametrize(
    ("approval", "by", "allowed"), [(Approval(True), "person", True), (Approval(False), "person", False)]
)
async def test_the_log_says_who_decided(approval: Approval, by: str, allowed: bool) -> None:
    door = Door()
    door.person = approval
    if allowed:
        await door.call()
    else:
        with pytest.raises(ToolRefused):
            await door.call()
    (row,) = door.store.rows
    assert (row.by, row.allowed, row.reason, row.arguments) == (by, allowed, Reason.NEW, '{\n  "to": "Ö"\n}')


async def test_the_rule_decides_without_the_person_and_is_logged_too() -> None:
    door = Door()
    await door.permissions.allow(ACT)
    await door.call()
    assert door.seen == []
    assert [(row.by, row.allowed, row.reason) for row in door.store.rows] == [("rule", True, Reason.GRANTED)]


async def test_where_nobody_sits_nothing_waits() -> None:
    door = Door(attended=False)
    with pytest.raises(ToolRefused, match="nobody is there"):
        await door.call()
    assert [(row.by, row.allowed) for row in door.store.rows] == [("nobody", False)]
    assert door.seen == []


async def test_a_stop_while_the_person_is_asked_is_logged_and_told() -> None:
    door = Door()
    door.person = None
    async with asyncio.TaskGroup() as group:
        calling = group.create_task(door.call())
        await door.asked.wait()
        assert [request.call_id for request in door.approvals.pending(1)] == ["c"]
        calling.cancel()
    assert door.seen[-1] == ApprovalGiven("c", None)
    assert [(row.by, row.allowed) for row in door.store.rows] == [("nobody", False)]
    assert door.approvals.pending(1) == ()
    assert not door.approvals.answer(door.request.id, Approval(True))


async def test_two_answers_to_one_card_count_once() -> None:
    door = Door()
    door.person = None
    async with asyncio.TaskGroup() as group:
        group.create_task(door.call())
        await door.asked.wait()
        assert door.approvals.answer(door.request.id, Approval(True))
        assert not door.approvals.answer(door.request.id, Approval(False))
    assert [row.allowed for row in door.store.rows] == [True]


async def test_an_allowance_for_the_conversation_is_kept() -> None:
    door = Door()
    door.person = Approval(True, Scope.CONVERSATION)
    await door.call()
    door.person = Approval(False)
    await door.call()
    (kept,) = door.store.kept.values()
    assert (kept.conversation, kept.fingerprint, kept.tool, kept.allows) == (1, "f1", "act", True)


@pytest.mark.parametrize(
    "answered",
    [
        Approval(True, Scope.FOLDER, "/"),
        Approval(True, Scope.HOST, "evil.example"),
        Approval(True, Scope.UNTIL),
    ],
)
async def test_an_allowance_that_was_not_offered_holds_for_the_call_alone(answered: Approval) -> None:
    door = Door()
    door.person = answered
    await door.call()
    assert door.store.kept == {}


async def test_nothing_lasting_is_offered_or_kept_where_it_would_not_hold() -> None:
    for door, tool in (
        (Door(outside=frozenset((Outside.SCREEN,))), ACT),
        (Door(), make_tool("act", asks_always=True)),
    ):
        door.person = Approval(True, Scope.CONVERSATION)
        await door.call(tool)
        assert (door.request.offers, door.store.kept) == ((), {})


async def test_a_denial_holds_in_its_scope() -> None:
    door = Door(outside=frozenset((Outside.WEB,)))
    door.person = Approval(False, Scope.CONVERSATION)
    for _ in range(2):
        with pytest.raises(ToolRefused):
            await door.call()
    assert [row.by for row in door.store.rows] == ["person", "rule"]


def judged(paths: Mapping[str, str], hosts: Mapping[str, str], conversation: int | None = 1) -> list[ScopeOffer]:
    from kireji.core.permissions import Judgement, Verdict

    facts = CallFacts(ACT, "f1", False, conversation, "d", paths, hosts)
    return list(offers(facts, Judgement(Verdict.ASK, Reason.NEW)))


def test_the_folder_of_a_file_and_a_folder_itself_are_offered(tmp_path: Path) -> None:
    folder = ScopeOffer(Scope.FOLDER, str(tmp_path))
    assert folder in judged({"path": str(tmp_path / "a.txt")}, {})
    assert folder in judged({"path": str(tmp_path)}, {})
    assert folder in judged({"from": str(tmp_path / "a"), "to": str(tmp_path / "b")}, {})


@pytest.mark.parametrize(
    ("paths", "hosts"),
    [
        ({"path": ""}, {}),
        ({"path": "/"}, {}),
        ({"path": "/file-in-the-root"}, {}),
        ({"from": "/a/b", "to": "/c/d"}, {}),
        ({}, {"url": ""}),
        ({}, {"one": "a.example", "other": "b.example"}),
        ({"path": "/a/b"}, {"url": "a.example"}),
    ],
)
def test_no_place_is_offered_that_is_none_or_says_too_much(paths: dict[str, str], hosts: dict[str, str]) -> None:
    assert [offer.scope for offer in judged(paths, hosts)] == [Scope.CONVERSATION, Scope.UNTIL]


def test_a_host_is_offered() -> None:
    assert ScopeOffer(Scope.HOST, "a.example") in judged({}, {"url": "a.example"})


def test_without_a_conversation_none_is_offered() -> None:
    assert [offer.scope for offer in judged({}, {}, None)] == [Scope.UNTIL]
