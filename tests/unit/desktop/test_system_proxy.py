"""What desktops write about proxies, and what is made of it."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kireji.desktop.system_proxy import (
    SystemProxies,
    from_environment,
    parse_gsettings,
    parse_kioslaverc,
    read,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have their own settings")
SCHEMA = "org.gnome.system.proxy"


def gnome(*lines: str, mode: str = "manual") -> SystemProxies:
    return parse_gsettings("\n".join(f"{SCHEMA}{line}" for line in (f" mode '{mode}'", *lines)))


def kde(*lines: str, kind: int = 1, **environ: str) -> SystemProxies:
    return parse_kioslaverc(["\n".join(("[Proxy Settings]", f"ProxyType={kind}", *lines))], environ)


def quoted(text: str) -> str:
    """A string as GVariant's text format may write it."""
    return "'" + "".join(f"\\U{ord(one):08x}" if one in "'\\\n" else one for one in text) + "'"


def test_gnomes_proxy_for_http_is_used_for_https_too() -> None:
    found = gnome(".http host 'proxy.test'", ".http port 3128", ".https host ''", ".https port 0")
    assert found.proxies == {"http": "http://proxy.test:3128", "https": "http://proxy.test:3128"}


@pytest.mark.parametrize("same", ["true", "false"])
def test_gnomes_own_proxy_for_https_wins(same: str) -> None:
    found = gnome(
        f" use-same-proxy {same}",
        *(".http host 'one.test'", ".http port 1", ".https host 'two.test'", ".https port 2"),
    )
    assert found.proxies == {"http": "http://one.test:1", "https": "http://two.test:2"}


@pytest.mark.parametrize("lines", [(".http host ''", ".http port 8080"), (".http host 'proxy.test'", ".http port 0")])
def test_gnomes_proxy_needs_a_host_and_a_port(lines: tuple[str, ...]) -> None:
    assert gnome(*lines) == SystemProxies()


def test_gnomes_proxy_is_not_used_when_it_is_switched_off() -> None:
    assert gnome(".http host 'proxy.test'", ".http port 3128", mode="none") == SystemProxies()


def test_gnomes_hosts_without_proxy_are_kept() -> None:
    ignored = " ignore-hosts ['localhost', '*.intra.test', '10.0.0.0/8', '', '.', \"it's\"]"
    found = gnome(".http host 'proxy.test'", ".http port 3128", ignored)
    assert found.proxies["no"] == "localhost,*.intra.test,10.0.0.0/8,it's"


def test_no_hosts_in_gnomes_list_are_none() -> None:
    assert "no" not in gnome(".http host 'proxy.test'", ".http port 3128", " ignore-hosts @as []").proxies


@given(st.text(min_size=1), st.text())
@example("me@work", "a:b/\"c'\\")
def test_gnomes_name_and_password_stand_in_the_address(name: str, password: str) -> None:
    found = gnome(
        *(".http host 'proxy.test'", ".http port 3128", ".http use-authentication true"),
        f".http authentication-user {quoted(name)}",
        f".http authentication-password {quoted(password)}",
    )
    parts = urlsplit(found.proxies["https"])
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (name, password)
    assert (parts.hostname, parts.port) == ("proxy.test", 3128)


def test_gnomes_name_is_not_told_when_it_is_switched_off() -> None:
    found = gnome(".http host 'p'", ".http port 1", ".http authentication-user 'me'", ".http use-authentication false")
    assert found.proxies["http"] == "http://p:1"


def test_no_password_is_shown() -> None:
    assert "secret" not in repr(kde("httpsProxy=http://me:secret@proxy.test 3128"))


@pytest.mark.parametrize("said", ["::1", "[::1]", "http://[::1]/", "http://::1"])
def test_an_address_of_ipv6_is_put_in_brackets(said: str) -> None:
    assert gnome(f".http host '{said}'", ".http port 3128").proxies["http"] == "http://[::1]:3128"


@pytest.mark.parametrize(
    "found", [gnome(mode="auto"), kde(kind=2), kde("Proxy Config Script=http://pac.test/a.pac", kind=3)]
)
def test_a_script_is_not_followed_and_that_is_said(found: SystemProxies) -> None:
    assert found.proxies == {}
    assert found.problem == (
        "The desktop names a proxy script, which is not followed: enter the proxy in Settings, Network."
    )


@pytest.mark.parametrize(
    "found",
    [
        gnome(".socks host 'proxy.test'", ".socks port 1080"),
        gnome(".http host 'socks5://proxy.test'", ".http port 1080"),
        kde("socksProxy=socks://proxy.test 1080"),
        kde("httpsProxy=socks://proxy.test 1080"),
    ],
)
def test_a_socks_proxy_is_not_followed_and_that_is_said(found: SystemProxies) -> None:
    assert found.proxies == {}
    assert "SOCKS" in found.problem


def test_a_socks_proxy_beside_another_is_no_problem() -> None:
    found = gnome(".http host 'p'", ".http port 1", ".socks host 's'", ".socks port 1080")
    assert (found.proxies["https"], found.problem) == ("http://p:1", "")


@pytest.mark.parametrize("found", [gnome(".http host 'a b'", ".http port 1"), kde("httpsProxy=http://proxy:port")])
def test_what_is_no_address_is_not_used_and_that_is_said(found: SystemProxies) -> None:
    assert found.proxies == {}
    assert "is no address" in found.problem


@pytest.mark.parametrize("said", ["http://proxy.test 3128", "http://proxy.test:3128", "proxy.test 3128"])
def test_kdes_port_stands_after_a_space_or_a_colon(said: str) -> None:
    assert kde(f"httpProxy={said}", f"httpsProxy={said}").proxies == {
        "http": "http://proxy.test:3128",
        "https": "http://proxy.test:3128",
    }


def test_kdes_proxy_for_http_is_for_http_alone() -> None:
    assert kde("httpProxy=http://proxy.test 3128", "httpsProxy=").proxies == {"http": "http://proxy.test:3128"}


@pytest.mark.parametrize("said", ["", "http://", "http:// 3128", r"\s3128", "3128", "//:"])
def test_an_empty_field_of_kde_is_no_proxy(said: str) -> None:
    assert kde(f"httpsProxy={said}") == SystemProxies()


def test_kdes_hosts_without_proxy_are_kept() -> None:
    found = kde("httpsProxy=http://p 1", "NoProxyFor=intra.test, .local 10.0.0.0/8,")
    assert found.proxies["no"] == "intra.test,.local,10.0.0.0/8"


def test_kdes_proxy_is_not_used_when_it_is_switched_off() -> None:
    assert kde("httpsProxy=http://proxy.test 3128", kind=0) == SystemProxies()


def test_kdes_proxy_can_stand_in_a_variable() -> None:
    found = kde("httpsProxy=WORK", "NoProxyFor=AROUND", kind=4, WORK="http://p:1", AROUND="intra.test")
    assert found.proxies == {"https": "http://p:1", "no": "intra.test"}


def test_kdes_proxy_for_a_few_hosts_is_not_followed_and_that_is_said() -> None:
    found = kde("httpsProxy=http://p 1", "NoProxyFor=intra.test", "ReversedException=true")
    assert found.proxies == {}
    assert "for a few hosts only" in found.problem
    assert kde("httpsProxy=http://p 1", "ReversedException=true") == SystemProxies()


def test_only_the_group_of_proxies_counts() -> None:
    text = "[A]\nProxyType=2\n[Proxy Settings][$i]\n#ProxyType=2\nhttpsProxy[$e]=http://p 1\r\nProxyType=1\n"
    assert parse_kioslaverc([f"{text}[Z]\nProxyType=0"], {}).proxies == {"https": "http://p:1"}


def test_a_persons_own_file_wins_over_the_computers() -> None:
    found = parse_kioslaverc(
        ["[Proxy Settings]\nProxyType=1\nhttpsProxy=http://all 1", "[Proxy Settings]\nhttpsProxy=http://own 2"], {}
    )
    assert found.proxies == {"https": "http://own:2"}


fragments = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from([SCHEMA, ".http", ".https", " host ", " port ", " mode 'manual'", "'", '"', "\\", "\\ud800"]),
        st.sampled_from(["[Proxy Settings]", "ProxyType=1", "httpsProxy=", "http://", "socks", "[::1", "@", ":", "\n"]),
    )
).map("".join)


def check(found: SystemProxies) -> None:
    for scheme in found.proxies.keys() - {"no"}:
        parts = urlsplit(found.proxies[scheme])
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert parts.port != 0
    assert all(value.isprintable() for value in found.proxies.values())


@given(fragments, fragments)
def test_any_text_of_gsettings_gives_addresses_or_none(host: str, text: str) -> None:
    check(parse_gsettings(text))
    check(gnome(f".http host '{host}'", ".http port 3128", f" ignore-hosts ['{text}']"))
    check(gnome(f".http host {quoted(host)}", f".http port {text}"))


@given(fragments, fragments)
def test_any_file_of_kde_gives_addresses_or_none(value: str, text: str) -> None:
    check(parse_kioslaverc([text], {}))
    check(kde(f"httpsProxy={value}", f"NoProxyFor={text}"))


def test_variables_in_lower_case_win_and_empty_ones_take_away() -> None:
    environ = {"HTTPS_PROXY": "http://a", "https_proxy": "http://b", "HTTP_PROXY": "http://c", "http_proxy": ""}
    assert from_environment(environ) == {"https": "http://b"}


def test_the_environment_wins_over_the_desktop(tmp_path: Path) -> None:
    (tmp_path / "kioslaverc").write_text("[Proxy Settings]\nProxyType=1\nhttpsProxy=http://desk 1\n")
    environ = {"XDG_CURRENT_DESKTOP": "KDE", "XDG_CONFIG_HOME": str(tmp_path), "http_proxy": "http://env:1"}
    assert read(environ).proxies == {"http": "http://env:1"}


@linux
def test_hosts_that_only_the_environment_names_are_added_to_the_desktops(tmp_path: Path) -> None:
    (tmp_path / "kioslaverc").write_text("[Proxy Settings]\nProxyType=1\nhttpsProxy=http://p 1\nNoProxyFor=a.test\n")
    environ = {"XDG_CURRENT_DESKTOP": "KDE", "XDG_CONFIG_HOME": str(tmp_path), "NO_PROXY": "b.test"}
    assert read(environ).proxies == {"https": "http://p:1", "no": "a.test,b.test"}


@linux
def test_kdes_file_is_found_where_the_specification_says(tmp_path: Path) -> None:
    own, system = tmp_path / "home" / ".config", tmp_path / "xdg"
    for folder, text in ((own, "httpsProxy=http://own 1"), (system, "ProxyType=1")):
        folder.mkdir(parents=True)
        (folder / "kioslaverc").write_text(f"[Proxy Settings]\n{text}\n")
    environ = {"XDG_CURRENT_DESKTOP": "KDE", "HOME": str(own.parent), "XDG_CONFIG_DIRS": f"relative:{system}"}
    assert read(environ).proxies == {"https": "http://own:1"}


@linux
@pytest.mark.parametrize("content", [b"\xff\xfe[Proxy Settings]\nProxyType=1\n", b"a" * (1 << 19)])
def test_a_file_that_is_no_text_names_no_proxy(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kioslaverc").write_bytes(content)
    assert read({"XDG_CURRENT_DESKTOP": "KDE", "XDG_CONFIG_HOME": str(tmp_path)}) == SystemProxies()


@linux
@pytest.mark.parametrize("desktop", ["", "sway", "GNOME", "KDE"])
def test_a_computer_without_such_settings_names_no_proxy(tmp_path: Path, desktop: str) -> None:
    environ = {"XDG_CURRENT_DESKTOP": desktop, "XDG_CONFIG_HOME": str(tmp_path), "PATH": str(tmp_path)}
    assert read({**environ, "XDG_CONFIG_DIRS": str(tmp_path)}) == SystemProxies()


def script(folder: Path, text: str) -> dict[str, str]:
    """The environment of a GNOME whose gsettings is this shell script."""
    program = folder / "gsettings"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o700)
    return {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME", "PATH": f"{folder}:/usr/bin:/bin"}


@linux
def test_the_child_gets_no_keys(tmp_path: Path) -> None:
    environ = script(tmp_path, f"env > {tmp_path}/told")
    read({**environ, "ANTHROPIC_API_KEY": "sk-ant-canary", "XDG_DATA_DIRS": "/usr/share"})
    told = (tmp_path / "told").read_text()
    assert "canary" not in told
    assert "XDG_DATA_DIRS=/usr/share" in told


@linux
def test_settings_that_cannot_be_read_name_no_proxy(tmp_path: Path) -> None:
    assert read(script(tmp_path, "echo 'No such schema'; exit 1")) == SystemProxies()


@linux
def test_settings_that_do_not_come_are_not_waited_for(tmp_path: Path) -> None:
    found = read(script(tmp_path, "exec sleep 60"))
    assert (found.proxies, found.problem[:41]) == ({}, "The desktop does not tell its proxy: ente")
