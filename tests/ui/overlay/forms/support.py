"""A capture whose answer is no words, over scripted services."""

from __future__ import annotations

from kireji.core.extraction.sheets import Cell, CellType, Column, Extraction, Presence, Sheet
from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.overlay.card_state import CardState
from tests.fakes.forms import Scripted, scripted
from tests.ui.overlay.support import Overlay, until

COLUMNS = (Column("Item"), Column("Price", CellType.CURRENCY, unit="€"))
ROWS = (
    (
        Cell("Tea", value="Tea", presence=Presence.FOUND, box=(10, 20, 60, 36)),
        Cell("3.20", CellType.CURRENCY, "3.2", "€", Presence.FOUND, (120, 20, 160, 36)),
    ),
    (
        Cell("Bread", value="Bread", presence=Presence.MISSING),
        Cell("4.50", CellType.CURRENCY, "4.5", "€", Presence.DIFFERS, (120, 40, 160, 56), seen="4.60"),
    ),
)
PROMPTS = (
    Prompt("table", "As a table", "", form=AnswerForm.TABLE),
    Prompt("compare", "Compare two", "", form=AnswerForm.COMPARISON),
)
TABLE = Extraction((Sheet("Bill", COLUMNS, ROWS),))


class FormStand:
    """A capture of 200 x 100 pixels at (100, 100), and what is asked of it."""

    def __init__(self, stand: Overlay) -> None:
        self.stand = stand
        self.script: Scripted = scripted(stand.services)
        stand.world.prompts.found += PROMPTS

    @property
    def card(self) -> AnswerCard:
        return self.stand.presenter.stage.card

    async def cut_out(self) -> None:
        await self.stand.capture()
        asking = self.stand.presenter.asking
        await until(lambda: asking._suggestions is not None and asking._suggestions.loaded, "the prompts")
        self.stand.drag((100, 100), (300, 200))

    async def done(self) -> None:
        await until(lambda: self.card.isVisible() and self.card.state is CardState.DONE, "the result")
