"""The library that connections are encrypted with."""

from __future__ import annotations


def openssl_version() -> str:
    """As it calls itself."""
    import ssl

    return ssl.OPENSSL_VERSION
