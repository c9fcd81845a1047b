"""Quick prompts in files; their form stands in `core.prompts`."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from kireji.core.prompts import LONGEST_FILE, ParsedPrompt, Prompt, PromptProblem, Variable, parse
from kireji.core.words import say

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
        name: Variable(say(variable.description), variable.default and say(variable.default))
        for name, variable in prompt.variables.items()
    }
    return msgspec.structs.replace(prompt, title=say(prompt.title), text=say(prompt.text), variables=variables)


def _bytes(path: Path) -> bytes:
    """What a file holds, up to one byte more than is allowed."""
    # Between the look at it and now it may have become a pipe, whose opening would wait for a writer.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(number, "rb") as opened:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise PromptProblem("it is not a file")
        return opened.read(LONGEST_FILE + 1)


def _cannot(path: Path, reason: str, line: int = 0) -> str:
    where = f" (line {line})" if line else ""
    return f"The prompt {path.name}{where} cannot be used: {reason}."


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
