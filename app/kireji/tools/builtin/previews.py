"""What people see of a call before it runs: the very command, the very address, the very place on the disk."""

from __future__ import annotations

import os.path
from urllib.parse import urlsplit

from kireji.core.places import host_of, is_near
from kireji.core.tools import Arguments
from kireji.core.words import say


def preview(name: str, arguments: Arguments) -> str:
    """What a call would do, in its own form; empty where its arguments say all.

    Args:
        name: Of the tool.
        arguments: Valid ones.
    """
    match name:
        case "run_command":
            return say(
                "{command}\nin the folder {folder}",
                command=plainly(str(arguments.get("command", ""))),
                folder=plainly(_place(str(arguments.get("folder", "~")))),
            )
        case "fetch_page":
            return _address(str(arguments.get("url", "")))
        case "read_file" | "list_folder":
            return plainly(_place(str(arguments.get("path", ""))))
        case "search_files":
            return plainly(_place(str(arguments.get("folder", ""))))
    return ""


def plainly(text: str) -> str:
    """A text in which every sign can be seen: what is none, or turns others around, is written as a number."""
    return "".join(sign if sign.isprintable() or sign == "\n" else f"\\u{ord(sign):04x}" for sign in text)


def _place(path: str) -> str:
    try:
        return os.path.realpath(os.path.expanduser(path))
    except (OSError, ValueError):
        return path


def _address(url: str) -> str:
    host = host_of(url)
    if not host:
        return plainly(url)
    parts = urlsplit(url)
    written = plainly(parts._replace(netloc=host).geturl())
    return say("{address}\nin your own network", address=written) if is_near(host) else written
