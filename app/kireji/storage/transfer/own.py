"""Our own form: everything that the history holds, as JSON.

    {"format": "kireji-history", "version": 1, "program": "0.4.0", "exported": "2026-03-01T12:00:00Z",
     "conversations": [
    {"key": ..., "title": ..., "created": ..., "updated": ..., "head": ..., "messages": [
        {"key": ..., "parent": null, "message": {"role": "user", "parts": [{"kind": "text", "text": ...}]}, ...}]},
    ...
    ]}

Each conversation is one line, with all its branches; a message names the one it follows, which stands before it. `key`
is the same on every computer. Times are ISO 8601 in UTC to the microsecond; `raw` is base64; fields with their default
(`core.transfer`, `core.messages`) are left out. A part of the kind `image` or `document` names its bytes by their
SHA-256, and they lie as `pictures/<sha256>.<ending>` beside the file.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import msgspec

from kireji import __version__
from kireji.core.errors import TransferError
from kireji.core.messages import MessageState
from kireji.core.transfer import WholeConversation, WholeMessage
from kireji.core.words import say

FORMAT = "kireji-history"
VERSION = 1
NAME = "kireji.json"
PICTURES = "pictures"


def beginning(now: datetime) -> bytes:
    """What stands before the conversations."""
    header = {"format": FORMAT, "version": VERSION, "program": __version__, "exported": now.isoformat()}
    return json.dumps(header).encode()[:-1] + b', "conversations": [\n'


ENDING = b"\n]}\n"


def line(conversation: WholeConversation) -> bytes:
    """One conversation."""
    return msgspec.json.encode(conversation)


def check_header(header: dict[str, object]) -> None:
    """Refuse what this version cannot read.

    Raises:
        TransferError: A newer version wrote it, or it is no export of ours.
    """
    version = header.get("version")
    if header.get("format") != FORMAT or not isinstance(version, int):
        raise TransferError(say("This is not an export of Kireji."), say("Name the zip file that it made."))
    if version > VERSION:
        raise TransferError(
            say(
                "This export was written by a newer version of Kireji (format {theirs}; this one knows {ours}).",
                theirs=version,
                ours=VERSION,
            ),
            say("Update Kireji, then import it again; nothing was imported."),
        )


def conversation(value: Any) -> WholeConversation:
    """Read one conversation.

    Raises:
        ValueError: It is none; the text says why.
    """
    try:
        found = msgspec.convert(value, WholeConversation)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(say("It is not as this version writes it ({why}).", why=str(error)[:120])) from error
    if not found.key or not found.messages:
        raise ValueError(say("It has no identifier, or no messages."))
    return msgspec.structs.replace(found, messages=tuple(map(_settled, found.messages)))


def _settled(message: WholeMessage) -> WholeMessage:
    """Nobody writes on what was read from a file."""
    if message.state is not MessageState.STREAMING:
        return message
    return msgspec.structs.replace(message, state=MessageState.INTERRUPTED)
