"""How far a result is, in words."""

from __future__ import annotations

from kireji.core.extraction.sheets import Extraction
from kireji.core.structured.comparison import Difference
from kireji.core.structured.translation import Translation
from kireji.services.prompt_running import Seen
from kireji.ui.translation import plural, tr


def is_early(arrived: Seen) -> bool:
    """Whether it has come before anybody was asked."""
    if isinstance(arrived, Translation):
        return not any(block.text for block in arrived.blocks)
    return isinstance(arrived, Difference)


def how_far(arrived: Seen) -> str:
    """What has come so far."""
    match arrived:
        case Extraction(fields=True):
            cells = sum(bool(cell.text) for sheet in arrived.sheets for row in sheet.rows for cell in row)
            return plural(cells, "Reading… 1 field", "Reading… {n} fields")
        case Extraction():
            rows = sum(len(sheet.rows) for sheet in arrived.sheets)
            return plural(rows, "Reading… 1 row", "Reading… {n} rows")
        case Translation(blocks=blocks):
            done = sum(bool(block.text) for block in blocks)
            if not done:
                return plural(len(blocks), "1 text to translate", "{n} texts to translate")
            return tr("Translating… {done} of {all}", done=done, all=len(blocks))
        case Difference():
            found = len(arrived.boxes) + arrived.more
            return plural(
                found, "1 region differs. Asking what it means…", "{n} regions differ. Asking what they mean…"
            )
    return tr("Judging…")
