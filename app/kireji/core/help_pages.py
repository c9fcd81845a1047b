"""The help that travels with the program: its pages in order, the headings that can be linked to, and the search."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

ORDER = (
    "first-steps",
    "capture",
    "asking",
    "answers",
    "forms",
    "prompts",
    "policies",
    "jobs",
    "context",
    "cost",
    "privacy",
    "keys",
    "tools",
    "plugins",
    "backups",
    "updates",
    "command-line",
    "keyboard",
    "problems",
)
"""How the pages follow each other; one that is not named comes behind them."""

FIRST = ORDER[0]
"""What is shown to who asks for help and nothing else."""

_HEADING = re.compile(r"(#{1,3}) +(.+?) *#*")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]) ")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`]|(?<!\w)_|_(?!\w)")
_BEFORE, _BEHIND = 16, 120
"""Letters of a found place that are shown before and behind the words; a narrow list shows the first of them."""


class Section(NamedTuple):
    """What stands below one heading.

    Args:
        title: The heading in plain words.
        anchor: What a link names behind `#`; empty for the beginning of the page.
        text: Markdown, with the heading.
    """

    title: str
    anchor: str
    text: str


class HelpPage(NamedTuple):
    """One page.

    Args:
        name: As it is asked for.
        title: Its first heading.
        sections: All of it; the first has the title and what stands before the next heading.
    """

    name: str
    title: str
    sections: tuple[Section, ...]

    @property
    def summary(self) -> str:
        """Its first sentence."""
        for paragraph in self.sections[0].text.split("\n\n")[1:]:
            words = plain_words(paragraph)
            if words:
                end = re.search(r"[.。؟?](?=\s|$)", words)
                return words[: end.end()] if end else words
        return ""


class Found(NamedTuple):
    """A place that a search found.

    Args:
        page: In which page.
        section: In which of its sections.
        excerpt: The words around.
    """

    page: HelpPage
    section: Section
    excerpt: str


def read_pages(english: Mapping[str, str], own: Mapping[str, str] | None = None) -> tuple[HelpPage, ...]:
    """The pages in order.

    Args:
        english: Markdown by name; what exists.
        own: The same in the person's language; where a page is missing, the English one is shown.
    """
    places = {name: place for place, name in enumerate(ORDER)}
    names = sorted(english, key=lambda name: (places.get(name, len(ORDER)), name))
    return tuple(read_page(name, (own or {}).get(name) or english[name]) for name in names)


def read_page(name: str, text: str) -> HelpPage:
    """One page, cut at its headings; what looks like one in a block of code is none."""
    parts: list[tuple[str, list[str]]] = []
    for line, in_code in _lines(text):
        heading = None if in_code else _HEADING.fullmatch(line)
        if heading or not parts:
            parts.append((plain_words(heading[2]) if heading else name, []))
        parts[-1][1].append(line)
    titles = [title for title, _ in parts]
    sections = (
        Section(title, anchor_of(title) if place else "", "\n".join(lines).strip("\n") + "\n")
        for place, (title, lines) in enumerate(parts)
    )
    return HelpPage(name, titles[0] if titles else name, tuple(sections))


def _lines(text: str) -> Iterable[tuple[str, bool]]:
    in_code = False
    for line in text.split("\n"):
        fence = line.lstrip().startswith("```")
        yield line, in_code or fence
        in_code ^= fence


def unwrapped(text: str) -> str:
    """Markdown with each paragraph and item on one line: the lines of a file are for editors, not for readers."""
    result: list[str] = []
    joins = False
    for line, in_code in _lines(text):
        words = line.strip()
        alone = in_code or not words or line.startswith("|") or bool(_HEADING.fullmatch(line))
        if joins and not alone and not _ITEM.match(line):
            result[-1] += f" {words}"
        else:
            result.append(line)
        joins = not alone
    return "\n".join(result)


def anchor_of(title: str) -> str:
    """What a link to a heading names behind `#`: the same as on GitHub."""
    kept = re.sub(r"[^\w\- ]", "", title.strip().lower())
    return kept.replace(" ", "-")


def plain_words(markdown: str) -> str:
    """Words without marks, links as what they say, on one line; a picture is none."""
    words = _LINK.sub(lambda found: "" if found[0].startswith("!") else found[1], markdown)
    return " ".join(_MARKS.sub("", words).split())


def find_page(pages: Sequence[HelpPage], name: str) -> HelpPage | None:
    """The page of a name or a title, whatever its case; an ending `.md` is no part of it."""
    wanted = _key(name)
    return next((page for page in pages if wanted in (_key(page.name), _key(page.title))), None)


def close_names(pages: Sequence[HelpPage], name: str) -> list[str]:
    """Names of pages that somebody may have meant: spelled nearly so, or about that word."""
    known = {_key(page.name): page.name for page in pages}
    spelled = [known[each] for each in difflib.get_close_matches(_key(name), known, n=3)]
    about = [found.page.name for found in search(pages, name)]
    return list(dict.fromkeys([*spelled, *about]))[:4]


def _key(name: str) -> str:
    return name.strip().lower().removesuffix(".md").replace(" ", "-").replace("_", "-")


def search(pages: Iterable[HelpPage], words: str) -> list[Found]:
    """Every section in which all words stand, the best first: in its heading, then in the page's title, then anywhere.

    Args:
        pages: To look through.
        words: Separated by spaces; a beginning of a word is enough.
    """
    wanted = [word for word in words.lower().split() if word]
    if not wanted:
        return []
    found: list[tuple[int, Found]] = []
    for page in pages:
        title = page.title.lower()
        for section in page.sections:
            heading, text = section.title.lower(), plain_words(_sentences(section.text))
            everything = f"{title} {heading} {text.lower()}"
            if not all(word in everything for word in wanted):
                continue
            in_heading = sum(word in heading for word in wanted)
            if not in_heading and not any(word in text.lower() for word in wanted):
                continue  # the title alone: its first section says so already
            rank = -2 * in_heading - sum(word in title for word in wanted)
            found.append((rank, Found(page, section, _excerpt(text, wanted))))
    found.sort(key=lambda each: each[0])
    return [each for _, each in found]


def _sentences(text: str) -> str:
    """What stands below the heading; cells of tables have commas between them."""
    lines = []
    for line, in_code in _lines(text):
        if in_code or not line.startswith("|"):
            lines.append("" if _HEADING.fullmatch(line) and not in_code else line.removeprefix("```"))
        elif set(line) - set("|-: "):
            lines.append(", ".join(cell.strip() for cell in line.strip("| ").split("|")) + ".")
    return "\n".join(lines)


def _excerpt(text: str, wanted: Sequence[str]) -> str:
    places = [place for word in wanted if (place := text.lower().find(word)) >= 0]
    at = min(places, default=0)
    begin = max(0, at - _BEFORE)
    if begin:
        begin = text.find(" ", begin, at) + 1 or begin
    end = min(len(text), at + _BEHIND)
    if end < len(text):
        end = max(text.rfind(" ", at, end), at + 1)
    return ("… " if begin else "") + text[begin:end].strip() + (" …" if end < len(text) else "")
