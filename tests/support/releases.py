"""Signed lists of versions for tests, and the keys they are signed with."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kireji.core.updates import envelope, id_of, signed_bytes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHA = "5" * 64


class Signer:
    """A key pair, the same for the same number.

    Args:
        number: 0 to 255.
    """

    def __init__(self, number: int = 1) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.public = self._private.public_key().public_bytes_raw()
        self.text = base64.b64encode(self.public).decode()
        self.id = id_of(self.public)

    def sign(self, payload: bytes) -> tuple[str, bytes]:
        return self.id, self._private.sign(signed_bytes(payload))


def release(**fields: Any) -> dict[str, Any]:
    """What a list says, with these fields in the place of the usual ones."""
    usual: dict[str, Any] = {
        "form": 1,
        "program": "kireji",
        "channel": "stable",
        "version": "9.0.0",
        "date": NOW - timedelta(days=1),
        "expires": NOW + timedelta(days=90),
        "page": "https://kireji.example/download",
        "notes": {"en": "## What is new\n\n- It works", "de": "## Neu\n\n- Es geht"},
        "files": [
            file("kireji_9.0.0_amd64.deb", "linux", "x86_64", "deb"),
            file("kireji-9.0.0-x86_64.AppImage", "linux", "x86_64", "appimage"),
            file("kireji-9.0.0-setup.exe", "windows", "x86_64", "setup"),
            file("kireji-9.0.0.dmg", "macos", "any", "dmg"),
        ],
    }
    return usual | fields


def file(name: str, system: str, machine: str, kind: str, size: int = 90_000_000, sha256: str = SHA) -> dict[str, Any]:
    url = f"https://kireji.example/{name}"
    return {
        "name": name,
        "system": system,
        "machine": machine,
        "kind": kind,
        "url": url,
        "size": size,
        "sha256": sha256,
    }


def published(*signers: Signer, **fields: Any) -> bytes:
    """A signed list."""
    payload = msgspec.json.encode(release(**fields))
    return envelope(payload, [signer.sign(payload) for signer in signers or (Signer(),)])
