"""Receipts, tables and forms, each with what a model would answer and where every value stands."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from PIL import Image

from kireji.core.word_boxes import Box, around
from tests.support.extraction.pages import MONO, SANS, Page, Style, any_style
from tests.support.extraction.writing import Country, any_amount, any_country, any_day

Place = tuple[int, int, int]
"""Sheet, row and column of a cell."""


class Document(msgspec.Struct):
    """One picture and what is known of it.

    Args:
        name: Such as `receipt 12`.
        kind: receipt, table or form.
        fields: Whether fields are asked for.
        answer: What the model says, as its schema wants it.
        boxes: Where each cell's text stands; what is not on the picture has none.
        drawn: All that stands on the picture, with its box.
        planted: Cells that say what is not on the picture, and what was done.
        country: How it is written.
    """

    name: str
    kind: str
    fields: bool
    answer: dict[str, Any]
    boxes: dict[Place, Box]
    drawn: list[tuple[str, Box]]
    planted: dict[Place, str]
    country: str


class Made(NamedTuple):
    """A document with its picture."""

    document: Document
    picture: Image.Image


class Heading(NamedTuple):
    """A column of a generated table."""

    name: str
    type: str
    unit: str
    right: bool
    make: Callable[[int], str]


def receipt(rng: random.Random, number: int) -> Made:
    """Items, sums and what stands around them."""
    country = any_country(rng)
    style = _style(rng, country, MONO if rng.random() < 0.6 else SANS)
    page = Page(style)
    words = country.words
    quantities = [rng.choice((1, 1, 1, 2, 2, 3, 4, 6, 10)) for _ in range(rng.randint(2, 12))]
    names = rng.sample(country.items, len(quantities))
    prices = [any_amount(rng, country, 60) for _ in quantities]
    amounts = [price * count for price, count in zip(prices, quantities, strict=True)]
    subtotal = sum(amounts, Decimal(0))
    rate = rng.choice((7, 8, 10, 19, 20))
    tax = (subtotal * rate / 100).quantize(Decimal(1).scaleb(-country.places))
    signs = rng.random() < 0.4
    money = [country.money(value, sign=signs) for value in amounts]
    each = [country.money(value, sign=False) for value in prices]
    em = style.size
    name_width = max(page.width(name) for name in names)
    right = 24 + max(name_width + 9 * em + max(map(page.width, money)) + max(map(page.width, each)), 20 * em)
    y = 20
    seller = f"{rng.choice(country.towns)} {rng.choice(('Market', 'Café', 'Store', 'Shop'))}"
    fields = [("", "text", seller, page.put((right - page.width(seller, bold=True)) // 2 + 12, y, seller, bold=True))]
    y += style.line
    day = country.day(any_day(rng))
    serial = f"{rng.choice('ABCRX')}-{rng.randrange(10000, 99999)}"
    for key, kind, text in (("date", "date", day), ("number", "text", serial)):
        label = f"{words[key]}:"
        page.put(24, y, label)
        fields.append((words[key], kind, text, page.put(24 + page.width(label) + em // 2, y, text)))
        y += style.line
    page.rule((24, y + 4, right, y + 5))
    y += style.line // 2
    rows, boxes = [], []
    two_lines = rng.random() < 0.4
    for name, count, price, amount in zip(names, quantities, each, money, strict=True):
        name_box = page.put(24, y, name)
        amount_box = page.put(right, y, amount, right=True)
        if two_lines:
            y += style.line
            count_box = page.put(24 + em * 2, y, str(count))
            page.put(24 + em * 2 + page.width(f"{count} "), y, "x")
            price_box = page.put(24 + em * 2 + page.width(f"{count} x "), y, price)
        else:
            count_box = page.put(24 + name_width + em * 3, y, str(count), right=True)
            price_box = page.put(right - max(map(page.width, money)) - 2 * em, y, price, right=True)
        rows.append([name, str(count), price, amount])
        boxes.append([name_box, count_box, price_box, amount_box])
        y += style.line
    page.rule((24, y + 4, right, y + 5))
    y += style.line // 2
    for key, value in (("subtotal", subtotal), ("tax", tax), ("total", subtotal + tax)):
        text = country.money(value, sign=signs or key == "total")
        label = words[key] if key != "tax" else f"{words[key]} {rate}%"
        bold = key == "total"
        page.put(24, y, label, bold=bold)
        fields.append((label, "currency", text, page.put(right, y, text, right=True, bold=bold)))
        y += style.line
    if rng.random() < 0.5:
        headings = [(words["item"], "text"), (words["quantity"], "number"), (words["price"], "currency")]
        headings.append((words["amount"], "currency"))
        answer = _tables("", [(name, kind, "") for name, kind in headings], rows)
        return _made(rng, page, f"receipt {number}", "receipt", country, answer, _grid(boxes))
    return _made(rng, page, f"receipt {number}", "receipt", country, *_fields(seller, fields))


def table(rng: random.Random, number: int) -> Made:
    """A grid of typed columns."""
    country = any_country(rng)
    style = _style(rng, country, SANS if rng.random() < 0.7 else MONO)
    page = Page(style)
    count = rng.randint(3, 24)
    headings = _headings(rng, country, rng.randint(3, 8))
    rows = [[heading.make(row) for heading in headings] for row in range(count)]
    for row in rows:
        for column in range(1, len(row)):
            if rng.random() < 0.03:
                row[column] = ""
    em = style.size
    wrapped = rng.random() < 0.25
    title = country.words["title"] if rng.random() < 0.5 else ""
    y = 20
    if title:
        page.put(24, y, title, bold=True, size=style.size + 4)
        y += round(style.line * 1.6)
    bold = rng.random() < 0.7
    widths = [
        max(
            page.width(heading.name, bold=bold),
            *(page.width(part) for row in rows for part in _parts(row[at], wrapped)),
        )
        for at, heading in enumerate(headings)
    ]
    gap = rng.randint(em, em * 3)
    lefts = [24 + sum(widths[:at]) + gap * at for at in range(len(widths))]
    end = lefts[-1] + widths[-1]
    ruled = rng.choice(("none", "head", "all"))
    for at, heading in enumerate(headings):
        page.put(lefts[at] + (widths[at] if heading.right else 0), y, heading.name, right=heading.right, bold=bold)
    y += style.line
    if ruled != "none":
        page.rule((24, y + 2, end, y + 3))
    y += 8
    boxes: list[list[Box | None]] = []
    for row in rows:
        placed: list[Box | None] = []
        lines = 1
        for at, (heading, text) in enumerate(zip(headings, row, strict=True)):
            parts = _parts(text, wrapped)
            x = lefts[at] + (widths[at] if heading.right else 0)
            found = [
                page.put(x, y + line * round(em * 1.25), part, right=heading.right) for line, part in enumerate(parts)
            ]
            lines = max(lines, len(parts))
            placed.append(around(found) if found else None)
        boxes.append(placed)
        y += (lines - 1) * round(em * 1.25) + style.line + (6 if wrapped else 0)
        if ruled == "all":
            page.rule((24, y - 3, end, y - 2), _faint(style))
    answer = _tables(title, [(heading.name, heading.type, heading.unit) for heading in headings], rows)
    return _made(rng, page, f"table {number}", "table", country, answer, _grid(boxes))


def form(rng: random.Random, number: int) -> Made:
    """Labels and values."""
    country = any_country(rng)
    style = _style(rng, country, SANS)
    page = Page(style)
    words = country.words
    em = style.size
    keys = rng.sample(
        [
            "name",
            "city",
            "date",
            "birth",
            "number",
            "phone",
            "email",
            "total",
            "due",
            "weight",
            "account",
            "status",
            "share",
        ],
        rng.randint(5, 12),
    )
    title = words["form"]
    page.put(24, 20, title, bold=True, size=em + 5)
    top = 20 + style.line * 2
    beside = rng.random() < 0.6
    columns = rng.choice((1, 2))
    label_width = max(page.width(f"{words[key]}:") for key in keys) + em
    fields = []
    for at, key in enumerate(keys):
        kind, text = _value(rng, country, key)
        x = 24 + (at % columns) * (label_width + 16 * em)
        y = top + (at // columns) * (style.line if beside else style.line * 2 + em)
        if beside:
            page.put(x, y, f"{words[key]}:")
            box = page.put(x + label_width, y, text)
        else:
            page.put(x, y, words[key], size=max(11, em - 3))
            y += round(em * 1.4)
            box = page.put(x + em // 2, y, text)
            if rng.random() < 0.6:
                page.rule((x, y + style.line, x + 13 * em, y + style.line + 1), _faint(style))
        fields.append((words[key], kind, text, box))
    return _made(rng, page, f"form {number}", "form", country, *_fields(title, fields))


def any_document(rng: random.Random, number: int) -> Made:
    """One of the three."""
    return (receipt, table, form)[number % 3](rng, number)


def _style(rng: random.Random, country: Country, families: tuple[str, ...]) -> Style:
    style = any_style(rng, ("cjk",) if country.code == "ja" else families)
    return style._replace(size=max(style.size, 13)) if country.code == "ja" else style


def _faint(style: Style) -> str:
    return "#c8c8c8" if style.ground > "#8" else "#444c55"


def _parts(text: str, wrapped: bool) -> list[str]:
    """A text in the lines of its cell."""
    if not wrapped or " " not in text or len(text) < 9 or any(sign.isdigit() for sign in text):
        return [text] if text else []
    first, _, rest = text.partition(" ")
    return [first, rest]


def _headings(rng: random.Random, country: Country, count: int) -> list[Heading]:
    words = country.words
    people = rng.sample(country.people, len(country.people))
    signs = rng.random() < 0.4
    states = [words["open"], words["paid"], words["late"]]
    amounts = [any_amount(rng, country, rng.choice((20, 300, 9000))) for _ in range(40)]

    def serial(row: int) -> str:
        return (
            f"{country.currency if country.currency.isascii() and country.currency.isalpha() else 'N'}-{1000 + row * 7}"
        )

    def share(_: int) -> str:
        return f"{country.number(Decimal(rng.randrange(1, 999)) / 10, 1)}%"

    def weight(_: int) -> str:
        return country.number(Decimal(rng.randrange(1, 9999)) / 10, 1)

    first = Heading(words["order"], "text", "", False, serial)
    others = [
        Heading(words["customer"], "text", "", False, lambda row: people[row % len(people)]),
        Heading(words["city"], "text", "", False, lambda _: rng.choice(country.towns)),
        Heading(words["item"], "text", "", False, lambda _: rng.choice(country.items)),
        Heading(words["quantity"], "number", "", True, lambda _: str(rng.choice((1, 1, 2, 3, 5, 10, 12)))),
        Heading(words["stock"], "number", "", True, lambda _: country.number(Decimal(rng.randrange(3000)), 0)),
        Heading(words["amount"], "currency", "", True, lambda row: country.money(amounts[row % 40], sign=signs)),
        Heading(words["date"], "date", "", rng.random() < 0.3, lambda _: country.day(any_day(rng))),
        Heading(words["status"], "enum", "", False, lambda _: rng.choice(states)),
        Heading(words["share"], "number", "%", True, share),
        Heading(f"{words['weight']} (kg)", "number", "kg", True, weight),
    ]
    return [first, *sorted(rng.sample(others, count - 1), key=others.index)]


def _value(rng: random.Random, country: Country, key: str) -> tuple[str, str]:
    match key:
        case "name":
            return "text", rng.choice(country.people)
        case "city":
            return "text", rng.choice(country.towns)
        case "date" | "birth" | "due":
            return "date", country.day(any_day(rng))
        case "number":
            return "text", f"{rng.choice('ABCRX')}-{rng.randrange(10000, 99999)}"
        case "phone":
            return "text", f"+{rng.randrange(1, 99)} {rng.randrange(100, 999)} {rng.randrange(10000, 9999999)}"
        case "email":
            return "text", f"{rng.choice(('info', 'office', 'mail'))}@{rng.choice(('acme', 'north', 'river'))}.example"
        case "total":
            return "currency", country.money(any_amount(rng, country, 5000), sign=True)
        case "weight":
            return "number", f"{country.number(Decimal(rng.randrange(1, 999)) / 10, 1)} kg"
        case "account":
            return "text", " ".join(str(rng.randrange(1000, 9999)) for _ in range(3))
        case "status":
            return "text", country.words[rng.choice(("open", "paid", "late"))]
        case _:
            return "number", f"{rng.randrange(1, 100)}%"


def _tables(title: str, headings: Sequence[tuple[str, str, str]], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    columns = []
    for at, (name, kind, unit) in enumerate(headings):
        choices = sorted({row[at] for row in rows if row[at]}) if kind == "enum" else []
        columns.append({"name": name, "type": kind, "unit": unit, "choices": choices})
    return {"tables": [{"title": title, "columns": columns, "rows": [list(row) for row in rows]}]}


def _fields(title: str, fields: Sequence[tuple[str, str, str, Box]]) -> tuple[dict[str, Any], dict[Place, Box]]:
    answer = {
        "title": title,
        "fields": [
            {"name": name, "type": kind, "value": text, "unit": "", "choices": []} for name, kind, text, _ in fields
        ],
    }
    return answer, {(0, 0, at): field[3] for at, field in enumerate(fields)}


def _grid(boxes: Sequence[Sequence[Box | None]]) -> dict[Place, Box]:
    return {(0, row, at): box for row, cells in enumerate(boxes) for at, box in enumerate(cells) if box is not None}


def _made(
    rng: random.Random,
    page: Page,
    name: str,
    kind: str,
    country: Country,
    answer: dict[str, Any],
    boxes: dict[Place, Box],
) -> Made:
    picture = page.picture(rng)
    return Made(Document(name, kind, "fields" in answer, answer, boxes, page.drawn, {}, country.code), picture)
