from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from kireji.ui.chat.formula import Formula, Formulas, render

pytestmark = pytest.mark.qt


def drawn(tex: str, *, display: bool = True, colour: str = "#102030", ratio: float = 1.0) -> Formula | None:
    return render(tex, display=display, size_px=28, colour=colour, ratio=ratio)


def inked(image: QImage) -> set[str]:
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {colour.name(QColor.NameFormat.HexRgb) for colour in pixels if colour.alpha() == 255}


@pytest.mark.parametrize(
    "tex",
    [
        r"x^2 + y^2 = z^2", r"a<b \text{ if } c>d", r"\frac{1}{2}", r"\begin{align} a &= b \\ c &= d \end{align}",
        r"\begin{alignat}{2} a &= b \end{alignat}", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"x \tag{1} \label{e}",
        r"\int_0^\infty e^{-x^2} dx = \frac{\sqrt{\pi}}{2}", r"A & B", r"\begin{cases} 1 & x > 0 \\ 0 \end{cases}",
    ],
)  # fmt: skip
def test_formulas_are_drawn(qapp: object, tex: str) -> None:
    formula = drawn(tex)
    assert formula is not None
    assert 0 < formula.baseline <= formula.height
    assert inked(formula.image)


def test_a_formula_has_the_colour_that_is_asked_for(qapp: object) -> None:
    formula = drawn(r"x = \frac{1}{\sqrt 2}")
    assert formula is not None
    assert inked(formula.image) == {"#102030"}


def test_a_formula_is_drawn_in_the_resolution_of_the_screen(qapp: object) -> None:
    once, twice = drawn("x"), drawn("x", ratio=2.0)
    assert once is not None
    assert twice is not None
    assert abs(twice.image.width() - 2 * once.image.width()) <= 2
    assert (twice.width, twice.baseline) == (once.width, once.baseline)


@pytest.mark.parametrize(
    "tex",
    [
        "", "  ", r"\frac{", r"\left(", "{", "x" * 2000, r"\def\x{\x\x}\x", r"\newcommand{\x}{\x\x}\x", "中文",
        r"\frac{1}{" * 30 + "x" + "}" * 30, r"\left(" * 20 + "x" + r"\right)" * 20, "{" * 400 + "}" * 400,
        r"\hspace{1000000em} x y",
    ],
)  # fmt: skip
def test_what_is_no_formula_or_too_much_shows_its_source(qapp: object, tex: str) -> None:
    assert drawn(tex) is None


@pytest.mark.parametrize("tex", [r"x^{" * 7 + "y" + "}" * 7, "x+" * 590 + "x"])
def test_a_formula_that_takes_too_long_is_given_up(qapp: object, monkeypatch: pytest.MonkeyPatch, tex: str) -> None:
    drawn("x")
    monkeypatch.setattr("kireji.ui.chat.formula._SECONDS", 0.02)
    assert drawn(tex) is None


def test_drawing_opens_nothing_but_the_library_itself(qapp: object) -> None:
    drawn("x")
    opened: list[str] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and (event == "open" or event.startswith(("socket", "subprocess", "os.", "urllib"))):
            opened.append(f"{event} {arguments}")

    sys.addaudithook(watch)
    for tex in (
        r"\input{/etc/hostname}", r"\includegraphics{/etc/hostname}", r"\href{file:///etc/hostname}{x}",
        r"\text{</mtext><mglyph src='file:///etc/hostname'/><mtext>}", r"\color{url(file:///etc/hostname)} x",
        r"\font\x=/etc/hostname", r"\mathrm{abc} \mathbb{R} \mathcal{L} \boldsymbol{x} \text{\textbf{b}}",
    ):  # fmt: skip
        drawn(tex)
    watching = False
    import ziafont
    import ziamath

    libraries = tuple(str(Path(str(module.__file__)).parent) for module in (ziamath, ziafont))
    assert [what for what in opened if not any(library in what for library in libraries)] == []


def test_a_formula_is_there_when_it_was_drawn_in_the_background(qtbot: QtBot) -> None:
    formulas = Formulas()
    with qtbot.waitSignal(formulas.ready, timeout=20_000) as signal:
        assert formulas.picture("x^2", display=False, size_px=14, colour="#000000") is None
    assert signal.args == ["x^2"]
    first = formulas.picture("x^2", display=False, size_px=14, colour="#000000")
    assert first is not None
    assert formulas.picture("x^2", display=False, size_px=14, colour="#000000") is first


def test_what_is_no_formula_is_told_once(qtbot: QtBot) -> None:
    formulas = Formulas()
    with qtbot.waitSignal(formulas.ready, timeout=20_000):
        formulas.picture(r"\frac{", display=False, size_px=14, colour="#000000")
    with qtbot.assertNotEmitted(formulas.ready, wait=100):
        assert formulas.picture(r"\frac{", display=False, size_px=14, colour="#000000") is None
