"""The host that an address leads to, as permissions name it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.places import host_of, is_near


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://example.org/a?b#c", "example.org"),
        ("HTTPS://Example.ORG", "example.org"),
        ("http://example.org:80/", "example.org"),
        ("https://example.org:443/", "example.org"),
        ("https://example.org:8443/", "example.org:8443"),
        ("http://example.org:443/", "example.org:443"),
        ("https://example.org./", "example.org"),
        ("https://good.example@evil.example/", "evil.example"),
        ("https://good.example:pass@evil.example/", "evil.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://XN--BCHER-KVA.example/", "xn--bcher-kva.example"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("http://[::1]/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("https://faß.example/", ""),  # two hosts, by the older and the newer rules for names
        ("https://FAẞ.example/", ""),
        ("https://xn--fa-hia.example/", "xn--fa-hia.example"),
        ("https://good.example\\@evil.example/", ""),
        ("https://good.example%2eevil.example/", ""),
        ("https://good.example /", ""),
        ("https://good.example\t.evil.example/", ""),
        ("https://exa\u200bmple.org/", ""),
        ("https://example.org:99999/", ""),
        ("https://example.org:x/", ""),
        ("https://" + "a" * 70 + ".example/", ""),
        ("https://", ""),
        ("https:///path", ""),
        ("ftp://example.org/", ""),
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("example.org", ""),
        ("//example.org/", ""),
        ("", ""),
    ],
)
def test_the_host_of(address: str, host: str) -> None:
    assert host_of(address) == host


@given(st.text(max_size=40))
def test_no_address_breaks_it(rest: str) -> None:
    host = host_of(f"https://{rest}")
    assert host == host.lower()
    assert host == "" or (urlsplit(f"https://{rest}").hostname or "") != ""


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:80", "router", "printer.local", "a.home.arpa", "127.0.0.1", "127.0.0.1:8080", "[::1]",
     "[::1]:80", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "[fe80::1]", "[fd00::1]", "[::ffff:10.0.0.1]",
     "[2002:7f00:1::]", "[64:ff9b::a00:1]", "224.0.0.1", "2130706433",
     "[::]", "[::127.0.0.1]", "[::10.0.0.1]", "100.64.0.1"],
)  # fmt: skip
def test_hosts_that_say_themselves_that_they_are_near(host: str) -> None:
    assert is_near(host)


@pytest.mark.parametrize(
    "host",
    ["example.org", "example.org:8080", "8.8.8.8", "[2606:4700::1111]", "local.example", "0x7f.0.0.1", "[::8.8.8.8]"],
)
def test_hosts_that_do_not(host: str) -> None:
    assert not is_near(host)
