"""The proxies that this computer's desktop names, where the environment names none.

Sources: the descriptions of the schema org.gnome.system.proxy (gsettings-desktop-schemas) and of GVariant's text format
(glib); kioslaverc as KDE's own programs and libproxy read it.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from kireji.core.words import mark, say

log = logging.getLogger(__name__)

_LIKE_GNOME = frozenset({
    "budgie", "cinnamon", "gnome", "gnome-classic", "gnome-flashback", "mate", "pantheon", "phosh", "ubuntu", "unity",
    "x-cinnamon", "xfce",
})  # fmt: skip
_SCHEMA = "org.gnome.system.proxy"
_SECONDS = 1.0
"""Reading takes about ten milliseconds; a question does not wait longer than this for it."""
_LARGEST = 1 << 18
"""Bytes of a settings file above which it is none."""
_FOR_THE_CHILD = ("HOME", "PATH", "USER", "DBUS_SESSION_BUS_ADDRESS", "DCONF_PROFILE")
_SCRIPT = mark("The desktop names a proxy script, which is not followed: enter the proxy in Settings, Network.")
_SOCKS = mark("The desktop names a SOCKS proxy, which is not followed: enter an HTTP proxy in Settings, Network.")
_A_FEW_HOSTS = mark(
    "The desktop uses its proxy for a few hosts only, which is not followed: enter the proxy in Settings, Network."
)
_NO_ADDRESS = mark("What the desktop names as its proxy is no address: enter the proxy in Settings, Network.")
_SILENT = mark("The desktop does not tell its proxy: enter the proxy in Settings, Network.")

_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True, slots=True)
class SystemProxies:
    """What the system says.

    Args:
        proxies: As `urllib.request.getproxies` gives them: addresses by scheme of the target, hosts that are reached
            without under "no". An address may hold a password, so it is not shown.
        problem: Why something that the desktop says is not followed, with the next step; empty when all is.
    """

    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    problem: str = ""


def read(environ: Mapping[str, str], native: Callable[[], Mapping[str, str]] = dict) -> SystemProxies:
    """The proxies of environment and system. May block for a second.

    Args:
        environ: The process's environment; it wins when it names a proxy.
        native: Tells the proxies of a system that is not Linux.
    """
    named = from_environment(environ)
    if any(named.get(scheme) for scheme in ("http", "https", "all")):
        return SystemProxies(named)
    if sys.platform != "linux":
        return SystemProxies(native())
    found = _desktop(environ)
    if found.problem:
        log.warning("%s", found.problem)
    without = ",".join(filter(None, (found.proxies.get("no"), named.get("no"))))
    return SystemProxies({**found.proxies, **({"no": without} if without else {})}, found.problem)


def from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The proxies that variables name; those in lower case win, and an empty one there takes the other away."""
    found: dict[str, str] = {}
    for name, value in environ.items():
        if name.lower().endswith("_proxy") and value:
            found[name.lower().removesuffix("_proxy")] = value
    for name, value in environ.items():
        if name == name.lower() and name.endswith("_proxy"):
            found[name.removesuffix("_proxy")] = value
    return {scheme: value for scheme, value in found.items() if value}


def parse_gsettings(text: str) -> SystemProxies:
    """What GNOME and the desktops that keep its settings say.

    HTTPS goes through its own proxy when there is one and through that for HTTP otherwise, whatever use-same-proxy
    says: so do the desktop's own programs, and that key is on unless a person ever turned it off.

    Args:
        text: As `gsettings list-recursively org.gnome.system.proxy` writes it: schema, key and value per line.
    """
    values: dict[str, str] = {}
    for line in text.split("\n"):
        schema, _, rest = line.partition(" ")
        key, _, value = rest.partition(" ")
        if schema == _SCHEMA or schema.startswith(f"{_SCHEMA}."):
            values[f"{schema}.{key}".removeprefix(f"{_SCHEMA}.")] = value.strip()

    def string(key: str) -> str:
        return next(iter(_strings(values.get(key, ""))), "")

    def proxy(scheme: str, login: str = "") -> str:
        port = values.get(f"{scheme}.port", "")
        return _address(string(f"{scheme}.host"), port, login) if port not in ("", "0") else ""

    mode = string("mode")
    if mode == "auto":
        return SystemProxies({}, say(_SCRIPT))
    if mode != "manual":
        return SystemProxies()
    login = ""
    if values.get("http.use-authentication") == "true" and (user := string("http.authentication-user")):
        login = ":".join(quote(word, safe="") for word in (user, string("http.authentication-password")))
    http = proxy("http", login)
    return _judged(http, proxy("https") or http, proxy("socks"), _strings(values.get("ignore-hosts", "")))


def parse_kioslaverc(texts: Sequence[str], environ: Mapping[str, str]) -> SystemProxies:
    """What KDE says.

    Args:
        texts: The files kioslaverc, those that win last.
        environ: The process's environment, for settings that name a variable.
    """
    values: dict[str, str] = {}
    for text in texts:
        values |= _group(text, "Proxy Settings")
    kind = values.get("ProxyType", "0")
    if kind in ("2", "3"):
        return SystemProxies({}, say(_SCRIPT))
    if kind not in ("1", "4"):
        return SystemProxies()

    def value(key: str) -> str:
        said = values.get(key, "")
        return environ.get(said, "") if kind == "4" else said

    def proxy(key: str) -> str:
        host, _, rest = value(key).partition(" ")
        return _address(host, rest.strip())

    hosts = re.split(r"[,\s]+", value("NoProxyFor"))
    found = _judged(proxy("httpProxy"), proxy("httpsProxy"), proxy("socksProxy"), hosts)
    if kind == "1" and values.get("ReversedException", "") not in ("", "0", "false"):
        return SystemProxies({}, say(_A_FEW_HOSTS) if any(hosts) and found.proxies else "")
    return found


def _desktop(environ: Mapping[str, str]) -> SystemProxies:
    names = set(environ.get("XDG_CURRENT_DESKTOP", "").lower().split(":"))
    if "kde" in names:
        return parse_kioslaverc([_text(folder / "kioslaverc") for folder in _config_folders(environ)], environ)
    if names & _LIKE_GNOME:
        text = _gsettings(environ)
        return SystemProxies({}, say(_SILENT)) if text is None else parse_gsettings(text)
    return SystemProxies()


def _config_folders(environ: Mapping[str, str]) -> list[Path]:
    """Where settings are, the person's own last (XDG Base Directory Specification)."""
    own = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".config")
    system = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    return [Path(folder) for folder in (*reversed(system), own) if os.path.isabs(folder)]


def _text(path: Path) -> str:
    """The text of a file; empty when there is none that can be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError):
        return ""
    return content.decode("utf-8", "replace") if len(content) <= _LARGEST else ""


def _gsettings(environ: Mapping[str, str]) -> str | None:
    """What gsettings writes; empty without it or its schema, None when it does not answer in time."""
    program = shutil.which("gsettings", path=environ.get("PATH"))
    if program is None:
        return ""
    # Not the whole environment, because there may be keys in it. The language decides on the encoding alone.
    told = {name: value for name, value in environ.items() if name.startswith(("XDG_", "GSETTINGS_"))}
    told |= {name: environ[name] for name in _FOR_THE_CHILD if name in environ}
    try:
        done = subprocess.run(
            [program, "list-recursively", _SCHEMA],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**told, "LC_ALL": "C.UTF-8"},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _judged(http: str, https: str, socks: str, hosts: Iterable[str]) -> SystemProxies:
    """Those of the addresses that can be used. A SOCKS proxy matters only where no other is named."""
    named = {"http": http, "https": https}
    proxies = {scheme: address for scheme, address in named.items() if _usable(address)}
    wrong = [address for address in (http, https) if address and not _usable(address)]
    problem = ""
    if any(address.startswith("socks") for address in wrong) or (socks and not https):
        problem = say(_SOCKS)
    elif wrong:
        problem = say(_NO_ADDRESS)
    without = [host for item in hosts if (host := item.strip()).isprintable() and host not in ("", ".", "*.")]
    return SystemProxies({**proxies, **({"no": ",".join(without)} if proxies and without else {})}, problem)


def _address(host: str, port: str, login: str = "") -> str:
    """An address from its parts; empty when no host is named. The host may bring a scheme, a login and a port."""
    scheme, _, place = host.strip().rpartition("://")
    place = place.strip("/")
    if not place or place.isdecimal() or (place.startswith(":") and not _is_ipv6(place)):
        return ""
    if _is_ipv6(place):
        place = f"[{place}]"
    if port and port != "0" and not re.search(r":[0-9]+\Z", place):
        place = f"{place}:{port}"
    if login and "@" not in place:
        place = f"{login}@{place}"
    return f"{scheme.lower() or 'http'}://{place}"


def _is_ipv6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _usable(address: str) -> bool:
    if not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _strings(value: str) -> list[str]:
    """The strings of a GVariant in its text format."""
    return [_ESCAPE.sub(_unescaped, one or other) for one, other in _STRING.findall(value)]


def _unescaped(match: re.Match[str]) -> str:
    short, long, single = match.groups()
    if single is not None:
        return _CONTROLS.get(single, single)
    code = int(short or long, 16)
    return chr(code) if code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF else "\N{REPLACEMENT CHARACTER}"


def _group(text: str, name: str) -> dict[str, str]:
    """The entries of a group of a KDE settings file, without what stands in brackets after their names."""
    found: dict[str, str] = {}
    inside = False
    for line in text.split("\n"):
        line = line.strip()
        if line.startswith("["):
            inside = line.startswith(f"[{name}]")
        elif inside and not line.startswith("#"):
            key, separator, value = line.partition("=")
            if separator:
                found[key.partition("[")[0].strip()] = _ESCAPE.sub(_kde_unescaped, value.strip())
    return found


def _kde_unescaped(match: re.Match[str]) -> str:
    single = match.group(3)
    return " " if single == "s" else _unescaped(match)
