"""Which certificates are trusted, and what a refused one says about itself."""

from __future__ import annotations

import ssl
from typing import Any

import truststore

from kireji.core.errors import ConnectionFailed
from kireji.core.words import say

_SHOWN = 80
_UNREADABLE = (OSError, ValueError)
"""What OpenSSL says of a file that is missing, closed to us, or holds something else (ssl.SSLError is an OSError)."""


class CertificateRefused(ssl.SSLCertVerificationError):
    """A certificate that is not trusted, with what it says about itself.

    Attributes:
        code: OpenSSL's number of the reason; 0 when the system gave another.
        reason_text: The reason in the library's words.
        subject: Whom it was issued for.
        issuer: Who issued the last certificate of the chain that came: the one that would have to be trusted.
        names: The hosts that it is for.
        not_before: When it begins, as written in it.
        not_after: When it ends, as written in it.
    """

    code = 0
    reason_text = ""
    subject = ""
    issuer = ""
    names: tuple[str, ...] = ()
    not_before = ""
    not_after = ""


def trusting(store: str, ca_file: str) -> ssl.SSLContext:
    """A context that trusts the system's certificates, or those of `store`, and those of `ca_file`.

    Args:
        store: The file that SSL_CERT_FILE names; empty for the system's certificates.
        ca_file: The file that the setting network.ca_file names; empty for none.

    Raises:
        ConnectionFailed: A file cannot be read.
    """
    context: ssl.SSLContext = (
        _FileContext(ssl.PROTOCOL_TLS_CLIENT) if store else _SystemContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    for path, name, way_out in (
        (store, "SSL_CERT_FILE", say("Correct or remove SSL_CERT_FILE.")),
        (ca_file, say("the setting network.ca_file"), say("Correct or empty that setting.")),
    ):
        if not path:
            continue
        try:
            context.load_verify_locations(cafile=path)
        except _UNREADABLE as error:
            raise ConnectionFailed(
                say("The certificates in {path}, named by {name}, cannot be read.", path=path, name=name), way_out
            ) from error
    return context


def holds_certificates(path: str) -> bool:
    """Whether the file at `path` can be read as certificates (PEM). May block."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except _UNREADABLE:
        return False
    return True


class _FileContext(ssl.SSLContext):
    """Trusts what it was given."""

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        return _telling(super().wrap_bio(*args, **options))


class _SystemContext(truststore.SSLContext):
    """Trusts what the system trusts."""

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        return _telling(super().wrap_bio(*args, **options))


def _telling(connection: ssl.SSLObject) -> ssl.SSLObject:
    """`connection`, whose handshake tells which certificate was refused: the error itself does not."""
    handshake = connection.do_handshake

    def do_handshake() -> None:
        try:
            handshake()
        except ssl.SSLCertVerificationError as error:
            raise _described(error, _chain(connection)) from error

    connection.do_handshake = do_handshake  # type: ignore[method-assign]
    return connection


def _chain(connection: ssl.SSLObject) -> list[dict[str, Any]]:
    """What the certificates that came say about themselves, the service's own first.

    WORKAROUND: until Python 3.13 (`SSLObject.get_unverified_chain`) only the inner object gives a chain that was
    refused; in later versions it still does.
    """
    inner: Any = getattr(connection, "_sslobj", None)
    try:
        return [dict(certificate.get_info()) for certificate in inner.get_unverified_chain() or ()]
    except (AttributeError, ValueError, ssl.SSLError):
        return []


def _described(error: ssl.SSLCertVerificationError, chain: list[dict[str, Any]]) -> CertificateRefused:
    refused = CertificateRefused(*error.args)
    refused.code = int(getattr(error, "verify_code", 0) or 0)
    refused.reason_text = _clean(str(getattr(error, "verify_message", "") or error))
    if chain:
        refused.subject = _name(chain[0].get("subject"))
        refused.issuer = _name(chain[-1].get("issuer"))
        refused.names = tuple(_clean(str(value)) for _, value in chain[0].get("subjectAltName", ()))
        refused.not_before = str(chain[0].get("notBefore", ""))
        refused.not_after = str(chain[0].get("notAfter", ""))
    return refused


def _name(parts: Any) -> str:
    """The most telling part of a distinguished name: common name, else organisation, else unit."""
    fields = {key: value for group in parts or () for key, value in group}
    known = (fields.get(key) for key in ("commonName", "organizationName", "organizationalUnitName"))
    return _clean(next((str(value) for value in known if value), ""))


def _clean(text: str) -> str:
    """Text of a stranger, fit for a sentence."""
    return "".join(letter for letter in text if letter.isprintable())[:_SHOWN]
