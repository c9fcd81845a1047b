"""What people read on the repository's page: links lead somewhere, commands and their options exist."""

from __future__ import annotations

import argparse
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from kireji.cli.parser import whole_parser
from kireji.core.help_pages import read_page
from kireji.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ("README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
TYPED = re.compile(r"(?:^    |`)(?:\./run|kireji) ([a-z][^`\n]*)", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
SETTING = re.compile(r"`\[(\w+)\] (\w+)`")
PATH = re.compile(r"`((?:app|tests|packaging|resources)/[\w./-]+)`")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_links_and_pictures_lead_to_files_and_headings(name: str) -> None:
    wrong = []
    for address in LINK.findall(text_of(name)):
        if address.startswith("https://"):
            continue
        place, _, anchor = address.partition("#")
        path = (ROOT / name).parent / place if place else ROOT / name
        if not path.exists():
            wrong.append(address)
        elif anchor:
            page = read_page(path.stem, path.read_text(encoding="utf-8"))
            wrong += [address] if anchor not in {section.anchor for section in page.sections} else []
    assert wrong == []


@pytest.mark.parametrize("name", TEXTS)
def test_files_that_are_named_exist(name: str) -> None:
    assert [place for place in PATH.findall(text_of(name)) if not (ROOT / place).exists()] == []


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = next((each for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None)
    return dict(found.choices) if found is not None else {}


def options(parser: argparse.ArgumentParser) -> set[str]:
    return set(parser._option_string_actions).union(*map(options, below(parser).values()))


def typed() -> Iterator[tuple[str, str]]:
    for name in TEXTS:
        for line in TYPED.findall(text_of(name)):
            yield name, line.partition(" | ")[0]


def unknown(line: str) -> list[str]:
    """What does not exist; alternatives stand with strokes between them."""
    first, *rest = line.split()
    known = below(whole_parser())
    if first not in known:
        return [first]
    actions = below(known[first])
    wrong = [word for word in OPTION.findall(line) if word not in options(known[first])]
    if actions and rest and not rest[0].startswith(("[", "-", "…")):
        wrong += [word for word in rest[0].rstrip(",").split("/") if word not in actions]
    return wrong


def test_commands_and_options_exist() -> None:
    found = list(typed())
    assert len(found) > 50
    assert [f"{name}: {line}: {wrong}" for name, line in found if (wrong := unknown(line))] == []


def test_the_test_of_commands_sees_what_is_wrong() -> None:
    assert unknown("ask --nonsense") == ["--nonsense"]
    assert unknown("keys set/steal x") == ["steal"]


def test_the_readme_names_every_command() -> None:
    named = {line.split()[0] for name, line in typed() if name == "README.md"}
    assert set(below(whole_parser())) <= named


def test_settings_that_are_named_exist() -> None:
    tree = Settings()
    named = [each for name in TEXTS for each in SETTING.findall(text_of(name))]
    assert [each for each in named if not hasattr(getattr(tree, each[0], None), each[1])] == []


def test_the_picture_of_the_architecture_loads_nothing_and_knows_both_themes() -> None:
    text = text_of(".github/architecture.svg")
    picture = ET.fromstring(text)
    assert picture.find("{http://www.w3.org/2000/svg}title") is not None
    assert not re.search(r"<script|<image|<foreignObject|href=|url\((?!#)|@import|font-face", text)
    assert "prefers-color-scheme: dark" in text


def test_the_picture_of_the_architecture_names_every_layer() -> None:
    words = "".join(ET.fromstring(text_of(".github/architecture.svg")).itertext())
    layers = {path.name for path in (ROOT / "app" / "kireji").iterdir() if (path / "__init__.py").exists()}
    assert [layer for layer in sorted(layers) if layer not in words] == []
