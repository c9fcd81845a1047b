"""Quick prompts in files; see `core.prompts` for their form."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from kireji.core.prompts import Prompt, Variable

_FENCE = "+++"


class FilePromptStore:
    """Reads the prompts that came with the program and the person's own.

    Args:
        shipped: Folder of the former.
        own: Folder of the latter; it need not exist.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped = shipped
        self._own = own

    async def prompts(self) -> Sequence[Prompt]:
        """All of them, in menu order; the person's own replace the shipped ones by name."""
        return (await asyncio.to_thread(self._read))[0]

    async def problems(self) -> Sequence[str]:
        """One sentence for each file that could not be used."""
        return (await asyncio.to_thread(self._read))[1]

    def _read(self) -> tuple[Sequence[Prompt], Sequence[str]]:
        found: dict[str, Prompt] = {}
        problems = []
        for folder, own in ((self._shipped, False), (self._own, True)):
            for file in sorted(folder.glob("*.md")):
                try:
                    found[file.stem] = _parse(file.stem, file.read_text("utf-8"), own=own)
                except (OSError, ValueError, KeyError) as problem:
                    problems.append(f"The prompt {file.name} cannot be used: {problem}.")
        return sorted(found.values(), key=lambda prompt: (prompt.order, prompt.title)), problems


def _parse(name: str, text: str, *, own: bool) -> Prompt:
    import tomllib

    _, head, body = text.split(_FENCE, 2)
    table = tomllib.loads(head)
    variables = {
        key: Variable(value.get("description", ""), value.get("default"))
        for key, value in table.get("variables", {}).items()
    }
    return Prompt(name, table["title"], body.strip(), variables, table.get("order", 100), own)
