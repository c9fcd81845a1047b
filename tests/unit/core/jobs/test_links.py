"""Which addresses of pictures no service can fetch."""

from __future__ import annotations

import pytest

from kireji.core.jobs.links import why_not_fetched


@pytest.mark.parametrize(
    "link",
    [
        "https://user:pw@example.org/a.png",
        "https://user@example.org/a.png",
        "https://@example.org/a.png",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/a.png",
        "https://10.1.2.3:8443/a.png",
        "https://[::1]/a.png",
        "https://[::ffff:192.168.1.1]/a.png",
        "https://localhost/a.png",
        "https://printer.local/a.png",
        "https:///a.png",
        "https://[::1/a.png",
    ],
)
@pytest.mark.parametrize("provider", ["anthropic", "openrouter"])
def test_what_no_service_can_fetch_has_a_reason(link: str, provider: str) -> None:
    assert why_not_fetched(link, provider)


@pytest.mark.parametrize(
    "link", ["https://example.org/a.png?x=@y", "HTTPS://EXAMPLE.ORG:8443/a b.png", "https://1.1.1.1/"]
)
def test_what_stands_on_the_web_may_be_fetched(link: str) -> None:
    assert why_not_fetched(link, "anthropic") == ""


def test_only_some_services_want_https() -> None:
    assert why_not_fetched("http://example.org/a.png", "anthropic")
    assert why_not_fetched("http://example.org/a.png", "openrouter") == ""


def test_a_server_on_this_computer_fetches_from_there() -> None:
    assert why_not_fetched("http://127.0.0.1:8000/a.png", "local") == ""
