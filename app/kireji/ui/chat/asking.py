"""Makes a question of a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kireji.core.messages import DocumentPart, ImagePart, Sha256
from kireji.core.sources import Source
from kireji.services.turns import Question
from kireji.ui.chat.draft import Attachment, Draft
from kireji.ui.chat.loading import Loading


async def whole_question(
    question: Question,
    draft: Draft,
    loading: Loading,
    known: Callable[[int], Attachment | None],
    turned: Mapping[int, Source],
) -> Question | None:
    """A question with all that goes along, once everything has arrived and is stored.

    Args:
        question: Its words, pictures, documents and sources are replaced.
        draft: What was prepared.
        loading: Brings attachments in.
        known: An attachment by its number, as it is now; None for one that was taken out.
        turned: Attachments that proved to be folders.

    Returns:
        None when an attachment could not be had, which has been said.

    Raises:
        StoreError: An attachment could not be stored.
    """
    if not await loading.finish([each.number for each in draft.attachments]):
        return None
    images: list[ImagePart] = []
    documents: list[DocumentPart] = []
    data: dict[Sha256, bytes] = {}
    for each in draft.attachments:
        attachment = each if each.arrived else known(each.number)
        if attachment is None or attachment.off:
            continue
        part = await loading.store(attachment)
        if part is None:  # the person has taken it out meanwhile
            continue
        if isinstance(part, ImagePart):
            images.append(part)
        else:
            documents.append(part)
        if (content := attachment.picture or attachment.document) is not None:
            data[part.blob] = content.data
    sources = tuple(one for one in draft.with_turned(turned).sources if one.on)
    if not images and not documents and not draft.question and not sources:
        return None
    return replace(
        question,
        text=draft.question,
        images=tuple(images),
        documents=tuple(documents),
        pictures=data,
        sources=sources,
    )
