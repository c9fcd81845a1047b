"""Titles made without asking anyone: from the person's own words, and where there are none, from the answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kireji.core.history_ports import ConversationStore
from kireji.core.messages import DocumentPart
from kireji.core.prompt_ports import PromptStore
from kireji.core.prompts import Prompt, question_pattern
from kireji.services.catalog import DEVICE
from kireji.services.live import LiveTurn
from kireji.services.placing import title_of
from kireji.services.turns import AnswerEnds, Question, QuestionSaved, TurnEvent

LONGEST = 60
"""Characters of a title that is made here."""

_LOOKED_AT = 4000
"""Characters of an answer in which its title is looked for."""
_SHORT = 8
"""Characters; what is shorter ("Sure!") says nothing about the answer."""

_LETTERS = 3
"""Letters of a line that can stand for what was read."""
_NO_BEGINNING = " \t●•·■□◦*-–—_|<>=+~.,:;"

_FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_BOLD_LINE = re.compile(r"^(\*\*|__)(?P<words>[^*_\n]+)\1:?[ \t]*$", re.MULTILINE)
_QUOTE = re.compile(r"^\s*>+[ \t]?", re.MULTILINE)
_ITEM = re.compile(r"(?:^|\n)\s*(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,9}[.)]\s+)|\n\s*\n")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_EMPHASIS = re.compile(r"(\*\*|__|~~|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`+)")
_TAG = re.compile(r"</?[A-Za-z][^>\n]{0,200}>")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])")


def title_from_words(text: str) -> str:
    """The first line with something in it, shortened; empty when there is none."""
    return next(filter(None, map(_shortened, text.splitlines())), "")


def own_words(text: str, prompts: Sequence[Prompt]) -> str:
    """What the person wrote themselves: a question without the words of the quick prompt that it begins with."""
    for prompt in prompts:
        pattern = question_pattern(prompt)
        if pattern and (found := re.match(pattern + r"[^\S\n]{0,9}(?=\n|$)", text)):
            return text[found.end() :].strip()
    return text.strip()


def title_from_answer(markdown: str) -> str:
    """The answer's first heading, or else its first sentence, without Markdown; empty when it has no words.

    Args:
        markdown: The answer, or the beginning of it.
    """
    text = _FENCED.sub("\n", markdown[:_LOOKED_AT])
    for pattern, group in ((_HEADING, 1), (_BOLD_LINE, "words")):
        if (found := pattern.search(text)) and (title := _shortened(_without_markdown(found[group]))):
            return title.removesuffix(":").rstrip()
    short = ""
    for block in _ITEM.split(_QUOTE.sub("", text)):
        lines = [line for line in block.splitlines() if not _RULE.match(line)]
        for sentence in _SENTENCE.split(_without_markdown(" ".join(lines))):
            title = _shortened(sentence).rstrip(".:。 ")
            if len(title) >= _SHORT:
                return title
            short = short or title
    return short


def title_from_reading(markdown: str) -> str:
    """The first line with some letters of what this computer has read in a picture; empty when there is none."""
    found = _FENCED.search(markdown[:_LOOKED_AT])
    lines = found[0].splitlines()[1:] if found else ()
    told = (line.lstrip(_NO_BEGINNING) for line in lines if sum(map(str.isalnum, line)) >= _LETTERS)
    return title_from_words("\n".join(told))


def _without_markdown(text: str) -> str:
    text = _LINK.sub(r"\1", _PICTURE.sub(r"\1", text))
    return _EMPHASIS.sub("", _TAG.sub("", text)).replace("\\", "")


def _shortened(line: str) -> str:
    """One line of printable characters, cut between words where that is possible."""
    shown = "".join(letter for letter in line if letter.isspace() or unicodedata.category(letter)[0] != "C")
    words = " ".join(shown.split())
    if len(words) <= LONGEST:
        return words
    cut = words[: LONGEST - 1]
    space = cut.rfind(" ", LONGEST // 2)
    return cut[: space if space > 0 else None].rstrip(" ,;:–—-") + "…"


async def suggest(turn: LiveTurn, conversations: ConversationStore, prompts: PromptStore) -> None:
    """Give a conversation a better title when its first question has none of the person's own words.

    Args:
        turn: Has ended.
        conversations: The history; a title that the person gave stays.
        prompts: The quick prompts.

    Raises:
        StoreError: The title could not be saved.
    """
    events: list[TurnEvent] = []
    turn.attach(events.append)()
    begun, ends = events[0], events[-1]
    if not isinstance(begun, QuestionSaved) or not isinstance(ends, AnswerEnds) or begun.message.parent is not None:
        return
    said = begun.message.message
    documents = tuple(part for part in said.parts if isinstance(part, DocumentPart))
    if begun.conversation.title != title_of(Question(said.text, images=said.images, documents=documents)):
        return  # it has a better one already
    own = own_words(said.text, await prompts.prompts())
    if own == said.text.strip() and (own or documents):
        return
    answer = ends.message
    made = title_from_reading if answer.provider == DEVICE else title_from_answer
    if title := title_from_words(own) or made(answer.message.text):
        await conversations.suggest_title(turn.conversation, title)
