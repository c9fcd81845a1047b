"""What conversations are called whose first answer is a table, fields, a verdict, a translation or a comparison."""

from __future__ import annotations

from collections.abc import Iterable

from kireji.core.extraction.sheets import Extraction, Sheet
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.comparison import Comparison
from kireji.core.structured.results import Result
from kireji.core.structured.translation import Translation
from kireji.core.words import say
from kireji.services.titles import title_from_words

_LOOKED_AT = 400
"""Characters in which words of a title are looked for."""
_NAMED = 4
"""Columns that stand for a table without a title."""


def title_of_result(result: Result) -> str:
    """What came of it in a few words: the form, and what it is about; empty where nothing says that."""
    match result:
        case Extraction(sheets=sheets, fields=fields):
            return _titled(say("Fields") if fields else say("Table"), _first(map(_named, sheets)))
        case Verdict(text=text, reason=reason):
            return title_from_words(text[:_LOOKED_AT]) or _titled(say("Verdict"), reason)
        case Translation(language=language, blocks=blocks):
            form = say("Translation into {language}", language=language)
            return _titled(form, _first(block.block.text for block in blocks))
        case Comparison(summary=summary):
            return _titled(say("Comparison"), summary)


def _titled(form: str, words: str) -> str:
    if not (line := title_from_words(words[:_LOOKED_AT])):
        return ""
    return title_from_words(say("{form}: {words}", form=form, words=line))


def _first(words: Iterable[str]) -> str:
    return next((each for each in words if each.strip()), "")


def _named(sheet: Sheet) -> str:
    """Its title, else its first columns."""
    names = [column.name for column in sheet.columns if column.name.strip()]
    return sheet.title.strip() or ", ".join(names[:_NAMED])
