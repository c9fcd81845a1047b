"""Secrets in text that was read in a picture."""

from __future__ import annotations

import random

import pytest

from kireji.core.secrets.detection import Detection
from kireji.core.secrets.kinds import Kind
from tests.support import known_secrets as made

DETECTION = Detection(own=["Heron Project"])

ALIKE = {
    "0": "O",
    "O": "0",
    "1": "l",
    "l": "1",
    "I": "l",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "Z": "2",
    "_": " ",
    "-": "–",
}


def misread(text: str, rng: random.Random, rate: float) -> str:
    return "".join(ALIKE.get(sign, sign) if rng.random() < rate else sign for sign in text)


def covered(text: str, secret: str) -> bool:
    """Whether every sign of the secret is found."""
    start = text.index(secret)
    inside = set(range(start, start + len(secret)))
    for one in DETECTION.find_read(text):
        inside -= set(range(one.start, one.end))
    return all(text[place].isspace() for place in inside)


NAMED = [name for name in made.KEYS if name != "telegram"]  # its keys have no beginning of their own


@pytest.mark.parametrize("service", NAMED)
def test_a_key_with_signs_confused_is_found(service: str) -> None:
    for seed in range(40):
        rng = random.Random(seed)
        key = misread(made.KEYS[service](rng), rng, 0.15).strip()
        assert covered(f"the key: {key}\nnext line", key), key


@pytest.mark.parametrize("service", NAMED)
def test_a_key_with_a_blank_inside_is_found(service: str) -> None:
    for seed in range(40):
        rng = random.Random(seed)
        key = made.KEYS[service](rng)
        place = rng.randrange(8, len(key) - 6)
        key = f"{key[:place]} {key[place:]}"
        assert covered(f"the key: {key}\nnext line", key), key


@pytest.mark.parametrize("service", [name for name in made.KEYS if name not in ("aws", "telegram", "gitlab", "stripe")])
def test_a_key_that_the_screen_has_broken_is_found(service: str) -> None:
    for seed in range(40):
        rng = random.Random(seed)
        key = made.KEYS[service](rng)
        place = rng.randrange(12, len(key) - 8)
        key = f"{key[:place]}\n{key[place:]}"
        assert covered(f"$ echo {key}\n$ ls", key), key


@pytest.mark.parametrize("seed", range(40))
def test_a_card_with_digits_misread_is_found(seed: int) -> None:
    rng = random.Random(seed)
    number = made.card(rng, " ")
    wrong = number.replace(number[6], "8", 1) if seed % 2 else number.replace("0", "O").replace("1", "l")
    assert covered(f"Card {wrong} Visa", wrong), wrong


@pytest.mark.parametrize("seed", range(40))
def test_a_private_key_with_signs_confused_is_found(seed: int) -> None:
    rng = random.Random(seed)
    lines = made.private_key(rng).split("\n")
    read = "\n".join([lines[0], *(misread(line, rng, 0.1) for line in lines[1:-1]), lines[-1]])
    assert covered(f"$ cat key\n{read}\n$ exit", read)


@pytest.mark.parametrize("seed", range(20))
def test_the_middle_of_a_private_key_is_found(seed: int) -> None:
    middle = "\n".join(made.private_key(random.Random(seed)).split("\n")[3:9])
    assert covered(middle, middle)


def test_a_word_of_the_person_is_found_with_signs_confused() -> None:
    assert [one.kind for one in DETECTION.find_read("the HeronPr0ject plan")] == [Kind.OWN]


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog\nand runs into the forest again",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b\nAuthor: someone",
        "550e8400-e29b-41d4-a716-446655440000",
        "from kireji.core.secrets.detection import Detection",
        "/usr/local/lib/python3.11/site-packages/rapidocr/main.py",
        "def find_read(self, text: str) -> tuple[Found, ...]:",
        "Total 1,234.56 USD on 2026-11-29 at 10:34:04",
        "AbstractSingletonProxyFactoryBeanImplementation",
        "https://example.org/some/long/path/of/pages/index.html",
    ],
)
def test_ordinary_lines_are_left_alone(text: str) -> None:
    assert DETECTION.find_read(text) == ()


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        ("key usedop_v1_2f001583b8701bdf707688548344b99088ba8335b25b97788cd3398a441492f3for this", Kind.KEY),
        ("It is6011 4943 8898 5813", Kind.CARD),
        ("531 0 3577 7452 9083", Kind.CARD),
        ("KontoES7208934516057888744968ok", Kind.IBAN),
        ("Konto N024 2710 1928 327", Kind.IBAN),
        ("8286669910:AAZAg2LXmPpYjfrz-70 799.85", Kind.KEY),
        ("xoxb-152273237084-4616127351651-2 335.76", Kind.KEY),
        ("Password                j7cWZqK5%6", Kind.PASSWORD),
        ("Password\nzAoonfwHh5nJ!7", Kind.PASSWORD),
        ("maria-lopez253@mail. example.org", Kind.MAIL),
        ("(71 5) 890-21 68", Kind.PHONE),
    ],
)
def test_what_has_lost_a_blank_or_has_one_too_many_is_found(read: str, kind: Kind) -> None:
    assert kind in [one.kind for one in DETECTION.find_read(read)]


def test_the_number_of_a_line_is_no_part_of_a_card() -> None:
    read = "204 a = 1\n205 b = 2\n2065310 3577 7452 9083\n207 c\n208 d\n2096011-4943-8898-5813"
    assert [read[one.start : one.end] for one in DETECTION.find_read(read)] == [
        "5310 3577 7452 9083",
        "6011-4943-8898-5813",
    ]


def test_the_hash_of_a_package_is_no_secret() -> None:
    assert DETECTION.find_read('"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZN",') == ()


def test_an_amount_behind_a_cut_key_is_no_part_of_it() -> None:
    read = "1004 A. Muster   sk-or-v1-b370143523e61d9876f1a932 178.28"
    assert [read[one.start : one.end] for one in DETECTION.find_read(read)] == ["sk-or-v1-b370143523e61d9876f1a932"]


@pytest.mark.parametrize("last", ["--END OPEÑSSH PRIVATE KEY-", "---END PRVAT E KEY--", "=WcMY"])
def test_the_last_line_of_a_private_key_is_found_however_it_was_read(last: str) -> None:
    read = "\n".join([*made.private_key(random.Random(1)).split("\n")[:-1], last])
    assert covered(read, read)


@pytest.mark.parametrize(
    "read",
    [
        "9293753 451:AA8H aMsevBFwE1dM4he",
        "sk-ant-api03-7yNL5KQNPFZR74dA0tuno6b6Os4bE3fEPpA8fZIdQ9B39OgpDDYBvSM74bdc_OeZ-AY-AqQPC4iT 5u"
        "\n   sTNs bWLyZ5MKveWAA",
        "9568584607:\n     AARrtk9NNxcG0Y9juruRjTF2lrvKmojnQZV",
        "pypi-AgEIcHlwaS5vcmcNsfwPU7e9Ejz01tuU0jIn7A\n  HA0kUuNRPZqKwSC CbpqbīT RWkaq HgjRLU2ko1 L1 G",
        "xapp-\n     1-AESSWA41IF6-6346852741332\n     -059ee83e888576aa647c526145\n     91e448cac1bd85b74431530a1b5",
        "dapic70d0cf3460œec7a5055fdd1eb3341f6",
        "xapp-1-AIEO6PIF\nFC1-6498274951781-0e0b3f5cd8ca288a83dae3d6147b43c6d588cd687b1711421eac1ded262cbe8b",
    ],
)
def test_all_of_a_key_is_found_however_it_was_torn(read: str) -> None:
    assert covered(read, read)


def test_a_line_of_a_private_key_with_many_blanks_is_one() -> None:
    torn = "8vy2zhy/ GiB0uwu4Yo 2 n0+AouhYo Odvoo G9XRo GL+Ds0iMNMen041vnrx QdXmci8jrXvi"
    lines = made.private_key(random.Random(1)).split("\n")
    read = "\n".join([*lines[:3], torn, *lines[4:]])
    assert covered(read, read)


def test_the_torn_end_of_a_private_key_is_found() -> None:
    read = '\\nHAGUV6Bnu+gRLyrwV7Uc2i0neZMeAEcAl8egTB5CvA==\\n-----END P\nRIVATE KEY-----\\n",'
    assert covered(f"-----BEGIN PRIVATE KEY-----{read}", "RIVATE KEY-----")


def test_a_key_that_the_edge_of_the_picture_has_cut_is_found_as_it_was_read() -> None:
    read = "hvs oOiwXpwL hIS7TagL 7UNS6HLvZdVMPwEBX8, tGIkkd8W-6IXOI"
    assert covered(read, read[-14:])


def test_the_number_of_the_first_line_is_told_by_those_below() -> None:
    read = "134517515218280464 # here\n14 def read\n15 SELECT id\n16 return\n17 # key"
    assert [read[one.start : one.end] for one in DETECTION.find_read(read)] == ["4517515218280464"]


def test_a_key_that_is_broken_in_its_beginning_is_found() -> None:
    assert covered("New: gl\n    pat-LXbK8i-SIgiK0My3\n    YF93.", "pat-LXbK8i-SIgiK0My3\n    YF93.")
