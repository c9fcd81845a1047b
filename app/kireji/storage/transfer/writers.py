"""Writes an export in one of its forms."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kireji.core.errors import TransferError
from kireji.core.messages import DocumentPart, ImagePart, Part, Sha256, ToolResultPart
from kireji.core.transfer import Format, WholeConversation, Writer
from kireji.core.words import mark, say
from kireji.storage.transfer import own
from kireji.storage.transfer.names import Names, safe_name
from kireji.storage.transfer.page import PageMaker
from kireji.storage.transfer.plain_markdown import as_markdown
from kireji.storage.transfer.targets import Target, failure, open_target

Blob = Callable[[Sha256], bytes | None]
Render = Callable[[str], str]

_ENDINGS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}
_ONE_FILE = mark("Give a name that ends with .zip, or one without an ending for a folder.")


def open_writer(path: Path, form: Format, render: Render, *, overwrite: bool = False) -> Writer:
    """Prepare an export.

    Args:
        path: As for `targets.open_target`.
        form: Of the conversations.
        render: Markdown to HTML in which nothing is active and everything that was said is escaped.
        overwrite: Whether a file of that name may be replaced.

    Raises:
        TransferError: It exists.
        StoreError: It cannot be written there.
    """
    target = open_target(path, overwrite=overwrite)
    try:
        match form:
            case Format.MARKDOWN:
                return _MarkdownWriter(target)
            case Format.HTML:
                return _PageWriter(target, render)
            case Format.JSON:
                return _OwnWriter(target)
    except OSError as error:
        target.abandon()
        raise failure(error, path) from error


def own_writer(target: Target) -> Writer:
    """The program's own form into a place that is open already.

    Raises:
        StoreError: There is no room for what is gathered meanwhile.
    """
    try:
        return _OwnWriter(target)
    except OSError as error:
        raise failure(error, Path(tempfile.gettempdir())) from error


def files_of(conversation: WholeConversation) -> dict[Sha256, str]:
    """The name that each picture and document gets beside the conversations."""
    found: dict[Sha256, str] = {}
    for one in conversation.messages:
        for part in _all_parts(one.message.parts):
            if isinstance(part, ImagePart | DocumentPart) and part.media_type in _ENDINGS:
                found[part.blob] = f"{own.PICTURES}/{part.blob}{_ENDINGS[part.media_type]}"
    return found


def _all_parts(parts: tuple[Part, ...]) -> list[Part]:
    inner: list[Part] = [item for part in parts if isinstance(part, ToolResultPart) for item in part.content]
    return [*parts, *inner]


class _PerConversation:
    """One file for each conversation."""

    ending = ""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._names = Names()
        self._count = 0

    def file_name(self, conversation: WholeConversation) -> str:
        """A name of its own."""
        self._count += 1
        if self._count > 1 and self._target.holds_one:
            raise TransferError(say("Several conversations do not fit into one file."), say(_ONE_FILE))
        day = f"{conversation.created.astimezone():%Y-%m-%d}"
        return self._names.take(f"{day} {safe_name(conversation.title)}", self.ending)

    def finish(self) -> Path:
        return self._target.commit()

    def abandon(self) -> None:
        self._target.abandon()


class _MarkdownWriter(_PerConversation):
    ending = ".md"

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._written: set[Sha256] = set()

    def add(self, conversation: WholeConversation, blob: Blob) -> None:
        """As in Writer."""
        files = {name: file for name, file in files_of(conversation).items() if self._has(name, file, blob)}
        self._target.write(self.file_name(conversation), as_markdown(conversation, files).encode("utf-8", "replace"))

    def _has(self, name: Sha256, file: str, blob: Blob) -> bool:
        if name in self._written:
            return True
        data = blob(name)
        if data is None:
            return False
        if self._target.holds_one:
            raise TransferError(
                say("There are pictures in it, which do not fit into one Markdown file."), say(_ONE_FILE)
            )
        self._target.write(file, data)
        self._written.add(name)
        return True


class _PageWriter(_PerConversation):
    ending = ".html"

    def __init__(self, target: Target, render: Render) -> None:
        super().__init__(target)
        self._maker = PageMaker(render)

    def add(self, conversation: WholeConversation, blob: Blob) -> None:
        """As in Writer."""
        self._target.write(
            self.file_name(conversation), self._maker.page(conversation, blob).encode("utf-8", "replace")
        )


class _OwnWriter:
    """All conversations in one file, which grows on the disk, not in memory."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `finish` and `abandon`
        self._spool.write(own.beginning(datetime.now(UTC)))
        self._first = True
        self._written: set[Sha256] = set()

    def add(self, conversation: WholeConversation, blob: Blob) -> None:
        """As in Writer."""
        for name, file in files_of(conversation).items():
            if name in self._written or (data := blob(name)) is None:
                continue
            if hashlib.sha256(data).hexdigest() != name:
                continue
            if self._target.holds_one:
                raise TransferError(
                    say("There are pictures in it, which do not fit into one JSON file."), say(_ONE_FILE)
                )
            self._target.write(file, data)
            self._written.add(name)
        try:
            self._spool.write((b"" if self._first else b",\n") + own.line(conversation))
        except OSError as error:
            raise failure(error, Path(tempfile.gettempdir())) from error
        self._first = False

    def finish(self) -> Path:
        """As in Writer."""
        try:
            self._spool.write(own.ENDING)
            self._spool.seek(0)
        except OSError as error:
            raise failure(error, Path(tempfile.gettempdir())) from error
        self._target.take(own.NAME, self._spool)
        self._spool.close()
        return self._target.commit()

    def abandon(self) -> None:
        """As in Writer."""
        with suppress(OSError):
            self._spool.close()
        self._target.abandon()
