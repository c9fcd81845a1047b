"""From a row as it was read to what is sent for it."""

from __future__ import annotations

import msgspec

from kireji.core.errors import RequestRejected
from kireji.core.jobs.conversion import NotCarried
from kireji.core.jobs.outgoing import JobRow
from kireji.core.jobs.ports import JobPictures
from kireji.core.jobs.requests import model_request, row_body
from kireji.core.jobs.values import JobPlan, LineKind, RowInput
from kireji.core.jobs.weights import counted_body
from kireji.core.messages import Sha256
from kireji.core.models import ModelInfo
from kireji.core.requests import ModelRequest


class RowMaking:
    """Makes what rows ask.

    Args:
        pictures: The pictures of rows.
    """

    def __init__(self, pictures: JobPictures) -> None:
        self._pictures = pictures

    async def row(self, plan: JobPlan, info: ModelInfo | None, row: RowInput) -> JobRow:
        """What a row asks; nothing is hidden in it yet.

        Args:
            plan: What is done with every row.
            info: What is known about the model.
            row: As it was read.

        Raises:
            RequestRejected: The service's form cannot hold it.
            StoreError: A picture of it is lost.
        """
        if row.kind is LineKind.PROMPT:
            blobs: dict[Sha256, bytes] = {part.blob: await self._pictures.get(part) for part in row.pictures}
            return JobRow(_bounded(model_request(plan, row, blobs, info)))
        try:
            body = row_body(plan, row, info)
        except NotCarried as problem:
            raise RequestRejected(problem.sentence, provider=plan.provider) from problem
        return JobRow(counted_body(body, plan.model, info, plan.max_tokens), body)


def _bounded(request: ModelRequest) -> ModelRequest:
    """No longer than the model can answer."""
    longest = request.info.max_output_tokens if request.info is not None else 0
    return msgspec.structs.replace(request, max_tokens=min(request.max_tokens, longest)) if longest else request
