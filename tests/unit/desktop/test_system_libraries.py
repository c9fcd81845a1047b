"""The list of the system's libraries, and the sentence that names one of them and its package."""

from __future__ import annotations

import pytest

from kireji.desktop.system_libraries import explained, install_command, libraries, missing, not_found, said_by


def test_nothing_is_listed_twice_and_each_purpose_is_known() -> None:
    names = [library.name for library in libraries()]
    assert len(names) == len(set(names))
    assert {library.needed_for for library in libraries()} == {"qt", "x11", "wayland", "more"}


def test_what_is_there_is_not_missing() -> None:
    assert missing(("qt", "x11", "wayland", "more")) == []


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ({"ID": "debian"}, "sudo apt-get install libegl1 libglib2.0-0"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "sudo apt-get install libegl1 libglib2.0-0"),
        ({"ID": "fedora"}, "sudo dnf install 'libEGL.so.1()(64bit)' 'libglib-2.0.so.0()(64bit)'"),
        (
            {"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"},
            "sudo zypper install 'libEGL.so.1()(64bit)' 'libglib-2.0.so.0()(64bit)'",
        ),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "sudo pacman -S libglvnd glib2"),
        ({}, "your system's package manager (on Debian it is libegl1 libglib2.0-0)"),
    ],
    ids=lambda value: value.get("ID", "unknown") if isinstance(value, dict) else "",
)
def test_the_command_is_the_one_of_this_system(release: dict[str, str], command: str) -> None:
    assert install_command(["libEGL.so.1", "libglib-2.0.so.0"], release) == command


def test_a_library_that_stands_in_no_list_is_named_all_the_same() -> None:
    assert install_command(["libnew.so.7"], {"ID": "debian"}) == "sudo apt-get install libnew.so.7"


def test_a_package_with_two_of_them_is_named_once() -> None:
    assert install_command(["libEGL.so.1", "libGL.so.1"], {"ID": "arch"}) == "sudo pacman -S libglvnd"


def test_the_loaders_words_are_understood() -> None:
    said = "libEGL.so.1: cannot open shared object file: No such file or directory"
    assert not_found(said) == "libEGL.so.1"
    assert not_found(f"/opt/kireji/_internal/{said}") == "libEGL.so.1"
    reason = explained(said)
    assert reason is not None
    assert reason.message == "The library libEGL.so.1 is missing."


def test_other_errors_are_left_to_others() -> None:
    assert explained("No module named 'numpy'") is None
    assert explained("undefined symbol: xcb_connect") is None


def test_a_system_that_is_too_old_is_said_to_be() -> None:
    reason = explained("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.39' not found (required by libQt6Core.so.6)")
    assert reason is not None
    assert "GLIBC_2.39" in reason.message


def test_the_loaders_words_are_found_behind_those_of_a_build() -> None:
    problem = OSError("Failed to load dynlib/dll 'libxcb.so.1'.")
    problem.__cause__ = OSError("libxcb.so.1: cannot open shared object file: No such file or directory")
    assert not_found(said_by(problem)) == "libxcb.so.1"


def test_an_error_that_is_its_own_cause_is_told_once() -> None:
    problem = OSError("once")
    problem.__cause__ = problem
    assert said_by(problem) == "once"
