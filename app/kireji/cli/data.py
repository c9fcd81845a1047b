"""`kireji data`: all that is kept, as a list, as one file, and deleted."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from kireji.cli.console import Console, OutputClosed
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.personal_data import DataExported, DataProgress, Erased, ErasePlan, Kept
from kireji.core.words import say
from kireji.services.application import Services
from kireji.services.personal_data import Inventory, names_by_provider

WORD = "delete"
"""What is typed to agree."""


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand.

    Raises:
        WrongUsage: Nobody can be asked.
    """
    match arguments.action:
        case "show":
            return _show(console, as_json=arguments.json)
        case "export":
            return _export(arguments, console)
    if not arguments.yes and (arguments.json or not console.typed_at):
        raise WrongUsage("say --yes to delete without being asked")
    return _delete(arguments, console)


def _show(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        kept = await services.personal().kept()
        if as_json:
            console.object({"kept": [kept_value(each) for each in kept], "bytes": sum(each.size for each in kept)})
            return DONE
        _table(kept, console)
        console.note(say("{size} in all.", size=size_words(sum(each.size for each in kept))))
        return DONE

    return work


def _table(kept: Sequence[Kept], console: Console) -> None:
    rows = [(each.area.title, f"{each.files:,}", size_words(each.size), os.fspath(each.folder)) for each in kept]
    console.table((say("What"), say("Files"), say("Size"), say("Folder")), rows)


def _export(arguments: argparse.Namespace, console: Console) -> Work:
    path = Path(os.path.abspath(arguments.path))

    def told(progress: DataProgress) -> None:
        total = f" of {progress.total:,}" if progress.total else ""
        console.progress(f"{progress.what}: {progress.done:,}{total}")

    async def work(services: Services) -> int:
        try:
            done = await services.personal().export(path, overwrite=arguments.overwrite, told=told)
        finally:
            console.progress("")
        if arguments.json:
            console.object(exported_value(done))
            return DONE
        console.line(str(done.path))
        console.note(
            f"{done.conversations:,} conversations, {done.messages:,} messages, {done.pictures:,} pictures, answers of "
            f"{done.jobs:,} jobs; {size_words(done.size)}. README.txt in it says what is what."
        )
        for problem in done.problems:
            console.note(f"Not taken along: {problem}")
        return DONE

    return work


def _delete(arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        personal = services.personal()
        found = await personal.inventory()
        if not arguments.yes:
            _show_what_goes(found, arguments, console)
            console.note(f'To take it along first: kireji data export FILE.zip. Type "{WORD}" to delete:')
            if (await console.answer()).strip().casefold() != WORD:
                console.note("Nothing was deleted.")
                return FAILED
        backups = str(found.backups or "") if arguments.backups_too else ""
        keys = () if arguments.keep_keys else found.keys.names
        if found.keys.problem and not arguments.keep_keys:
            console.note(f"{found.keys.problem} Keys in it stay; delete them there.")
        await personal.erase(ErasePlan(arguments.keep_settings, backups), keys)
        return DONE

    return work


def _show_what_goes(found: Inventory, arguments: argparse.Namespace, console: Console) -> None:
    kept = [each for each in found.kept if not (arguments.keep_settings and each.area.value == "settings")]
    console.note("This goes for good:")
    _table(kept, console)
    if found.keys.names and not arguments.keep_keys:
        keys = ", ".join(f"{provider} ({count})" for provider, count in names_by_provider(found.keys.names).items())
        console.note(f"Keys in the keychain: {keys}.")
    if found.autostart:
        console.note("The entry that starts Kireji with the session.")
    if found.backups is not None:
        fate = "go, too" if arguments.backups_too else "stay; --backups-too deletes them"
        console.note(f"Backups in {found.backups} {fate}.")
    for job in found.at_service:
        console.note(
            f"Job {job.id} is with a service and goes on there, and is paid. To stop it: kireji batch cancel {job.id}"
        )
    console.note("On an SSD nobody can promise that deleted files cannot be recovered; encrypt the disk for that.")


def finish(arguments: argparse.Namespace, erase: Callable[[], Erased | None], console: Console | None = None) -> int:
    """What comes after a command that has agreed to delete, when its services are closed.

    Args:
        arguments: From the parser.
        erase: Deletes what was agreed to; None when that is nothing.
        console: The standard streams; the process's own when None.

    Returns:
        The exit code.
    """
    console = console or Console.of_process()
    try:
        erased = erase()
    except KirejiError as error:
        console.note(f"kireji: {error.sentence}")
        return FAILED
    if erased is None:
        return DONE
    code = FAILED if erased.left else DONE
    try:
        if arguments.json:
            console.object(erased_value(erased))
        else:
            console.line("\n".join(erased_words(erased)))
    except OutputClosed:
        return code
    except KirejiError as error:  # it is deleted all the same
        console.note(f"kireji: {error.sentence}")
        return FAILED
    return code


def erased_words(erased: Erased) -> Sequence[str]:
    """What became of it."""
    lines = [f"Deleted: {erased.files:,} files, {size_words(erased.size)}."]
    lines += [f"Not deleted: {each}" for each in erased.left]
    if erased.foreign:
        lines.append(f"Left alone, because it is not Kireji's: {erased.foreign:,} other files or folders beside it.")
    return lines


def erased_value(erased: Erased) -> dict[str, object]:
    """The same as JSON."""
    return {"files": erased.files, "bytes": erased.size, "left": list(erased.left), "foreign": erased.foreign}


def kept_value(kept: Kept) -> dict[str, object]:
    """One kind as JSON."""
    return {"what": kept.area.value, "folder": str(kept.folder), "files": kept.files, "bytes": kept.size}


def exported_value(done: DataExported) -> dict[str, object]:
    """What was written, as JSON."""
    return {
        "path": str(done.path),
        "conversations": done.conversations,
        "messages": done.messages,
        "pictures": done.pictures,
        "lost": done.lost,
        "jobs": done.jobs,
        "files": done.files,
        "bytes": done.size,
        "problems": list(done.problems),
    }


def size_words(size: int) -> str:
    """Bytes as people read them."""
    for unit, bytes_of in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= bytes_of:
            return f"{size / bytes_of:.1f} {unit}"
    return f"{size} bytes"
