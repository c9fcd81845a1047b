"""Who answers the rows of a new job, and what the batch service of that model offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.models import Effort
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import provider_name
from kireji.ui.jobs.new_job_form import NewJobForm
from kireji.ui.jobs.new_job_words import STORED
from kireji.ui.models.presenter import ModelPicking
from kireji.ui.models.words import Pick, facts
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.services.catalog import Choice

_PROVIDERS = ("anthropic", "openrouter", "local")
"""Who can answer rows; the reader of this computer answers no prompts."""


class Answerer(QObject):
    """Lets the person choose a model, and says in the form what holds for it.

    Args:
        services: The use cases.
        theme: Colours and text size.
        form: Where it is shown; owns this.
        failed: Told of faults of this program.
    """

    changed = Signal()
    settings_wanted = Signal()

    def __init__(
        self, services: Services, theme: Theme, form: NewJobForm, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(form)
        self._services = services
        self._form = form
        self._scope = TaskScope("who answers a job", failed)
        self._pick = Pick()
        self.choice: Choice | None = None
        """Who would answer; None while nobody can."""
        self.picking = ModelPicking(services, theme, self, providers=_PROVIDERS, with_default=False)
        self.picking.picked.connect(self._picked)
        self.picking.settings_clicked.connect(self.settings_wanted)
        form.model_clicked.connect(self._choose)

    async def aclose(self) -> None:
        """End what runs."""
        await self.picking.aclose()
        await self._scope.aclose()

    def start(self, pick: Pick) -> None:
        """Say who answers.

        Args:
            pick: The model to begin with; an empty one, and who answers no rows, take the usual.
        """
        self._take(pick if pick.provider in ("", *_PROVIDERS) else Pick())

    @property
    def named(self) -> bool:
        """Whether the lines name their model, and the person has chosen none."""
        head = self._form.head
        return head is not None and bool(head.model) and not self._pick.model

    def ask(self) -> None:
        """Find out anew."""
        self._scope.restart(self._show(), name="who")

    def _choose(self) -> None:
        shown = self._pick
        if not shown.model and self.choice is not None:
            shown = Pick(self.choice.provider.name, self.choice.model, shown.effort)
        self.picking.open(self._form.model.button, shown)

    def _picked(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self._take(pick)

    def _take(self, pick: Pick) -> None:
        self._pick = pick
        self._form.effort = Effort(pick.effort) if pick.effort else None
        self.ask()

    async def _show(self) -> None:
        services, form = self._services, self._form
        named = form.head.model if form.head is not None and self.named else ""
        try:
            choice = await services.catalog.choose(
                services.preferences.settings, self._pick.provider, self._pick.model or named
            )
            provider = choice.provider.name
            limits = await services.jobs.limits(provider, choice.model)
        except KirejiError as error:
            self._show_nobody(error.sentence)
            return
        if provider not in _PROVIDERS:
            self._show_nobody(tr("Nobody is set up who could answer. Add a key in the settings."))
            return
        self.choice = choice
        info = choice.info or services.catalog.find(provider, choice.model)
        name = info.name if info is not None else choice.model
        about = [provider_name(provider), facts(info) if info is not None else ""]
        if named:
            about.append(tr("named in the file"))
        form.show_model(name, " · ".join(each for each in about if each))
        pictures = form.job_source is not None and form.job_source.kind in STORED
        form.where.show_terms(provider, name, limits, pictures=pictures)
        self.changed.emit()

    def _show_nobody(self, why: str) -> None:
        self.choice = None
        self._form.show_model(tr("Choose a model"), why)
        self.changed.emit()
