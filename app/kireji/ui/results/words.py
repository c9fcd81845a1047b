"""What results are called."""

from __future__ import annotations

from kireji.core.extraction.sheets import Extraction
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.comparison import Comparison
from kireji.core.structured.results import Result
from kireji.core.structured.translation import Translation
from kireji.ui.translation import mark, tr

_OPEN = {
    "extraction": mark("Open table"),
    "verdict": mark("Open verdict"),
    "translation": mark("Open translation"),
    "comparison": mark("Open comparison"),
}


def open_words(form: str) -> str:
    """Of the button that opens a result.

    Args:
        form: As `ResultStore.among` tells it.
    """
    return tr(_OPEN.get(form, mark("Open result")))


def kind_word(result: Result) -> str:
    """What it is, in a word or two."""
    match result:
        case Extraction(fields=fields):
            return tr("Fields") if fields else tr("Table")
        case Verdict():
            return tr("Verdict")
        case Translation(language=language):
            return tr("Translation into {language}", language=language)
        case Comparison():
            return tr("Comparison")
