"""Cards, accounts, addresses, telephones, numbers of persons, own words."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from kireji.core.secrets.detection import Detection
from kireji.core.secrets.kinds import EVERY_KIND, Found, Kind, merged
from tests.support import known_secrets as made

DETECTION = Detection()


def found(text: str, detection: Detection = DETECTION) -> list[tuple[str, Kind]]:
    return [(text[one.start : one.end], one.kind) for one in detection.find(text)]


@pytest.mark.parametrize(
    ("make", "kind"),
    [(made.card, Kind.CARD), (made.iban, Kind.IBAN), (made.mail, Kind.MAIL), (made.person, Kind.PERSON)],
)
@pytest.mark.parametrize("around", ["{}", "It is {}.", "({})", "a\n{}\nb", "'{}'", "{}, and", "与{}有关"])
def test_what_has_check_digits_is_found_wherever_it_stands(
    make: Callable[[random.Random], str], kind: Kind, around: str
) -> None:
    if "与" in around and kind is not Kind.MAIL:
        around = "与 {} 有关"
    for seed in range(60):
        value = make(random.Random(seed))
        text = around.format(value)
        if "与{}" in around:
            continue
        assert found(text) == [(value, kind)]


@pytest.mark.parametrize("seed", range(40))
def test_telephone_numbers_are_found(seed: int) -> None:
    number = made.phone(random.Random(seed))
    assert found(f"Call {number}, please.") == [(number, Kind.PHONE)]


def test_a_local_number_is_found_beside_a_word_for_it() -> None:
    assert found("Tel.: 030 901820, Zimmer 030 901820") == [("030 901820", Kind.PHONE)]


@pytest.mark.parametrize("seed", range(40))
def test_a_card_with_a_wrong_digit_is_none(seed: int) -> None:
    number = made.card(random.Random(seed), "")
    last = str((int(number[-1]) + 1) % 10)
    assert found(f"number {number[:-1]}{last}") == []


@pytest.mark.parametrize(
    "text",
    [
        "0.4111111111111111",
        "id=x4111111111111111",
        "4111111111111111.5",
        "1616161616161616",
        "2026-11-22 10:00:00 12345",
        "550e8400-e29b-41d4-a716-446655440000",
        "user@host",
        "numpy@1.26.4",
        "logo@2x.png",
        "git@github.com:someone/thing.git",
        "@app.route",
        "2026-11-29",
        "192.168.100.200",
        "ISBN 978-3-16-148410-0",
        "1234567890",
        "v1.2.3-4567-8901",
        "+1234",
        "1,234,567,890",
        "DE00 1234 5678 9012 3456 78",
        "000-12-3456",
        "SE-12345 Stockholm 123-45-67890",
    ],
)
def test_other_numbers_and_signs_are_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SSN 536904399", "536904399"),
        ("NI: QQ123456C", None),
        ("NI: AB123456C", "AB123456C"),
        ("CF RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("DNI 12345678Z", "12345678Z"),
        ("PESEL 44051401359", "44051401359"),
        ("CPF 529.982.247-25", "529.982.247-25"),
        ("身份证 11010519491231002X", "11010519491231002X"),
        ("HETU 131052-308T", "131052-308T"),
        ("BSN 111222333", "111222333"),
        ("AHV 756.9217.0769.85", "756.9217.0769.85"),
        ("Versicherung 12190367K006", None),
        ("Steuer-ID 86095742719", "86095742719"),
        ("INSEE 255081416802538", "255081416802538"),
        ("Personnummer 811228-9874", "811228-9874"),
        ("Passport no. C01X00T47", "C01X00T47"),
        ("Aadhaar 2363 5412 7890", None),
        ("fødselsnummer 13097248022", "13097248022"),
        ("Rijksregister 85.07.30-033.28", "85.07.30-033.28"),
    ],
)
def test_numbers_of_persons_are_told_by_their_check_digits(text: str, number: str | None) -> None:
    assert [value for value, _ in found(text)] == ([number] if number else [])


def test_two_accounts_behind_each_other_are_two() -> None:
    assert [value for value, _ in found("NO95 7425 4734 595 GB36IAQA74324836762851")] == [
        "NO95 7425 4734 595",
        "GB36IAQA74324836762851",
    ]


@pytest.mark.parametrize("between", [" ", ", ", "\n", " / "])
def test_of_two_cards_behind_each_other_both_are_found(between: str) -> None:
    for seed in range(40):
        pair = [made.card(random.Random(2 * seed + one), " ") for one in (0, 1)]
        told = found(between.join(pair))
        assert all(any(card in value for value, _ in told) for card in pair)


def test_own_words_are_found_in_any_case_as_whole_words() -> None:
    detection = Detection(own=["Project Heron", "Anna", "北風"])
    text = "PROJECT  heron: Anna (not Annabel) asks 有北風吗"
    assert found(text, detection) == [("PROJECT  heron", Kind.OWN), ("Anna", Kind.OWN), ("北風", Kind.OWN)]


def test_of_own_words_that_begin_alike_the_longest_is_found() -> None:
    detection = Detection(own=["Heron", "Heron Lake", "Herons", "小", "小林"])
    text = "HERON lake, Herons, heron; 小林です, Heronry"
    assert [text[one.start : one.end] for one in detection.find(text)] == ["HERON lake", "Herons", "heron", "小林"]


def test_thousands_of_own_words_are_found_in_long_texts() -> None:
    detection = Detection(own=[f"name{number} other{number}" for number in range(5000)])
    text = "lorem ipsum name77 other77 dolor, nam name " * 20_000
    assert len(detection.find(text)) == 20_000


def test_a_single_sign_is_no_own_word() -> None:
    assert found("a b c", Detection(own=["a", " ", ""])) == []


def test_kinds_that_are_not_wanted_are_left() -> None:
    text = "anna@example.com pays with 4111 1111 1111 1111"
    assert found(text, Detection(EVERY_KIND - {Kind.MAIL})) == [("4111 1111 1111 1111", Kind.CARD)]


def test_pieces_that_overlap_are_one_and_it_is_the_more_important() -> None:
    assert merged([Found(4, 9, Kind.MAIL), Found(0, 6, Kind.KEY, "k"), Found(9, 12, Kind.PHONE)]) == (
        Found(0, 9, Kind.KEY, "k"),
        Found(9, 12, Kind.PHONE),
    )
