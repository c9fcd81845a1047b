"""The question that would be asked now, for estimates: nothing in it needs to be stored."""

from __future__ import annotations

import hashlib

from kireji.core.messages import DocumentPart, ImagePart, Sha256
from kireji.services.turns import Question
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.draft import Attachment, Draft
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.setup import SetupPresenter

_A_PICTURE: Sha256 = "0" * 64
"""An estimate needs no bytes of pictures, only their size."""


class Preview:
    """Makes questions of what has been prepared.

    Args:
        conversation: Which one is open.
        drafts: What has been prepared.
        setup: Who answers.
    """

    def __init__(self, conversation: OpenConversation, drafts: Drafts, setup: SetupPresenter) -> None:
        self._conversation = conversation
        self._drafts = drafts
        self._setup = setup
        self._digests: dict[int, Sha256] = {}
        """Names of documents that are not stored yet, by attachment."""

    @property
    def opening(self) -> bool:
        """Whether the conversation is still being read, so that there is nothing to say of its next question."""
        return self._conversation.opening

    @property
    def draft(self) -> Draft:
        """What has been prepared."""
        return self._drafts.draft

    def question(self) -> Question:
        """The draft as it would be asked now, but for its sources; attachments on their way are not in it."""
        draft = self._drafts.draft
        going = [(each, self.part(each)) for each in draft.attachments if each.arrived and not each.off]
        data: dict[Sha256, bytes] = {
            part.blob: each.document.data for each, part in going if part is not None and each.document is not None
        }
        number = self._conversation.number
        return Question(
            draft.question,
            images=tuple(part for _, part in going if isinstance(part, ImagePart)),
            documents=tuple(part for _, part in going if isinstance(part, DocumentPart)),
            conversation=number,
            edit=self._drafts.editing,
            setup=self._setup.setup if number is None else None,
            pictures=data,
        )

    def part(self, attachment: Attachment) -> ImagePart | DocumentPart | None:
        """What stands for an attachment in an estimate; it need not be stored for that."""
        if attachment.part is not None:
            return attachment.part
        if attachment.picture is not None:
            picture = attachment.picture
            return ImagePart(_A_PICTURE, picture.media_type, picture.width, picture.height)
        if attachment.document is not None:
            document = attachment.document
            if attachment.number not in self._digests:
                self._digests[attachment.number] = hashlib.sha256(document.data).hexdigest()
            return DocumentPart(self._digests[attachment.number], document.media_type, attachment.name)
        return None
