"""What the person has allowed and denied, and the log of what was decided."""

from __future__ import annotations

import os.path
import types
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from kireji.core.errors import ToolSourceError
from kireji.core.permissions import (
    CallFacts,
    Decision,
    Grant,
    Judgement,
    Pattern,
    Reason,
    Scope,
    Verdict,
    judge,
)
from kireji.core.ports import Clock
from kireji.core.publisher import Publisher
from kireji.core.tool_ports import PermissionStore
from kireji.core.tools import BUILT_IN, Outside, PlaceKind, SourceKind, SourceStatus, Tool
from kireji.core.words import say
from kireji.services.preferences import Preferences
from kireji.services.tools.toolbox import Toolbox

_KEPT = 2_000
"""Characters of a call's arguments that the log keeps."""
_WORDS = types.MappingProxyType({Verdict.ALLOW: "allowed", Verdict.ASK: "ask", Verdict.DENY: "denied"})


class Permissions:
    """Applies the rule to what is kept and to the settings.

    Args:
        store: Where permissions and the log are kept.
        toolbox: Knows the sources and their fingerprints.
        preferences: The folders and hosts of the settings.
        clock: What ends permissions that were given for a time.

    Attributes:
        changed: Says that a permission was given or taken back, or that another source is trusted.
    """

    def __init__(self, store: PermissionStore, toolbox: Toolbox, preferences: Preferences, clock: Clock) -> None:
        self._store = store
        self._toolbox = toolbox
        self._preferences = preferences
        self._clock = clock
        self.changed: Publisher[None] = Publisher()

    async def judge(self, facts: CallFacts) -> Judgement:
        """What becomes of a call.

        Raises:
            StoreError: The permissions cannot be read.
        """
        grants = [*await self._store.grants(), *self._of_settings(facts.tool)]
        return judge(facts, grants, self._clock.now())

    async def trusts(self, status: SourceStatus) -> bool:
        """Whether what a source says of its tools is believed, as it is now."""
        return status.kind is SourceKind.BUILT_IN or _trusted(status, await self._store.trusted())

    async def trust(self, source: str, on: bool) -> None:
        """Believe what a source says of its tools, as long as it does not change; or do so no longer.

        Raises:
            ToolSourceError: There is no such source.
            StoreError: It could not be kept.
        """
        status = await self._status(source)
        await self._store.set_trusted(source, status.fingerprint if on else "")
        self.changed.publish(None)
        self._toolbox.changed.publish(source)

    async def grants(self) -> Sequence[Grant]:
        """What was allowed and denied for more than one call, newest first."""
        return await self._store.grants()

    async def revoke(self, grant: int) -> bool:
        """Take one back; False when there was none."""
        found = await self._store.revoke(grant)
        self.changed.publish(None)
        return found

    async def allow(
        self,
        tool: Tool,
        scope: Scope = Scope.UNTIL,
        *,
        place: str = "",
        until: datetime | None = None,
        conversation: int | None = None,
    ) -> Grant:
        """Allow a tool of its source as that is now.

        Args:
            tool: Which.
            scope: CONVERSATION needs `conversation`, FOLDER and HOST need `place`.
            place: The folder or the host.
            until: When it ends (UTC), whatever the scope; None without end.
            conversation: Only there; None everywhere.

        Raises:
            ToolSourceError: Its source is not there any more.
            StoreError: It could not be kept.
        """
        status = await self._status(tool.source)
        return await self._keep(tool, status.fingerprint, True, scope, place, until, conversation)

    async def deny(self, source: str, tool: str = "", fingerprint: str = "") -> Grant:
        """Deny a tool, everywhere and for good.

        Args:
            source: Id of its source.
            tool: As its source calls it; empty for all of them.
            fingerprint: Of the source, for the record.

        Raises:
            StoreError: It could not be kept.
        """
        grant = Grant(0, tool, source, fingerprint, False, Pattern(), None, None, self._clock.now())
        return await self._kept(grant)

    async def remember(
        self,
        facts: CallFacts,
        *,
        allows: bool,
        scope: Scope,
        place: str = "",
        until: datetime | None = None,
    ) -> Grant | None:
        """Keep the person's answer to a call as far as it goes beyond it; None where it does not.

        A denial without an end holds for good; an allowance always ends.

        Raises:
            StoreError: It could not be kept.
        """
        unbound = {Scope.CONVERSATION: facts.conversation is None, Scope.UNTIL: allows and until is None}
        if scope is Scope.ONCE or unbound.get(scope, not place):
            return None
        ends = until if scope is Scope.UNTIL else None
        return await self._keep(facts.tool, facts.fingerprint, allows, scope, place, ends, facts.conversation)

    async def log(
        self,
        facts: CallFacts,
        call_id: str,
        arguments: str,
        *,
        allowed: bool,
        by: str,
        reason: Reason,
        scope: Scope = Scope.ONCE,
    ) -> None:
        """Write a decision down; called before it takes effect.

        Raises:
            StoreError: It could not be written; then nothing may run.
        """
        shown = arguments if len(arguments) <= _KEPT else arguments[: _KEPT - 1] + "…"
        outside = tuple(sorted(facts.outside, key=lambda where: where.value))
        await self._store.log(
            Decision(
                0,
                self._clock.now(),
                facts.conversation,
                call_id,
                facts.tool.source,
                facts.tool.own_name,
                facts.fingerprint,
                shown,
                allowed,
                by,
                reason,
                scope,
                outside,
            )
        )

    async def decisions(self, limit: int = 100, conversation: int | None = None) -> Sequence[Decision]:
        """The log, newest first."""
        return await self._store.decisions(limit, conversation)

    async def word(self, tool: Tool) -> str:
        """How a tool stands for lists: `allowed`, `ask` or `denied`, in a conversation without words from outside."""
        return (await self.words((tool,)))[tool.name]

    async def words(
        self, tools: Sequence[Tool], conversation: int | None = None, outside: frozenset[Outside] = frozenset()
    ) -> Mapping[str, str]:
        """The same for many tools at once, by their names.

        Args:
            tools: Which.
            conversation: Where they would be called; None in none.
            outside: Whose words stand there.
        """
        grants, now = await self._store.grants(), self._clock.now()
        sources = {status.id: status for status in await self.marked(await self._toolbox.sources())}
        found: dict[str, str] = {}
        for tool in tools:
            status = sources.get(tool.source)
            if status is None:
                found[tool.name] = _WORDS[Verdict.DENY]
                continue
            facts = CallFacts(tool, status.fingerprint, status.trusted, conversation, "", outside=outside)
            found[tool.name] = _WORDS[judge(facts, [*grants, *self._of_settings(tool)], now).verdict]
        return found

    async def marked(self, sources: Sequence[SourceStatus]) -> Sequence[SourceStatus]:
        """The same sources with whether each is trusted as it is now."""
        kept = await self._store.trusted()
        return [msgspec.structs.replace(status, trusted=_trusted(status, kept)) for status in sources]

    def _of_settings(self, tool: Tool) -> list[Grant]:
        """The folders and hosts of the settings, as permissions of the built-in tools that only read there."""
        if tool.source != BUILT_IN or not tool.hints.read_only:
            return []
        kinds = {place.kind for place in tool.places}
        settings, now = self._preferences.settings.tools, self._clock.now()
        patterns: list[Pattern] = []
        if kinds == {PlaceKind.PATH}:
            patterns = [Pattern(folder=os.path.realpath(os.path.expanduser(folder))) for folder in settings.folders]
        elif kinds == {PlaceKind.ADDRESS}:
            patterns = [Pattern(host=host.lower()) for host in settings.hosts]
        return [Grant(0, tool.own_name, BUILT_IN, BUILT_IN, True, pattern, None, None, now) for pattern in patterns]

    async def _keep(
        self,
        tool: Tool,
        fingerprint: str,
        allows: bool,
        scope: Scope,
        place: str,
        until: datetime | None,
        conversation: int | None,
    ) -> Grant:
        pattern = Pattern(
            folder=place if scope is Scope.FOLDER else "",
            host=place if scope is Scope.HOST else "",
        )
        where = conversation if scope is Scope.CONVERSATION else None
        grant = Grant(0, tool.own_name, tool.source, fingerprint, allows, pattern, where, until, self._clock.now())
        return await self._kept(grant)

    async def _kept(self, grant: Grant) -> Grant:
        kept = await self._store.grant(grant)
        self.changed.publish(None)
        return kept

    async def _status(self, source: str) -> SourceStatus:
        status = await self._toolbox.source(source)
        if status is None:
            raise ToolSourceError(
                say("There is no source of tools with the name {name}.", name=source),
                say("List them with: kireji tools list"),
            )
        return status


def _trusted(status: SourceStatus, kept: Mapping[str, str]) -> bool:
    if status.kind is SourceKind.BUILT_IN:
        return True
    trusted = kept.get(status.id, "")
    return bool(trusted) and trusted == status.fingerprint
