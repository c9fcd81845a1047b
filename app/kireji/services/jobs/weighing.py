"""What rows of a job take and cost, by estimate."""

from __future__ import annotations

from typing import NamedTuple

from kireji.core.jobs.requests import model_request, row_body
from kireji.core.jobs.values import JobPlan, LineKind, RowInput
from kireji.core.jobs.weights import counted_body, weight_of
from kireji.core.messages import Sha256
from kireji.core.models import ModelInfo
from kireji.core.requests import ModelRequest
from kireji.core.token_corrections import UNCORRECTED, Correction, Estimated, estimated
from kireji.core.tokens import Family, added
from kireji.services.token_counts import TokenCounts


class Weighed(NamedTuple):
    """A row's size.

    Args:
        prompt: Tokens of its question.
        pictures: Of these, what is in pictures and documents.
        longest: Tokens of its longest answer.
    """

    prompt: Estimated
    pictures: float
    longest: int

    def most(self, info: ModelInfo | None) -> float | None:
        """US dollars at the full price, at most; None when the price is unknown."""
        if info is None:
            return None
        tokens = min(self.prompt.at_most, info.context_tokens) if info.context_tokens else self.prompt.at_most
        return info.cost_at_most(tokens, self.longest)


class Weighing:
    """Weighs the rows of one job.

    Args:
        plan: What is done with every row.
        info: What is known about the model.
        correction: What was learned of the way in which it counts.
    """

    def __init__(self, plan: JobPlan, info: ModelInfo | None, correction: Correction = UNCORRECTED) -> None:
        self._plan = plan
        self._info = info
        self._family = Family.of(plan.model)
        self._correction = correction

    @classmethod
    async def of(cls, plan: JobPlan, info: ModelInfo | None, counts: TokenCounts | None) -> Weighing:
        """With what was learned so far."""
        correction = await counts.correction(plan.model) if counts is not None else UNCORRECTED
        return cls(plan, info, correction)

    def row(self, row: RowInput) -> Weighed:
        """A row as it was read.

        Raises:
            NotCarried: It cannot be put into the service's form.
        """
        if row.kind is LineKind.PROMPT:
            nothing: dict[Sha256, bytes] = {picture.blob: b"" for picture in row.pictures}
            return self.request(model_request(self._plan, row, nothing, self._info))
        return self.request(self.counted(row_body(self._plan, row, self._info)))

    def counted(self, body: bytes) -> ModelRequest:
        """A question that holds as much as a body."""
        return counted_body(body, self._plan.model, self._info, self._plan.max_tokens)

    def request(self, request: ModelRequest) -> Weighed:
        """A question, in tokens."""
        weight = weight_of(request)
        whole = estimated(added(weight.words, weight.pictures), self._family, self._correction)
        apart = estimated(weight.pictures, self._family, self._correction).tokens if any(weight.pictures) else 0.0
        longest = weight.longest
        if self._info is not None and self._info.max_output_tokens:
            longest = min(longest, self._info.max_output_tokens)
        return Weighed(whole, apart, longest)
