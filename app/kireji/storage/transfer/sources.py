"""Opens an export, tells whose it is, and reads it one conversation at a time."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, Any

from kireji.core.errors import TransferError
from kireji.core.transfer import PICTURE_IN_SOURCE, Found, Kind, Problem, SourceBlob
from kireji.core.words import say
from kireji.storage.transfer import chatgpt, own
from kireji.storage.transfer.archives import Archive, open_archive, read_whole, reading_told
from kireji.storage.transfer.claude import ClaudeConversations
from kireji.storage.transfer.exported_files import ExportedFiles
from kireji.storage.transfer.json_stream import Damaged, NoArray, header_and_elements
from kireji.storage.transfer.loose import mapping, text

BACKUP_NAME = "backup.json"
_SHARD = re.compile(r"conversations(?:-(\d+))?\.json", re.IGNORECASE)
_ASSET_NAMES = "conversation_asset_file_names.json"
_MOST_TABLE = 16 * 1024 * 1024
_OTHERS = ("projects.json", "memories.json", "group_chats.json")
"""What else an export holds, for which there is no place here."""
_MOST_PROBLEMS = 200
"""Told one by one; of a file that is all rubbish the rest is only counted."""

_NAMES = {Kind.KIREJI: "Kireji", Kind.CHATGPT: "ChatGPT", Kind.CLAUDE: "Claude"}


def open_source(path: Path, kind: Kind | None = None) -> ExportSource:
    """Open an export for reading.

    Args:
        path: A zip, an unpacked folder, or a JSON file out of one.
        kind: Whose it must be; None finds out.

    Raises:
        TransferError: It is not there, none of these, or a newer version's.
    """
    with ExitStack() as stack:
        archive = open_archive(path)
        stack.callback(archive.close)
        names = {PurePosixPath(name).name: name for name in reversed(archive.names)}
        if BACKUP_NAME in names and "kireji.db" in names:
            raise TransferError(
                say("{name} is a backup.", name=path.name), say("Restore it instead; nothing was imported.")
            )
        shards = _shards(archive, path)
        found = Kind.KIREJI if own.NAME in names else _kind(archive, shards, path)
        if kind is not None and found is not kind:
            raise TransferError(
                say(
                    "{name} is an export of {found}, not of {wanted}.",
                    name=path.name,
                    found=_NAMES[found],
                    wanted=_NAMES[kind],
                ),
                say("Do not say whose export it is, or say it right."),
            )
        source = ExportSource(archive, found, [names[own.NAME]] if own.NAME in names else shards)
        stack.pop_all()
    return source


class ExportSource:
    """An export that is being read; made by `open_source`. May be used from any thread, by one at a time."""

    def __init__(self, archive: Archive, kind: Kind, shards: list[str]) -> None:
        self._archive = archive
        self._kind = kind
        self._shards = shards
        self._files = ExportedFiles(archive, _known_names(archive))
        self._claude = ClaudeConversations(self._files)
        self._busy = threading.Lock()
        self._closed = False

    @property
    def kind(self) -> Kind:
        return self._kind

    def read(self) -> Iterator[Found | Problem]:
        """As in Source."""
        steps = self._steps()
        while True:
            with self._busy:
                if self._closed:
                    return
                step = next(steps, None)
            if step is None:
                return
            yield step

    def blob(self, name: str) -> SourceBlob | None:
        """As in Source."""
        with self._busy:
            if self._closed:
                return None
            name = name.removeprefix(PICTURE_IN_SOURCE)
            if name in self._claude.extracted:
                words, title = self._claude.extracted[name]
                return SourceBlob(words.encode("utf-8", "replace"), title)
            entry = name if name in self._archive.names else self._files.find(name)
            return self._files.read(entry) if entry else None

    def close(self) -> None:
        """As in Source."""
        with self._busy:
            self._closed = True
            self._archive.close()

    def _steps(self) -> Iterator[Found | Problem]:
        told = untold = 0
        for shard in self._shards:
            for step in self._of_shard(shard):
                if isinstance(step, Problem):
                    told += 1
                    if told > _MOST_PROBLEMS:
                        untold += 1
                        continue
                yield step
        for name in self._archive.names:
            if PurePosixPath(name).name in _OTHERS and self._archive.size(name) > len("[]\n"):
                yield Problem(PurePosixPath(name).name, say("It holds no conversations and was left out."))
        if untold:
            yield Problem(self._shards[0], say("{count} more conversations could not be read.", count=untold))

    def _of_shard(self, shard: str) -> Iterator[Found | Problem]:
        base = PurePosixPath(shard).name
        number = 0
        try:
            with reading_told(base), self._archive.open(shard) as stream:
                for number, value in enumerate(self._values(stream, base), start=1):
                    where = say("{file}, conversation {number}", file=base, number=number)
                    if isinstance(value, Damaged):
                        yield Problem(where, say(value.why))
                    elif (step := self._step(value, where)) is not None:
                        yield step
        except TransferError as error:
            if number == 0 and len(self._shards) == 1:
                raise
            yield Problem(say("{file}, after conversation {number}", file=base, number=number), error.sentence)

    def _values(self, stream: IO[bytes], base: str) -> Iterator[object | Damaged]:
        try:
            header, elements = header_and_elements(stream, "conversations")
        except NoArray as error:
            raise TransferError(say("{name} holds no conversations.", name=base), say("Export them again.")) from error
        if self._kind is Kind.KIREJI:
            own.check_header(header)
        return elements

    def _step(self, value: Any, where: str) -> Found | Problem | None:
        readers: dict[Kind, Callable[[Any], Found | None]] = {
            Kind.KIREJI: lambda value: Found(own.conversation(value)),
            Kind.CHATGPT: lambda value: chatgpt.conversation(value, self._files),
            Kind.CLAUDE: self._claude.conversation,
        }
        try:
            return readers[self._kind](value)
        except (ValueError, RecursionError) as error:
            title = text(mapping(value).get("title")) or text(mapping(value).get("name"))
            return Problem(f"{where}, “{title[:60]}”" if title else where, str(error))


def _shards(archive: Archive, path: Path) -> list[str]:
    """The files with conversations, in order."""
    found: list[tuple[int, str]] = []
    for name in archive.names:
        match = _SHARD.fullmatch(PurePosixPath(name).name)
        if match and len(PurePosixPath(name).parts) <= 3:
            found.append((int(match[1] or 0), name))
    if not found and len(archive.names) == 1 and archive.names[0].lower().endswith(".json"):
        found.append((0, archive.names[0]))
    if not found and own.NAME not in {PurePosixPath(name).name for name in archive.names}:
        raise TransferError(
            say("There are no conversations in {name}.", name=path.name),
            say("Name the zip file that ChatGPT, Claude or Kireji made, or the folder it was unpacked to."),
        )
    return [name for _, name in sorted(found)]


def _kind(archive: Archive, shards: list[str], path: Path) -> Kind:
    """Whose export it is, by its first conversation that can be read."""
    for shard in shards:
        try:
            with reading_told(PurePosixPath(shard).name), archive.open(shard) as stream:
                header, elements = header_and_elements(stream, "conversations")
                if header.get("format") == own.FORMAT:
                    own.check_header(header)
                    return Kind.KIREJI
                for value in elements:
                    fields = mapping(value)
                    if "mapping" in fields:
                        return Kind.CHATGPT
                    if "chat_messages" in fields:
                        return Kind.CLAUDE
        except NoArray:
            continue
    raise TransferError(
        say("No conversation can be read in {name}.", name=path.name),
        say("Name the zip file that ChatGPT, Claude or Kireji made, or export again."),
    )


def _known_names(archive: Archive) -> dict[str, str]:
    """What the person called the files whose names the service has changed."""
    for name in archive.names:
        if PurePosixPath(name).name == _ASSET_NAMES:
            try:
                table = json.loads(read_whole(archive, name, _MOST_TABLE))
            except (TransferError, ValueError, RecursionError):
                return {}
            return {key: text(value) for key, value in mapping(table).items() if text(value)}
    return {}
