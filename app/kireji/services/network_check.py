"""What can be known about the network without sending anything."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Protocol

from kireji.core.settings import NetworkSettings
from kireji.services.credentials import without_password
from kireji.services.doctor import Finding, Verdict

_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_FOLDER = "SSL_CERT_DIR"
_FILE_VARIABLES = ("SSL_CERT_FILE", _FOLDER)
_SCHEMES = ("https", "all", "http")
"""Targets in the order in which their proxy is the one to name: nearly every request is for https."""
_OF_THE_SYSTEM = "The system's proxy"


class SystemProxies(Protocol):
    """What environment and system say about proxies."""

    @property
    def proxies(self) -> Mapping[str, str]:
        """Addresses by scheme of the target, as `urllib.request.getproxies` gives them; they may hold passwords."""

    @property
    def problem(self) -> str:
        """Why something that the system says is not followed, with the next step; empty when all is."""


def proxy_in_force(network: NetworkSettings, look: Callable[[], SystemProxies]) -> str:
    """The address of the proxy that requests go through, without its password; empty for none.

    Args:
        network: The person's settings; they win.
        look: What environment and system say; asked only when the settings follow them; may block.
    """
    if network.proxy == "none":
        return ""
    return without_password(_first(look().proxies) if network.proxy == "system" else network.proxy)


def proxy_problem(network: NetworkSettings, look: Callable[[], SystemProxies]) -> str:
    """Why a proxy that the system names is not followed, with the next step; empty when nothing is wrong.

    Args:
        network: The person's settings; when they name a way of their own, nothing is wrong.
        look: What environment and system say; may block.
    """
    return look().problem if network.proxy == "system" else ""


def find_network(
    environ: Mapping[str, str],
    has_route: bool,
    file_exists: Callable[[str], bool],
    settings: NetworkSettings | None = None,
    system: SystemProxies | None = None,
    holds_certificates: Callable[[str], bool] = lambda _: True,
) -> Finding:
    """Routes, the proxy in force, and files of certificates. May block as long as the files do.

    Args:
        environ: The process's environment; variables count in upper and lower case.
        has_route: Whether the system knows a way to the internet.
        file_exists: Whether there is a file or folder of that name.
        settings: What the person has set; it wins over the environment.
        system: What the environment and, where that names no proxy, the system says.
        holds_certificates: Whether the file of that name can be read as certificates.
    """
    settings = settings or NetworkSettings()
    proxies = _proxies(environ, settings, system)
    shown = {name: without_password(value) for name, value in proxies.items()}
    data: dict[str, object] = {"route": has_route, "proxies": shown}
    if settings.ca_file:
        data["ca_file"] = settings.ca_file
    for name, value in proxies.items():
        if (problem := _proxy_problem(value)) is not None:
            hint = "Enter the proxy in Settings, Network." if name == _OF_THE_SYSTEM else f"Correct or unset {name}."
            return Finding(Verdict.FAILED, f"{name} {problem}.", hint, data)
    files = {name: environ[name] for name in _FILE_VARIABLES if environ.get(name)}
    if settings.ca_file:
        files["network.ca_file"] = os.path.expanduser(settings.ca_file)
    for name, path in files.items():
        if not file_exists(path):
            return Finding(
                Verdict.FAILED, f"{name} names {path}, which is not there.", f"Correct or unset {name}.", data
            )
        if name != _FOLDER and not holds_certificates(path):
            sentence = f"{name} names {path}, in which no certificates (PEM) can be read."
            return Finding(Verdict.FAILED, sentence, f"Correct or unset {name}.", data)
    if settings.proxy == "system" and system is not None and system.problem:
        return Finding(Verdict.WARNING, system.problem, data=data)
    if not has_route and not proxies:
        hint = "Until there is one, this computer's own reader answers questions about pictures."
        return Finding(Verdict.WARNING, "There is no connection.", hint, data)
    via = f" through the proxy {next(iter(shown.values()))}" if shown else ""
    trusted = f", trusting {settings.ca_file} too" if settings.ca_file else ""
    sentence = f"There is a way out{via}{trusted}; whether a key works says: kireji keys test anthropic"
    return Finding(Verdict.OK, sentence, data=data)


def _proxies(environ: Mapping[str, str], settings: NetworkSettings, system: SystemProxies | None) -> dict[str, str]:
    """The proxies in force, by what names them."""
    if settings.proxy == "none":
        return {}
    if settings.proxy != "system":
        return {"network.proxy": settings.proxy}
    named = {name: value for name in _PROXY_VARIABLES if (value := _value(environ, name))}
    if named or system is None:
        return named
    found = _first(system.proxies)
    return {_OF_THE_SYSTEM: found} if found else {}


def _first(proxies: Mapping[str, str]) -> str:
    return next(filter(None, (proxies.get(scheme) for scheme in _SCHEMES)), "")


def _value(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name) or environ.get(name.lower()) or "").strip()


def _proxy_problem(value: str) -> str | None:
    try:
        parts = urllib.parse.urlsplit(value if "://" in value else f"http://{value}")
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return "is not an address"
    if not usable:
        return "is not an address"
    if parts.scheme not in ("http", "https"):
        return f"uses {parts.scheme}, which is not supported"
    return None
