"""What checks for updates need from outside, without network, files or signatures."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kireji.core.errors import ConnectionFailed, KirejiError, StoreError
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.update_ports import Remembered


class FakeReleaseLists:
    """Lists by address; an unknown address is not reached.

    Attributes:
        lists: What lies where.
        failure: When set, every call raises it after the request was recorded.
        asked: Every address, in order.
    """

    def __init__(self) -> None:
        self.lists: dict[str, bytes] = {}
        self.failure: KirejiError | None = None
        self.asked: list[str] = []

    async def fetch(self, gate: Gate, address: str) -> bytes:
        await gate(OutgoingRequest("updates", "GET", address, {}, b"", "", Purpose.UPDATE))
        self.asked.append(address)
        if self.failure is not None:
            raise self.failure
        if address not in self.lists:
            raise ConnectionFailed("The address cannot be reached.", "Check the network, then try again.")
        return self.lists[address]


class FakeSignatures:
    """Signatures that anybody could make: the SHA-512 of key and message."""

    def valid(self, key: bytes, message: bytes, signature: bytes) -> bool:
        return len(key) == 32 and self.sign(key, message) == signature

    @staticmethod
    def sign(key: bytes, message: bytes) -> bytes:
        """The one that counts as valid."""
        return hashlib.sha512(key + message).digest()


class MemoryUpdateMemory:
    """Keeps what stays, in memory; files are those of the disk.

    Attributes:
        kept: What was written last.
        failure: When set, writing raises it.
    """

    def __init__(self) -> None:
        self.kept = Remembered()
        self.failure: StoreError | None = None

    def read(self) -> Remembered:
        return self.kept

    def write(self, remembered: Remembered) -> None:
        if self.failure is not None:
            raise self.failure
        self.kept = remembered

    def fingerprint(self, file: Path) -> tuple[int, str]:
        data = file.read_bytes()
        return len(data), hashlib.sha256(data).hexdigest()
