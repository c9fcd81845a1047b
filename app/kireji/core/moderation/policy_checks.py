"""Checks of policies against labelled sets, as they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from kireji.core.messages import Usage
from kireji.core.moderation.agreement import ItemOutcome


class PolicyCheck(msgspec.Struct, frozen=True):
    """One that ran to its end.

    Args:
        policy: Name of the policy.
        version: Its version.
        rules: Digest of what was asked by; another one under the same version means that nobody counted it up.
        labelled: Digest of the set.
        model: Who judged, as provider and model.
        checked: When.
        outcomes: Of all items.
        usage: Of all requests.
        id: Row; 0 before it is kept.
    """

    policy: str
    version: int
    rules: str
    labelled: str
    model: str
    checked: datetime
    outcomes: tuple[ItemOutcome, ...]
    usage: Usage = Usage()
    id: int = 0

    @property
    def by(self) -> tuple[int, str, str]:
        """What makes two checks of one set worth comparing."""
        return self.version, self.rules, self.model


class PolicyCheckStore(Protocol):
    """Keeps them. All raise StoreError."""

    async def keep(self, check: PolicyCheck) -> PolicyCheck:
        """Add one; gives it with its row."""

    async def before(self, check: PolicyCheck) -> PolicyCheck | None:
        """The newest of the same policy and set that was by another version, other rules or another model."""

    async def recent(self, policy: str, limit: int = 20) -> Sequence[PolicyCheck]:
        """The newest of a policy, newest first."""
