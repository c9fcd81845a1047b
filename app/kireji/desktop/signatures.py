"""Signatures of lists of versions. The only place that knows the library; it is loaded when there is one to check."""

from __future__ import annotations


class Ed25519Checker:
    """Satisfies `core.update_ports.SignatureChecker`."""

    def valid(self, key: bytes, message: bytes, signature: bytes) -> bool:
        """As in SignatureChecker."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True
