"""Who answers the rows of a job."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from kireji.core.errors import JobError, KirejiError
from kireji.core.jobs.ports import BatchLimits, BatchProvider
from kireji.core.jobs.values import JobPlan, JobSource, Mode, SourceKind
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo
from kireji.core.provider_ports import JobFormat, Provider
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say
from kireji.services.catalog import DEVICE, Catalog, Choice
from kireji.services.preferences import Preferences
from kireji.services.structured.asking import nobody_to_ask

log = logging.getLogger(__name__)

_PICTURES = (SourceKind.FOLDER, SourceKind.PICTURES, SourceKind.PAIRS)


class Target(msgspec.Struct, frozen=True):
    """Who answers, and how rows get there.

    Args:
        choice: Provider, model and address.
        format: How a question stands in a batch; None where the provider has no batches.
        batches: The provider's batch interface; None where rows go one by one.
        limits: What a batch may hold; None where rows go one by one.
    """

    choice: Choice
    format: JobFormat | None = None
    batches: BatchProvider | None = None
    limits: BatchLimits | None = None

    @property
    def provider(self) -> Provider:
        return self.choice.provider

    @property
    def model(self) -> str:
        return self.choice.model

    @property
    def base_url(self) -> str:
        return self.choice.base_url

    @property
    def info(self) -> ModelInfo | None:
        """What is known about the model."""
        return self.choice.info

    @property
    def share(self) -> float:
        """Of the full price."""
        return self.limits.price_share if self.limits is not None else 1.0


class BatchTarget(NamedTuple):
    """A batch service for one model.

    Args:
        info: What is known about the model.
        format: How a question stands in a batch.
        batches: The provider's batch interface.
        limits: What a batch may hold.
    """

    info: ModelInfo | None
    format: JobFormat
    batches: BatchProvider
    limits: BatchLimits


class JobTargets:
    """Finds who answers.

    Args:
        catalog: Providers and models.
        preferences: The settings.
        formats: How questions stand in batches, by provider.
        batches: Batch interfaces, by provider.
    """

    def __init__(
        self,
        catalog: Catalog,
        preferences: Preferences,
        formats: Mapping[str, JobFormat],
        batches: Mapping[str, BatchProvider],
    ) -> None:
        self._catalog = catalog
        self._preferences = preferences
        self._formats = formats
        self._batches = batches

    async def settled(self, plan: JobPlan, source: JobSource, named: str) -> JobPlan:
        """A plan for a new job in which provider and model are named, and the mode is one that the model has.

        Args:
            plan: As the person gave it.
            source: What the rows come from.
            named: The model that the first line names; empty for none.

        Raises:
            KirejiError: There is no such provider, or none can work.
            JobError: The rows have pictures, and the model cannot see; or only this computer's reader could answer, and
                nobody has chosen it.
        """
        choice = await self._chosen(plan.provider, plan.model or named)
        if choice.provider.name == DEVICE and DEVICE not in (plan.provider, self._preferences.settings.models.provider):
            raise JobError(
                say("There is no key and no model server, so nobody could answer the rows."),
                say("Set a key (kireji keys set anthropic), or start a model server."),
            )
        if choice.provider.name == DEVICE and plan.form is not AnswerForm.TEXT:
            raise nobody_to_ask(DEVICE)  # every row would fail
        if source.kind in _PICTURES:
            choice = self._seeing(choice, chosen=bool(plan.model))
        plan = msgspec.structs.replace(plan, provider=choice.provider.name, model=choice.model)
        target = self._target(choice, plan.mode)
        stored = source.kind in _PICTURES
        if target.limits is None or (stored and not target.limits.stored_pictures):
            plan = msgspec.structs.replace(plan, mode=Mode.LIVE)
        return plan

    async def sends_no_pictures(self, plan: JobPlan) -> bool:
        """Whether pictures of this computer cannot go along in the batches of a job."""
        target = await self.of(plan)
        return target.limits is not None and not target.limits.stored_pictures

    def limits(self, provider: str, model: str) -> BatchLimits | None:
        """What batches of a model may hold; None when its rows go one by one."""
        batches = self._batches.get(provider)
        return batches.limits(model) if batches is not None else None

    async def of(self, plan: JobPlan) -> Target:
        """Who answers the rows of a job that there is.

        Raises:
            KirejiError: There is no such provider any more, or a local server does not answer.
        """
        choice = await self._catalog.choose(self._preferences.settings, plan.provider, plan.model)
        return self._target(choice, plan.mode)

    async def of_batches(self, plan: JobPlan) -> BatchTarget:
        """The batch service that answers.

        Raises:
            JobError: The model has none (any more).
            ProviderError: That cannot be asked now.
            KirejiError: There is no such provider any more.
        """
        plan = msgspec.structs.replace(plan, mode=Mode.BATCH)
        target = await self.of(plan)
        if target.limits is None and plan.provider in self._batches:  # an old list may not tell
            await self._catalog.models(plan.provider, refresh=True)
            target = await self.of(plan)
        if target.format is None or target.batches is None or target.limits is None:
            raise JobError(
                say("There is no batch service for {model}.", model=plan.model),
                say("Make the job anew: its rows then go one by one, at full price."),
            )
        return BatchTarget(target.info, target.format, target.batches, target.limits)

    def price(self, plan: JobPlan, usage: Usage) -> float | None:
        """US dollars of what a batch has used, by its model's price; None when nobody knows it."""
        info = self._catalog.find(plan.provider, plan.model)
        batches = self._batches.get(plan.provider)
        limits = batches.limits(plan.model) if batches is not None else None
        full = info.cost(usage) if info is not None else None
        return None if full is None else full * (limits.price_share if limits is not None else 1.0)

    def format(self, provider: str) -> JobFormat | None:
        """How results of a provider's batches are read; None where it has none."""
        return self._formats.get(provider)

    async def _chosen(self, provider: str, model: str) -> Choice:
        """Who answers; a model that is in no list that was read so far is looked for once more."""
        choice = await self._catalog.choose(self._preferences.settings, provider, model)
        if choice.info is None and choice.provider.name in self._batches:
            try:
                await self._catalog.models(choice.provider.name, refresh=True)
            except KirejiError as error:  # nothing is known of it then, and its rows go one by one
                log.info("the models of %s could not be listed: %s", choice.provider.name, error.message)
            choice = await self._catalog.choose(self._preferences.settings, provider, model)
        return choice

    def _target(self, choice: Choice, mode: Mode) -> Target:
        name = choice.provider.name
        batches = self._batches.get(name) if mode is Mode.BATCH else None
        limits = batches.limits(choice.model) if batches is not None else None
        return Target(choice, self._formats.get(name), batches if limits is not None else None, limits)

    def _seeing(self, choice: Choice, *, chosen: bool) -> Choice:
        """The choice, or the provider's first model that sees where the person has named none."""
        if choice.info is None or choice.info.sees_images:
            return choice
        name = choice.info.name or choice.model
        others = [info for info in self._catalog.known(choice.provider.name) if info.sees_images]
        if chosen or not others:
            raise JobError(say("{name} cannot see pictures.", name=name), say("Choose a model that can."))
        return msgspec.structs.replace(choice, model=others[0].id, info=others[0])
