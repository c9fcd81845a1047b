"""A system with few fonts, or none, for programs that are started with these variables."""

from __future__ import annotations

from pathlib import Path

_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>
"""
DEJAVU = "/usr/share/fonts/truetype/dejavu"
"""Latin, Greek, Cyrillic and Arabic letters; neither Chinese nor Japanese."""


def with_fonts_of(folder: Path, *fonts: str) -> dict[str, str]:
    """Variables that let a program find only these fonts.

    Args:
        folder: Takes the configuration.
        fonts: Folders with fonts; none for a system without any.
    """
    folders = "".join(f"<dir>{font}</dir>" for font in fonts)
    config = folder / "fonts.conf"
    config.write_text(_CONFIG.format(folders=folders, cache=folder / "font-cache"))
    return {"FONTCONFIG_FILE": str(config)}
