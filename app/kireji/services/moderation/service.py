"""Judges text and pictures by a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kireji.core.messages import ImagePart, Sha256
from kireji.core.moderation.policies import ParsedPolicy, Policy
from kireji.core.moderation.ports import PolicyStore
from kireji.core.ports import Reader
from kireji.core.structured.questions import Asker
from kireji.services.structured.turn import Outcome, StructuredTurns


class Moderation:
    """Judges.

    Args:
        policies: Where policies are kept.
        turns: Asks and keeps.
        reader: Finds quoted words in pictures.
    """

    def __init__(self, policies: PolicyStore, turns: StructuredTurns, reader: Reader) -> None:
        self.store = policies
        self._turns = turns
        self._reader = reader

    async def policies(self) -> Mapping[str, ParsedPolicy]:
        """All of them by name, the broken ones with what is wrong."""
        raise NotImplementedError

    async def policy(self, name: str) -> Policy:
        """The policy of that name.

        Raises:
            KirejiError: There is none, or its file cannot be used; the sentence names line and reason.
        """
        raise NotImplementedError

    async def judge(
        self,
        policy: Policy,
        text: str,
        asker: Asker,
        images: Sequence[ImagePart] = (),
        pictures: Mapping[Sha256, bytes] | None = None,
        *,
        observe: Callable[[str], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """Judge a text, pictures, or both; `Outcome.result` is a `Verdict`.

        A model that refuses gives a verdict, too. What is quoted is looked for in the text and, through the reader,
        in the pictures; without a reader, quotes of pictures stay without a place.

        Args:
            policy: By which.
            text: What is judged; may be empty when there is a picture.
            asker: On whose behalf.
            images: Stored pictures.
            pictures: Bytes of those that are at hand.
            observe: Told the raw answer so far.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: There is nothing to judge, or as of `StructuredTurns.run`.
        """
        raise NotImplementedError
