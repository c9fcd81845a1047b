"""The section of the settings that is about jobs."""

from __future__ import annotations

import msgspec

from kireji.core.jobs.limits import ROWS_PER_BATCH


class JobSettings(msgspec.Struct, frozen=True):
    """[jobs]

    Args:
        rows_per_batch: How many rows go to a batch service together; progress advances per batch.
        side_by_side: How many rows are asked at the same time where there is no batch service.
        webhook: Address that is told when a job ends; empty for none. Its secret is in the keychain.
    """

    rows_per_batch: int = ROWS_PER_BATCH
    side_by_side: int = 4
    webhook: str = ""
