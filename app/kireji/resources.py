"""Finds the files that travel with the program: in a checkout, in a wheel and in a frozen build."""

from __future__ import annotations

from pathlib import Path


def folder() -> Path:
    """Where they are: `_resources` beside the modules when built, `resources/` of the checkout otherwise."""
    package = Path(__file__).resolve().parent
    built = package / "_resources"
    return built if built.is_dir() else package.parent.parent / "resources"


def resource(name: str) -> Path:
    """The path of one file.

    Args:
        name: With forward slashes, below the folder: `icons/kireji.svg`.
    """
    return folder() / name


def texts(name: str) -> dict[str, str]:
    """The Markdown files that stand right in a folder, by their names without the ending; none where it is missing.

    Args:
        name: Of the folder, as for `resource`.
    """
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(resource(name).glob("*.md"))}
