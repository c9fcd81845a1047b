"""Prompts in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.prompt_bundles import PromptBundle
from kireji.core.prompt_files import is_name, parse, written
from kireji.core.prompt_heads import PromptProblem
from kireji.core.prompts import Prompt, Variable
from kireji.storage.prompt_bundles import packed, unpacked


class MemoryPromptStore:
    """Prompts in memory; satisfies PromptStore.

    Attributes:
        found: In menu order.
        wrong: What is said of files that cannot be used.
        files: What was exported, and what can be imported.
    """

    def __init__(self, *found: Prompt) -> None:
        self.found: tuple[Prompt, ...] = found or (
            Prompt("explain", "Explain", "Explain what is shown."),
            Prompt("translate", "Translate", "Translate into {{language}}.", {"language": Variable(default="English")}),
        )
        self.came = {prompt.name: prompt for prompt in self.found if not prompt.own}
        self.wrong: tuple[str, ...] = ()
        self.files: dict[Path, bytes] = {}
        self.failure: KirejiError | None = None

    async def prompts(self) -> Sequence[Prompt]:
        return self.found

    async def problems(self) -> Sequence[str]:
        return self.wrong

    async def shipped(self) -> Mapping[str, Prompt]:
        return self.came

    async def source(self, name: str) -> bytes:
        for prompt in self.found:
            if prompt.name == name:
                return written(prompt)
        raise KirejiError(f"There is no quick prompt {name}.")

    async def save(self, prompt: Prompt, *, replacing: str = "", source: bytes = b"") -> Prompt:
        del source
        if self.failure is not None:
            raise self.failure
        own = msgspec.structs.replace(prompt, own=True)
        try:
            saved = parse(prompt.name, written(own), own=True).prompt
        except PromptProblem as problem:
            raise KirejiError(f"The prompt {prompt.name[:80]} cannot be saved: {problem.reason}.") from problem
        there = {each.name: each for each in self.found}
        if replacing and replacing != prompt.name and (old := there.get(replacing)) is not None and old.own:
            del there[replacing]
            there |= {replacing: self.came[replacing]} if replacing in self.came else {}
        self._order({**there, prompt.name: saved})
        return saved

    async def remove(self, name: str) -> bool:
        there = {each.name: each for each in self.found}
        if not is_name(name) or name not in there or not there[name].own:
            return False
        del there[name]
        self._order({**there, **({name: self.came[name]} if name in self.came else {})})
        return True

    async def export(self, names: Sequence[str], path: Path) -> None:
        files = [(name, await self.source(name)) for name in names]
        if path.suffix != ".zip" and len(files) != 1:
            raise KirejiError("Several prompts go into one archive, so its name ends in .zip.")
        self.files[path] = packed(files) if path.suffix == ".zip" else files[0][1]

    async def bundle(self, path: Path) -> PromptBundle:
        return unpacked(path.name, self.files[path])

    def _order(self, there: Mapping[str, Prompt]) -> None:
        self.found = tuple(sorted(there.values(), key=lambda each: (each.order, each.title, each.name)))
