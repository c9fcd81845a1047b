"""Tools, their sources and what was decided, as people read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from kireji.core.permissions import Decision, Grant, Reason, Scope
from kireji.core.tools import BUILT_IN, Outside, SourceKind, SourceState, SourceStatus, Tool
from kireji.ui.chat.markdown.characters import clean, clean_code
from kireji.ui.chat.tool_names import name_by_wire
from kireji.ui.chat.words import count
from kireji.ui.translation import mark, plural, tr

ALLOWED, ASK, DENIED, OFF = "allowed", "ask", "denied", "off"
"""What holds for a tool; all but the last as `Permissions.word` has it."""
WORDS: Mapping[str, str] = {ALLOWED: mark("allowed"), ASK: mark("ask"), DENIED: mark("denied"), OFF: mark("off")}

_OUTSIDE: Mapping[Outside, str] = {
    Outside.SCREEN: mark("your screen"),
    Outside.WEB: mark("the web"),
    Outside.FILE: mark("a file"),
    Outside.CLIPBOARD: mark("the clipboard"),
    Outside.QUOTE: mark("a quotation"),
    Outside.TOOL: mark("a plugin or a server"),
}
_ASKED: Mapping[Reason, str] = {
    Reason.ALWAYS_ASKS: mark("it always asks"),
    Reason.OUTSIDE: mark("words from outside stood in the conversation"),
    Reason.CHANGED: mark("it had changed since it was allowed"),
    Reason.EXPIRED: mark("the permission had ended"),
    Reason.NEW: mark("nothing was said about it yet"),
}
_BY_RULE: Mapping[Reason, str] = {
    Reason.PURE: mark("By rule: it only computes"),
    Reason.GRANTED: mark("By rule: you had allowed it"),
    Reason.DENIED: mark("By rule: you had denied it"),
}
_ALLOWED_BY_YOU: Mapping[Scope, str] = {
    Scope.ONCE: mark("You, once"),
    Scope.CONVERSATION: mark("You, for this conversation"),
    Scope.FOLDER: mark("You, for a folder"),
    Scope.HOST: mark("You, for a host"),
    Scope.UNTIL: mark("You, for a time"),
}
_DOES: Mapping[str, str] = {
    "calculate": mark("Calculates exactly, also with functions such as sqrt, log, round and mean."),
    "capture_screen": mark("Takes a picture of your screen as it is at that moment."),
    "convert_units": mark("Converts units of measurement, temperatures and data sizes. No currencies."),
    "fetch_page": mark("Fetches a page, a text, a picture or a PDF from the web; nobody is signed in there."),
    "list_folder": mark("Lists what is in a folder: names, sizes and times."),
    "read_clipboard": mark("Reads what you have copied: text or a picture."),
    "read_file": mark("Reads a file: text, picture or PDF."),
    "run_command": mark("Runs a command line in your shell. You see it before it runs."),
    "search_files": mark("Finds files below a folder by their names or by the text in them."),
    "time": mark("Tells date and time, also of other zones and other moments."),
}
"""What the built-in tools do, said to the person; their own descriptions are English and speak to a model."""
_MOST_ARGUMENTS = 160
_MOST_WORDS = 200
_LONG_WORD = re.compile(r"\S{24,}")
_BREAKS = re.compile(r"(?<=[/\\._:,&?=-])(?=\w)")


class Chip(NamedTuple):
    """A state in the room of a chip.

    Args:
        words: The words.
        kind: ok, warn, error or idle.
    """

    words: str
    kind: str


def word(key: str) -> str:
    """What holds for a tool, in one word."""
    return tr(WORDS[key]) if key in WORDS else key


def source_name(source: str, titles: Mapping[str, str] = {}) -> str:
    """A source of tools in a line of its own: "Kireji", "weather", "mcp: git".

    Args:
        source: Its id.
        titles: What people call those that are there now, by their ids.
    """
    kind, _, name = source.partition(":")
    name = titles.get(source) or name
    if kind == SourceKind.BUILT_IN.value:
        return tr("Built in")
    return tr("mcp: {name}", name=name) if kind == SourceKind.MCP.value else name


def tools(number: int) -> str:
    """So many tools."""
    return plural(number, "1 tool", "{n} tools", n=count(number))


def state_chip(status: SourceStatus) -> Chip:
    """How a source stands."""
    match status.state:
        case SourceState.READY:
            return Chip(tr("ready"), "ok")
        case SourceState.IDLE:
            return Chip(tr("not started"), "idle")
        case SourceState.STARTING:
            return Chip(tr("starting…"), "idle")
        case SourceState.FAILED:
            return Chip(tr("failed"), "error")
        case SourceState.OFF:
            return Chip(tr("switched off"), "idle")


def outside_words(outside: Iterable[Outside]) -> str:
    """Where words come from, joined: "your screen and the web"; empty for nowhere."""
    found = frozenset(outside)
    words = [tr(words) for kind, words in _OUTSIDE.items() if kind in found]
    if len(words) < 2:
        return "".join(words)
    return tr("{some} and {last}", some=tr(", ").join(words[:-1]), last=words[-1])


def time_words(moment: datetime, now: datetime) -> str:
    """When something was or will be: today 09:12, yesterday 18:03, 2026-03-01 12:00.

    Args:
        moment: In any zone.
        now: In the person's own.
    """
    there = moment.astimezone(now.tzinfo)
    clock = f"{there:%H:%M}"
    days = (now.date() - there.date()).days
    if days in (0, 1, -1):
        texts = {0: mark("today {time}"), 1: mark("yesterday {time}"), -1: mark("tomorrow {time}")}
        return tr(texts[days], time=clock)
    return f"{there:%Y-%m-%d} {clock}"


# Permissions.


def holds_for(grant: Grant, conversation: str = "") -> str:
    """Which calls a permission or a denial is about.

    Args:
        grant: Which.
        conversation: Title of its conversation; empty when that is not known.
    """
    pattern, parts = grant.pattern, []
    if pattern.folder:
        parts.append(tr("files in {folder}", folder=pattern.folder))
    if pattern.host:
        parts.append(tr("pages of {host}", host=pattern.host))
    if pattern.digest:
        parts.append(tr("one call with exactly these arguments"))
    if grant.conversation is not None:
        parts.append(tr("the conversation “{title}”", title=conversation) if conversation else tr("one conversation"))
    return tr(", ").join(parts) if parts else tr("every call")


def lasts(grant: Grant, now: datetime) -> str:
    """Since when, and until when."""
    since = tr("since {when}", when=time_words(grant.given, now))
    if grant.until is None:
        return since
    ended = grant.until <= now
    until = time_words(grant.until, now)
    return f"{since} · {tr('ended {when}', when=until) if ended else tr('until {when}', when=until)}"


def is_void(grant: Grant, fingerprint: str | None, now: datetime) -> str:
    """Why a permission no longer holds, in a chip's words; empty while it does.

    Args:
        grant: Which; a denial is never void by a change.
        fingerprint: Of its source as it is now; None when there is no such source.
        now: Any zone.
    """
    if grant.until is not None and grant.until <= now:
        return tr("ended")
    if not grant.allows:
        return ""
    if fingerprint is None:
        return tr("not there any more")
    return "" if grant.fingerprint == fingerprint else tr("void: it has changed since")


# The log.


def decided(decision: Decision) -> str:
    """Who decided a call, and why."""
    if decision.by == "nobody":
        return tr("Nobody: the answer was stopped, or nobody was there to be asked")
    if decision.by == "rule":
        return tr(_BY_RULE[decision.reason]) if decision.reason in _BY_RULE else tr("By rule")
    if decision.allowed:
        who = tr(_ALLOWED_BY_YOU[decision.scope])
    else:
        who = tr("You, once") if decision.scope is Scope.ONCE else tr("You, from then on")
    why = _ASKED.get(decision.reason)
    if decision.reason is Reason.OUTSIDE and decision.outside:
        return tr("{who}; asked because the conversation contained text from {outside}", who=who,
                  outside=outside_words(decision.outside))  # fmt: skip
    return tr("{who}; asked because {why}", who=who, why=tr(why)) if why else who


def shortened(arguments: str) -> str:
    """Arguments of a call in one line: `path: "~/a.py"  lines: 30`.

    Args:
        arguments: JSON text, perhaps cut off.
    """
    try:
        tree = json.loads(arguments)
    except (ValueError, RecursionError):
        tree = None
    if isinstance(tree, dict):
        line = "  ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in tree.items())
    else:
        line = " ".join(arguments.split())
    return _cut(clean_code(line), _MOST_ARGUMENTS)


# Words of others.


def tool_title(tool: Tool) -> str:
    """A tool as people know it, without its source; its author has chosen the words unless it is one of ours."""
    if tool.source == BUILT_IN:
        return name_by_wire(tool.name)
    return breakable(one_line(tool.title or tool.own_name))


def tool_description(tool: Tool) -> str:
    """What a tool does; its author has chosen the words unless it is one of ours."""
    if tool.source == BUILT_IN and tool.own_name in _DOES:
        return tr(_DOES[tool.own_name])
    return breakable(one_line(tool.description))


def one_line(text: str) -> str:
    """The first sentence or line of what a plugin or a server says of itself, without what could disguise it."""
    first = next((line for line in text.strip().splitlines() if line.strip()), "")
    sentence, stop, _ = clean(first).strip().partition(". ")
    return _cut(f"{sentence}{stop}".strip(), _MOST_WORDS)


def breakable(text: str) -> str:
    """The same with places at which paths and addresses may go on in the next line."""
    return _LONG_WORD.sub(lambda found: _BREAKS.sub("\N{ZERO WIDTH SPACE}", found[0]), text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
