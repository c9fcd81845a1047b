"""How this program connects, for itself and for whatever else must: proxies and certificates.

Reading them is cheap and contacts nothing; nothing of the network is loaded here.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from kireji.core.settings import NetworkSettings

_LOOPBACK = "localhost,127.0.0.0/8,::1"
_DEFAULT_PORTS: tuple[tuple[str, int], ...] = (("http", 80), ("https", 443))
_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def native_proxies() -> Mapping[str, str]:
    """What `urllib.request` knows: the environment's proxies, the registry's, those of macOS's settings."""
    import urllib.request  # 11 ms, which the start has no use for

    return urllib.request.getproxies()


class ConnectionSettings(msgspec.Struct, frozen=True):
    """Proxies and certificates.

    Args:
        proxies: Addresses by scheme of the target; `all` holds for both.
        no_proxy: Hosts that are reached without: names, parent domains, addresses, networks, each with a port or not.
        store: A file of certificates instead of the system's (SSL_CERT_FILE); empty for the system's.
        ca_file: A file of certificates in addition.
        bypass: The system's own word on which hosts are reached without a proxy.
    """

    proxies: Mapping[str, str] = {}
    no_proxy: str = ""
    store: str = ""
    ca_file: str = ""
    bypass: Callable[[str], bool] | None = None

    @classmethod
    def find(
        cls,
        network: NetworkSettings,
        environ: Mapping[str, str] = os.environ,
        system: Callable[[], Mapping[str, str]] = native_proxies,
    ) -> ConnectionSettings:
        """What the settings, the environment and the system say. May block as long as `system` does.

        Args:
            network: The person's settings; they win.
            environ: For SSL_CERT_FILE.
            system: The proxies of environment and system, in the form that the default gives them; asked only when
                the settings follow the system.
        """
        store, ca_file = environ.get("SSL_CERT_FILE", ""), os.path.expanduser(network.ca_file)
        match network.proxy:
            case "none":
                return cls({}, "", store, ca_file)
            case "system":
                import urllib.request

                proxies = dict(system())
                no_proxy = ",".join(filter(None, (proxies.pop("no", ""), network.no_proxy)))
                named = bool(urllib.request.getproxies_environment())
                asks = None if named or sys.platform.startswith("linux") else urllib.request.proxy_bypass
                return cls(proxies, no_proxy, store, ca_file, asks)
        return cls({"all": network.proxy}, network.no_proxy, store, ca_file)

    def proxy_for(self, url: str) -> str | None:
        """The proxy that `url` is reached through, with its password if it has one; None to connect directly."""
        parts = urlsplit(url)
        host, scheme = (parts.hostname or "").lower(), parts.scheme.lower()
        proxy = self.proxies.get(scheme) or self.proxies.get("all")
        if not proxy or is_loopback(host):
            return None
        if _listed(host, parts.port or dict(_DEFAULT_PORTS).get(scheme, 0), self.no_proxy):
            return None
        if self.bypass is not None and self.bypass(host):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    def ssl_context(self) -> ssl.SSLContext:
        """Trusts the system's certificates, or those of SSL_CERT_FILE, and the extra ones.

        Raises:
            ConnectionFailed: A file of certificates cannot be read; the sentence names it.
        """
        from kireji.providers.certificates import trusting

        return trusting(self.store, self.ca_file)

    def environment(self, bundle: Path | None = None) -> dict[str, str]:
        """Variables that make a child process connect in the same way.

        Args:
            bundle: Where a file with all trusted certificates is written when there are extra ones, because most
                programs take one file instead of the system's; None leaves those programs without the extra ones.

        Raises:
            OSError: `bundle` cannot be written, or the extra certificates cannot be read.
        """
        found: dict[str, str] = {}
        for name in ("http", "https", "all"):
            proxy = self.proxies.get(name, "")
            found |= {f"{name}_proxy": proxy, f"{name.upper()}_PROXY": proxy} if proxy else {}
        no_proxy = ",".join(filter(None, (_LOOPBACK, self.no_proxy)))
        found |= {"no_proxy": no_proxy, "NO_PROXY": no_proxy}
        store = self.store
        if self.ca_file:
            found["NODE_EXTRA_CA_CERTS"] = self.ca_file
            if bundle is not None:
                bundle.write_text(f"{_system_store(self.store)}\n{Path(self.ca_file).read_text()}")
                store = str(bundle)
        if store:
            found |= dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), store)
        return found


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _listed(host: str, port: int, no_proxy: str) -> bool:
    for entry in filter(None, (item.strip().lower() for item in no_proxy.split(","))):
        name, entry_port = entry, ""
        if entry.count(":") == 1 or (entry.startswith("[") and "]:" in entry):
            name, _, entry_port = entry.rpartition(":")
        name = name.removeprefix("*").removeprefix(".")
        if entry_port and entry_port != str(port):
            continue
        if not name or host == name or host.endswith(f".{name}") or _in_network(host, name):
            return True
    return False


def _in_network(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network.strip("[]"), strict=False)
    except ValueError:
        return False


def _system_store(store: str) -> str:
    """The certificates that are trusted without extra ones, as PEM."""
    known = (store, ssl.get_default_verify_paths().cafile or "", *_STORES)
    for path in filter(os.path.isfile, filter(None, known)):
        return Path(path).read_text()
    found = ssl.create_default_context().get_ca_certs(binary_form=True)
    return "".join(ssl.DER_cert_to_PEM_cert(certificate) for certificate in found)
