"""Makes the results of captures, and remembers into which language is translated."""

from __future__ import annotations

from collections.abc import Callable

from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.forms.languages import in_force
from kireji.ui.overlay.forms.over_picture import OverPicture
from kireji.ui.overlay.forms.shown_form import ShownForm, Surroundings
from kireji.ui.overlay.forms.way import Way, of_menu
from kireji.ui.overlay.picture import Pictures
from kireji.ui.overlay.stage import Stage
from kireji.ui.theme import Theme

_LANGUAGE = "capture.translate_to"


class FormMaking:
    """Made when the first result is wanted.

    Args:
        services: The use cases.
        scope: Owns the tasks.
        stage: The frozen screens, and the card on them.
        pictures: What is asked about, and where it was cut out.
        theme: Colours and text size.
        ask: Asks for something in the present capture.
        opened: Shows all of a result in the main window.
    """

    def __init__(
        self,
        services: Services,
        scope: TaskScope,
        stage: Stage,
        pictures: Pictures,
        theme: Theme,
        ask: Callable[[Way], None],
        opened: Callable[[], None],
    ) -> None:
        self._services = services
        self._scope = scope
        self._ask = ask
        self.over = OverPicture(stage, pictures, theme)
        self._around = Surroundings(services, scope, stage, self.over, theme, opened, self.translate_into)

    def make(self, way: Way) -> ShownForm:
        """What shows what is wanted."""
        return ShownForm(way, self._around, in_force(self._services.preferences.settings.capture.translate_to))

    def put_away(self) -> None:
        """The overlay is closed."""
        self.over.clear()

    def translate_into(self, language: object) -> None:
        """Into this language from now on, and at once.

        Args:
            language: Its English name.
        """
        self._scope.restart(self._translate(str(language)), name="language")

    async def _translate(self, language: str) -> None:
        await self._services.preferences.set(_LANGUAGE, language)
        self._ask(of_menu(AnswerForm.TRANSLATION, ""))
