"""A conversation as Markdown to read: the path that is shown, first to last."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kireji.core.messages import (
    Citation,
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    OpaquePart,
    Part,
    Sha256,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.transfer import WholeConversation, WholeMessage
from kireji.storage.transfer.loose import fenced
from kireji.storage.transfer.telling import Calls, remarks, speaker, told, versions, when


def as_markdown(conversation: WholeConversation, files: Mapping[Sha256, str]) -> str:
    """All of it.

    Args:
        conversation: What to write.
        files: Where the pictures are that are written beside it.
    """
    title = " ".join(conversation.title.split())
    blocks = [f"# {title}", f"*{when(conversation.created)}*"]
    several, calls = versions(conversation), Calls(conversation)
    for one in conversation.path:
        blocks.append(_heading(one, several.get(one.key)))
        blocks.extend(block for part in told(one.message) if (block := _block(part, files, one.message, calls)))
        blocks.extend(f"*{remark}*" for remark in remarks(one))
    return "\n\n".join(blocks) + "\n"


def _heading(message: WholeMessage, version: tuple[int, int] | None) -> str:
    which = f" · version {version[0]} of {version[1]}" if version else ""
    return f"## {speaker(message)} · {when(message.created)}{which}"


def _block(part: Part, files: Mapping[Sha256, str], message: Message, calls: Calls) -> str:
    match part:
        case TextPart(text, citations):
            return _joined(text.strip("\n"), _sources(citations))
        case ImagePart(blob, _, width, height):
            words = f"Picture, {width} x {height}"
            return f"![{words}]({files[blob]})" if blob in files else f"*[{words}: lost]*"
        case LinkedImagePart(url):
            return f"<{url}>"
        case DocumentPart(blob, _, name):
            return f"[{_plain(name) or 'Document'}]({files[blob]})" if blob in files else f"*[{_plain(name)}: lost]*"
        case ThinkingPart(text):
            return _quoted("**Thinking**\n\n" + text) if text.strip() else ""
        case ToolCallPart(arguments=arguments):
            written = fenced(arguments, _language(arguments)) if arguments else ""
            left = calls.unanswered(part)
            return _joined(f"**{_plain(calls.call(part))}**", written, f"*[{left}]*" if left else "")
        case ToolResultPart(content=content):
            inner = (
                fenced(item.text) if isinstance(item, TextPart) else _block(item, files, message, calls)
                for item in content
            )
            return _joined(f"**{_plain(calls.result(part, message))}**", *inner)
        case OpaquePart(kind):
            return f"*[{_plain(kind)}]*"


def _joined(*blocks: str) -> str:
    return "\n\n".join(filter(None, blocks))


def _language(arguments: str) -> str:
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return ""
    return "json"


def _sources(citations: tuple[Citation, ...]) -> str:
    named = [" ".join(filter(None, (_plain(one.title), f"<{one.source}>" if one.source else ""))) for one in citations]
    return "\n".join(f"- {one}" for one in dict.fromkeys(filter(None, named)))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _plain(text: str) -> str:
    """A name on one line that ends no link."""
    return " ".join(text.split()).replace("[", "(").replace("]", ")")
