"""Whether a call of a tool may go ahead: facts, permissions that were given, and the rule that joins them.

The rule is `judge`: pure, so that it can be held against a table. First match wins:

1. a denial that fits: denied;
2. a tool that only computes: allowed;
3. a tool that asks always: asked;
4. words from outside stand in the conversation, and the tool could send data out or change something: asked, whatever
   was allowed before;
5. a permission that fits, from the same fingerprint, in time: allowed;
6. otherwise asked.
"""

from __future__ import annotations

import enum
import posixpath
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from kireji.core.tools import Outside, Tool


class Effects(msgspec.Struct, frozen=True):
    """What a call could do, as far as its tool is believed.

    Args:
        changes: It could change something.
        sends: It could send data out.
    """

    changes: bool
    sends: bool

    @property
    def harmless(self) -> bool:
        """It can only read."""
        return not (self.changes or self.sends)


def effects(tool: Tool, *, trusted: bool) -> Effects:
    """What a call of a tool could do; the worst where its source is not trusted."""
    if not trusted:
        return Effects(changes=True, sends=True)
    if tool.hints.pure:
        return Effects(changes=False, sends=False)
    return Effects(changes=not tool.hints.read_only, sends=tool.hints.open_world)


class CallFacts(msgspec.Struct, frozen=True):
    """A call as the rule sees it.

    Args:
        tool: Which tool.
        fingerprint: Of its source as it is now.
        trusted: Whether its source's hints are believed.
        conversation: Where it is asked for; None where there is none (`kireji tools call`).
        digest: SHA-256 of its arguments in canonical form.
        paths: Arguments that name a file or folder, whole and with every link followed.
        hosts: Arguments that name an address, their host, in lower case.
        outside: Whose words stand in the conversation beside the person's and the model's.
    """

    tool: Tool
    fingerprint: str
    trusted: bool
    conversation: int | None
    digest: str
    paths: Mapping[str, str] = {}
    hosts: Mapping[str, str] = {}
    outside: frozenset[Outside] = frozenset()


class Pattern(msgspec.Struct, frozen=True):
    """Which arguments a permission holds for; what is empty holds for all.

    Args:
        digest: These very arguments.
        folder: Every path of the call lies in this folder, and it has one. Of a denial: one of them does, or nobody
            knows where it lies.
        host: Every address of the call is of this host, and it has one. Of a denial: as above.
    """

    digest: str = ""
    folder: str = ""
    host: str = ""

    def allows(self, facts: CallFacts) -> bool:
        """Whether an allowance with it holds for a call: every place that the call names is one of its places."""
        if self.digest and self.digest != facts.digest:
            return False
        if self.folder and not (facts.paths and all(_inside(path, self.folder) for path in facts.paths.values())):
            return False
        return not self.host or (bool(facts.hosts) and all(host == self.host for host in facts.hosts.values()))

    def denies(self, facts: CallFacts) -> bool:
        """Whether a denial with it holds for a call: one place that the call names is enough, or one that is not known.

        Systems differ in whether two cases are one name, so for a denial they are.
        """
        if self.digest and self.digest != facts.digest:
            return False
        folder, host = self.folder.casefold(), self.host.lower()
        if folder and not any(not path or _inside(path.casefold(), folder) for path in facts.paths.values()):
            return False
        return not host or any(each.lower() in ("", host) for each in facts.hosts.values())


def _inside(path: str, folder: str) -> bool:
    """Whether a whole path lies in a folder; both with every link followed, so no `..` is in them."""
    if not path.startswith("/"):  # of Windows; elsewhere a backslash is a letter as any other
        path, folder = path.replace("\\", "/"), folder.replace("\\", "/")
    folder = folder.rstrip("/")
    return posixpath.normpath(path) == path.rstrip("/") and (path == folder or path.startswith(folder + "/"))


class Grant(msgspec.Struct, frozen=True):
    """A permission, or a denial, that the person has given for more than one call.

    Args:
        id: Row number; 0 before it is stored.
        tool: Name of the tool as its source calls it; empty for all tools of the source, for denials only.
        source: Id of the tool's source.
        fingerprint: Of that source when it was given; an allowance is void for another one, a denial is not.
        allows: False for a denial.
        pattern: Which arguments.
        conversation: Only there; None everywhere.
        until: Until when (UTC); None without end.
        given: When (UTC).
    """

    id: int
    tool: str
    source: str
    fingerprint: str
    allows: bool
    pattern: Pattern
    conversation: int | None
    until: datetime | None
    given: datetime


class Verdict(enum.Enum):
    """What becomes of a call."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Reason(enum.Enum):
    """Why."""

    DENIED = "denied"
    """The person has denied it before."""
    PURE = "pure"
    GRANTED = "granted"
    ALWAYS_ASKS = "always asks"
    OUTSIDE = "outside"
    """Words from outside stand in the conversation, and it could send data out or change something."""
    CHANGED = "changed"
    """It was allowed, but the plugin or the server has changed since."""
    EXPIRED = "expired"
    """It was allowed, but that has ended."""
    NEW = "new"
    """Nothing was said about it yet."""


class Judgement(msgspec.Struct, frozen=True):
    """What the rule says.

    Args:
        verdict: What becomes of the call.
        reason: Why.
        grant: The permission or denial that it rests on.
    """

    verdict: Verdict
    reason: Reason
    grant: Grant | None = None


def judge(facts: CallFacts, grants: Iterable[Grant], now: datetime) -> Judgement:
    """What becomes of a call; see the module's docstring for the rule.

    Args:
        facts: The call.
        grants: All permissions and denials there are, in any order.
        now: UTC.
    """
    fitting = [grant for grant in grants if _concerns(grant, facts) and _fits(grant, facts)]
    in_time = [grant for grant in fitting if grant.until is None or now < grant.until]
    for grant in in_time:
        if not grant.allows:
            return Judgement(Verdict.DENY, Reason.DENIED, grant)
    if facts.tool.hints.pure and facts.trusted:
        return Judgement(Verdict.ALLOW, Reason.PURE)
    if facts.tool.asks_always:
        return Judgement(Verdict.ASK, Reason.ALWAYS_ASKS)
    if facts.outside and not effects(facts.tool, trusted=facts.trusted).harmless:
        return Judgement(Verdict.ASK, Reason.OUTSIDE)
    allowing = [grant for grant in in_time if grant.allows]
    for grant in allowing:
        if facts.fingerprint and grant.fingerprint == facts.fingerprint:  # without one nobody knows what would run
            return Judgement(Verdict.ALLOW, Reason.GRANTED, grant)
    if allowing:
        return Judgement(Verdict.ASK, Reason.CHANGED, allowing[0])
    ended = next((grant for grant in fitting if grant.allows), None)
    return Judgement(Verdict.ASK, Reason.EXPIRED if ended else Reason.NEW, ended)


def _concerns(grant: Grant, facts: CallFacts) -> bool:
    """Whether it was given for this tool, here; a denial without a tool concerns all of its source."""
    if grant.source != facts.tool.source:
        return False
    if grant.tool != facts.tool.own_name and (grant.tool or grant.allows):
        return False
    return grant.conversation is None or grant.conversation == facts.conversation


def _fits(grant: Grant, facts: CallFacts) -> bool:
    return grant.pattern.allows(facts) if grant.allows else grant.pattern.denies(facts)


class Scope(enum.Enum):
    """For what else a permission holds that is given on a card."""

    ONCE = "once"
    CONVERSATION = "conversation"
    FOLDER = "folder"
    HOST = "host"
    UNTIL = "until"


class ScopeOffer(msgspec.Struct, frozen=True):
    """One thing that can be allowed beyond this call.

    Args:
        scope: Which kind.
        place: The folder or the host it would be for; empty otherwise.
    """

    scope: Scope
    place: str = ""


class ApprovalRequest(msgspec.Struct, frozen=True):
    """A call that waits for the person.

    Args:
        id: To be named in the answer; unique while the program runs.
        conversation: Where it is asked for; None where there is none.
        call_id: Of the call.
        tool: Which tool.
        source: Its source, as people read it.
        arguments: All of them, as JSON text with indentation.
        effects: What it could do.
        change: What would change or be sent, in the tool's own form (a command line, a difference); empty if unknown.
        outside: Whose words stand in the conversation.
        reason: Why it is asked.
        offers: What can be allowed beyond this call, in order; nothing where it would not hold anyway.
    """

    id: int
    conversation: int | None
    call_id: str
    tool: Tool
    source: str
    arguments: str
    effects: Effects
    change: str = ""
    outside: frozenset[Outside] = frozenset()
    reason: Reason = Reason.NEW
    offers: tuple[ScopeOffer, ...] = ()


class Approval(msgspec.Struct, frozen=True):
    """The person's answer.

    Args:
        allowed: Whether the call may run.
        scope: For what else that holds. A denial with a scope other than ONCE holds for the tool in that scope, too.
        place: The folder or host, as offered.
        until: When a permission for a time ends (UTC).
    """

    allowed: bool
    scope: Scope = Scope.ONCE
    place: str = ""
    until: datetime | None = None


class Decision(msgspec.Struct, frozen=True):
    """A row of the log of decisions.

    Args:
        id: Row number; 0 before it is stored.
        time: When (UTC).
        conversation: Where; None where there is none.
        call_id: Of the call.
        source: Id of the tool's source.
        tool: The tool as its source calls it.
        fingerprint: Of the source.
        arguments: As they were, shortened to 2,000 characters.
        allowed: What was decided.
        by: `rule` or `person`, or `nobody` when the turn was stopped before anyone had decided.
        reason: Of the judgement.
        scope: Of the person's answer; ONCE otherwise.
        outside: Whose words stood in the conversation.
    """

    id: int
    time: datetime
    conversation: int | None
    call_id: str
    source: str
    tool: str
    fingerprint: str
    arguments: str
    allowed: bool
    by: str
    reason: Reason
    scope: Scope = Scope.ONCE
    outside: tuple[Outside, ...] = ()
