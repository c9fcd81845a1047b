"""Where many known texts stand in another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.literals import Literals
from kireji.core.placeholders import Vault
from kireji.core.secrets.detection import Detection

OTHERS = [f"zz{number}zz" for number in range(50)]
"""So many that one by one would take too long."""


@given(st.lists(st.text("ab ", min_size=1, max_size=9), max_size=8), st.text("ab ", max_size=60))
def test_many_are_found_where_few_are(texts: list[str], text: str) -> None:
    assert set(Literals([*texts, *OTHERS]).find(text)) == set(Literals(texts).find(text))


def test_what_is_short_is_no_inside_of_a_word() -> None:
    assert list(Literals(["2024"]).find("120245 and x2024, but 2024.")) == [(22, "2024")]


def test_what_is_long_is_found_inside_of_words_too() -> None:
    assert Literals(["hunter2"]).any_in("xhunter2x")


def test_a_list_of_thousands_of_addresses_is_hidden() -> None:
    text = "\n".join(f"{number};somebody{number}@example.org" for number in range(6000))
    vault, detection = Vault(), Detection()
    vault.learn(text, detection.find)
    hidden = vault.hide(text, detection.find(text))
    assert (hidden.count("[MAIL_"), hidden.count("@")) == (6000, 0)
    assert vault.restore(hidden) == text


def test_a_short_password_does_not_take_numbers_apart() -> None:
    vault, detection = Vault(), Detection()
    text = "password: 4712 with 147120 rows"
    vault.learn(text, detection.find)
    assert vault.hide(text, detection.find(text)) == "password: [PASSWORD_1] with 147120 rows"
