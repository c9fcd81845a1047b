"""A picture's words in another language."""

from __future__ import annotations

import enum

import msgspec

from kireji.core.word_boxes import Box


class Alignment(enum.Enum):
    """At which side the lines of a block are flush; of upright lines, left stands for their tops."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class TextBlock(msgspec.Struct, frozen=True):
    """Lines that belong together, such as a paragraph or a button's words.

    Args:
        text: As read, line breaks within a paragraph taken out.
        box: Around all lines.
        lines: Each line's own; its height is that of the letters with a little room. Empty for words that were not
            read from a picture.
        alignment: How the lines stand to each other; of a single line, left or, in writings that run so, right.
        upright: The lines run from top to bottom, the first at the right.
        unsure: The reader of this computer could hardly read them, or not at all; then `text` is empty.
    """

    text: str
    box: Box
    lines: tuple[Box, ...] = ()
    alignment: Alignment = Alignment.LEFT
    upright: bool = False
    unsure: bool = False


class TranslatedBlock(msgspec.Struct, frozen=True):
    """One block with its translation.

    Args:
        block: What stands on the picture.
        text: The translation; empty where the model gave none, and the same as the block's where nothing is to be
            translated.
        missing: The model left it out.
    """

    block: TextBlock
    text: str
    missing: bool = False


class Translation(msgspec.Struct, frozen=True, tag_field="form", tag="translation"):
    """All of it.

    Args:
        language: Into which, in words as the person named it.
        blocks: In reading order.
        source_language: Which the model took it for; empty if unknown.
        width: Of the picture in pixels.
        height: The same.
    """

    language: str
    blocks: tuple[TranslatedBlock, ...]
    source_language: str = ""
    width: int = 0
    height: int = 0

    @property
    def text(self) -> str:
        """The translation, block by block."""
        return "\n\n".join(block.text for block in self.blocks if block.text)
