"""`kireji translate` and `kireji compare` from outside: the real program, its reader, and a strict service."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.outside import Seat
from tests.support.program import kireji, showing

ROWS = (("Artikel", "Preis"), ("Schrauben", "$12.50"), ("Holzleim", "$8.99"))


def page(path: Path, *rows: tuple[str, str], size: tuple[int, int] = (500, 200)) -> str:
    """A picture with a table of two columns."""
    image = Image.new("RGB", size, "white")
    for number, row in enumerate(rows):
        for x, cell in zip((30, 280), row, strict=True):
            ImageDraw.Draw(image).text((x, 30 + 50 * number), cell, "black", ImageFont.load_default(22))
    image.save(path)
    return str(path)


def given(*texts: tuple[int, str]) -> dict[str, Any]:
    return {"source_language": "German", "blocks": [{"id": number, "text": text} for number, text in texts]}


def answers(contains: str, value: object, times: int | None = None) -> Rule:
    return Rule(Text([json.dumps(value)]), contains=contains, times=times)


FELL = {"kind": "changed", "words": "Screws are cheaper.", "before": "$12.50", "after": "$9.49", "regions": [1, 50]}


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    rules = (
        Rule(Text(["No ", "JSON."]), contains="Translate into: Klingon", times=None),
        Rule(Text([], stop_reason="refusal"), contains="Translate into: Latin", times=None),
        answers("Translate into: Danish", given((77, "nonsense"), (1, "Vare"), (1, "twice"), (0, ""))),
        answers("Guten Tag", given((1, "Good day"))),
        answers("Translate into: English", given((1, "Item"), (2, "Price"), (3, "Screws"), (5, "Wood glue"))),
        answers("Regions that differ", {"summary": "A price fell.", "changes": [FELL]}),
        answers("the same scrolled", {"summary": "Scrolled.", "changes": []}),
    )
    with ServiceProcess(*rules) as process:
        yield process


@pytest.fixture
def home(service: ServiceProcess, tmp_path: Path) -> dict[str, str]:
    """A server: no display, no bus; with a key."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "KIREJI_HOME": str(tmp_path / "kireji"),
        "ANTHROPIC_BASE_URL": service.base_url,
        "ANTHROPIC_API_KEY": KEY,
    }


def done(result: subprocess.CompletedProcess[bytes], code: int = 0) -> str:
    assert result.returncode == code, result.stderr.decode()
    assert b"Traceback" not in result.stderr
    return result.stdout.decode()


def refused(result: subprocess.CompletedProcess[bytes]) -> str:
    assert done(result, 1) == ""
    assert result.stderr.count(b"\n") == 1
    return result.stderr.decode()


def asked(service: ServiceProcess) -> int:
    return sum(item["path"] == "/v1/messages" for item in service.requests)


class TestTranslating:
    def test_a_table_keeps_its_rows_and_its_numbers(self, home: dict[str, str], tmp_path: Path) -> None:
        picture = page(tmp_path / "a.png", *ROWS)
        result = kireji(["translate", "-i", picture, "--to", "en"], home)
        assert done(result).splitlines() == [
            "Item    Price", "Screws    $12.50", "Wood glue    $8.99"
        ]  # fmt: skip
        assert result.stderr == b""

    def test_json_has_places_that_lie_on_the_words(self, home: dict[str, str], tmp_path: Path) -> None:
        picture = page(tmp_path / "a.png", *ROWS)
        found = json.loads(done(kireji(["translate", "-i", picture, "--to", "en", "--json"], home)))
        left, top, right, bottom = found["blocks"][2]["box"]  # Schrauben
        assert found["blocks"][2]["translation"] == "Screws"
        assert 20 < left <= 32 < 120 < right < 160
        assert 70 < top < 90 < bottom < 120
        shown = json.loads(done(kireji(["history", "show", str(found["conversation"]), "--json"], home)))
        assert [message["text"] for message in shown["messages"]] == [
            "Translate this picture into English.", "Item · Price\n\nScrews · $12.50\n\nWood glue · $8.99"
        ]  # fmt: skip

    def test_a_text_typed_or_piped(self, home: dict[str, str]) -> None:
        assert done(kireji(["translate", "Guten Tag", "--to", "en"], home)) == "Good day\n"
        assert done(kireji(["translate", "--to", "en"], home, stdin=b"Guten Tag\n")) == "Good day\n"

    def test_numbers_alone_are_not_asked_about(
        self, service: ServiceProcess, home: dict[str, str], tmp_path: Path
    ) -> None:
        before = asked(service)
        picture = page(tmp_path / "a.png", ("$12.50", "17:30"))
        assert done(kireji(["translate", "-i", picture, "--to", "en"], home)) == "$12.50    17:30\n"
        assert asked(service) == before

    def test_nonsense_is_asked_again_once_and_then_told(
        self, service: ServiceProcess, home: dict[str, str], tmp_path: Path
    ) -> None:
        picture = page(tmp_path / "a.png", *ROWS)
        before = asked(service)
        for language in ("Klingon", "Danish"):
            told = refused(kireji(["translate", "-i", picture, "--to", language], home))
            assert "did not have the form it was asked for, twice" in told
        assert asked(service) == before + 4
        assert "declined to answer" in refused(kireji(["translate", "-i", picture, "--to", "Latin"], home))

    def test_odd_pictures_are_told(self, home: dict[str, str], tmp_path: Path) -> None:
        Image.new("RGB", (400, 300), "white").save(tmp_path / "empty.png")
        Image.new("RGB", (1, 1), "white").save(tmp_path / "one.png")
        (tmp_path / "broken.png").write_bytes((tmp_path / "empty.png").read_bytes()[:40])
        (tmp_path / "text.png").write_text("no picture")
        for name, problem in (
            ("empty.png", "No words were found"), ("one.png", "No words were found"),
            ("broken.png", "damaged"), ("text.png", "not a picture"), ("missing.png", "missing.png"),
        ):  # fmt: skip
            assert problem in refused(kireji(["translate", "-i", str(tmp_path / name), "--to", "en"], home))

    def test_a_huge_picture_is_shrunk_and_read(self, home: dict[str, str], tmp_path: Path) -> None:
        image = Image.new("RGB", (6000, 4000), "white")
        small = Image.open(page(tmp_path / "a.png", *ROWS, size=(1500, 1000)))
        image.paste(small.resize((6000, 4000)))
        image.save(tmp_path / "huge.png")
        found = json.loads(done(kireji(["translate", "-i", str(tmp_path / "huge.png"), "--to", "en", "--json"], home)))
        assert (found["width"], found["height"]) == (2000, 1333)
        assert found["blocks"][0]["translation"] == "Item"


class TestComparing:
    def test_two_pictures_in_words_and_as_values(self, home: dict[str, str], tmp_path: Path) -> None:
        before = page(tmp_path / "a.png", *ROWS)
        after = page(tmp_path / "b.png", ROWS[0], ("Schrauben", "$9.49"), ROWS[2])
        assert done(kireji(["compare", before, after], home)).splitlines() == [
            "A price fell.", "- Changed: Screws are cheaper. [1]", "  $12.50 → $9.49"
        ]  # fmt: skip
        found = json.loads(done(kireji(["compare", before, after, "--json"], home)))
        assert found["changes"] == [FELL | {"regions": [1]}]
        [region] = found["regions"]
        left, top, right, bottom = region["box"]
        assert 275 < left < right < 380
        assert 75 < top < bottom < 115

    def test_without_asking_anybody(self, service: ServiceProcess, home: dict[str, str], tmp_path: Path) -> None:
        before, after = page(tmp_path / "a.png", *ROWS), page(tmp_path / "b.png", *ROWS[:2])
        count = asked(service)
        lines = done(kireji(["compare", before, after, "--offline"], home)).splitlines()
        assert len(lines) == 3
        assert done(kireji(["compare", before, before], home)).startswith("Nothing is different")
        assert asked(service) == count
        history = json.loads(done(kireji(["history", "list", "--json"], home)))
        assert len(history["conversations"]) == 1

    def test_pictures_that_cannot_be_compared_are_told(self, home: dict[str, str], tmp_path: Path) -> None:
        whole = page(tmp_path / "a.png", *ROWS)
        (tmp_path / "broken.png").write_bytes(Path(whole).read_bytes()[:60])
        for pair in ((whole, str(tmp_path / "broken.png")), (str(tmp_path / "missing.png"), whole)):
            assert "png" in refused(kireji(["compare", *pair], home)).lower()

    def test_pictures_of_other_sizes(self, home: dict[str, str], tmp_path: Path) -> None:
        before = page(tmp_path / "a.png", *ROWS)
        Image.open(before).crop((0, 20, 500, 150)).save(tmp_path / "part.png")
        found = json.loads(done(kireji(["compare", before, str(tmp_path / "part.png"), "--json"], home)))
        assert (found["offset"], found["regions"], found["summary"]) == ([0, 20], [], "Scrolled.")
        Image.new("RGB", (1, 1)).save(tmp_path / "one.png")
        done(kireji(["compare", before, str(tmp_path / "one.png"), "--offline"], home))


@pytest.mark.display
class TestOnTheScreen:
    def test_a_region_is_translated_and_compared_with_what_is_there_later(
        self, seat: Seat, service: ServiceProcess, tmp_path: Path
    ) -> None:
        variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        before = page(tmp_path / "a.png", *ROWS)
        after = page(tmp_path / "b.png", ROWS[0], ("Schrauben", "$9.49"), ROWS[2])
        region = "100,80,500,200"
        with showing(variables, "tests.support.picture_window", 100, 80, before):
            seat.xdotool("mousemove", "0", "0")
            words = done(kireji(["translate", "--screen", region, "--to", "en"], variables))
            assert words.startswith("Item    Price\n")
            assert done(kireji(["compare", before, "--screen", region], variables)).startswith("Nothing is different")
        with showing(variables, "tests.support.picture_window", 100, 80, after):
            found = json.loads(done(kireji(["compare", "--now", "--json"], variables)))
            assert [len(found["regions"]), found["summary"]] == [1, "A price fell."]
            assert done(kireji(["compare", before, "--screen", region], variables)).startswith("A price fell.")
