"""`kireji history export`, `import`, `backup` and `restore`."""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from pathlib import Path

from kireji.cli.console import Console
from kireji.cli.values import time_value
from kireji.cli.work import DONE, FAILED, Work, WrongUsage
from kireji.core.errors import KirejiError
from kireji.core.transfer import Backup, ExportReport, Format, ImportReport, Kind, Progress
from kireji.services.application import Services

_SHOWN_EVERY = 0.1
"""Seconds between two lines of progress."""
_MOST_PROBLEMS = 20


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand.

    Raises:
        WrongUsage: Numbers and --all, or nobody can be asked.
    """
    match arguments.action:
        case "export":
            return _export(arguments, console)
        case "import":
            return _import(arguments, console)
        case "backup":
            return _backup(arguments, console)
    return _restore(arguments, console)


def _export(arguments: argparse.Namespace, console: Console) -> Work:
    if arguments.all and arguments.ids:
        raise WrongUsage("say either --all or which conversations")
    form = Format(arguments.format)

    async def work(services: Services) -> int:
        ids = None if arguments.all else list(dict.fromkeys(arguments.ids)) or [await _latest(services)]
        path = Path(arguments.output) if arguments.output else _new_name()
        shown = _Shown(console, "exported")
        report = await services.transfer().export(ids, path, form, overwrite=arguments.overwrite, told=shown.told)
        shown.end()
        if arguments.json:
            console.object(export_value(report))
        else:
            console.line(str(report.path))
            if report.lost:
                console.note(f"{_some(report.lost, 'picture')} could not be written: the bytes are missing or damaged.")
        return DONE

    return work


def _import(arguments: argparse.Namespace, console: Console) -> Work:
    kind = Kind(arguments.kind) if arguments.kind else None

    async def work(services: Services) -> int:
        shown = _Shown(console, "read")
        report = await services.transfer().bring_in(
            Path(arguments.path),
            kind,
            only_look=arguments.dry_run,
            removed_too=arguments.removed,
            told=shown.told,
        )
        shown.end()
        return _print(report, console, as_json=arguments.json)

    return work


def _backup(arguments: argparse.Namespace, console: Console) -> Work:
    async def work(services: Services) -> int:
        backup = await services.backups().make(Path(arguments.path) if arguments.path else None)
        if arguments.json:
            console.object(backup_value(backup))
        else:
            console.line(str(backup.path))
            content = backup.content
            console.note(
                f"Checked: {_some(content.conversations, 'conversation')}, {_some(content.messages, 'message')}, "
                f"{_some(content.blobs, 'picture')}, {content.size / 1e6:.1f} MB."
            )
            if content.lost:
                console.note(
                    f"{_some(content.lost, 'picture')} of the history could not be copied: missing or damaged."
                )
        return DONE

    return work


def _restore(arguments: argparse.Namespace, console: Console) -> Work:
    path = Path(arguments.path)
    sure = arguments.yes or arguments.dry_run
    if not sure and (arguments.json or not console.typed_at):
        raise WrongUsage("say --yes, or --dry-run to see what would be added")

    async def work(services: Services) -> int:
        shown = _Shown(console, "read")
        backups = services.backups()
        if not arguments.yes:
            report = await backups.preview(path, removed_too=arguments.removed, told=shown.told)
            shown.end()
            if arguments.dry_run:
                return _print(report, console, as_json=arguments.json)
            console.note(sentence(report))
            if not (report.conversations or report.messages or report.pictures):
                return DONE
            console.note("A copy of the history as it is now is made first. Restore? [y/N]")
            if (await console.answer()).lower() not in ("y", "yes"):
                console.note("Nothing was changed.")
                return FAILED
        report = await backups.restore(path, removed_too=arguments.removed, told=shown.told)
        shown.end()
        return _print(report, console, as_json=arguments.json)

    return work


def _print(report: ImportReport, console: Console, *, as_json: bool) -> int:
    if as_json:
        console.object(report_value(report))
    else:
        console.line(sentence(report))
        for line in details(report):
            console.note(line)
    return FAILED if report.is_empty and report.problems else DONE


def sentence(report: ImportReport) -> str:
    """What came, or would come."""
    if report.is_empty:
        return "Nothing was added: there is no conversation in it that can be read."
    if report.pictures and not (report.conversations or report.messages):
        verb = "would be" if report.only_looked else "is" if report.pictures == 1 else "are"
        return f"{_some(report.pictures, 'lost picture')} {verb} there again; nothing else is new."
    if not (report.conversations or report.messages):
        there = _some(report.present, "conversation")
        return f"Nothing new: {there} {'is' if report.present == 1 else 'are'} there already."
    verb = "would be added" if report.only_looked else "added"
    parts = [
        f"{_some(report.conversations, 'conversation')} and {_some(report.messages, 'message')} {verb}",
        f"with {_some(report.pictures, 'picture')}" if report.pictures else "",
    ]
    were = f"{_some(report.extended, 'conversation')} that {'was' if report.extended == 1 else 'were'} there"
    grown = f"{were} got new messages" if report.extended else ""
    tail = "; ".join(filter(None, (grown, f"{report.present:,} unchanged" if report.present else "")))
    return " ".join(filter(None, parts)) + (f"; {tail}." if tail else ".")


def details(report: ImportReport) -> list[str]:
    """What did not come, and why."""
    lines = []
    if report.removed:
        lines.append(
            f"{_some(report.removed, 'conversation')} that you removed did not come back; --removed does that."
        )
    if report.unsupported:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in sorted(report.unsupported.items()))
        lines.append(f"Kept as a note in the text: {kinds}.")
    lines += [f"Not read: {problem.where}: {problem.why}" for problem in report.problems[:_MOST_PROBLEMS]]
    if (rest := len(report.problems) - _MOST_PROBLEMS) > 0:
        lines.append(f"Not read: {rest} more.")
    return lines


def report_value(report: ImportReport) -> dict[str, object]:
    """A report as JSON."""
    return {
        "dry_run": report.only_looked,
        "conversations": report.conversations,
        "extended": report.extended,
        "messages": report.messages,
        "pictures": report.pictures,
        "unchanged": report.present,
        "removed": report.removed,
        "unsupported": dict(report.unsupported),
        "problems": [{"where": problem.where, "why": problem.why} for problem in report.problems],
    }


def export_value(report: ExportReport) -> dict[str, object]:
    """What was written, as JSON."""
    return {
        "path": str(report.path),
        "conversations": report.conversations,
        "messages": report.messages,
        "pictures": report.pictures,
        "lost": report.lost,
    }


def backup_value(backup: Backup) -> dict[str, object]:
    """A backup as JSON."""
    content = backup.content
    return {
        "path": str(backup.path),
        "made": time_value(content.made),
        "schema": content.schema,
        "conversations": content.conversations,
        "messages": content.messages,
        "pictures": content.blobs,
        "lost": content.lost,
        "bytes": content.size,
        "checked": True,
    }


class _Shown:
    """Progress on the terminal.

    Args:
        console: The standard streams.
        verb: What has happened to those that are through.
    """

    def __init__(self, console: Console, verb: str) -> None:
        self._console = console
        self._verb = verb
        self._last = 0.0

    def told(self, progress: Progress) -> None:
        """Show it, but not too often."""
        now = time.monotonic()
        if now - self._last >= _SHOWN_EVERY:
            self._last = now
            total = f" of {progress.total:,}" if progress.total else ""
            self._console.progress(f"{progress.done:,}{total} conversations {self._verb}")

    def end(self) -> None:
        """Take the line away."""
        self._console.progress("")


async def _latest(services: Services) -> int:
    latest = await services.conversations.latest()
    if latest is None:
        raise KirejiError("The history is empty.", "Ask something first: kireji ask PROMPT")
    return latest.id


def _new_name() -> Path:
    """A zip in this folder whose name is free."""
    stem = f"kireji-export-{datetime.now().astimezone():%Y-%m-%d}"
    path, number = Path(f"{stem}.zip"), 1
    while path.exists():
        number += 1
        path = Path(f"{stem}-{number}.zip")
    return path


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
