"""What structured answers, policies and comparisons are kept and made with, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from kireji.core.capture_places import Placed
from kireji.core.errors import KirejiError, TransferError
from kireji.core.extraction.exports import table_json
from kireji.core.extraction.ports import Workbook
from kireji.core.extraction.sheets import Extraction
from kireji.core.geometry import Rect
from kireji.core.messages import ImagePart, Sha256
from kireji.core.moderation.file_values import NAME
from kireji.core.moderation.policies import ParsedPolicy
from kireji.core.moderation.policy_checks import PolicyCheck
from kireji.core.moderation.policy_file import parse
from kireji.core.structured import results
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.comparison import Difference
from kireji.core.structured.results import Result


class MemoryResultStore:
    """Results by message."""

    def __init__(self) -> None:
        self.kept: dict[int, bytes] = {}
        self.asked_forms: dict[int, AskedForm] = {}

    async def keep_asked(self, question: int, asked: AskedForm) -> None:
        self.asked_forms[question] = asked

    async def asked(self, question: int) -> AskedForm | None:
        return self.asked_forms.get(question)

    async def keep(self, message: int, result: Result) -> None:
        self.kept[message] = results.encode(result)

    async def find(self, message: int) -> Result | None:
        data = self.kept.get(message)
        return None if data is None else results.decode(data)

    async def among(self, messages: Sequence[int]) -> Mapping[int, str]:
        found = {message: results.decode(self.kept[message]) for message in messages if message in self.kept}
        return {message: str(type(result).__struct_config__.tag) for message, result in found.items()}


class MemoryPolicyStore:
    """Policies by name: `came` came with the program, `files` are the person's own; `parsed` stands for more."""

    def __init__(self) -> None:
        self.came: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.parsed: dict[str, ParsedPolicy] = {}

    async def policies(self) -> Mapping[str, ParsedPolicy]:
        shipped = {name: parse(name, data) for name, data in self.came.items()}
        own = {name: parse(name, data, own=True) for name, data in self.files.items()}
        found = {**shipped, **own, **self.parsed}
        titles = {name: (parsed.policy.title if parsed.policy else name).casefold() for name, parsed in found.items()}
        return {name: found[name] for name in sorted(found, key=lambda name: (titles[name], name))}

    async def shipped(self) -> Collection[str]:
        return tuple(self.came)

    def place(self, name: str) -> str:
        return f"/data/policies/{name}.toml"

    async def read(self, name: str) -> bytes:
        data = self.files.get(name, self.came.get(name))
        if data is None:
            raise KirejiError(f"There is no policy {name}.")
        return data

    async def save(self, name: str, data: bytes) -> None:
        if not NAME.fullmatch(name) or len(name) > 64:
            raise KirejiError(f"A policy cannot be named {name}.")
        self.files[name] = data

    async def remove(self, name: str) -> bool:
        return self.files.pop(name, None) is not None


class MemoryPolicyCheckStore:
    """Checks of policies, as the JSON that would be kept."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    async def keep(self, check: PolicyCheck) -> PolicyCheck:
        check = msgspec.structs.replace(check, id=len(self.kept) + 1)
        self.kept.append(msgspec.json.encode(check))
        return check

    async def before(self, check: PolicyCheck) -> PolicyCheck | None:
        same = [each for each in self._newest() if (each.policy, each.labelled) == (check.policy, check.labelled)]
        return next((each for each in same if each.by != check.by), None)

    async def recent(self, policy: str, limit: int = 20) -> Sequence[PolicyCheck]:
        return [each for each in self._newest() if each.policy == policy][:limit]

    def _newest(self) -> list[PolicyCheck]:
        return [msgspec.json.decode(data, type=PolicyCheck) for data in reversed(self.kept)]


class FakeComparer:
    """Gives back what it was told to."""

    def __init__(self) -> None:
        self.found = Difference(True, 0.1, ((10, 10, 30, 20),))

    def difference(self, before: bytes, after: bytes) -> Difference:
        return Difference(True, 0.0, ()) if before == after else self.found


class MemoryCapturePlaces:
    """The places of pictures; `images` says which of them a conversation has."""

    def __init__(self) -> None:
        self.places: dict[Sha256, Rect] = {}
        self.images: dict[Sha256, ImagePart] = {}

    def note(self, blob: Sha256, place: Rect) -> None:
        self.places.pop(blob, None)
        self.places[blob] = place

    async def place_of(self, blob: Sha256) -> Rect | None:
        return self.places.get(blob)

    async def last(self, place: Rect | None = None) -> Placed | None:
        for blob, rect in reversed(self.places.items()):
            if blob in self.images and place in (None, rect):
                return Placed(self.images[blob], rect)
        return None


class FakeSpreadsheets:
    """A spreadsheet's file is JSON here."""

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()

    def workbook(self, extraction: Extraction) -> Workbook:
        return Workbook(b"XLSX " + table_json(extraction), self.notes)


class MemorySheetFiles:
    """Files by path."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}
        self.error: KirejiError | None = None

    def check(self, path: str, *, overwrite: bool) -> None:
        if self.error is not None:
            raise self.error
        if path in self.written and not overwrite:
            raise TransferError(f"{path} exists already.", "Choose another name, or allow it to be overwritten.")

    def write(self, path: str, data: bytes, *, overwrite: bool) -> None:
        self.check(path, overwrite=overwrite)
        self.written[path] = data
