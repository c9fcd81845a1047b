"""Certificates, proxies and redirects, over real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kireji.core import errors
from kireji.providers.connection_settings import ConnectionSettings, is_loopback
from tests.integration.providers.conftest import Asking
from tests.service import KEY, Body, TestService


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(written + made.public_bytes(serialization.Encoding.PEM))
    return path


@asynccontextmanager
async def serving(status: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers everything with `status`; yields its port and what it received."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], received


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_a_certificate_nobody_vouches_for_is_refused_with_the_way_out(asking: Asking, certificate: Path) -> None:
    async with serving(b"529 Overloaded", tls(certificate)) as (port, received):
        _, error = await asking.failure(f"https://127.0.0.1:{port}")
    assert type(error) is errors.ConnectionFailed
    assert error.message == f'The certificate "test" of 127.0.0.1:{port} is vouched for by nobody but itself.'
    assert "SSL_CERT_FILE" in error.hint
    assert received == []


async def test_a_certificate_named_in_the_environment_is_trusted(
    asking: Asking, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with serving(b"401 Unauthorized", tls(certificate)) as (port, received):
        _, error = await asking.failure(f"https://127.0.0.1:{port}")
    assert isinstance(error, errors.AuthenticationFailed)
    assert len(received) == 1


@pytest.mark.parametrize("content", [None, b"not a certificate"])
async def test_certificates_that_cannot_be_read_give_a_sentence(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "certificates.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    _, error = await asking.failure("https://127.0.0.1:1")
    assert "SSL_CERT_FILE" in error.message


async def test_warming_with_unusable_certificates_does_not_fail(
    asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    await asking.provider.warm("https://api.anthropic.com")


async def test_the_proxy_of_the_environment_is_used(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(b"401 Unauthorized") as (port, received):
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{port}")
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{port}")
        _, error = await asking.failure("http://service.invalid")
    assert isinstance(error, errors.AuthenticationFailed)
    assert received[0].startswith(b"POST http://service.invalid/v1/messages HTTP/1.1")


async def test_a_proxy_never_sees_the_key_of_an_encrypted_request(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(b"407 Proxy Authentication Required") as (port, received):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        _, error = await asking.failure("https://service.invalid")
    assert received[0].startswith(b"CONNECT service.invalid:443")
    assert KEY.encode() not in b"".join(received)
    assert error.sentence.startswith("The proxy asks for a name and a password. Write them into its address")


async def test_this_computer_is_reached_without_the_proxy(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:1")
    async with TestService() as service:
        assert (await asking.ask(service.base_url)).text


@pytest.mark.parametrize(
    "proxy",
    ["socks5://user:hidden@127.0.0.1:1", "gopher://user:hidden@127.0.0.1:1", "http://user:hidden@proxy.test:99999"],
)
async def test_a_proxy_of_a_kind_that_cannot_be_used_gives_a_sentence_without_its_password(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    monkeypatch.setenv("all_proxy", proxy)
    _, error = await asking.failure("http://service.invalid")
    assert error.message.startswith("The address of the proxy is none that can be used")
    assert "hidden" not in error.sentence + error.detail


async def test_a_redirect_is_never_followed(asking: Asking) -> None:
    async with TestService() as trap, TestService(Body("", 307, headers={"location": trap.base_url})) as service:
        _, error = await asking.failure(service.base_url)
        assert trap.requests == []
    assert isinstance(error, errors.ProtocolViolation)


@pytest.mark.parametrize(
    ("url", "no_proxy", "bypassed"),
    [
        ("https://api.anthropic.com", "", False),
        ("https://api.anthropic.com", "*", True),
        ("https://api.anthropic.com", "anthropic.com", True),
        ("https://api.anthropic.com", ".anthropic.com", True),
        ("https://api.anthropic.com", "*.anthropic.com", True),
        ("https://api.anthropic.com", "thropic.com", False),
        ("https://api.anthropic.com", "example.com, API.anthropic.com", True),
        ("http://gateway:8080", "gateway:8080", True),
        ("http://gateway:8081", "gateway:8080", False),
        ("http://10.1.2.3", "10.0.0.0/8", True),
        ("http://11.1.2.3", "10.0.0.0/8", False),
        ("http://[fd00::1]", "fd00::/8", True),
        ("http://localhost:9", "", True),
        ("http://127.0.0.2", "", True),
        ("http://[::1]", "", True),
    ],
)
def test_which_addresses_are_reached_without_the_proxy(url: str, no_proxy: str, bypassed: bool) -> None:
    settings = ConnectionSettings({"all": "proxy.example:3128"}, no_proxy)
    assert settings.proxy_for(url) == (None if bypassed else "http://proxy.example:3128")


def test_a_name_that_only_looks_like_this_computer_is_not() -> None:
    assert not is_loopback("localhost.example.com")
    assert not is_loopback("127.0.0.1.example.com")
