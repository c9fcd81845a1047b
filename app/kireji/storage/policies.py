"""Policies in files; their form stands in `core.moderation`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kireji.core.moderation.policies import ParsedPolicy


class FilePolicyStore:
    """Reads the policies that came with the program and the person's own; satisfies PolicyStore.

    Args:
        shipped: Folder of the former.
        own: Folder of the latter; it need not exist.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped = shipped
        self._own = own

    async def policies(self) -> Mapping[str, ParsedPolicy]:
        """As in PolicyStore."""
        raise NotImplementedError

    async def read(self, name: str) -> bytes:
        """As in PolicyStore."""
        raise NotImplementedError

    async def save(self, name: str, data: bytes) -> None:
        """As in PolicyStore."""
        raise NotImplementedError

    async def remove(self, name: str) -> bool:
        """As in PolicyStore."""
        raise NotImplementedError
