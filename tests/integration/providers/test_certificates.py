"""What is said about a certificate that is not trusted, and how one comes to be, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kireji.core import errors
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.settings import NetworkSettings
from kireji.providers.certificates import holds_certificates
from kireji.providers.connection_settings import ConnectionSettings
from kireji.providers.http import HttpClient
from tests.service import TestService
from tests.support.authority import NAME, make_authority
from tests.support.cleared import cleared
from tests.support.proxy import Proxy


async def looked(url: str, network: NetworkSettings, connect: float = 5.0) -> None:
    """A look at `url`."""
    http = HttpClient(lambda: network)
    try:
        outgoing = OutgoingRequest("anthropic", "HEAD", url, {}, b"", "", Purpose.CONNECTION, connect=connect)
        await http.head(cleared(outgoing))
    finally:
        await http.aclose()


async def refused(url: str, network: NetworkSettings, connect: float = 5.0) -> errors.ProviderError:
    with pytest.raises(errors.ConnectionFailed) as caught:
        await looked(url, network, connect)
    return caught.value


async def test_an_authority_that_is_not_trusted_is_named(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    async with TestService(tls=authority.server_context()) as service:
        error = await refused(service.base_url, NetworkSettings())
        assert service.requests == []
    host = service.base_url.removeprefix("https://")
    assert error.message == f'The certificate "localhost" of {host} was issued by "{NAME}", which is not trusted here.'
    assert "network.ca_file" in error.hint
    assert "SSL_CERT_FILE" in error.hint


async def test_a_certificate_that_has_expired_is_about_the_clock(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, expired=True)
    async with TestService(tls=authority.server_context()) as service:
        error = await refused(service.base_url, NetworkSettings(ca_file=str(authority.certificate)))
    assert " expired on " in error.message
    assert "clock" in error.hint


async def test_a_certificate_of_another_host_says_for_whom_it_is(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, names=("elsewhere.test",))
    async with TestService(tls=authority.server_context()) as service:
        error = await refused(service.base_url, NetworkSettings(ca_file=str(authority.certificate)))
    assert "is made out to elsewhere.test, not to this address" in error.message


async def test_the_setting_adds_an_authority(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    async with TestService(tls=authority.server_context()) as service:
        await looked(service.base_url, NetworkSettings(ca_file=str(authority.certificate)))
        assert len(service.requests) == 1


async def test_the_setting_adds_to_the_file_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = make_authority(tmp_path / "one"), make_authority(tmp_path / "other")
    monkeypatch.setenv("SSL_CERT_FILE", str(one.certificate))
    network = NetworkSettings(ca_file=str(other.certificate))
    for authority in (one, other):
        async with TestService(tls=authority.server_context()) as service:
            await looked(service.base_url, network)
            assert len(service.requests) == 1


async def test_a_server_without_encryption_is_reached_whatever_the_extra_file_holds(tmp_path: Path) -> None:
    network = NetworkSettings(ca_file=str(tmp_path / "missing.pem"))
    async with TestService() as service:
        await looked(service.base_url, network)
        assert len(service.requests) == 1


async def test_an_extra_file_that_is_put_right_counts_at_once(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    path = tmp_path / "company.pem"
    http = HttpClient(lambda: NetworkSettings(ca_file=str(path)))
    async with TestService(tls=authority.server_context()) as service:
        outgoing = OutgoingRequest("anthropic", "HEAD", service.base_url, {}, b"", "", Purpose.CONNECTION)
        with pytest.raises(errors.ConnectionFailed, match="cannot be read"):
            await http.head(cleared(outgoing))
        path.write_bytes(authority.certificate.read_bytes())
        await http.head(cleared(outgoing))
    await http.aclose()


@pytest.mark.parametrize("content", [None, b"not a certificate", b"\xff\xfe"])
async def test_an_extra_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "company.pem"
    if content is not None:
        path.write_bytes(content)
    error = await refused("https://127.0.0.1:1", NetworkSettings(ca_file=str(path)))
    assert error.message == f"The certificates in {path}, named by the setting network.ca_file, cannot be read."


async def test_through_a_proxy_the_certificate_is_the_services(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, names=("api.test",))
    async with TestService(tls=authority.server_context()) as service:
        port = int(service.base_url.rpartition(":")[2])
        with Proxy(elsewhere={"api.test:443": ("127.0.0.1", port)}) as proxy:
            untrusting = NetworkSettings(proxy=proxy.url)
            error = await refused("https://api.test", untrusting)
            await looked("https://api.test", NetworkSettings(proxy=proxy.url, ca_file=str(authority.certificate)))
            assert [item.method for item in proxy.passed] == ["CONNECT", "CONNECT"]
        assert len(service.requests) == 1
    assert f'was issued by "{NAME}"' in error.message


@asynccontextmanager
async def saying(greeting: bytes) -> AsyncIterator[str]:
    """A server that says this to one visitor, without encryption, and waits until he leaves; yields its address."""
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        while await reader.read(1024):
            pass
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await left.wait()


async def test_a_service_without_encryption_is_not_taken_for_one_with_it() -> None:
    async with saying(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        error = await refused(url, NetworkSettings())
    assert "does not speak TLS" in error.message
    assert "http://" in error.hint


async def test_a_handshake_that_takes_too_long_is_a_matter_of_time() -> None:
    async with saying(b"") as url:
        error = await refused(url, NetworkSettings(), connect=0.1)
    assert error.message.endswith(": it does not answer in time.")


def test_others_that_connect_get_the_same_certificates(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    settings = ConnectionSettings.find(NetworkSettings(ca_file=str(authority.certificate)), {})
    bundle = tmp_path / "bundle.pem"
    told = settings.environment(bundle)
    assert authority.certificate.read_text() in bundle.read_text()
    assert told["SSL_CERT_FILE"] == told["REQUESTS_CA_BUNDLE"] == str(bundle)
    assert told["NODE_EXTRA_CA_CERTS"] == str(authority.certificate)
    settings.ssl_context()


def test_without_extra_certificates_others_find_the_system_s_by_themselves() -> None:
    assert (
        not {"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"}
        & ConnectionSettings.find(NetworkSettings(), {}).environment().keys()
    )


@pytest.mark.parametrize("content", [None, b"", b"words", b"\xff\xfe"])
def test_a_file_is_told_to_hold_no_certificates(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "company.pem"
    if content is not None:
        path.write_bytes(content)
    assert not holds_certificates(str(path))


def test_a_file_with_certificates_is_told_to_hold_them(tmp_path: Path) -> None:
    assert holds_certificates(str(make_authority(tmp_path).certificate))
