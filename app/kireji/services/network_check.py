"""What can be known about the network without sending anything."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Callable, Mapping

from kireji.core.settings import NetworkSettings
from kireji.services.credentials import without_password
from kireji.services.doctor import Finding, Verdict

_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_FILE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def find_network(
    environ: Mapping[str, str],
    has_route: bool,
    file_exists: Callable[[str], bool],
    settings: NetworkSettings | None = None,
) -> Finding:
    """Routes, the proxy in force, and files of certificates.

    Args:
        environ: The process's environment; variables count in upper and lower case.
        has_route: Whether the system knows a way to the internet.
        file_exists: Whether there is a file or folder of that name.
        settings: What the person has set; it wins over the environment.
    """
    settings = settings or NetworkSettings()
    proxies = _proxies(environ, settings)
    shown = {name: without_password(value) for name, value in proxies.items()}
    data: dict[str, object] = {"route": has_route, "proxies": shown}
    if settings.ca_file:
        data["ca_file"] = settings.ca_file
    for name, value in proxies.items():
        if (problem := _proxy_problem(value)) is not None:
            return Finding(Verdict.FAILED, f"{name} {problem}.", f"Correct or unset {name}.", data)
    files = {name: environ[name] for name in _FILE_VARIABLES if environ.get(name)}
    if settings.ca_file:
        files["network.ca_file"] = os.path.expanduser(settings.ca_file)
    for name, path in files.items():
        if not file_exists(path):
            return Finding(
                Verdict.FAILED, f"{name} names {path}, which is not there.", f"Correct or unset {name}.", data
            )
    if not has_route and not proxies:
        hint = "Until there is one, this computer's own reader answers questions about pictures."
        return Finding(Verdict.WARNING, "There is no connection.", hint, data)
    via = f" through the proxy {next(iter(shown.values()))}" if shown else ""
    trusted = f", trusting {settings.ca_file} too" if settings.ca_file else ""
    sentence = f"There is a way out{via}{trusted}; whether a key works says: kireji keys test anthropic"
    return Finding(Verdict.OK, sentence, data=data)


def _proxies(environ: Mapping[str, str], settings: NetworkSettings) -> dict[str, str]:
    """The proxies in force, by what names them."""
    if settings.proxy == "none":
        return {}
    if settings.proxy != "system":
        return {"network.proxy": settings.proxy}
    return {name: value for name in _PROXY_VARIABLES if (value := _value(environ, name))}


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
