"""What checks for updates need from outside."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from kireji.core.provider_ports import Gate


class UpdateSource(NamedTuple):
    """Where lists of versions come from.

    Args:
        address: https; empty for nowhere.
        keys: Public keys that are trusted, base64 each.
    """

    address: str = ""
    keys: tuple[str, ...] = ()


class Installation(NamedTuple):
    """How this very program was installed.

    Args:
        name: deb, appimage, flatpak, setup, dmg, wheel, checkout or folder.
        system: linux, windows or macos.
        machine: x86_64 or arm64, or what the system calls another one.
    """

    name: str
    system: str
    machine: str


class Remembered(msgspec.Struct, frozen=True):
    """What stays from one check to the next.

    Args:
        asked: When it was last asked; None for never.
        address: Where.
        newest: The date of the newest list that was believed from there.
        envelope: That list as it was signed; empty for none.
        problem: What went wrong when it was last asked; empty when nothing did.
        skipped: A version that the person does not want to hear of.
        told: The version that a notification has told of.
    """

    asked: datetime | None = None
    address: str = ""
    newest: datetime | None = None
    envelope: bytes = b""
    problem: str = ""
    skipped: str = ""
    told: str = ""


class UpdateMemory(Protocol):
    """Keeps what stays. Every method may block."""

    def read(self) -> Remembered:
        """What was kept; nothing where it cannot be read."""

    def write(self, remembered: Remembered) -> None:
        """Keep it instead.

        Raises:
            StoreError: The environment's fault.
        """

    def fingerprint(self, file: Path) -> tuple[int, str]:
        """Size and SHA-256 of a file, which may be large.

        Raises:
            StoreError: It cannot be read.
        """


class ReleaseLists(Protocol):
    """Fetches lists of versions."""

    async def fetch(self, gate: Gate, address: str) -> bytes:
        """What lies there, unchecked.

        Args:
            gate: Records every hop.
            address: https, or http on this computer.

        Raises:
            ProviderError: It was not reached, leads elsewhere than to https, or is too large to be one.
        """


class SignatureChecker(Protocol):
    """Ed25519 (RFC 8032)."""

    def valid(self, key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is one of `message` by `key`; never raises, whatever the bytes."""
