"""A row on its way out."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kireji.core.messages import Message, Role, TextPart
from kireji.core.placeholders import Vault
from kireji.core.requests import ModelRequest

_ANYTHING = (Message(Role.USER, (TextPart("-"),)),)


class JobRow(msgspec.Struct, frozen=True):
    """What one row asks.

    Args:
        request: The question. Of a whole body one that holds as much, to be counted and never to be sent.
        body: JSON that is sent as it is; empty where `request` is encoded.
        vault: What its placeholders stand for; None when nothing was looked for.
        hidden: How much is hidden, by kind.
    """

    request: ModelRequest
    body: bytes = b""
    vault: Vault | None = None
    hidden: Mapping[str, int] = {}

    @property
    def values(self) -> Mapping[str, str]:
        """What its placeholders stand for."""
        return self.vault.values if self.vault is not None else {}

    @property
    def frame(self) -> ModelRequest:
        """What is encoded to learn where it goes and with which headers."""
        if not self.body:
            return self.request
        return msgspec.structs.replace(self.request, messages=_ANYTHING, blobs={})
