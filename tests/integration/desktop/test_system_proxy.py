"""GNOME's settings, written and read by its own program."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kireji.bootstrap.services import open_services
from kireji.core.settings import NetworkSettings
from kireji.desktop import system_proxy
from kireji.desktop.paths import Paths
from kireji.providers.connection_settings import ConnectionSettings

PATH = "/usr/local/bin:/usr/bin:/bin"
PROGRAM = shutil.which("gsettings", path=PATH)


def schema_is_there() -> bool:
    if sys.platform != "linux" or PROGRAM is None:
        return False
    listed = subprocess.run([PROGRAM, "list-schemas"], capture_output=True, text=True, timeout=10, check=False).stdout
    return "org.gnome.system.proxy" in listed.split()


pytestmark = pytest.mark.skipif(not schema_is_there(), reason="needs gsettings and GNOME's schemas")

Setting = Callable[[str, str, str], None]


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """A GNOME whose settings are in a file of their own, which needs no service."""
    return {
        "XDG_CURRENT_DESKTOP": "GNOME",
        "GSETTINGS_BACKEND": "keyfile",
        "XDG_CONFIG_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "PATH": PATH,
    }


@pytest.fixture
def setting(environ: Mapping[str, str]) -> Setting:
    def write(child: str, key: str, value: str) -> None:
        command = [PROGRAM or "", "set", f"org.gnome.system.proxy{child}", key, value]
        subprocess.run(command, env={**environ, "LC_ALL": "C.UTF-8"}, timeout=10, check=True)

    return write


def manual(setting: Setting) -> None:
    setting("", "mode", "manual")
    setting(".http", "host", "proxy.test")
    setting(".http", "port", "3128")


def test_a_fresh_desktop_names_no_proxy(environ: Mapping[str, str]) -> None:
    assert system_proxy.read(environ) == system_proxy.SystemProxies()


def test_what_was_set_is_what_is_used(environ: Mapping[str, str], setting: Setting) -> None:
    manual(setting)
    setting(".http", "use-authentication", "true")
    setting(".http", "authentication-user", "jürgen's")
    setting(".http", "authentication-password", r'"a\\b@c"')
    setting("", "ignore-hosts", "['localhost', '*.intra.test']")
    settings = ConnectionSettings.find(NetworkSettings(), {}, lambda: system_proxy.read(environ).proxies)
    assert settings.proxy_for("https://api.test") == "http://j%C3%BCrgen%27s:a%5Cb%40c@proxy.test:3128"
    assert settings.proxy_for("https://git.intra.test") is None


def test_a_script_is_told(environ: Mapping[str, str], setting: Setting) -> None:
    setting("", "mode", "auto")
    setting("", "autoconfig-url", "http://pac.test/proxy.pac")
    assert "a proxy script" in system_proxy.read(environ).problem


async def test_the_program_uses_and_tells_the_desktops_proxy(
    environ: Mapping[str, str], setting: Setting, tmp_path: Path
) -> None:
    manual(setting)
    async with open_services(Paths.find({"KIREJI_HOME": str(tmp_path / "home")}), environ) as services:
        assert services.proxy_in_force() == "http://proxy.test:3128"
        assert services.proxy_problem() == ""
        found = dict(await services.doctor.examine())["network"]
        assert "through the proxy http://proxy.test:3128" in found.sentence
