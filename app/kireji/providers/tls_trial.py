"""Tries encrypted connections without a network: both ends are in this process, and the bytes pass between them."""

from __future__ import annotations

import datetime
import re
import ssl
import sys
from pathlib import Path

from kireji.core.self_reports import TlsReport
from kireji.providers.certificates import trusting

_HOST = "self-test.invalid"
_TURNS = 20
_ELSEWHERE = (
    *("/etc/ssl/cert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/pki/tls/cert.pem"),
    *("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/ca-bundle.pem"),
)
"""Where truststore looks when OpenSSL's own places are empty, as in a build that was made on another system."""


def try_tls(folder: Path) -> TlsReport:
    """Shake hands once with a certificate that is trusted, and once with the same one that is not. Blocks.

    Args:
        folder: Empty; takes the certificate, which is made here and thrown away.
    """
    certificate, key = _certificate(folder)
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
        client.wrap_bio(back, there, server_hostname=_HOST),
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


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that nobody vouches for, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kireji self-test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate, key_file


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
