"""What is said about getting a newer version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from kireji.core.errors import Doubt, UpdateError
from kireji.core.update_ports import Installation
from kireji.core.updates import ReleaseFile
from kireji.core.words import mark, say

KINDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "deb": ("deb",),
        "appimage": ("appimage",),
        "flatpak": ("flatpak",),
        "setup": ("setup",),
        "dmg": ("dmg",),
        "wheel": ("wheel",),
        "folder": ("archive", "appimage", "deb"),
    }
)
"""Of the files that replace an installation, the best first. A checkout is replaced by none."""

_HOW: Mapping[str, str] = MappingProxyType(
    {
        "deb": mark("Download the package, then in its folder: sudo apt install ./{name}"),
        "appimage": mark("Download the new AppImage, make it executable, and use it in the place of this one."),
        "flatpak": mark("Software, or flatpak update, brings it."),
        "setup": mark("Download the installer, quit Kireji, and run it; your data stays."),
        "dmg": mark("Download the disk image, quit Kireji, and drag the new one over the old; your data stays."),
        "wheel": mark("Update the package where it was installed from, with pip install --upgrade or uv."),
        "checkout": mark("This is a checkout: git pull brings it, and ./run prepares what it needs."),
        "folder": mark("Download it and put it in the place of this folder; your data lies elsewhere and stays."),
    }
)
_OTHER = mark("The download page says how.")
_NONE = mark("The list names no file for this system; the download page may know more.")


def how_to_install(installed: Installation, file: ReleaseFile | None) -> str:
    """One sentence that says how a newer version takes the place of this one.

    Args:
        installed: How this one was installed.
        file: The file for it; None where the list has none.
    """
    needs_file = installed.name in KINDS and installed.name not in ("flatpak", "wheel")
    if needs_file and file is None:
        return say(_NONE)
    return say(_HOW.get(installed.name, _OTHER), name="" if file is None else file.name)


def no_address() -> UpdateError:
    """Nobody knows where to ask."""
    return UpdateError(
        say("This copy of Kireji knows no address that it could ask for newer versions."),
        say("Look where you got it, or set updates.address and updates.keys in the settings."),
        doubt=Doubt.NO_ADDRESS,
    )


def no_key() -> UpdateError:
    """Nobody knows whose word counts."""
    return UpdateError(
        say("There is an address for updates, but no key by which its list could be believed."),
        say("Add the public key of whoever makes your Kireji to updates.keys in the settings."),
        doubt=Doubt.NO_KEY,
    )
