"""AppStream metadata: what software centres show.

No address of a home page or of screenshots stands here, because the project has none that could be given.
Source: AppStream 1.0, desktop-application components.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from words import APP_ID, NAME, SUMMARY, translations

_PARAGRAPHS = (
    "Press a shortcut anywhere. The screen freezes; mark a region, type a question right there, and the answer appears "
    "beside the selection. It is saved, and the conversation goes on in the main window.",
    "Answers come from Anthropic's models with your own key, from any model on OpenRouter, from a model server on this "
    "computer, or, without any of these and without a network, from this computer itself: it reads the text in the "
    "picture.",
)


def metainfo(version: str, epoch: int) -> str:
    """The file's text.

    Args:
        version: Of the program.
        epoch: Seconds; the release's day.
    """
    root = ET.Element("component", type="desktop-application")
    _text(root, "id", APP_ID)
    _text(root, "metadata_license", "MIT")
    _text(root, "project_license", "MIT")
    _text(root, "name", NAME)
    _translated(root, "summary", SUMMARY)
    developer = ET.SubElement(root, "developer", id=APP_ID.rpartition(".")[0])
    _text(developer, "name", "The Kireji authors")
    description = ET.SubElement(root, "description")
    for paragraph in _PARAGRAPHS:
        _text(description, "p", paragraph)
    _text(root, "launchable", f"{APP_ID}.desktop", type="desktop-id")
    _text(root, "icon", APP_ID, type="stock")
    categories = ET.SubElement(root, "categories")
    _text(categories, "category", "Utility")
    provides = ET.SubElement(root, "provides")
    _text(provides, "binary", "kireji")
    supports = ET.SubElement(root, "supports")
    for control in ("pointing", "keyboard"):
        _text(supports, "control", control)
    ET.SubElement(root, "content_rating", type="oars-1.1")
    releases = ET.SubElement(root, "releases")
    day = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d")
    ET.SubElement(releases, "release", version=version, date=day)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text


def _translated(parent: ET.Element, name: str, text: str) -> None:
    _text(parent, name, text)
    for language, words in translations(text).items():
        _text(parent, name, words, **{"xml:lang": language})
