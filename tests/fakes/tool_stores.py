"""What is kept of tools, in memory; it passes the same suite as the real ones (tests/contracts/test_tool_stores.py)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from kireji.core.errors import StoreError
from kireji.core.permissions import Decision, Grant
from kireji.core.tools import Tool


class MemoryPermissionStore:
    """Permissions, trust and decisions.

    Attributes:
        failure: When set, every call raises it.
        given: Every permission and denial, oldest first.
        believed: Sources whose hints are believed.
        logged: Every decision, oldest first.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.given: list[Grant] = []
        self.believed: dict[str, str] = {}
        self.logged: list[Decision] = []
        self._numbers = {"grant": 0, "decision": 0}

    async def grants(self) -> Sequence[Grant]:
        self._fail()
        return self.given[::-1]

    async def grant(self, grant: Grant) -> Grant:
        self._fail()
        kept = msgspec.structs.replace(grant, id=self._next("grant"))
        self.given.append(kept)
        return kept

    async def revoke(self, grant: int) -> bool:
        self._fail()
        left = [one for one in self.given if one.id != grant]
        found = len(left) < len(self.given)
        self.given = left
        return found

    async def trusted(self) -> Mapping[str, str]:
        self._fail()
        return dict(self.believed)

    async def set_trusted(self, source: str, fingerprint: str) -> None:
        self._fail()
        if fingerprint:
            self.believed[source] = fingerprint
        else:
            self.believed.pop(source, None)

    async def log(self, decision: Decision) -> int:
        self._fail()
        number = self._next("decision")
        self.logged.append(msgspec.structs.replace(decision, id=number))
        return number

    async def decisions(self, limit: int = 100, conversation: int | None = None) -> Sequence[Decision]:
        self._fail()
        found = [one for one in self.logged if conversation is None or one.conversation == conversation]
        return found[::-1][:limit]

    async def forget_decisions(self, before: datetime) -> int:
        self._fail()
        left = [one for one in self.logged if one.time >= before]
        count = len(self.logged) - len(left)
        self.logged = left
        return count

    def _next(self, kind: str) -> int:
        self._numbers[kind] += 1
        return self._numbers[kind]

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryDescriptionStore:
    """What sources said of their tools.

    Attributes:
        failure: When set, every call raises it.
        kept: Fingerprint and tools by source.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.kept: dict[str, tuple[str, tuple[Tool, ...]]] = {}

    async def described(self, source: str, fingerprint: str) -> Sequence[Tool] | None:
        self._fail()
        print_, tools = self.kept.get(source, ("", ()))
        return tools if source in self.kept and print_ == fingerprint else None

    async def keep_description(self, source: str, fingerprint: str, tools: Sequence[Tool]) -> None:
        self._fail()
        self.kept[source] = (fingerprint, tuple(tools))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class MemoryOfferStore:
    """Lists of tools.

    Attributes:
        failure: When set, every call raises it.
        lists: By digest.
    """

    def __init__(self) -> None:
        self.failure: StoreError | None = None
        self.lists: dict[str, tuple[Tool, ...]] = {}

    async def keep_offer(self, tools: Sequence[Tool]) -> str:
        self._fail()
        digest = hashlib.sha256(msgspec.json.encode(tuple(tools))).hexdigest()
        self.lists[digest] = tuple(tools)
        return digest

    async def offer(self, digest: str) -> Sequence[Tool] | None:
        self._fail()
        return self.lists.get(digest)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
