"""What the program is and runs on, asked when somebody wants to know."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kireji.core.about import Build, Fact, LicenceStore
    from kireji.desktop.paths import Paths
    from kireji.services.about import About


def late_about(paths: Paths, environ: Mapping[str, str]) -> Callable[[], About]:
    """What gives the one of this process.

    Args:
        paths: Where things are kept.
        environ: The process's environment.
    """

    @cache
    def made() -> About:
        from kireji import resources
        from kireji.desktop.licences import licences
        from kireji.services.about import About

        store = licences(resources.folder())
        return About(store, lambda: tuple(_facts(paths, environ, store)))

    return made


def _facts(paths: Paths, environ: Mapping[str, str], store: LicenceStore) -> Iterator[Fact]:
    import platform
    from pathlib import Path

    from kireji import __version__, resources
    from kireji.core.about import Fact, without_home
    from kireji.desktop.installed import installation
    from kireji.providers.tls import openssl_version
    from kireji.storage.versions import sqlite_version

    built, installed = _build(resources.resource("build.json")), installation(environ)
    yield Fact("Kireji", __version__)
    if built.commit:
        yield Fact("Build", f"{built.commit[:12]}{' with changes' if built.changed else ''}, {built.date}")
    yield Fact("Installed as", f"{installed.name} for {installed.system}, {installed.machine}")
    yield Fact("System", platform.platform())
    if desktop := " ".join(filter(None, (environ.get("XDG_CURRENT_DESKTOP", ""), environ.get("XDG_SESSION_TYPE", "")))):
        yield Fact("Desktop", desktop)
    yield Fact("Python", f"{platform.python_implementation()} {platform.python_version()}")
    yield Fact("SQLite", sqlite_version())
    yield Fact("OpenSSL", openssl_version())
    yield from _of_parts(store)
    home = Path(environ.get("HOME") or Path.home())
    yield Fact("Data", without_home(paths.data, home))
    yield Fact("Settings", without_home(paths.settings, home))


def _of_parts(store: LicenceStore) -> Iterator[Fact]:
    """Versions of the parts whose versions matter most in a report."""
    from kireji.core.about import Fact

    versions = {part.name.casefold().replace("_", "-"): part.version for part in store.parts()}
    pyside = versions.get("pyside6-essentials") or versions.get("qt for python (pyside6)", "")
    named: Sequence[tuple[str, str]] = (
        ("Qt", versions.get("qt") or pyside),
        ("PySide6", pyside),
        (
            "Reader",
            ", ".join(
                f"{name} {versions[name.casefold()]}"
                for name in ("RapidOCR", "ONNXRuntime")
                if name.casefold() in versions
            ),
        ),
        ("MCP", versions.get("mcp", "")),
    )
    for name, value in named:
        if value:
            yield Fact(name, value)


def _build(path: Path) -> Build:
    """From what this build was made; nothing where it was not built."""
    import msgspec

    from kireji.core.about import Build

    try:
        return msgspec.json.decode(path.read_bytes(), type=Build)
    except (OSError, msgspec.DecodeError):
        return Build()
