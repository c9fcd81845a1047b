"""What came of judging something by a policy."""

from __future__ import annotations

import enum

import msgspec

from kireji.core.word_boxes import Box


class Action(enum.Enum):
    """What a policy wants done; the later one of several holds."""

    ALLOW = "allow"
    REVIEW = "review"
    """A person decides."""
    BLOCK = "block"

    @property
    def weight(self) -> int:
        """0 for the mildest."""
        return _ORDER.index(self)


_ORDER = tuple(Action)


class Evidence(msgspec.Struct, frozen=True):
    """What a finding rests on.

    Args:
        quote: Words of what was judged, or what is seen in the picture.
        start: Where the quote begins in the text that was judged; -1 where it does not stand there.
        end: Where it ends.
        picture: Number of the picture in which it stands, from 0; -1 for none.
        boxes: Where in the picture.
        shown: The model says that it describes what is to be seen, not words that are to be read.
    """

    quote: str
    start: int = -1
    end: int = -1
    picture: int = -1
    boxes: tuple[Box, ...] = ()
    shown: bool = False

    @property
    def found(self) -> bool:
        """Whether it stands in what was judged."""
        return self.start >= 0 or self.picture >= 0


class Finding(msgspec.Struct, frozen=True):
    """One category that what was judged falls into.

    Args:
        category: Its name in the policy.
        level: Name of the level.
        action: What the policy wants done there; never the model's decision.
        confidence: 0 to 1, the model's own.
        evidence: What it rests on.
        reason: In the model's words.
    """

    category: str
    level: str
    action: Action
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""


class Verdict(msgspec.Struct, frozen=True, tag_field="form", tag="verdict"):
    """The whole of it.

    Args:
        policy: Name of the policy.
        version: Its version.
        action: The gravest of all findings; of a refusal, what the policy says of that.
        findings: The gravest first; none when nothing was found.
        reason: Of the whole, in the model's words.
        rewrite: A version that would comply, as the model suggests; empty for none.
        refused: The model refused to judge; `reason` then says so.
        text: What was judged, for marking the evidence; empty for pictures alone.
        pictures: How many pictures were judged; 0 for none, and where that was not kept.
    """

    policy: str
    version: int
    action: Action
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    rewrite: str = ""
    refused: bool = False
    text: str = ""
    pictures: int = 0
