"""Quick prompts in files; their form stands in `core.prompts`."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.prompt_bundles import LONGEST_BUNDLE, PromptBundle
from kireji.core.prompt_files import LONGEST_FILE, ParsedPrompt, is_name, parse
from kireji.core.prompt_heads import PromptProblem
from kireji.core.prompts import Prompt
from kireji.core.words import say
from kireji.storage.faults import chosen_place_error, store_error
from kireji.storage.files import write_atomically

_ENDING = ".md"
_MOST_FILES = 200


class _Stamp(NamedTuple):
    """By what a changed file is known."""

    device: int
    inode: int
    size: int
    changed: int


class _File(NamedTuple):
    path: Path
    own: bool
    stamp: _Stamp


class FilePromptStore:
    """Reads the prompts that came with the program and the person's own; a file is read again when it has changed.

    Links are followed, so that prompts can lie elsewhere; what is no ordinary file in the end is never opened.

    Args:
        shipped: Folder of the former.
        own: Folder of the latter; it need not exist.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped = shipped
        self._own = own
        self._read: dict[_File, ParsedPrompt | str] = {}
        self._found: tuple[tuple[_File, ...], Sequence[Prompt], Sequence[str]] | None = None

    async def prompts(self) -> Sequence[Prompt]:
        """All of them, in menu order; the person's own replace the shipped ones by name."""
        return (await asyncio.to_thread(self._look))[0]

    async def problems(self) -> Sequence[str]:
        """One sentence for each file that could not be used, or not as it was meant."""
        return (await asyncio.to_thread(self._look))[1]

    async def shipped(self) -> Mapping[str, Prompt]:
        """As in PromptStore."""
        return await asyncio.to_thread(self._look_at_shipped)

    async def source(self, name: str) -> bytes:
        """As in PromptStore."""
        return await asyncio.to_thread(self._source, name)

    async def save(self, prompt: Prompt, *, replacing: str = "", source: bytes = b"") -> Prompt:
        """As in PromptStore."""
        return await asyncio.to_thread(self._save, prompt, replacing, source)

    async def remove(self, name: str) -> bool:
        """As in PromptStore."""
        return await asyncio.to_thread(self._remove, name)

    async def export(self, names: Sequence[str], path: Path) -> None:
        """As in PromptStore."""
        await asyncio.to_thread(self._export, names, path)

    async def bundle(self, path: Path) -> PromptBundle:
        """As in PromptStore."""
        return await asyncio.to_thread(_bundle, path)

    def _look_at_shipped(self) -> Mapping[str, Prompt]:
        read = [_parsed(file) for file in _listed(self._shipped, own=False)[0]]
        return {each.prompt.name: each.prompt for each in read if not isinstance(each, str)}

    def _file(self, name: str) -> Path | None:
        """Where a prompt stands; the person's own before one that came with the program."""
        if not is_name(name):
            return None
        places = (folder / f"{name}{_ENDING}" for folder in (self._own, self._shipped))
        return next((path for path in places if path.is_file()), None)

    def _source(self, name: str) -> bytes:
        path = self._file(name)
        if path is None:
            raise KirejiError(say("There is no quick prompt {name}.", name=name))
        try:
            return _bytes(path)
        except PromptProblem as problem:
            raise KirejiError(_cannot(path, problem.reason, problem.line)) from problem
        except OSError as error:
            raise store_error(error, path) or error from error

    def _save(self, prompt: Prompt, replacing: str, source: bytes) -> Prompt:
        from kireji.storage.prompt_edits import edited

        target, before = self._own / f"{prompt.name}{_ENDING}", self._own / f"{replacing}{_ENDING}"
        old = before if replacing and is_name(replacing) else target
        try:
            source = source or (_bytes(old) if old.is_file() else b"")
        except (OSError, PromptProblem):
            source = b""
        own = msgspec.structs.replace(prompt, own=True)
        try:
            data = edited(source, own)
            saved = parse(prompt.name, data, own=True).prompt
        except PromptProblem as problem:
            raise KirejiError(
                say("The prompt {name} cannot be saved: {reason}.", name=prompt.name[:80], reason=problem.reason)
            ) from problem
        try:
            self._own.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(target.resolve(), data)
            if old != target and old.is_file():
                old.unlink()
        except OSError as error:
            raise store_error(error, target) or error from error
        return saved

    def _remove(self, name: str) -> bool:
        path = self._own / f"{name}{_ENDING}"
        try:
            if not is_name(name) or not path.is_file():
                return False
            path.unlink()
        except OSError as error:
            raise store_error(error, path) or error from error
        return True

    def _export(self, names: Sequence[str], path: Path) -> None:
        from kireji.storage.prompt_bundles import ARCHIVE, packed

        files = [(name, self._source(name)) for name in names]
        if path.suffix.lower() != ARCHIVE and len(files) != 1:
            raise KirejiError(
                say("Several prompts go into one archive, so its name ends in .zip."),
                say("Choose a name such as prompts.zip."),
            )
        data = packed(files) if path.suffix.lower() == ARCHIVE else files[0][1]
        try:
            write_atomically(path.resolve(), data)
        except OSError as error:
            raise chosen_place_error(error, path) or error from error

    def _look(self) -> tuple[Sequence[Prompt], Sequence[str]]:
        files, problems = _listed(self._shipped, own=False)
        own, more = _listed(self._own, own=True)
        files, problems = files + own, problems + more
        if not problems and self._found is not None and self._found[0] == tuple(files):
            return self._found[1:]
        self._read = {file: self._read.get(file) or _parsed(file) for file in files}
        prompts: dict[str, Prompt] = {}
        for file, read in self._read.items():
            if isinstance(read, str):
                problems.append(read)
                continue
            prompts[read.prompt.name] = read.prompt
            problems += [
                f"In the prompt {file.path.name}: {remark if remark.endswith('?') else remark + '.'}"
                for remark in read.remarks
            ]
        ordered = tuple(sorted(prompts.values(), key=lambda prompt: (prompt.order, prompt.title, prompt.name)))
        self._found = (tuple(files), ordered, tuple(problems))
        return self._found[1:]


def _bundle(path: Path) -> PromptBundle:
    from kireji.storage.prompt_bundles import unpacked

    try:
        data = _bytes(path, LONGEST_BUNDLE)
    except PromptProblem as problem:
        raise KirejiError(_cannot(path, problem.reason)) from problem
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        # It is the person's file: of the data folder, which store_error speaks of, nothing is wrong.
        raise KirejiError(
            say("{path} cannot be read: {reason}.", path=path, reason=_reason(error)),
            say("Check the name; prompts are imported from a .md or .zip file."),
        ) from error
    except OSError as error:
        raise store_error(error, path) or error from error
    return unpacked(path.name, data)


def _listed(folder: Path, *, own: bool) -> tuple[list[_File], list[str]]:
    """The files of a folder by name, and what is wrong with some of them."""
    files: list[_File] = []
    problems: list[str] = []
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(_ENDING) and not name.startswith("."))
    except FileNotFoundError:
        return files, problems
    except OSError as error:
        return files, [f"The folder of prompts {folder} cannot be read: {_reason(error)}."]
    if len(names) > _MOST_FILES:
        problems.append(
            f"The folder {folder} has more than {_MOST_FILES} prompts; those after {names[_MOST_FILES - 1]}"
            " are left out."
        )
    for name in names[:_MOST_FILES]:
        path = folder / name
        try:
            status = path.stat()
        except OSError as error:
            problems.append(_cannot(path, _reason(error)))
            continue
        if not stat.S_ISREG(status.st_mode):
            problems.append(_cannot(path, "it is not a file"))
            continue
        stamp = _Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        files.append(_File(path, own, stamp))
    return files, problems


def _parsed(file: _File) -> ParsedPrompt | str:
    try:
        read = parse(file.path.stem, _bytes(file.path), own=file.own)
        return read if file.own else ParsedPrompt(_in_the_persons_language(read.prompt), read.remarks)
    except PromptProblem as problem:
        return _cannot(file.path, problem.reason, problem.line)
    except OSError as error:
        return _cannot(file.path, _reason(error))


def _in_the_persons_language(prompt: Prompt) -> Prompt:
    """A prompt that came with the program, which `packaging/translate` reads too."""
    variables = {
        name: msgspec.structs.replace(
            variable,
            description=_said(variable.description),
            default=variable.default and say(variable.default),
            choices=tuple(say(choice) for choice in variable.choices),
        )
        for name, variable in prompt.variables.items()
    }
    return msgspec.structs.replace(prompt, title=say(prompt.title), text=_said(prompt.text), variables=variables)


def _said(text: str) -> str:
    return say(text) if text else ""


def _bytes(path: Path, longest: int = LONGEST_FILE) -> bytes:
    """What a file holds, up to one byte more than is allowed."""
    # Between the look at it and now it may have become a pipe, whose opening would wait for a writer.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(number, "rb") as opened:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise PromptProblem("it is not a file")
        return opened.read(longest + 1)


def _cannot(path: Path, reason: str, line: int = 0) -> str:
    where = f" (line {line})" if line else ""
    return f"The prompt {path.name}{where} cannot be used: {reason}."


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
