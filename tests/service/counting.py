"""A rule by which tokens are counted that differs from run to run, and that the program under test does not know."""

from __future__ import annotations

import base64
import io
import math
import random
import re
from typing import Any

import msgspec
from PIL import Image

_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_OF_CODE = re.compile(r"[{}()\[\]<>=+*/\\|&^%$#@~_;]")
_FENCE = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_SHARE_OF_CODE = 0.045


class CountingRule:
    """So many characters of prose and of code are a token, and so many tokens a Chinese or Japanese character.

    Args:
        seed: Makes the numbers; None makes others with every run.
    """

    def __init__(self, seed: int | None = None) -> None:
        chance = random.Random(seed)
        self.prose = chance.uniform(2.8, 5.0)
        """Characters of a token."""
        self.code = chance.uniform(2.2, 4.2)
        """The same of code."""
        self.cjk = chance.uniform(0.6, 1.7)
        """Tokens of a character."""
        self.block = chance.randint(2, 9)
        """Tokens around each block."""

    def tokens(self, block: dict[str, Any], *, large: bool = True) -> int:
        """Of one block, of a tool or of instructions.

        Args:
            block: As it was sent.
            large: Whether the model sees pictures in high resolution.
        """
        match block.get("type"):
            case "text":
                return self.block + self.of_text(block["text"])
            case "image":
                return self.block + _of_picture(block["source"], large=large)
            case "document" if block["source"].get("type") == "text":
                return self.block + self.of_text(block["source"]["data"])
            case "tool_result" if isinstance(block.get("content"), list):
                return self.block + sum(self.tokens(one, large=large) for one in block["content"])
        return self.block + math.ceil(len(msgspec.json.encode(block)) / self.code)

    def of_text(self, text: str) -> int:
        """Of words."""
        code = "".join(_FENCE.findall(text))
        rest = _FENCE.sub("", text)
        return math.ceil(self._of_stretch(rest, fenced=False) + self._of_stretch(code, fenced=True))

    def _of_stretch(self, text: str, *, fenced: bool) -> float:
        signs = len(_CJK.findall(text))
        others = len(text) - signs
        is_code = fenced or len(_OF_CODE.findall(text)) > _SHARE_OF_CODE * max(1, others)
        return signs * self.cjk + others / (self.code if is_code else self.prose)


def _of_picture(source: dict[str, Any], *, large: bool) -> int:
    if source.get("type") != "base64":
        return 1500
    with Image.open(io.BytesIO(base64.b64decode(source["data"]))) as picture:
        width, height = picture.size
    side, most = (2576, 4784) if large else (1568, 1568)
    shrunk = min(1.0, side / max(width, height))
    return min(most, math.ceil(width * shrunk / 28) * math.ceil(height * shrunk / 28))
