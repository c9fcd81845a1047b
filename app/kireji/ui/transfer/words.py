"""What is said of exports, imports and backups."""

from __future__ import annotations

from datetime import datetime

from kireji.core.transfer import Backup, ExportReport, Format, ImportReport
from kireji.ui.chat.words import count, size
from kireji.ui.translation import mark, plural, tr

FORMS = (
    (Format.MARKDOWN, mark("Markdown"), mark("To read, and to go on with elsewhere: text with pictures beside it.")),
    (Format.HTML, mark("Web page"), mark("To read in any browser: one file for each conversation, with its pictures.")),
    (Format.JSON, mark("Kireji's own form"), mark("To import again: everything, with all branches and pictures.")),
)  # fmt: skip

_MOST_LINES = 12
_FORBIDDEN = '<>:"/\\|?*'


def conversations(number: int) -> str:
    """So many conversations."""
    return plural(number, "1 conversation", "{n} conversations", n=count(number))


def messages(number: int) -> str:
    """So many messages."""
    return plural(number, "1 message", "{n} messages", n=count(number))


def pictures(number: int) -> str:
    """So many pictures."""
    return plural(number, "1 picture", "{n} pictures", n=count(number))


def added(report: ImportReport) -> str:
    """What came, in a sentence."""
    if report.is_empty:
        return tr("Nothing was added: there is no conversation in it that can be read.")
    if report.pictures and not (report.conversations or report.messages):
        return plural(
            report.pictures,
            "1 lost picture is there again; nothing else is new.",
            "{n} lost pictures are there again; nothing else is new.",
            n=count(report.pictures),
        )
    if not (report.conversations or report.messages):
        return tr("Nothing new: everything in it is there already.")
    parts = [
        tr(
            "Added {conversations} and {messages}.",
            conversations=conversations(report.conversations),
            messages=messages(report.messages),
        )
    ]
    if report.pictures:
        parts.append(tr("{pictures} came with it.", pictures=pictures(report.pictures)))
    if report.present:
        parts.append(tr("{conversations} had nothing new.", conversations=conversations(report.present)))
    return " ".join(parts)


def would_add(report: ImportReport) -> str:
    """What a restore would do."""
    if report.is_empty:
        return tr("There is no conversation in it that can be read.")
    if report.pictures and not (report.conversations or report.messages):
        return plural(
            report.pictures,
            "1 lost picture would be there again; nothing else is new.",
            "{n} lost pictures would be there again; nothing else is new.",
            n=count(report.pictures),
        )
    if not (report.conversations or report.messages):
        return tr("Nothing would be added: everything in it is there already.")
    return tr(
        "{conversations} and {messages} would be added. Nothing that is there is changed, and a copy of the history as "
        "it is now is made first.",
        conversations=conversations(report.conversations),
        messages=messages(report.messages),
    )


def details(report: ImportReport) -> str:
    """What did not come, one line each; empty when all did."""
    lines = []
    if report.removed and not report.only_looked:
        lines.append(
            plural(
                report.removed,
                "1 conversation that you deleted did not come back.",
                "{n} conversations that you deleted did not come back.",
                n=count(report.removed),
            )
        )
    if report.unsupported:
        kinds = tr(", ").join(f"{kind} ({count(number)})" for kind, number in sorted(report.unsupported.items()))
        lines.append(tr("Kept as a note in the text: {kinds}", kinds=kinds))
    lines += [f"{problem.where}: {problem.why}" for problem in report.problems[:_MOST_LINES]]
    if (rest := len(report.problems) - _MOST_LINES) > 0:
        lines.append(plural(rest, "and 1 more", "and {n} more", n=count(rest)))
    return "\n".join(lines)


def exported(report: ExportReport) -> str:
    """What was written."""
    sentence = tr("Exported {conversations} to {path}.", conversations=conversations(report.conversations),
                  path=report.path)  # fmt: skip
    if report.lost:
        lost = plural(report.lost, "1 picture is missing or damaged.", "{n} pictures are missing or damaged.")
        sentence = f"{sentence} {lost}"
    return sentence


def backup_made(backup: Backup, now: datetime) -> str:
    """When a backup was made, and what is known of it.

    Args:
        backup: Which.
        now: In the person's own zone.
    """
    return tr("Last backup {when}, checked, {size}.", when=moment(backup, now), size=size(backup.content.size))


def backup_entry(backup: Backup, now: datetime) -> str:
    """A backup in a menu."""
    held = conversations(backup.content.conversations)
    return tr("{when} · {conversations}", when=moment(backup, now), conversations=held)


def moment(backup: Backup, now: datetime) -> str:
    """When it was made: today 09:12, yesterday 18:03, 2026-03-01 12:00."""
    made = backup.content.made.astimezone()
    clock = f"{made:%H:%M}"
    days = (now.date() - made.date()).days
    if days <= 0:
        return tr("today {time}", time=clock)
    if days == 1:
        return tr("yesterday {time}", time=clock)
    return f"{made:%Y-%m-%d} {clock}"


def file_name(title: str) -> str:
    """A title as the beginning of a file's name."""
    plain = "".join(" " if letter in _FORBIDDEN or not letter.isprintable() else letter for letter in title)
    return " ".join(plain.split()).strip(". ")[:60] or f"kireji {datetime.now().astimezone():%Y-%m-%d}"
