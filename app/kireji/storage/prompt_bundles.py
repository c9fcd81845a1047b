"""Prompts in files that people pass on: one as it is, several in an archive.

An archive is somebody else's work. Only its entries that could be prompts are looked at, each bounded; names are never
used as paths, and nothing is unpacked to the disk.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from kireji.core.errors import TransferError
from kireji.core.prompt_bundles import LONGEST_BUNDLE, MOST_PROMPTS, FoundPrompt, PromptBundle
from kireji.core.prompt_files import LONGEST_FILE, is_name, name_from, parse
from kireji.core.prompt_heads import PromptProblem
from kireji.core.words import say

ENDING = ".md"
ARCHIVE = ".zip"
_MOST_ENTRIES = 2_000
_BEGINS = b"PK"
_LINK = 0o120000
_WHEN = (1980, 1, 1, 0, 0, 0)
"""In the archive, so that the same prompts are the same bytes."""


def packed(files: Sequence[tuple[str, bytes]]) -> bytes:
    """An archive of prompts.

    Args:
        files: Names of the prompts with their files.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(f"{name}{ENDING}", _WHEN)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unpacked(file_name: str, data: bytes) -> PromptBundle:
    """The prompts in a file.

    Args:
        file_name: Its name without folders; of a single prompt's file the name of the prompt.
        data: What it holds.

    Raises:
        TransferError: It is no archive that can be read, or has no prompt in it.
    """
    if len(data) > LONGEST_BUNDLE:
        raise TransferError(
            say("{name} is larger than a file of prompts can be.", name=file_name), say("Choose another file.")
        )
    if not data.startswith(_BEGINS):
        return _bundle([(_name_of(file_name), file_name, data)], [])
    try:
        return _from_archive(file_name, data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error, OSError) as error:
        raise TransferError(
            say("{name} is an archive that cannot be read: it is damaged, or encrypted.", name=file_name),
            say("Export the prompts again, or unpack it and import the files."),
            detail=str(error),
        ) from error


def _from_archive(file_name: str, data: bytes) -> PromptBundle:
    files: list[tuple[str, str, bytes]] = []
    problems: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > _MOST_ENTRIES:
            raise TransferError(
                say("{name} holds more files than an archive of prompts can.", name=file_name),
                say("Choose another file."),
            )
        for entry in entries:
            path = PurePosixPath(entry.filename.replace("\\", "/"))
            if entry.is_dir() or path.suffix.lower() != ENDING or path.name.startswith((".", "__")):
                continue
            if len(files) == MOST_PROMPTS:
                problems.append(say("Only the first {most} prompts of the file are taken.", most=MOST_PROMPTS))
                break
            shown = path.name[:80]
            if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
                problems.append(say("{name} is left out: its place in the archive is no place for a file.", name=shown))
            elif stat.S_IFMT(entry.external_attr >> 16) == _LINK:
                problems.append(say("{name} is left out: it is a link.", name=shown))
            elif entry.file_size > LONGEST_FILE:
                problems.append(say("{name} is left out: it is longer than a prompt can be.", name=shown))
            else:
                with archive.open(entry) as opened:  # what the archive says of its size need not be true
                    read = opened.read(LONGEST_FILE + 1)
                files.append((_name_of(path.name), shown, read))
    if not files and not problems:
        raise TransferError(say("{name} has no prompts in it.", name=file_name), say("Choose another file."))
    return _bundle(files, problems)


def _name_of(file_name: str) -> str:
    stem = file_name[: -len(ENDING)] if file_name.lower().endswith(ENDING) else file_name.partition(".")[0]
    return stem if is_name(stem) else name_from(stem)


def _bundle(files: Sequence[tuple[str, str, bytes]], problems: list[str]) -> PromptBundle:
    found: dict[str, FoundPrompt] = {}
    for name, shown, data in files:
        try:
            prompt, remarks = parse(name, data, own=True)
        except PromptProblem as problem:
            where = f" (line {problem.line})" if problem.line else ""
            problems.append(f"The prompt {shown}{where} cannot be used: {problem.reason}.")
            continue
        if name in found:
            problems.append(say("{name} is left out: the file has two prompts of that name.", name=shown))
            continue
        bare = msgspec.structs.replace(prompt, shortcut="")
        found[name] = FoundPrompt(bare, data, remarks, prompt.shortcut)
    return PromptBundle(tuple(found.values()), tuple(problems))
