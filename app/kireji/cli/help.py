"""`kireji help`: a page of the help on the terminal. It opens nothing, not even the settings."""

from __future__ import annotations

import argparse
import shutil

from kireji import resources
from kireji.cli.console import Console, OutputClosed
from kireji.core.errors import KirejiError
from kireji.core.help_pages import HelpPage, close_names, find_page, read_pages, search
from kireji.core.help_text import plain_text

_WIDEST = 96
"""Columns: longer lines are hard to read."""
_DONE, _FAILED, _USAGE, _INTERRUPTED = 0, 1, 2, 130
"""As in `cli.work`, which would bring the services with it."""
_MOST = 12
"""Places that a search shows."""


def run(arguments: argparse.Namespace, console: Console | None = None) -> int:
    """Print a page, or which there are.

    Args:
        arguments: `topic`, as words, and `search`.
        console: The standard streams; the process's own when None.

    Returns:
        The exit code.
    """
    console = console or Console.of_process()
    pages = read_pages(resources.texts("help"))
    topic = " ".join(arguments.topic)
    try:
        if arguments.search:
            return _search(console, pages, arguments.search)
        return _page(console, pages, topic) if topic else _topics(console, pages)
    except OutputClosed:
        return _DONE
    except KirejiError as error:
        console.note(f"kireji: {error.sentence}")
        return _FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED


def _topics(console: Console, pages: tuple[HelpPage, ...]) -> int:
    console.table((), [(page.name, page.title) for page in pages])
    console.note("kireji help TOPIC prints one of them; kireji help --search WORDS looks through all.")
    return _DONE


def _page(console: Console, pages: tuple[HelpPage, ...], topic: str) -> int:
    page = find_page(pages, topic)
    if page is None:
        close = close_names(pages, topic)
        meant = f" Did you mean {' or '.join(close)}?" if close else " kireji help lists what there is."
        console.note(f"kireji help: there is no page called “{topic}”.{meant}")
        return _USAGE
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    console.write(plain_text(page, width))
    return _DONE


def _search(console: Console, pages: tuple[HelpPage, ...], words: str) -> int:
    found = search(pages, words)
    if not found:
        console.note(f"kireji help: nothing found for “{words}”. Try fewer or shorter words.")
        return _FAILED
    console.table((), [(each.page.name, each.section.title, each.excerpt) for each in found[:_MOST]], gives_way=2)
    return _DONE
