"""`kireji compare`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from kireji.core.geometry import Rect
from kireji.core.messages import ImagePart
from kireji.core.ports import EncodedPicture
from kireji.core.structured.comparison import Difference
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji

CHANGE = {"kind": "changed", "words": "The price fell.", "before": "12 €", "after": "9 €", "regions": [1, 77]}
SAID = json.dumps({"summary": "A price.", "changes": [CHANGE]}, ensure_ascii=False)
FOUND = Difference(True, 0.125, ((10, 10, 30, 20), (10, 40, 90, 60)), 0, None, (100, 80), (100, 80))


@pytest.fixture
def world() -> World:
    made = World(remote=FakeProvider(answer(SAID)))
    made.comparer.found = FOUND
    return made


@pytest.fixture
def pictures(tmp_path: Path) -> tuple[str, str]:
    for name in ("before.png", "after.png"):
        (tmp_path / name).write_bytes(b"\x89PNG " + name.encode())
    return str(tmp_path / "before.png"), str(tmp_path / "after.png")


def test_two_pictures_in_words(kireji: Kireji, pictures: tuple[str, str]) -> None:
    outcome = kireji("compare", *pictures)
    assert outcome.code == 0
    assert outcome.out == "A price.\n- Changed: The price fell. [1]\n  12 € → 9 €\n"
    assert outcome.err == "Nothing was said about the regions 2.\n"


def test_two_pictures_as_json(kireji: Kireji, pictures: tuple[str, str]) -> None:
    found = json.loads(kireji("compare", *pictures, "--json").out)
    assert found["changes"] == [CHANGE | {"regions": [1]}]
    assert found["unexplained"] == [2]
    assert found["regions"][0] == {"region": 1, "box": [10, 10, 30, 20], "box_after": [10, 10, 30, 20]}
    assert (found["identical"], found["same_size"], found["share"]) == (False, True, 0.125)


def test_the_same_picture_twice_asks_nobody(kireji: Kireji, world: World, pictures: tuple[str, str]) -> None:
    outcome = kireji("compare", pictures[0], pictures[0])
    assert outcome.out == "Nothing is different: both pictures show the same.\n"
    assert not world.remote.encoded
    assert json.loads(kireji("compare", pictures[0], pictures[0], "--json").out)["identical"] is True


def test_offline_nothing_leaves_and_nothing_is_kept(kireji: Kireji, world: World, pictures: tuple[str, str]) -> None:
    outcome = kireji("compare", *pictures, "--offline")
    assert outcome.out.splitlines() == [
        "region  x   y   width  height",
        "1       10  10  20     10",
        "2       10  40  80     20",
    ]
    assert outcome.err == "12.50% of the pixels differ.\n"
    assert not world.remote.encoded
    assert not world.captures.pictures
    assert kireji("compare", pictures[0], pictures[0], "--regions-only").out == "Nothing is different.\n"
    assert len(json.loads(kireji("compare", *pictures, "--offline", "--json").out)["regions"]) == 2


def test_a_picture_and_a_region_of_the_screen(kireji: Kireji, world: World, pictures: tuple[str, str]) -> None:
    assert kireji("compare", pictures[0], "--screen", "10,20,40,20").code == 0
    assert list(world.places.places.values()) == [Rect(10, 20, 40, 20)]


def test_the_same_place_now(kireji: Kireji, world: World, pictures: tuple[str, str]) -> None:
    data = Path(pictures[0]).read_bytes()
    world.places.note(hashlib.sha256(data).hexdigest(), Rect(10, 20, 40, 30))
    assert kireji("compare", pictures[0], "--now").code == 0


def test_the_last_picture_and_now(kireji: Kireji, world: World) -> None:
    picture = EncodedPicture(b"\x89PNG then", "image/png", 40, 30)
    blob = hashlib.sha256(picture.data).hexdigest()
    world.captures.pictures[blob] = picture.data
    world.places.images[blob] = ImagePart(blob, "image/png", 40, 30)
    world.places.note(blob, Rect(10, 20, 40, 30))
    assert kireji("compare", "--now").code == 0
    first = world.remote.encoded[-1].messages[0].images[0]
    assert first.blob == blob


def test_a_place_that_nobody_knows_is_told(kireji: Kireji, pictures: tuple[str, str]) -> None:
    outcome = kireji("compare", pictures[0], "--now")
    assert (outcome.code, outcome.out) == (1, "")
    assert "Nobody knows where this picture was cut out" in outcome.err
    assert "Nothing that was asked about" in kireji("compare", "--now").err


@pytest.mark.parametrize("count", [0, 1, 3])
def test_there_must_be_two(kireji: Kireji, pictures: tuple[str, str], count: int) -> None:
    outcome = kireji("compare", *[pictures[0]] * count)
    assert outcome.code == 2
    assert "Two pictures are compared" in outcome.err


def test_two_pictures_and_the_screen_are_too_many(kireji: Kireji, pictures: tuple[str, str]) -> None:
    assert kireji("compare", *pictures, "--now").code == 2
    with pytest.raises(SystemExit):
        kireji("compare", pictures[0], "--now", "--screen", "1,1,2,2")


def test_folders_and_files_that_are_not_there_are_told(kireji: Kireji, pictures: tuple[str, str]) -> None:
    assert "is a folder" in kireji("compare", str(Path(pictures[0]).parent), pictures[1]).err
    assert "missing.png" in kireji("compare", "missing.png", pictures[1]).err
    assert kireji("compare", "", pictures[1]).code == 2
