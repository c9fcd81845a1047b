"""What macOS reads about Kireji.app, for kireji.spec: Info.plist, and the same texts in other languages.

The texts are shown by macOS when it asks the person. Screen recording, accessibility, notifications and the keychain
have none: macOS words those itself. Untried on a Mac.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

FLOOR = (11, 0)
"""The first macOS for processors of the kind `arm64`."""

_REASONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            # Without this text macOS 15 and newer refuse without asking.
            "NSLocalNetworkUsageDescription": (
                "Kireji connects to models and tool servers in your own network whose addresses you have entered."
            ),
            "NSDesktopFolderUsageDescription": "Kireji reads here what you attach, or what you allow a tool to use.",
            "NSDocumentsFolderUsageDescription": "Kireji reads here what you attach, or what you allow a tool to use.",
            "NSDownloadsFolderUsageDescription": "Kireji reads here what you attach, or what you allow a tool to use.",
            "NSRemovableVolumesUsageDescription": "Kireji reads here what you attach, or what you allow a tool to use.",
            "NSNetworkVolumesUsageDescription": "Kireji reads here what you attach, or what you allow a tool to use.",
        },
        "de": {
            "NSLocalNetworkUsageDescription": (
                "Kireji verbindet sich mit Modellen und Werkzeugservern im eigenen Netz, deren Adressen Sie "
                "eingetragen haben."
            ),
            "": "Kireji liest hier, was Sie anhängen oder wofür Sie ein Werkzeug freigeben.",
        },
        "zh-Hans": {
            "NSLocalNetworkUsageDescription": "Kireji 会连接本地网络中由您填写地址的模型和工具服务器。",
            "": "Kireji 在此读取您附加的内容，或您允许工具使用的内容。",
        },
        "ar": {
            "NSLocalNetworkUsageDescription": "يتصل Kireji بما أدخلت عناوينه من نماذج وخوادم أدوات في شبكتك.",
            "": "يقرأ Kireji هنا ما ترفقه أو ما تسمح لأداة باستخدامه.",
        },
    }
)
"""Why, by language and key; the empty key stands for all folders."""


def reasons(language: str) -> dict[str, str]:
    """Every key with its text."""
    said = _REASONS[language]
    return {key: said.get(key, said.get("", "")) for key in _REASONS["en"]}


def info_plist(version: str, identifier: str, least: tuple[int, int]) -> dict[str, object]:
    """What PyInstaller does not write into Info.plist by itself.

    Args:
        version: As in kireji/__init__.py.
        identifier: The program's own, under which macOS remembers permissions.
        least: The oldest macOS that everything inside runs on.
    """
    numbers = re.match(r"\d+(?:\.\d+){0,2}", version)
    if numbers is None:
        raise ValueError(f"{version!r} is no version")
    return {
        "CFBundleName": "Kireji",
        "CFBundleDisplayName": "Kireji",
        "CFBundleIdentifier": identifier,
        "CFBundleShortVersionString": version,
        "CFBundleVersion": numbers[0],  # digits alone are compared
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": list(_REASONS),
        "LSMinimumSystemVersion": f"{least[0]}.{least[1]}",
        "LSApplicationCategoryType": "public.app-category.productivity",
        # It lives in the menu bar. A program with an icon in the Dock could lay its overlay over a full-screen program
        # only by leaving that one's space.
        "LSUIElement": True,
        "NSHighResolutionCapable": True,
        "NSSupportsAutomaticGraphicsSwitching": True,
        "NSHumanReadableCopyright": "MIT License",
        **reasons("en"),
    }


def strings_file(language: str) -> str:
    """The texts in another language, as the file InfoPlist.strings."""
    lines = (f'"{key}" = "{_escaped(text)}";\n' for key, text in reasons(language).items())
    return "".join(lines)


def write_strings(folder: Path) -> list[tuple[str, str, str]]:
    """Write the texts of all languages; returns the files as PyInstaller's table takes them."""
    table = []
    for language in _REASONS:
        file = folder / f"{language}.lproj" / "InfoPlist.strings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(strings_file(language), encoding="utf-8", newline="\n")
        table.append((f"{language}.lproj/InfoPlist.strings", str(file), "DATA"))
    return table


def least_system(tags: Iterable[Iterable[str]], machine: str, python: str = "") -> tuple[int, int]:
    """The oldest macOS on which all packages run.

    Args:
        tags: Of each package those of its wheel: `cp313-cp313-macosx_14_0_arm64`.
        machine: arm64 or x86_64.
        python: The oldest macOS that the interpreter was made for, such as `11.0`.
    """
    found = [FLOOR]
    if python:
        found.append(_system(*[*python.split("."), "0"][:2]))
    for package in tags:
        fit = [
            _system(first, second)
            for tag in package
            for first, second, kind in re.findall(r"macosx_(\d+)_(\d+)_(\w+?)(?=\.|$)", tag.rpartition("-")[2])
            if kind in (machine, "universal2")
        ]
        if fit:
            found.append(min(fit))
    return max(found)


def installed_tags(folder: Path | None = None) -> list[list[str]]:
    """The tags of every package that is installed beside this interpreter.

    Args:
        folder: Where packages are; this interpreter's when None.
    """
    place = folder or Path(sysconfig.get_path("purelib"))
    return [
        re.findall(r"^Tag: (\S+)", file.read_text("utf-8"), re.MULTILINE) for file in place.glob("*.dist-info/WHEEL")
    ]


def least_system_here(machine: str) -> tuple[int, int]:
    """The oldest macOS for what is installed beside this interpreter."""
    python = sysconfig.get_config_var("MACOSX_DEPLOYMENT_TARGET") if sys.platform == "darwin" else ""
    return least_system(installed_tags(), machine, str(python or ""))


def _system(first: str, second: str) -> tuple[int, int]:
    return int(first), int(second)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
