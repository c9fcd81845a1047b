"""The person's data in memory; it passes the same suite as the real one (tests/contracts/test_personal_files.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kireji.core.errors import KirejiError, TransferError
from kireji.core.messages import Sha256
from kireji.core.personal_data import Area, DataProgress, DataWriter, Erased, ErasePlan, Kept
from kireji.core.transfer import WholeConversation, Writer


class MemoryPersonalFiles:
    """Files by kind.

    Attributes:
        there: Names and bytes by kind.
        exported: What exports hold, by their path.
        plan: What is marked.
        failure: When set, writing an export raises it.
    """

    def __init__(self) -> None:
        self.there: dict[Area, dict[str, int]] = {Area.HISTORY: {"kireji.db": 4096}, Area.PROMPTS: {"mine.md": 20}}
        self.exported: dict[Path, list[str]] = {}
        self.plan: ErasePlan | None = None
        self.failure: KirejiError | None = None

    def kept(self) -> Sequence[Kept]:
        return [
            Kept(area, Path("/home/ada/kireji"), len(files), sum(files.values()))
            for area, files in self.there.items()
            if files
        ]

    def open_export(self, path: Path, *, overwrite: bool) -> DataWriter:
        if path.suffix != ".zip":
            raise TransferError("An export of everything is one zip file.", "Give it a name that ends with .zip.")
        if path in self.exported and not overwrite:
            raise TransferError(f"{path} exists already.", "Choose another name.")
        return _MemoryDataWriter(self, path)

    def mark(self, plan: ErasePlan) -> None:
        self.plan = plan

    def unmark(self) -> None:
        self.plan = None

    def marked(self) -> ErasePlan | None:
        return self.plan

    def erase(self, plan: ErasePlan) -> Erased:
        gone = [area for area in self.there if not (plan.keep_settings and area is Area.SETTINGS)]
        files = [size for area in gone for size in self.there.pop(area).values()]
        self.plan = None
        return Erased(len(files), sum(files))


class _MemoryDataWriter:
    def __init__(self, files: MemoryPersonalFiles, path: Path) -> None:
        self._files = files
        self._path = path
        self.names: list[str] = []

    def conversations(self) -> Writer:
        return _MemoryPart(self.names)

    def spool(self, name: str) -> Path:
        return Path("/tmp") / name.replace("/", "-")

    def take(self, name: str) -> None:
        self.names.append(name)

    def tables(self, told: Callable[[DataProgress], None]) -> None:
        told(DataProgress("files", 0, 1))
        self.names.append("activity/ledger.jsonl")

    def files(self) -> Sequence[str]:
        if self._files.failure is not None:
            raise self._files.failure
        self.names.append("prompts/mine.md")
        return ()

    def finish(self, counts: Mapping[str, int]) -> tuple[Path, int, int]:
        del counts
        self.names.append("README.txt")
        self._files.exported[self._path] = self.names
        return self._path, len(self.names), 100

    def abandon(self) -> None:
        self.names.clear()


class _MemoryPart:
    def __init__(self, names: list[str]) -> None:
        self._names = names

    def add(self, conversation: WholeConversation, blob: Callable[[Sha256], bytes | None]) -> None:
        for name in conversation.blobs:
            blob(name)

    def finish(self) -> Path:
        self._names.append("kireji.json")
        return Path()

    def abandon(self) -> None:
        """Nothing was written."""
