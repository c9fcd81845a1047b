"""The proxy of the tests carries requests and tunnels, sees what it should and refuses what it is told to."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.service.answers import Delivery, Text
from tests.service.local import OllamaService
from tests.service.personas import PersonaThread
from tests.support.authority import make_authority
from tests.support.proxy import Proxy

QUESTION = {"model": "gemma3:4b", "stream": True, "messages": [{"role": "user", "content": "Well?"}]}


@pytest.fixture
def service() -> Iterator[PersonaThread]:
    with PersonaThread("ollama") as running:
        yield running


def client(proxy: str, trusted: ssl.SSLContext | bool = True) -> httpx.Client:
    return httpx.Client(proxy=proxy, trust_env=False, timeout=20, verify=trusted)


def test_a_plain_request_is_carried(service: PersonaThread) -> None:
    with Proxy() as proxy, client(proxy.url) as asking:
        answers = [asking.get(f"{service.base_url}/api/version") for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"version": "0.15.2"}] * 2
    assert [(item.method, item.target, item.status) for item in proxy.passed] == [
        ("GET", f"{service.base_url}/api/version", 200)
    ] * 2
    assert service.requests[0].header("proxy-connection") is None


def test_a_stream_is_carried_as_it_comes(service: PersonaThread) -> None:
    service.enqueue(Text(["one", "two"], delivery=Delivery(hold_after=1)))
    with (
        Proxy() as proxy,
        client(proxy.url) as asking,
        asking.stream("POST", f"{service.base_url}/v1/chat/completions", json=QUESTION) as answer,
    ):
        parts = answer.iter_bytes()
        seen = b""
        while b"one" not in seen:
            seen += next(parts)
        assert b"two" not in seen
        service.release()
        assert b"two" in b"".join(parts)


def test_a_client_that_leaves_is_seen_to_leave_behind_the_proxy(service: PersonaThread) -> None:
    service.enqueue(Text(["one", "two"], delivery=Delivery(hold_after=1)))
    with Proxy() as proxy, client(proxy.url) as asking:
        with asking.stream("POST", f"{service.base_url}/v1/chat/completions", json=QUESTION) as answer:
            next(answer.iter_bytes())
        service.until(lambda: service.requests[0].disconnected)


async def test_a_tunnel_carries_what_the_proxy_cannot_read(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    with Proxy() as proxy:
        async with (
            OllamaService(tls=authority.server_context()) as service,
            httpx.AsyncClient(proxy=proxy.url, trust_env=False, verify=authority.client_context()) as asking,
        ):
            answer = await asking.get(f"{service.base_url}/api/version", headers={"authorization": "Bearer secret"})
    assert answer.status_code == 200
    assert [(item.method, item.status) for item in proxy.passed] == [("CONNECT", 200)]
    assert "secret" not in str(proxy.passed)


def test_a_stranger_is_asked_who_it_is(service: PersonaThread) -> None:
    with Proxy("ann", "p@ss") as proxy, client(proxy.url) as asking:
        assert asking.get(f"{service.base_url}/").status_code == 407
    assert service.requests == []


def test_the_right_user_is_let_through_and_stays_unknown_behind_it(service: PersonaThread) -> None:
    with Proxy("ann", "p@ss") as proxy, client(f"http://ann:p%40ss@127.0.0.1:{proxy.port}") as asking:
        assert asking.get(f"{service.base_url}/").status_code == 200
    assert service.requests[0].header("proxy-authorization") is None


def test_a_proxy_that_refuses_lets_nothing_through(service: PersonaThread) -> None:
    with Proxy(refuse=403) as proxy, client(proxy.url) as asking:
        assert asking.get(f"{service.base_url}/").status_code == 403
        with pytest.raises(httpx.ProxyError):
            asking.get("https://127.0.0.1:9/")
    assert service.requests == []


def test_a_host_that_is_not_there_is_a_bad_gateway() -> None:
    with Proxy() as proxy, client(proxy.url) as asking:
        assert asking.get("http://127.0.0.1:9/").status_code == 502


def test_a_name_that_exists_nowhere_can_stand_for_a_service(service: PersonaThread) -> None:
    port = int(service.base_url.rpartition(":")[2])
    with Proxy(elsewhere={"api.test:80": ("127.0.0.1", port)}) as proxy, client(proxy.url) as asking:
        assert asking.get("http://api.test/").text == "Ollama is running"
    assert service.requests[0].header("host") == "api.test"
