"""One class for each kind of result: which widget shows it, and what stands on its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from kireji.core.extraction.sheets import Extraction
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.comparison import Comparison
from kireji.core.structured.results import Result
from kireji.core.structured.translation import Translation
from kireji.ui.chat.words import count
from kireji.ui.results.content import ResultContent
from kireji.ui.results.page import ResultPage
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.core.moderation.policies import Policy
    from kireji.services.application import Services

_MOST_CHOICES = 24


class ShownResult:
    """A result on the page; this one shows one picture after the other.

    Args:
        page: Where.
        content: What stands beside the pictures.
        scrolls: Whether the page lets it scroll.
    """

    saves = False
    """Whether there is something to save."""

    def __init__(self, page: ResultPage, content: ResultContent, *, scrolls: bool) -> None:
        self.page = page
        self.content = content
        self.scrolls = scrolls
        self.pictures: list[QImage] = []

    async def prepare(self) -> None:
        """What takes a while, after the rest is there."""

    def take_pictures(self, pictures: Sequence[QImage]) -> None:
        """The pictures have been decoded; null ones are lost."""
        self.pictures = list(pictures)
        names = [(str(number), self.name_of(number)) for number in range(min(len(pictures), _MOST_CHOICES))]
        self.page.stage.show_choices(names, "0")
        self.show_picture(0)

    def name_of(self, number: int) -> str:
        """What a picture is called."""
        return tr("Picture {number}", number=count(number + 1))

    def show_picture(self, number: int) -> None:
        """Show one of several."""
        if not 0 <= number < len(self.pictures):
            return
        self.page.picture = number
        self.page.second_picture = -1
        choices = self.page.stage.choices
        if str(number) in choices.values() and choices.value() != str(number):
            choices.show_choices([(value, "") for value in choices.values()], str(number))
        self.page.stage.show_pictures([self.pictures[number]])
        self.page.draw_boxes()

    def choose(self, value: str) -> None:
        """The person has chosen one of the choices above the pictures."""
        self.show_picture(int(value))

    def picture_to_save(self) -> QImage | None:
        """The picture that is worth saving; None where that is not what is saved."""
        return None


class ShownSheets(ShownResult):
    """Tables and fields."""

    saves = True

    def __init__(self, page: ResultPage, extraction: Extraction, theme: Theme) -> None:
        from kireji.ui.results.sheet_view import SheetView

        view = SheetView(theme)
        super().__init__(page, view, scrolls=False)
        self._sources = extraction.sources
        view.show_extraction(extraction)

    def name_of(self, number: int) -> str:
        known = number < len(self._sources) and self._sources[number]
        return str(known) if known else super().name_of(number)


def made_for(
    result: Result, theme: Theme, page: ResultPage, services: Services, policy: Policy | None = None
) -> ShownResult:
    """What shows a result; its modules are loaded when the first of its kind is opened.

    Args:
        result: Which.
        theme: Colours and text size.
        page: Where.
        services: For what it looks up.
        policy: By which a verdict was made, where that is at hand.
    """
    match result:
        case Extraction():
            return ShownSheets(page, result, theme)
        case Verdict():
            from kireji.ui.results.shown_verdict import ShownVerdict

            return ShownVerdict(page, result, theme, services, policy)
        case Translation():
            from kireji.ui.results.shown_translation import ShownTranslation

            return ShownTranslation(page, result, theme)
        case Comparison():
            from kireji.ui.results.shown_comparison import ShownComparison

            return ShownComparison(page, result, theme)
