"""What the prompt library needs from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kireji.core.prompt_bundles import PromptBundle
    from kireji.core.prompts import Prompt


class PromptStore(Protocol):
    """The quick prompts, each a file of its own."""

    async def prompts(self) -> Sequence[Prompt]:
        """Those that came with the program and the person's own, which replace the former by name; in menu order."""

    async def problems(self) -> Sequence[str]:
        """One sentence for each file that could not be used."""

    async def shipped(self) -> Mapping[str, Prompt]:
        """Those that came with the program, by name, whether or not one of the person's own stands in their place."""

    async def source(self, name: str) -> bytes:
        """The file of a prompt as it stands.

        Raises:
            KirejiError: There is none of that name.
            StoreError: It cannot be read.
        """

    async def save(self, prompt: Prompt, *, replacing: str = "", source: bytes = b"") -> Prompt:
        """Write one of the person's own, under its name; comments in the head of its file stay.

        Args:
            prompt: What to write.
            replacing: The name it had before; empty where it keeps its name, or is new.
            source: A file whose comments are kept instead, such as one that is imported.

        Raises:
            KirejiError: It contradicts itself; the sentence says how.
            StoreError: It cannot be written.
        """

    async def remove(self, name: str) -> bool:
        """Delete one of the person's own, so that a shipped one of that name holds again; False when there is none.

        Raises:
            StoreError: It cannot be deleted.
        """

    async def export(self, names: Sequence[str], path: Path) -> None:
        """Write prompts into a file: one as it is, one or several into an archive where its name ends in `.zip`.

        Raises:
            KirejiError: There is none of a name, or several are to go into a file that is no archive.
            StoreError: It cannot be written.
        """

    async def bundle(self, path: Path) -> PromptBundle:
        """What a file of prompts holds; nothing is saved yet.

        Raises:
            TransferError: It is none.
            StoreError: It cannot be read.
        """
