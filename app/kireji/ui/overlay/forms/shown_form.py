"""One result of a capture: asked for, shown while it comes, and shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtGui import QImage

from kireji.core.errors import KirejiError
from kireji.core.extraction.sheets import Extraction
from kireji.core.moderation.verdicts import Verdict
from kireji.core.structured.comparison import Comparison, Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.translation import Translation
from kireji.services.application import Services
from kireji.services.prompt_running import Seen
from kireji.services.structured.turn import Made, StoppedWith
from kireji.ui.aio import TaskScope
from kireji.ui.chat.endings import READING_PICTURE, Waiting
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.overlay.forms.comparison_result import ComparisonResult
from kireji.ui.overlay.forms.laying import Laying
from kireji.ui.overlay.forms.over_picture import OverPicture
from kireji.ui.overlay.forms.progress import how_far, is_early
from kireji.ui.overlay.forms.result_view import Pointed, ResultView
from kireji.ui.overlay.forms.running import run
from kireji.ui.overlay.forms.sheet_result import SheetResult
from kireji.ui.overlay.forms.translation_result import TranslationResult
from kireji.ui.overlay.forms.verdict_result import VerdictResult
from kireji.ui.overlay.forms.way import Way
from kireji.ui.overlay.picture import Pictured
from kireji.ui.overlay.stage import Stage
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.core.moderation.policies import Policy
    from kireji.core.structured.questions import Asker
    from kireji.services.structured.turn import Outcome


View = TypeVar("View", bound=ResultView)


class Surroundings(NamedTuple):
    """What every result works with.

    Args:
        services: The use cases.
        scope: Owns the tasks.
        stage: The frozen screens, and the card on them.
        over: What lies over them.
        theme: Colours and text size.
        opened: Shows all of a result in the main window.
        language_chosen: Translates into another language, by its English name.
    """

    services: Services
    scope: TaskScope
    stage: Stage
    over: OverPicture
    theme: Theme
    opened: Callable[[], None]
    language_chosen: Callable[[object], None]


class ShownForm:
    """Runs what is wanted and shows what comes of it in the card and over the frozen picture.

    Args:
        way: What is wanted.
        around: What it works with.
        language: Into which is translated.
    """

    def __init__(self, way: Way, around: Surroundings, language: str) -> None:
        self.way = way
        self._around = around
        self._card: AnswerCard | None = around.stage.card
        self._language = language
        self._places: tuple[int, ...] = ()
        """Which pictures of the capture the result counts as its first, second, …; -1 for one that is none of them."""
        self.waiting = ""
        """What is known before anybody has answered, in words; empty while that is nothing."""
        self._view: ResultView | None = None
        self._laying: Laying | None = None
        self._laid: QImage | None = None

    @property
    def view(self) -> ResultView | None:
        """What the card shows; None before anything has come."""
        return self._view

    async def run(self, pictured: Pictured, asker: Asker) -> Outcome:
        """Ask for it; raises what `running.run` raises.

        Args:
            pictured: Of what.
            asker: On whose behalf.
        """
        self._places = _places(self.way.form, len(pictured.images))
        services = self._around.services
        if self.way.form is AnswerForm.TRANSLATION and self._card is not None:
            # Before the question stands in the history its words are read on this computer, which takes seconds.
            self._card.wait_for(Waiting(tr(READING_PICTURE)))
        try:
            outcome = await run(self.way, services, pictured, self._language, asker, self._arrived)
        except StoppedWith as stopped:
            self._finish(stopped.made)
            raise
        policy = await self._policy_of(outcome.result) if isinstance(outcome.result, Verdict) else None
        self._finish(Made(outcome.words, outcome.result), policy)
        return outcome

    def show(self) -> None:
        """Show again what came of it."""
        if self._card is not None and self._view is not None:
            self._card.set_result(self._view)
            if isinstance(self._view, TranslationResult):
                self._switch(self._view.is_on)

    def put_away(self) -> None:
        """Another answer takes its place, which leaves it as it is."""
        self._around.over.clear()
        if self._card is not None and self._card.results.held is self._view:
            self._card.set_result(None)

    def detach(self) -> None:
        """Nobody sees it any more; what runs goes on."""
        self.put_away()
        if self._laying is not None:
            self._laying.end()
        if self._view is not None:
            self._view.deleteLater()
        self._card = self._view = self._laying = self._laid = None

    async def _policy_of(self, verdict: Verdict) -> Policy | None:
        """For what its categories are called."""
        try:
            return await self._around.services.habits().moderation.policy(verdict.policy)
        except KirejiError:
            return None

    # What comes.

    def _arrived(self, arrived: Seen) -> None:
        card = self._card
        if card is None:
            return
        if is_early(arrived):  # what is asked of the person before it leaves must not be lost behind it
            self.waiting = how_far(arrived)
            card.wait_for(Waiting(self.waiting))
            card.arrived.emit()
        else:
            card.show_progress(how_far(arrived))
        match arrived:
            case Extraction(sheets=sheets):
                self._sheets(card).show_rows(arrived)
                if any(sheet.rows for sheet in sheets):
                    self.show()
            case Difference():
                self._comparison(card).show_difference(arrived)
            case Translation():
                self._lay(arrived)

    def _finish(self, made: Made, policy: Policy | None = None) -> None:
        card, result = self._card, made.result
        if card is None:
            return
        match result:
            case Extraction():
                self._sheets(card).show_result(result)
            case Verdict():
                self._view = view = self._made(VerdictResult(self._around.theme, card.margin))
                view.show_result(result, made.words, policy)
            case Comparison():
                self._comparison(card).show_result(result, made.words)
            case Translation():
                self._view = translation = self._made(TranslationResult(card.margin, result.language))
                translation.switched.connect(self._switch)
                translation.language_chosen.connect(self._around.language_chosen)
                translation.show_result(result)
                self._lay(result)
        self.show()

    def _sheets(self, card: AnswerCard) -> SheetResult:
        if not isinstance(self._view, SheetResult):
            self._view = self._made(SheetResult(self._around.theme, card.margin))
        return self._view

    def _comparison(self, card: AnswerCard) -> ComparisonResult:
        if not isinstance(self._view, ComparisonResult):
            self._view = self._made(ComparisonResult(card.margin))
        return self._view

    def _made(self, view: View) -> View:
        view.pointed.connect(self._point)
        view.opened.connect(self._around.opened)
        return view

    # Over the picture.

    def _point(self, pointed: object) -> None:
        assert isinstance(pointed, tuple)
        marks = [
            each._replace(picture=self._places[each.picture])
            for each in pointed
            if isinstance(each, Pointed) and 0 <= each.picture < len(self._places)
        ]
        self._around.over.mark([mark for mark in marks if mark.picture >= 0])

    def _lay(self, translation: Translation) -> None:
        if self._laying is None:
            picture = self._around.stage.cut()
            if picture is None or self._card is None:
                return
            ratio = self._card.devicePixelRatioF()
            self._laying = Laying(picture, ratio, self._card.font(), self._around.scope, self._show_laid)
        self._laying.show(translation)

    def _show_laid(self, image: object) -> None:
        assert isinstance(image, QImage)
        self._laid = image
        on = not isinstance(self._view, TranslationResult) or self._view.is_on
        if self._card is not None and on:
            self._around.over.lay(self._places[0], image)

    def _switch(self, on: object) -> None:
        if self._card is not None and self._places:
            self._around.over.lay(self._places[0], self._laid if on else None)


def _places(form: AnswerForm, pictures: int) -> tuple[int, ...]:
    match form:
        case AnswerForm.TRANSLATION:
            return (pictures - 1,)
        case AnswerForm.COMPARISON:
            return (pictures - 2, pictures - 1)
    return tuple(range(pictures))
