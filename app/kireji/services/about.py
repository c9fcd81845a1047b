"""What the program is, what it runs on, and whose work is in it."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.core.about import Fact, LicenceStore, Part, Surroundings
from kireji.services.steps import step


class About:
    """Answers questions about the program itself.

    Args:
        licences: The parts and their texts.
        surroundings: Versions of what it runs on.
    """

    def __init__(self, licences: LicenceStore, surroundings: Surroundings) -> None:
        self._licences = licences
        self._surroundings = surroundings

    @property
    def collected(self) -> bool:
        """Whether the licences were collected for this very build."""
        return self._licences.collected

    async def facts(self) -> Sequence[Fact]:
        """Version, build, and versions of what it runs on; no key, no content, no name of a person is in it."""
        return await step(self._surroundings)

    async def parts(self) -> Sequence[Part]:
        """All parts, this program first."""
        return await step(self._licences.parts)

    async def texts(self, part: Part) -> str:
        """All texts of a part, one below the other; empty where it brings none."""

        def read() -> str:
            return "\n\n".join(self._licences.text(name).strip() for name in part.texts)

        return await step(read)


def report(facts: Sequence[Fact]) -> str:
    """Facts as text for somebody who helps."""
    width = max((len(fact.name) for fact in facts), default=0)
    return "\n".join(f"{fact.name:{width}}  {fact.value}" for fact in facts) + "\n"


def matching(parts: Sequence[Part], words: str) -> Sequence[Part]:
    """Parts in whose name, licence or source each of the words stands."""
    wanted = words.casefold().split()
    return [
        part
        for part in parts
        if all(word in f"{part.title} {part.licence} {part.within} {part.source}".casefold() for word in wanted)
    ]
