"""The gate every call passes: judge, ask the person, write down, remember."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from kireji.core.errors import StoreError, ToolRefused
from kireji.core.permissions import (
    Approval,
    ApprovalRequest,
    CallFacts,
    Grant,
    Judgement,
    Reason,
    Scope,
    ScopeOffer,
    Verdict,
    effects,
)
from kireji.core.tools import Arguments, Outside
from kireji.core.words import say
from kireji.services.tools.approvals import Approvals
from kireji.services.tools.facts import own_folder
from kireji.services.tools.permissions import Permissions
from kireji.services.turns import ApprovalAsked, ApprovalGiven, Observer

log = logging.getLogger(__name__)


class Circumstances(NamedTuple):
    """Where calls are made.

    Args:
        conversation: In which; None in none.
        outside: Whose words stand there.
        attended: Whether somebody is there to be asked; without, what would be asked is refused.
        observe: Told of everything that the person should see.
    """

    conversation: int | None
    outside: frozenset[Outside]
    attended: bool
    observe: Observer


class Passage(NamedTuple):
    """How a call came to pass.

    Args:
        by_person: The person has answered this very call.
        grant: The permission that it rests on; None where there was none.
    """

    by_person: bool = False
    grant: Grant | None = None


class CallGate:
    """Lets a call pass or refuses it.

    Args:
        permissions: The rule and the log.
        approvals: Asks.
    """

    def __init__(self, permissions: Permissions, approvals: Approvals) -> None:
        self._permissions = permissions
        self._approvals = approvals

    async def pass_through(
        self,
        call_id: str,
        source: str,
        arguments: Arguments,
        facts: CallFacts,
        where: Circumstances,
        preview: Callable[[], Awaitable[str]],
    ) -> Passage:
        """Return when the call may run. The decision is in the log by then.

        Args:
            call_id: Of the call.
            source: Its source, as people read it.
            arguments: Valid ones.
            facts: The call as the rule sees it.
            where: Where it is made.
            preview: Says what would change; asked only when the person is.

        Raises:
            ToolRefused: It may not; the sentence is for the model.
            StoreError: It could not be judged or written down.
        """
        text = json.dumps(arguments, ensure_ascii=False, indent=2)
        judgement = await self._permissions.judge(facts)
        if judgement.verdict is not Verdict.ASK:
            allowed = judgement.verdict is Verdict.ALLOW
            await self._log(call_id, text, facts, allowed=allowed, by="rule", reason=judgement.reason)
            if not allowed:
                raise ToolRefused(say("The person has denied this tool."))
            return Passage(grant=judgement.grant)
        if not where.attended:
            await self._log(call_id, text, facts, allowed=False, by="nobody", reason=judgement.reason)
            raise ToolRefused(say("This call needs the person's permission, and nobody is there to give it."))
        await self._asked(call_id, source, text, facts, judgement, where, await preview())
        return Passage(by_person=True)

    async def _asked(
        self,
        call_id: str,
        source: str,
        text: str,
        facts: CallFacts,
        judgement: Judgement,
        where: Circumstances,
        change: str,
    ) -> None:
        request = ApprovalRequest(
            id=0,
            conversation=facts.conversation,
            call_id=call_id,
            tool=facts.tool,
            source=source,
            arguments=text,
            effects=effects(facts.tool, trusted=facts.trusted),
            change=change,
            outside=facts.outside,
            reason=judgement.reason,
            offers=offers(facts, judgement),
        )
        approval: Approval | None = None
        try:
            approval = await self._approvals.ask(request, lambda asked: where.observe(ApprovalAsked(asked)))
        finally:
            where.observe(ApprovalGiven(call_id, approval))
            if approval is None:
                await self._unanswered(call_id, text, facts, judgement.reason)
        scope = _scope(approval, request)
        await self._log(
            call_id, text, facts, allowed=approval.allowed, by="person", reason=judgement.reason, scope=scope
        )
        await self._permissions.remember(
            facts, allows=approval.allowed, scope=scope, place=approval.place, until=approval.until
        )
        if not approval.allowed:
            raise ToolRefused(say("The person did not allow this call."))

    async def _unanswered(self, call_id: str, text: str, facts: CallFacts, reason: Reason) -> None:
        """The turn was stopped first. It never ran, so a log that cannot be written holds nothing up."""
        try:
            await self._log(call_id, text, facts, allowed=False, by="nobody", reason=reason)
        except StoreError as error:
            log.warning("a call that nobody decided about is not in the log: %s", error)

    async def _log(
        self,
        call_id: str,
        text: str,
        facts: CallFacts,
        *,
        allowed: bool,
        by: str,
        reason: Reason,
        scope: Scope = Scope.ONCE,
    ) -> None:
        await self._permissions.log(facts, call_id, text, allowed=allowed, by=by, reason=reason, scope=scope)


def offers(facts: CallFacts, judgement: Judgement) -> tuple[ScopeOffer, ...]:
    """What can be allowed beyond a call; nothing where it would not hold anyway."""
    if judgement.reason in (Reason.ALWAYS_ASKS, Reason.OUTSIDE):
        return ()
    offered = [] if facts.conversation is None else [ScopeOffer(Scope.CONVERSATION)]
    folders, hosts = {own_folder(path) for path in facts.paths.values()}, set(facts.hosts.values())
    # A permission for a place says nothing of the other kind, so a call that names both gets none.
    if len(folders) == 1 and not hosts and (folder := folders.pop()):
        offered.append(ScopeOffer(Scope.FOLDER, folder))
    if len(hosts) == 1 and not facts.paths and (host := hosts.pop()):
        offered.append(ScopeOffer(Scope.HOST, host))
    return (*offered, ScopeOffer(Scope.UNTIL))


def _scope(approval: Approval, request: ApprovalRequest) -> Scope:
    """For what else an answer holds: an allowance for what was offered and no more."""
    if not approval.allowed:
        return approval.scope
    offered = any(offer.scope is approval.scope and offer.place == approval.place for offer in request.offers)
    return approval.scope if offered else Scope.ONCE
