"""Finds where the evidence of a verdict stands, when a row is opened: for a list of rows nobody reads pictures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from kireji.core.errors import ReaderError
from kireji.core.jobs.answers import RowDetail
from kireji.core.jobs.values import JobPlan
from kireji.core.moderation import judging
from kireji.core.moderation.evidence import PictureWords
from kireji.core.moderation.verdicts import Verdict
from kireji.core.ports import Reader
from kireji.core.word_boxes import words_of
from kireji.services.jobs.formed import FormReader

log = logging.getLogger(__name__)


class AnswerPlacing:
    """Puts evidence into its places.

    Args:
        reader: Reads pictures on this computer.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def in_text(self, plan: JobPlan, detail: RowDetail) -> Verdict | None:
        """The verdict of a row; its evidence has places in the text.

        Args:
            plan: Of a job that judges.
            detail: The row.
        """
        return await self._verdict(plan, detail, [None] * len(detail.pictures))

    async def in_pictures(self, plan: JobPlan, detail: RowDetail) -> Verdict | None:
        """The same, also with places on the pictures; those that cannot be read have none."""
        data = detail.answer.answered
        if data is None or not detail.pictures or not judging.quotes_pictures(data):
            return await self.in_text(plan, detail)
        return await self._verdict(plan, detail, [await self._words(picture) for picture in detail.pictures])

    async def _verdict(self, plan: JobPlan, detail: RowDetail, words: Sequence[PictureWords | None]) -> Verdict | None:
        answer = detail.answer
        policy = FormReader(plan).policy
        if answer.verdict is None or policy is None:
            return None
        if answer.verdict.refused or answer.answered is None:
            return judging.refused(policy, answer.verdict.reason, detail.prompt)
        return await asyncio.to_thread(judging.verdict, policy, answer.answered, detail.prompt, words)

    async def _words(self, picture: bytes) -> PictureWords | None:
        if not picture:
            return None
        try:
            return PictureWords(words_of(await self._reader.read_all(picture)))
        except ReaderError as error:
            log.info("the words of a picture could not be read: %s", error.message)
            return None
