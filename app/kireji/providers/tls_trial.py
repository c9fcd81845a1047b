"""Tries encrypted connections without a network: both ends are in this process, and the bytes pass between them."""

from __future__ import annotations

import re
import ssl
import sys
from pathlib import Path

from kireji.core.self_reports import TlsReport
from kireji.providers.certificates import trusting

HOST = "self-test.invalid"
"""Whom the trial speaks to; there is nobody of that name (RFC 2606)."""
_TURNS = 20
_ELSEWHERE = (
    *("/etc/ssl/cert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/pki/tls/cert.pem"),
    *("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/ca-bundle.pem"),
)
"""Where truststore looks when OpenSSL's own places are empty, as in a build that was made on another system."""


def try_tls(certificate: Path, key: Path) -> TlsReport:
    """Shake hands once with a certificate that is trusted, and once with the same one that is not. Blocks.

    Args:
        certificate: One for `HOST` that nobody vouches for.
        key: Its key.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    spoken = _shake_hands(server, trusting("", str(certificate)))
    try:
        _shake_hands(server, trusting("", ""))
    except ssl.SSLCertVerificationError:
        refused = True
    else:
        refused = False
    return TlsReport(ssl.OPENSSL_VERSION, spoken, refused, _authorities())


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> str:
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname=HOST),
        server.wrap_bio(there, back, server_side=True),
    ]
    for _ in range(_TURNS):
        waiting = [end for end in ends if not _done(end)]
        if not waiting:
            ends[0].write(b"kireji")
            assert ends[1].read(6) == b"kireji"
            return str(ends[0].version())
    raise ssl.SSLError("the handshake never ended")


def _done(end: ssl.SSLObject) -> bool:
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _authorities() -> int | None:
    """How many authorities the system's files name; Windows and macOS are asked in another way, and do not tell."""
    if sys.platform in ("win32", "darwin"):
        return None
    places = ssl.get_default_verify_paths()
    for file in filter(None, (places.cafile, *_ELSEWHERE)):
        try:
            return len(re.findall(rb"-----BEGIN CERTIFICATE-----", Path(file).read_bytes()))
        except OSError:
            continue
    folder = Path(places.capath or "/nowhere")
    return sum(1 for _ in folder.glob("????????.?")) if folder.is_dir() else 0
