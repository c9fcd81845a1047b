"""A conversation as one page of HTML that needs nothing else and runs nothing.

Everything that was said is escaped, or comes from the renderer that was given; pictures are our own stored bytes. The
page's policy allows nothing but these and its one style sheet, so that a fault in the rendering still loads nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from html import escape
from typing import TypeAlias

from kireji.core.messages import (
    Citation,
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    OpaquePart,
    Part,
    Role,
    Sha256,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.transfer import WholeConversation, WholeMessage
from kireji.storage.transfer.telling import Calls, remarks, speaker, told, versions, when

_PICTURES = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))

_STYLE = """
:root { color-scheme: light dark; --ground: #fbfaf8; --raised: #fff; --text: #1d1c1a; --muted: #6a675f;
  --line: #e2dfd8;
  --code: #f2f0eb; --link: #8a3b12; --keyword: #8a3b12; --string: #2f6b3a; --comment: #77736a; --number: #1f5f8b;
  --name: #6a3d9a; --deleted: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #191816; --raised: #211f1c; --text: #ece9e2;
  --muted: #a29d92;
  --line: #37342f; --code: #262420; --link: #f0a070; --keyword: #f0a070; --string: #9fce9f; --comment: #9a958a;
  --number: #8fc4ea; --name: #c9a8f0; --deleted: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); line-height: 1.55;
  font: 100%/1.55 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
.muted, .head, figcaption, summary { color: var(--muted); font-size: .875rem; }
article { margin-block: 1.75rem; overflow-wrap: anywhere; }
article.you .said { background: var(--raised); border: 1px solid var(--line); border-radius: .75rem;
  padding: .1rem 1rem; }
.head { margin-block-end: .4rem; }
p.plain { white-space: pre-wrap; }
pre { background: var(--code); border-radius: .5rem; padding: .75rem 1rem; overflow-x: auto; }
pre, code { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; font-size: .9em; }
:not(pre) > code { background: var(--code); border-radius: .25rem; padding: .1em .3em; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); }
li > p { margin-block: .75rem; }
p.tight { margin-block: .15rem; }
li.task { list-style: none; }
table { border: 0; border-collapse: collapse; display: block; overflow-x: auto; margin-block: 1rem; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; }
th:not([align]) { text-align: start; }
img { max-width: 100%; height: auto; border-radius: .5rem; border: 1px solid var(--line); }
figure { margin: 1rem 0; }
details { border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .8rem; margin-block: .75rem; }
a { color: var(--link); }
.keyword { color: var(--keyword); } .string { color: var(--string); } .number { color: var(--number); }
.name { color: var(--name); } .deleted { color: var(--deleted); }
.comment { color: var(--comment); font-style: italic; }
"""


_Shown: TypeAlias = TextPart | ImagePart | LinkedImagePart | DocumentPart | ThinkingPart | OpaquePart


class PageMaker:
    """Makes pages.

    Args:
        render: Markdown to HTML in which nothing is active and everything that was said is escaped.
    """

    def __init__(self, render: Callable[[str], str]) -> None:
        self._render = render
        digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
        self._policy = (
            f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        )

    def page(self, conversation: WholeConversation, blob: Callable[[Sha256], bytes | None]) -> str:
        """The whole page."""
        title = escape(" ".join(conversation.title.split()))
        several, calls = versions(conversation), Calls(conversation)
        articles = "\n".join(self._article(one, several.get(one.key), blob, calls) for one in conversation.path)
        return (
            f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{self._policy}">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta name="referrer" content="no-referrer">\n<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n'
            f'<body>\n<main>\n<h1 dir="auto">{title}</h1>\n<p class="muted">{escape(when(conversation.created))}</p>\n'
            f"{articles}\n</main>\n</body>\n</html>\n"
        )

    def _article(
        self, one: WholeMessage, version: tuple[int, int] | None, blob: Callable[[Sha256], bytes | None], calls: Calls
    ) -> str:
        asked = one.message.role is Role.USER
        which = f" · version {version[0]} of {version[1]}" if version else ""
        head = escape(f"{speaker(one)} · {when(one.created)}{which}")
        written = (self._called(part, blob, one.message, calls, plain=asked) for part in told(one.message))
        parts = "\n".join(filter(None, written))
        foot = "".join(f'\n<p class="muted" dir="auto">{escape(remark)}</p>' for remark in remarks(one))
        kind = "you" if asked else "answer"
        said = f'<div class="said">\n{parts}\n</div>'
        return f'<article class="{kind}">\n<div class="head">{head}</div>\n{said}{foot}\n</article>'

    def _called(
        self, part: Part, blob: Callable[[Sha256], bytes | None], message: Message, calls: Calls, *, plain: bool
    ) -> str:
        match part:
            case ToolCallPart(arguments=arguments):
                left = calls.unanswered(part)
                return _folded(calls.call(part), _code(arguments) + (_muted(f"[{left}]") if left else ""))
            case ToolResultPart(content=content):
                inner = "\n".join(
                    _code(item.text) if isinstance(item, TextPart) else self._part(item, blob, plain=True)
                    for item in content
                )
                return _folded(calls.result(part, message), inner)
        return self._part(part, blob, plain=plain)

    def _part(self, part: _Shown, blob: Callable[[Sha256], bytes | None], *, plain: bool) -> str:
        match part:
            case TextPart(text, citations):
                return (_paragraphs(text) if plain else self._render(text)) + _sources(citations)
            case ImagePart():
                return _picture(part, blob)
            case LinkedImagePart(url):
                return f'<p class="muted" dir="ltr">{escape(url)}</p>'
            case DocumentPart(_, _, name):
                return f'<p class="muted" dir="auto">{escape(name or "Document")}</p>'
            case ThinkingPart(text):
                return f"<details><summary>Thinking</summary>\n{_paragraphs(text)}</details>" if text.strip() else ""
            case OpaquePart(kind):
                return _muted(f"[{kind}]")


def _picture(part: ImagePart, blob: Callable[[Sha256], bytes | None]) -> str:
    words = f"Picture, {part.width} x {part.height}"
    data = blob(part.blob) if part.media_type in _PICTURES else None
    if data is None:
        return f'<p class="muted">[{words}: lost]</p>'
    encoded = base64.b64encode(data).decode()
    size = f'width="{int(part.width)}" height="{int(part.height)}"'
    return f'<figure><img alt="{words}" {size} src="data:{part.media_type};base64,{encoded}"></figure>'


def _paragraphs(text: str) -> str:
    """Plain words, each paragraph in the direction of its own."""
    blocks = (block.strip("\n") for block in text.split("\n\n"))
    return "".join(f'<p class="plain" dir="auto">{escape(block)}</p>\n' for block in blocks if block.strip())


def _code(text: str) -> str:
    return f'<pre dir="ltr"><code>{escape(text)}</code></pre>' if text else ""


def _muted(text: str) -> str:
    return f'<p class="muted">{escape(text)}</p>'


def _folded(summary: str, inner: str) -> str:
    return f'<details><summary dir="auto">{escape(summary)}</summary>\n{inner}</details>'


def _sources(citations: tuple[Citation, ...]) -> str:
    found = dict.fromkeys(filter(None, (" ".join(filter(None, (one.title, one.source))) for one in citations)))
    rows = "".join(f'<li dir="auto">{escape(one)}</li>' for one in found)
    return f'<ul class="muted">{rows}</ul>' if rows else ""
