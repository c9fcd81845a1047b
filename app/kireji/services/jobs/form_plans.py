"""From what a person wants done with every row to a plan that holds all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.jobs.forms import compared, extracted, moderated, translated
from kireji.core.jobs.values import JobPlan
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say

if TYPE_CHECKING:
    from kireji.services.moderation.service import Moderation


class WantedForm(msgspec.Struct, frozen=True):
    """What shall be done.

    Args:
        form: TEXT asks the person's own question.
        policy: Of verdicts: the policy's name.
        policy_data: Of verdicts: the policy's file, where it is none of those that are kept; empty reads that.
        language: Of translations: into which.
    """

    form: AnswerForm = AnswerForm.TEXT
    policy: str = ""
    policy_data: bytes = b""
    language: str = ""


async def with_form(plan: JobPlan, wanted: WantedForm, moderation: Moderation) -> JobPlan:
    """The plan of a job that does this with every row.

    Args:
        plan: What is to be done besides; its schema is what extractions shall have.
        wanted: What shall be done.
        moderation: Where policies are kept.

    Raises:
        KirejiError: There is no such policy, its file cannot be used, the schema cannot be, or no language was named.
        StoreError: The policy cannot be read.
    """
    match wanted.form:
        case AnswerForm.TEXT:
            return plan
        case AnswerForm.VERDICT:
            return await _judging(plan, wanted, moderation)
        case AnswerForm.TRANSLATION:
            if not wanted.language.strip():
                raise KirejiError(say("No language was named."), say("Name the one to translate into."))
            return translated(plan, wanted.language)
        case AnswerForm.COMPARISON:
            return compared(plan)
        case AnswerForm.TABLE | AnswerForm.FIELDS:
            return extracted(plan, fields=wanted.form is AnswerForm.FIELDS)


async def _judging(plan: JobPlan, wanted: WantedForm, moderation: Moderation) -> JobPlan:
    from kireji.services.moderation.service import usable

    data = wanted.policy_data
    if not data:
        await moderation.policy(wanted.policy)  # which says what is wrong with its name
        data = await moderation.store.read(wanted.policy)
    return moderated(plan, usable(wanted.policy, await moderation.parsed(wanted.policy, data)), data)
