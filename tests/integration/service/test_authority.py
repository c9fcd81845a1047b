"""The private authority is trusted by those who know it, and by nobody else."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest

from tests.service.local import OllamaService
from tests.support.authority import Authority, make_authority


async def ask(authority: Authority, trusted: ssl.SSLContext, host: str = "127.0.0.1") -> str:
    async with (
        OllamaService(tls=authority.server_context()) as service,
        httpx.AsyncClient(verify=trusted, trust_env=False) as client,
    ):
        assert service.base_url.startswith("https://127.0.0.1:")
        return (await client.get(service.base_url.replace("127.0.0.1", host))).text


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_those_who_know_it_trust_it(tmp_path: Path, host: str) -> None:
    authority = make_authority(tmp_path)
    assert await ask(authority, authority.client_context(), host) == "Ollama is running"


async def test_it_stands_up_to_strict_checks(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    context = authority.client_context()
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    assert await ask(authority, context) == "Ollama is running"


async def test_others_do_not(tmp_path: Path) -> None:
    with pytest.raises(httpx.ConnectError, match="unable to get local issuer certificate"):
        await ask(make_authority(tmp_path), ssl.create_default_context())


async def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, expired=True)
    with pytest.raises(httpx.ConnectError, match="certificate has expired"):
        await ask(authority, authority.client_context())


async def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    authority = make_authority(tmp_path, names=("example.test",))
    with pytest.raises(httpx.ConnectError, match="not valid for"):
        await ask(authority, authority.client_context())
