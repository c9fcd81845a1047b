"""Programs that planted screens show: terminal, editor, browser, form, table, chat."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from kireji.core.geometry import Rect
from kireji.core.secrets.kinds import Kind
from tests.support.planted import matter
from tests.support.planted.page import WIDTH, Page

Kinds = list[Kind]
"""What is still to be planted; whoever plants takes from its end."""

_PROMPTS = ("user@host:~$ ", "$ ", "root@4c01db0b339c:/# ", "PS C:\\Users\\anna> ", "~/src/app main* > ", ">>> ", "% ")

_HEADINGS = ("Getting started", "Account & billing", "Übersicht", "API keys")
_NAMES = ("A. Muster", "Chen Wei", "M. Lopez")
_SENTENCES = (
    ("Please use ", " for this."),
    ("It is ", ""),
    ("", " is what I was told."),
    ("New since Monday: ", "."),
    ("→ ", ""),
)


def terminal(page: Page, kinds: Kinds) -> None:
    """A coloured prompt, what was typed, what was answered; long lines broken at the last column."""
    rng, prompt = page.rng, page.rng.choice(_PROMPTS)
    while page.room():
        x = float(page.left)
        if rng.random() < 0.3:
            x = page.write(prompt, x, page.palette.bright)[1]
        if kinds and rng.random() < 0.35:
            _in_line(page, kinds.pop(), x, chosen=rng.random() < 0.2)
        else:
            page.write(rng.choice(matter.TERMINAL), x, rng.choice([None, None, page.palette.quiet]))
            page.down()


def editor(page: Page, kinds: Kinds) -> None:
    """Tabs, numbers of lines, colours of a language; long lines broken without a number."""
    rng, number = page.rng, page.rng.randrange(1, 300)
    gutter = page.left + page.letters.width("0000 ")
    if rng.random() < 0.6:
        bar = page.y + page.step + page.scaled(4)
        page.pen.rectangle((0, 0, WIDTH, bar), fill=page.palette.panel)
        page.write("settings.py   .env   README.md", page.left)
        page.y = bar + page.scaled(4)
    while page.room():
        page.write(f"{number:>4}", page.left, page.palette.quiet)
        number += 1
        indent = page.letters.width("    " * rng.choice([0, 0, 1, 2]))
        if kinds and rng.random() < 0.35:
            kind = kinds.pop()
            if kind is Kind.PRIVATE_KEY:
                number = _key_with_numbers(page, gutter + indent, number)
                continue
            _in_line(page, kind, gutter + indent, back=gutter, chosen=rng.random() < 0.15)
        else:
            text = rng.choice(matter.CODE)
            page.write(text, gutter + indent, rng.choice([None, page.palette.bright, page.palette.quiet]))
            page.down()


def browser(page: Page, kinds: Kinds) -> None:
    """A tab, an address, headings, running text, boxes with something to copy, small tables."""
    rng, palette = page.rng, page.palette
    _address_bar(page, kinds)
    while page.room(2):
        chance = rng.random()
        if kinds and chance < 0.45:
            kind = kinds.pop()
            if kind is Kind.PRIVATE_KEY:
                _private_key(page, page.left + page.scaled(12), rng.random() < 0.3)
            elif chance < 0.2:
                _copy_box(page, kind)
            else:
                _in_sentence(page, kind)
        elif chance < 0.55:
            large = page.letters.sized(round(page.letters.size * 1.5))
            page.write(
                rng.choice(("Getting started", "Account & billing", "Übersicht", "API keys")), page.left, None, large
            )
            page.down(1.7)
        elif chance < 0.65:
            page.write(rng.choice(matter.LINKS), page.left, palette.bright)
            page.down(1.2)
        else:
            page.words(" ".join(f"{text}." for text in rng.sample(matter.PROSE, rng.choice([1, 2, 3]))))
            page.down(0.5)


def form(page: Page, kinds: Kinds) -> None:
    """Labels, and fields with borders."""
    rng, palette = page.rng, page.palette
    beside = rng.random() < 0.6
    left = page.left + page.scaled(rng.choice([140, 180])) if beside else page.left
    page.right = min(page.right, left + page.scaled(rng.choice([420, 560, 700])))
    while page.room(3):
        kind = kinds.pop() if kinds and rng.random() < 0.6 else None
        if kind is Kind.PRIVATE_KEY:
            _private_key(page, page.left, cut=False)
            continue
        label = (
            rng.choice(matter.LEADS[kind]).strip(' <"=') or "Value" if kind else rng.choice(("Name", "City", "Amount"))
        )
        label = "Password" if kind is Kind.PASSWORD else label
        page.write(label, page.left, palette.quiet)
        if not beside:
            page.down()
        box = (left, page.y - page.scaled(4), page.right + page.scaled(6), page.y + page.step + page.scaled(2))
        page.pen.rectangle(box, outline=palette.quiet, fill=palette.panel if rng.random() < 0.5 else None)
        x = left + page.scaled(6)
        if kind is not None:
            page.secret(kind, matter.MAKERS[kind](rng), x, cut=True, chosen=rng.random() < 0.1)
        else:
            page.write(rng.choice(("Anna Muster", "Lisboa", "1,234.56", "12 March 2026", "4711")), x)
        page.down(1.0)
        page.y += page.scaled(rng.choice([10, 16, 24]))


def table(page: Page, kinds: Kinds) -> None:
    """Rows and columns, with or without lines between them."""
    rng, palette = page.rng, page.palette
    lined, striped = rng.random() < 0.5, rng.random() < 0.5
    wide = page.letters.width
    columns = [page.left, page.left + wide("00000 "), page.left + wide("00000 Some longer name ")]
    columns.append(columns[2] + max(wide("DE00 0000 0000 0000 0000 0000 00   "), page.scaled(240)))
    page.step += page.scaled(4)
    for row in range(1000):
        if not page.room():
            break
        if striped and row % 2:
            page.pen.rectangle((0, page.y - 2, WIDTH, page.y + page.step - 3), fill=palette.panel)
        kind = kinds.pop() if kinds and row and rng.random() < 0.4 else None
        if kind is Kind.PRIVATE_KEY:
            _private_key(page, page.left, cut=False)
            continue
        head = ("No.", "Name", "Reference", "Amount") if not row else None
        cells = head or (
            str(1000 + row),
            rng.choice(("A. Muster", "Chen Wei", "M. Lopez")),
            "",
            f"{rng.random() * 999:.2f}",
        )
        for x, cell in zip(columns, cells, strict=True):
            if cell and x < WIDTH - page.scaled(60):
                page.write(cell, x, palette.quiet if head else None)
        if kind is not None:
            kept, page.right = page.right, min(page.right, int(columns[3]) - page.scaled(10))
            lead = "password: " if kind is Kind.PASSWORD else ""
            x = page.write(lead, columns[2])[1] if lead else columns[2]
            page.secret(kind, matter.MAKERS[kind](rng), x, back=columns[2], cut=rng.random() < 0.5)
            page.right = kept
        elif not head:
            page.write(rng.choice(("INV-2026-0311", "—", "open", "29.11.2026", "RF18 5390 0754")), columns[2])
        if lined:
            page.pen.line((0, page.y + page.step - 2, WIDTH, page.y + page.step - 2), fill=palette.quiet)
        page.down()


def chat(page: Page, kinds: Kinds) -> None:
    """Bubbles left and right with sentences in them."""
    rng = page.rng
    while page.room(3):
        mine = rng.random() < 0.5
        left = page.scaled(rng.randrange(180, 300)) if mine else page.scaled(16)
        kept_left, kept_right = page.left, page.right
        page.left, page.right = left + page.scaled(10), min(WIDTH, left + page.scaled(560)) - page.scaled(10)
        lines = rng.choice([2, 3, 4])
        bubble = (
            left,
            page.y - page.scaled(6),
            page.right + page.scaled(8),
            page.y + lines * page.step + page.scaled(2),
        )
        page.pen.rounded_rectangle(bubble, page.scaled(8), fill=page.palette.panel if mine else page.palette.chosen)
        until = page.y + lines * page.step
        while page.y < until and page.room():
            kind = kinds.pop() if kinds and rng.random() < 0.4 and page.y + page.step < until else None
            if kind is Kind.PRIVATE_KEY:
                _private_key(page, page.left, cut=False)
            elif kind is not None:
                _in_sentence(page, kind)
            else:
                text = rng.choice(matter.PROSE)
                page.write(text[: page.fitting(text, page.left)], page.left)
                page.down()
        page.left, page.right = kept_left, kept_right
        page.y += page.scaled(18)


STYLES: Mapping[str, Callable[[Page, Kinds], None]] = {
    "terminal": terminal,
    "browser": browser,
    "editor": editor,
    "form": form,
    "table": table,
    "chat": chat,
}


def _in_line(page: Page, kind: Kind, x: float, *, back: float | None = None, chosen: bool = False) -> None:
    """A lead, the value, what stands behind it."""
    rng = page.rng
    if kind is Kind.PRIVATE_KEY:
        if rng.random() < 0.2:
            _escaped(page, x)
        else:
            page.write("cat id_rsa", x)
            page.down()
            _private_key(page, page.left, cut=rng.random() < 0.3)
        return
    lead = rng.choice(matter.LEADS[kind])
    tail = {'"': '",', "<": ">", "'": "'"}.get(lead[-1:], rng.choice(["", "", "  # here", " ok", ";"]))
    x = page.write(lead, x, rng.choice([None, page.palette.quiet]))[1] if lead else x
    colour = rng.choice([page.palette.ink, page.palette.bright])
    x = page.secret(kind, matter.MAKERS[kind](rng), x, back=back, colour=colour, chosen=chosen)
    page.write(tail[: page.fitting(tail, x)], x)
    page.down()


def _in_sentence(page: Page, kind: Kind) -> None:
    rng = page.rng
    before, behind = rng.choice(
        [
            ("Please use ", " for this."),
            ("It is ", ""),
            ("", " is what I was told."),
            ("New since Monday: ", "."),
            ("→ ", ""),
        ]
    )
    if kind is Kind.PASSWORD:
        before = rng.choice(["The password is ", "password: ", "Passwort: "])
    x = page.write(before, page.left)[1] if before else float(page.left)
    value = matter.MAKERS[kind](rng)
    if x + page.letters.width(value) > page.right and rng.random() < 0.5:  # a browser breaks before a long word
        page.down()
        x = page.left
    x = page.secret(
        kind, value, x, colour=rng.choice([page.palette.ink, page.palette.bright]), chosen=rng.random() < 0.1
    )
    page.write(behind[: page.fitting(behind, x)], x)
    page.down(1.3)


def _address_bar(page: Page, kinds: Kinds) -> None:
    rng, palette = page.rng, page.palette
    if rng.random() < 0.25:
        return
    high = page.step + page.scaled(10)
    page.pen.rectangle((0, 0, WIDTH, 2 * high), fill=palette.panel)
    page.y = page.scaled(4)
    page.write("Dashboard – Example   ×", page.left + page.scaled(8))
    page.y = high
    page.pen.rounded_rectangle(
        (page.scaled(70), page.y, WIDTH - page.scaled(70), page.y + high - page.scaled(4)),
        page.scaled(8),
        fill=palette.ground,
    )
    page.y += page.scaled(2)
    x = page.write("<  >  ", page.left, palette.quiet)[1]
    x = max(x, page.scaled(84))
    kept, page.right = page.right, WIDTH - page.scaled(84)
    if Kind.KEY in kinds and rng.random() < 0.4:
        kinds.remove(Kind.KEY)
        x = page.write(rng.choice(["https://api.example.org/v1?key=", "app.example.org/callback?access_token="]), x)[1]
        page.secret(Kind.KEY, matter.MAKERS[Kind.KEY](rng), x, cut=True)
    else:
        page.write(rng.choice(matter.LINKS), x)
    page.right = kept
    page.y = 2 * high + page.scaled(10)


def _copy_box(page: Page, kind: Kind) -> None:
    """A box with a value, and a button beside it."""
    left, right = page.left + page.scaled(8), page.right - page.scaled(60)
    page.down(0.3)
    before, top = len(page.screen.planted), page.y - page.scaled(6)
    box = (left - page.scaled(6), top, right, page.y + page.step + page.scaled(4))
    page.pen.rounded_rectangle(box, page.scaled(4), outline=page.palette.quiet, fill=page.palette.panel)
    kept, page.right = page.right, right - page.scaled(6)
    lead = "password: " if kind is Kind.PASSWORD else ""
    x = page.write(lead, left)[1] if lead else left
    page.secret(kind, matter.MAKERS[kind](page.rng), x, cut=True)
    assert len(page.screen.planted) <= before + 1
    page.right = kept
    page.write("Copy", right + page.scaled(8), page.palette.bright)
    page.down(1.8)


def _private_key(page: Page, left: float, cut: bool) -> None:
    """A block; cut: as it looks when its beginning is above the window."""
    lines = matter.any_private_key(page.rng)
    boxes: list[Rect] = []
    for line in lines[1:] if cut and len(lines) > 3 else lines:
        if not page.room():
            break
        if line:
            boxes.append(page.write(line[: page.fitting(line, left)], left)[0])
        page.down()
    page.note(Kind.PRIVATE_KEY, "\n".join(lines), boxes, page.letters.size)


def _key_with_numbers(page: Page, left: float, number: int) -> int:
    """A block in an editor, each line with its number; gives the next number."""
    lines = matter.any_private_key(page.rng)
    boxes: list[Rect] = []
    for place, line in enumerate(lines):
        if not page.room():
            break
        if place:
            page.write(f"{number:>4}", page.left, page.palette.quiet)
            number += 1
        if line:
            boxes.append(page.write(line[: page.fitting(line, left)], left)[0])
        page.down()
    page.note(Kind.PRIVATE_KEY, "\n".join(lines), boxes, page.letters.size)
    return number


def _escaped(page: Page, x: float) -> None:
    x = page.write('"private_key": "', x)[1]
    x = page.secret(Kind.PRIVATE_KEY, matter.escaped_key(page.rng), x)
    page.write('",'[: page.fitting('",', x)], x)
    page.down()


def random_kinds(rng: random.Random, style: str) -> Kinds:
    """What a screen of a style shows, in random order."""
    kinds = [*rng.sample(list(matter.MAKERS), 2), rng.choice([Kind.KEY, Kind.CARD]), Kind.KEY]
    if rng.random() < {"terminal": 0.5, "editor": 0.5, "browser": 0.25}.get(style, 0.1):
        kinds.append(Kind.PRIVATE_KEY)
    rng.shuffle(kinds)
    return kinds
