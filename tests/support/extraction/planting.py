"""Puts values into an answer that do not stand on the picture, as models do when they are wrong."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from typing import Any

from kireji.core.extraction.numerals import amount, decimal_sign
from tests.support.extraction.documents import Document, Place
from tests.support.extraction.writing import COUNTRIES

_TRIES = 40


def plant(rng: random.Random, document: Document, count: int) -> None:
    """Change some values of the answer; each is certain not to be on the picture."""
    cells = [place for place in sorted(document.boxes) if _text(document, place)]
    rng.shuffle(cells)
    for place in cells[:count]:
        _replace(rng, document, place)
    if document.fields:
        if rng.random() < 0.3:
            _another_field(rng, document)
    elif rng.random() < 0.3:
        _another_row(rng, document)
    elif rng.random() < 0.5:
        _fill(rng, document)


def _replace(rng: random.Random, document: Document, place: Place) -> None:
    text = _text(document, place)
    ways: list[tuple[str, Callable[[], str]]] = [
        ("one letter", lambda: _letter(rng, text)),
        ("name", lambda: _name(rng)),
    ]
    if any(sign.isdigit() for sign in text):
        ways = [
            ("digit", lambda: _digit(rng, text)),
            ("swapped", lambda: _swapped(rng, text)),
            ("digit more", lambda: _more(rng, text)),
            ("digits", lambda: _digit(rng, _digit(rng, _digit(rng, text)))),
        ]
    for _ in range(_TRIES):
        what, change = rng.choice(ways)
        changed = change()
        if changed != text and is_absent(changed, document):
            _set(document, place, changed)
            document.planted[place] = f"{what}: {text} became {changed}"
            del document.boxes[place]
            return


def _another_row(rng: random.Random, document: Document) -> None:
    table: dict[str, Any] = document.answer["tables"][0]
    if not table["rows"]:
        return
    at = rng.randrange(len(table["rows"]) + 1)
    model = rng.choice(table["rows"])
    row = []
    for text in model:
        changed = _digit(rng, _digit(rng, text)) if any(sign.isdigit() for sign in text) else _name(rng) if text else ""
        row.append(changed)
    table["rows"].insert(at, row)
    moved = {_below(place, at): box for place, box in document.boxes.items()}
    document.boxes = moved
    document.planted = {_below(place, at): why for place, why in document.planted.items()}
    for column, text in enumerate(row):
        if is_absent(text, document):
            document.planted[(0, at, column)] = f"row that is not there: {text}"


def _below(place: Place, at: int) -> Place:
    sheet, row, column = place
    return (sheet, row + 1, column) if row >= at else place


def _another_field(rng: random.Random, document: Document) -> None:
    fields: list[dict[str, Any]] = document.answer["fields"]
    country = COUNTRIES["de" if document.country == "de" else "us"]
    text = f"{rng.randrange(2, 9000)}{country.point}{rng.randrange(10, 99)}"
    if is_absent(text, document):
        fields.append({"name": "Discount", "type": "currency", "value": text, "unit": "", "choices": []})
        document.planted[(0, 0, len(fields) - 1)] = f"field that is not there: {text}"


def _fill(rng: random.Random, document: Document) -> None:
    """A value for a cell that is empty."""
    table = document.answer["tables"][0]
    empty = [(r, c) for r, row in enumerate(table["rows"]) for c, text in enumerate(row) if not text]
    if not empty:
        return
    row, column = rng.choice(empty)
    others = [other[column] for other in table["rows"] if other[column]]
    if others:
        model = rng.choice(others)
        text = _digit(rng, _digit(rng, model)) if any(sign.isdigit() for sign in model) else _name(rng)
        if is_absent(text, document):
            table["rows"][row][column] = text
            document.planted[(0, row, column)] = f"where nothing is: {text}"


def is_absent(text: str, document: Document) -> bool:
    """Whether a text is nowhere on the picture, however it is spaced or punctuated, nor its number."""
    wanted = _bare(text)
    if not wanted or any(wanted in _bare(drawn) for drawn, _ in document.drawn):
        return False
    if wanted in _bare("".join(drawn for drawn, _ in document.drawn)):
        return False
    sign = decimal_sign([drawn for drawn, _ in document.drawn])
    number = amount(text, sign)
    if number is None:
        return True
    drawn_numbers = {found.value for drawn, _ in document.drawn if (found := amount(drawn, sign)) is not None}
    return number.value not in drawn_numbers


def _bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def _text(document: Document, place: Place) -> str:
    _, row, column = place
    found: str = (
        document.answer["fields"][column]["value"]
        if document.fields
        else document.answer["tables"][0]["rows"][row][column]
    )
    return found


def _set(document: Document, place: Place, text: str) -> None:
    _, row, column = place
    if document.fields:
        document.answer["fields"][column]["value"] = text
    else:
        document.answer["tables"][0]["rows"][row][column] = text


def _digit(rng: random.Random, text: str) -> str:
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    at = rng.choice(places)
    return text[:at] + rng.choice("123456789") + text[at + 1 :]


def _swapped(rng: random.Random, text: str) -> str:
    places = [at for at in range(len(text) - 1) if text[at].isdigit() and text[at + 1].isdigit()]
    if not places:
        return text
    at = rng.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _more(rng: random.Random, text: str) -> str:
    at = rng.choice([at for at, sign in enumerate(text) if sign.isdigit()])
    return text[:at] + rng.choice("123456789") + text[at:]


def _letter(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    other = rng.choice("aeiournst") if text[at].isascii() else rng.choice("山川田中上大小")
    return text[:at] + other + text[at + 1 :]


def _name(rng: random.Random) -> str:
    return rng.choice(
        ("Walter Finch", "Irene Doyle", "Gisela Roth", "Kurt Ebert", "Zürich", "Perth", "Teekanne", "橋本 実")
    )
