"""From a row as it was read to what is sent for it."""

from __future__ import annotations

import asyncio

import msgspec

from kireji.core.errors import RequestRejected
from kireji.core.jobs.conversion import NotCarried
from kireji.core.jobs.outgoing import JobRow
from kireji.core.jobs.ports import JobPictures
from kireji.core.jobs.requests import model_request, row_body
from kireji.core.jobs.values import JobPlan, LineKind, Mode, RowInput
from kireji.core.jobs.weights import counted_body
from kireji.core.messages import Sha256
from kireji.core.models import ModelInfo
from kireji.core.requests import ModelRequest
from kireji.core.routing import routing_fields
from kireji.core.words import say
from kireji.services.catalog import DEVICE, OPENROUTER
from kireji.services.preferences import Preferences
from kireji.services.request_builder import routing_of

_CLAUDE = "anthropic/"
"""Begins the names of Claude models at OpenRouter, which are asked in Anthropic's form where they are asked by one."""


_THREAD_FROM_BYTES = 100_000


class RowMaking:
    """Makes what rows ask.

    Args:
        pictures: The pictures of rows.
        preferences: Where requests may be passed on to.
    """

    def __init__(self, pictures: JobPictures, preferences: Preferences) -> None:
        self._pictures = pictures
        self._preferences = preferences

    async def row(self, plan: JobPlan, info: ModelInfo | None, row: RowInput, mode: Mode = Mode.BATCH) -> JobRow:
        """What a row asks; nothing is hidden in it yet.

        Args:
            plan: What is done with every row.
            info: What is known about the model.
            row: As it was read.
            mode: How it goes.

        Raises:
            RequestRejected: The service's form cannot hold it.
            StoreError: A picture of it is lost.
        """
        if row.kind is LineKind.PROMPT:
            blobs: dict[Sha256, bytes] = {part.blob: await self._pictures.get(part) for part in row.pictures}
            return JobRow(self._bounded(model_request(plan, row, blobs, info)))
        if plan.provider == DEVICE:
            raise RequestRejected(
                say("This computer's own reader takes prompts with pictures alone."),
                say("Choose another model."),
                provider=DEVICE,
            )
        if len(row.content) > _THREAD_FROM_BYTES:
            return await asyncio.to_thread(self._whole, plan, info, row, mode)
        return self._whole(plan, info, row, mode)

    def _whole(self, plan: JobPlan, info: ModelInfo | None, row: RowInput, mode: Mode) -> JobRow:
        body = self._body(plan, info, row, mode)
        return JobRow(counted_body(body, plan.model, info, plan.max_tokens), body)

    def _body(self, plan: JobPlan, info: ModelInfo | None, row: RowInput, mode: Mode) -> bytes:
        passed_on = plan.provider == OPENROUTER
        if passed_on and mode is Mode.LIVE and plan.model.startswith(_CLAUDE):
            plan = msgspec.structs.replace(plan, provider="anthropic")
        try:
            body = row_body(plan, row, info)
        except NotCarried as problem:
            raise RequestRejected(problem.sentence, provider=plan.provider) from problem
        return self._routed(body) if passed_on else body

    def _routed(self, body: bytes) -> bytes:
        """With where it may be passed on to, unless the line says that itself."""
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if "provider" in fields:
            return body
        return msgspec.json.encode(fields | routing_fields(routing_of(self._preferences.settings.openrouter)))

    def _bounded(self, request: ModelRequest) -> ModelRequest:
        """No longer than the model can answer, and passed on only to where the person wants it."""
        longest = request.info.max_output_tokens if request.info is not None else 0
        return msgspec.structs.replace(
            request,
            max_tokens=min(request.max_tokens, longest) if longest else request.max_tokens,
            routing=routing_of(self._preferences.settings.openrouter),
        )
