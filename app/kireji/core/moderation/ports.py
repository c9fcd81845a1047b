"""What moderation needs from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kireji.core.moderation.policies import ParsedPolicy


class PolicyStore(Protocol):
    """The policies, each a file of its own."""

    async def policies(self) -> Mapping[str, ParsedPolicy]:
        """Those that came with the program and the person's own, which replace the former by name; by title."""

    async def shipped(self) -> Collection[str]:
        """Names of those that came with the program, whether the person has others in their place or not.

        Raises:
            StoreError: Their folder cannot be looked into.
        """

    def place(self, name: str) -> str:
        """Where the file of one's own of that name lies, or would lie."""

    async def read(self, name: str) -> bytes:
        """What the file of a policy holds, for an editor.

        Raises:
            KirejiError: There is none of that name.
            StoreError: It cannot be read.
        """

    async def save(self, name: str, data: bytes) -> None:
        """Write one of the person's own, whatever stands in it.

        Raises:
            StoreError: It cannot be written.
        """

    async def remove(self, name: str) -> bool:
        """Delete one of the person's own, so that a shipped one of that name holds again; False when there is none.

        Raises:
            StoreError: It cannot be deleted.
        """
