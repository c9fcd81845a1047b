"""One result of a capture: asked for, shown while it comes, and shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kireji.core.extraction.sheets import Extraction
from kireji.core.history import ConversationSetup
from kireji.core.structured.comparison import Difference
from kireji.core.structured.translation import Translation
from kireji.services.application import Services
from kireji.services.prompt_running import Seen
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.overlay.forms.over_picture import OverPicture
from kireji.ui.overlay.forms.result_view import ResultView
from kireji.ui.overlay.forms.running import asked_by, run
from kireji.ui.overlay.forms.sheet_result import SheetResult
from kireji.ui.overlay.forms.way import Way
from kireji.ui.overlay.picture import Pictured
from kireji.ui.theme import Theme
from kireji.ui.translation import plural, tr

if TYPE_CHECKING:
    from kireji.core.structured.questions import Asker
    from kireji.core.structured.results import Result
    from kireji.services.structured.turn import Outcome


class ShownForm:
    """Runs what is wanted and shows what comes of it in the card and over the frozen picture.

    Args:
        way: What is wanted.
        services: The use cases.
        card: Where it shows.
        over: What lies over the frozen picture.
        theme: Colours and text size.
        language: Into which is translated where the way does not say it.
        opened: Shows all of it in the main window.
    """

    def __init__(
        self,
        way: Way,
        services: Services,
        card: AnswerCard,
        over: OverPicture,
        theme: Theme,
        language: str,
        opened: Callable[[], None],
    ) -> None:
        self.way = way
        self._services = services
        self._card: AnswerCard | None = card
        self._over = over
        self._theme = theme
        self._language = language
        self._opened = opened
        self._view: ResultView | None = None

    @property
    def view(self) -> ResultView | None:
        """What the card shows; None before anything has come."""
        return self._view

    async def run(self, pictured: Pictured, asker: Asker, setup: ConversationSetup | None) -> Outcome:
        """Ask for it; raises what `running.run` raises.

        Args:
            pictured: Of what.
            asker: On whose behalf.
            setup: Who was chosen for this conversation; None follows the settings.
        """
        asker = asked_by(asker, self.way, setup)
        outcome = await run(self.way, self._services, pictured, self._language, asker, self._arrived)
        self._finish(outcome.result)
        return outcome

    def show(self) -> None:
        """Show again what came of it."""
        if self._card is not None and self._view is not None:
            self._card.set_result(self._view)

    def put_away(self) -> None:
        """Another answer takes its place, which leaves it as it is."""
        self._over.clear()
        if self._card is not None and self._card.results.held is self._view:
            self._card.set_result(None)

    def detach(self) -> None:
        """Nobody sees it any more; what runs goes on."""
        self.put_away()
        if self._view is not None:
            self._view.deleteLater()
        self._card = self._view = None

    # What comes.

    def _arrived(self, arrived: Seen) -> None:
        card = self._card
        if card is None:
            return
        if isinstance(arrived, Extraction):
            view = self._sheets(card)
            view.show_rows(arrived)
            card.show_progress(_how_far(arrived))
            if any(sheet.rows for sheet in arrived.sheets):
                self.show()
        elif isinstance(arrived, str):
            card.show_progress(tr("Judging…"))
        elif isinstance(arrived, Difference):
            found = len(arrived.boxes) + arrived.more
            card.show_progress(
                plural(found, "1 region differs. Asking what it means…", "{n} regions differ. Asking what they mean…")
            )
        elif isinstance(arrived, Translation):
            done = sum(bool(block.text) for block in arrived.blocks)
            card.show_progress(tr("Translating… {done} of {all}", done=done, all=len(arrived.blocks)))

    def _finish(self, result: Result) -> None:
        if self._card is None:
            return
        if isinstance(result, Extraction):
            self._sheets(self._card).show_result(result)
        self.show()

    def _sheets(self, card: AnswerCard) -> SheetResult:
        if not isinstance(self._view, SheetResult):
            self._view = self._made(SheetResult(self._theme, card.margin))
        assert isinstance(self._view, SheetResult)
        return self._view

    def _made(self, view: ResultView) -> ResultView:
        view.pointed.connect(self._over.mark)
        view.opened.connect(self._opened)
        return view


def _how_far(extraction: Extraction) -> str:
    """How much has come."""
    if extraction.fields:
        cells = sum(bool(cell.text) for sheet in extraction.sheets for row in sheet.rows for cell in row)
        return plural(cells, "Reading… 1 field", "Reading… {n} fields")
    rows = sum(len(sheet.rows) for sheet in extraction.sheets)
    return plural(rows, "Reading… 1 row", "Reading… {n} rows")
