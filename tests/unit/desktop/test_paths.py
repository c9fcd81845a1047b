from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kireji.core.errors import StoreError, StoreReadOnly
from kireji.desktop.paths import Paths, private_folder


def test_kireji_home_holds_everything(tmp_path: Path) -> None:
    paths = Paths.find({"KIREJI_HOME": str(tmp_path), "XDG_DATA_HOME": "/elsewhere", "HOME": "/elsewhere"})
    assert paths.database == tmp_path / "kireji.db"
    assert paths.captures == tmp_path / "captures"
    assert paths.settings == tmp_path / "settings.toml"
    assert all(tmp_path in (folder, *folder.parents) for folder in (paths.data, paths.config, paths.state, paths.cache))


def test_a_relative_kireji_home_counts_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Paths.find({"KIREJI_HOME": "here"}).data == tmp_path / "here"


def test_the_xdg_variables_are_followed() -> None:
    variables = {"XDG_DATA_HOME": "/d", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/k"}
    paths = Paths.find({"HOME": "/home/u", **variables})
    assert paths[:4] == (Path("/d/kireji"), Path("/c/kireji"), Path("/s/kireji"), Path("/k/kireji"))


def test_without_variables_the_xdg_defaults_hold() -> None:
    paths = Paths.find({"HOME": "/home/u"})
    assert paths.data == Path("/home/u/.local/share/kireji")
    assert paths.config == Path("/home/u/.config/kireji")
    assert paths.state == Path("/home/u/.local/state/kireji")
    assert paths.cache == Path("/home/u/.cache/kireji")


def test_a_relative_xdg_variable_is_ignored() -> None:
    assert Paths.find({"HOME": "/home/u", "XDG_DATA_HOME": "data"}).data == Path("/home/u/.local/share/kireji")


def test_they_are_the_folders_that_platformdirs_names(tmp_path: Path) -> None:
    code = "import platformdirs as p; d = p.PlatformDirs('kireji', appauthor=False);"
    code += "print(d.user_data_dir, d.user_config_dir, d.user_state_dir, d.user_cache_dir, sep='\\n')"
    environment = {"HOME": str(tmp_path)}
    named = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert [str(folder) for folder in Paths.find(environment)[:4]] == named.stdout.splitlines()


def test_the_socket_lies_in_the_users_runtime_folder(tmp_path: Path) -> None:
    paths = Paths.find({"HOME": "/home/u", "XDG_RUNTIME_DIR": str(tmp_path)})
    assert paths.socket.parent == tmp_path / "kireji"


def test_without_a_runtime_folder_the_socket_lies_beside_the_state() -> None:
    paths = Paths.find({"HOME": "/home/u", "XDG_RUNTIME_DIR": "/does/not/exist"})
    assert paths.socket.parent == Path("/home/u/.local/state/kireji/run")


@pytest.mark.parametrize("depth", [1, 40])
def test_two_homes_never_share_a_socket(tmp_path: Path, depth: int) -> None:
    def home(name: str) -> Paths:
        folder = tmp_path / "/".join([name] * depth)
        return Paths.find({"KIREJI_HOME": str(folder), "XDG_RUNTIME_DIR": str(tmp_path)})

    assert home("one").socket != home("two").socket


@pytest.mark.parametrize("runtime", ["", "short", "deep/" * 40])
def test_the_path_of_the_socket_always_fits(tmp_path: Path, runtime: str) -> None:
    (tmp_path / runtime).mkdir(parents=True, exist_ok=True)
    for home in ("x", "x/" * 60):
        paths = Paths.find({"KIREJI_HOME": str(tmp_path / home), "XDG_RUNTIME_DIR": str(tmp_path / runtime)})
        assert len(bytes(paths.socket)) <= 103


def test_finding_the_folders_makes_none(tmp_path: Path) -> None:
    Paths.find({"KIREJI_HOME": str(tmp_path / "home")})
    assert not (tmp_path / "home").exists()


def test_a_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    for name in ("open", "new/inner"):
        assert private_folder(tmp_path / name).stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="not a folder"):
        private_folder(tmp_path / "file")


def test_a_folder_that_cannot_be_made_is_one_sentence() -> None:
    with pytest.raises(StoreReadOnly, match="/proc/kireji") as caught:
        private_folder(Path("/proc/kireji"))
    assert "KIREJI_HOME" in caught.value.hint


def test_finding_the_folders_imports_nothing_slow() -> None:
    code = "import sys; import kireji.desktop.instance; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"platformdirs", "asyncio", "dataclasses", "msgspec", "PySide6", "httpx"} & set(loaded)
