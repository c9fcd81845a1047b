"""Values and what is sent in their place."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.placeholders import Restorer, Vault, strings_in
from kireji.core.secrets.detection import Detection
from tests.support import known_secrets as made

DETECTION = Detection(own=["Heron"])


def hidden(vault: Vault, *texts: str) -> list[str]:
    for text in texts:
        vault.learn(text, DETECTION.find)
    return [vault.hide(text, DETECTION.find(text)) for text in texts]


def hidden_json(vault: Vault, text: str) -> str:
    vault.learn_json(text, DETECTION.find)
    return vault.hide_json(text, DETECTION.find)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, st.booleans())
def test_the_strings_of_json_are_what_they_say(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    for string in strings_in(text):
        assert json.loads(text[string.start : string.end]) == string.said
        assert string.is_name == text[string.end :].lstrip().startswith(":")


@given(JSON, st.booleans())
def test_where_nothing_is_known_json_stays_to_the_byte(value: object, names: bool) -> None:
    text = json.dumps(value)
    assert Vault().hide_json(text, lambda _: (), names=names) == text
    other = Vault({"[MAIL_1]": "a value that stands nowhere"})
    assert other.hide_json(text, lambda _: (), names=names) == text


def test_values_are_numbered_by_kind() -> None:
    text = "From a@example.org and b@example.org, password=hunter2, for Heron"
    assert hidden(Vault(), text) == ["From [MAIL_1] and [MAIL_2], password=[PASSWORD_1], for [NAME_1]"]


def test_a_value_keeps_its_placeholder() -> None:
    vault = Vault()
    assert hidden(vault, "a@example.org") == hidden(vault, "a@example.org") == ["[MAIL_1]"]
    assert hidden(vault, "b@example.org, a@example.org") == ["[MAIL_2], [MAIL_1]"]


def test_a_value_that_is_told_in_one_place_is_hidden_in_all() -> None:
    assert hidden(Vault(), "say hunter2", "password=hunter2") == ["say [PASSWORD_1]", "password=[PASSWORD_1]"]


def test_hiding_again_changes_nothing() -> None:
    vault = Vault()
    (once,) = hidden(vault, "password='hunter2' a@example.org postgres://u:s3cr3t99@h/")
    assert DETECTION.find(once) == ()


def test_a_placeholder_that_somebody_wrote_is_not_given_out() -> None:
    vault = Vault()
    text = "Write [MAIL_1] to a@example.org"
    assert hidden(vault, text) == ["Write [MAIL_1] to [MAIL_2]"]
    assert vault.restore("Write [MAIL_1] to [MAIL_2]") == text


def test_a_placeholder_that_somebody_writes_later_is_hidden_itself() -> None:
    vault = Vault()
    hidden(vault, "a@example.org")
    later = "What is [MAIL_1] and \\[MAIL\\_1\\]?"
    (sent,) = hidden(vault, later)
    assert sent == "What is [TEXT_1] and [TEXT_2]?"
    assert vault.restore(sent) == later


def test_an_unknown_placeholder_is_left() -> None:
    assert Vault().restore("[MAIL_7] [KEY_1]") == "[MAIL_7] [KEY_1]"


def test_what_models_escape_is_put_back() -> None:
    vault = Vault({"[PRIVATE_KEY_1]": "k", "[MAIL_1]": "a@example.org"})
    assert vault.restore(r"\[MAIL\_1\], [MAIL\_1], \[PRIVATE\_KEY\_1\]") == "a@example.org, a@example.org, k"


def test_a_backslash_before_a_value_stays() -> None:
    vault = Vault()
    text = "\\a@example.org\\"
    assert vault.restore(*hidden(vault, text)) == text


def test_values_are_escaped_in_arguments() -> None:
    vault = Vault({"[KEY_1]": 'a"b\\c\nd'})
    restored = vault.restore_json('{"text": "say [KEY_1]", "n": [1, 2]}')
    assert json.loads(restored) == {"text": 'say a"b\\c\nd', "n": [1, 2]}


def test_arguments_that_hold_nothing_stay_as_they_are() -> None:
    text = '{ "a" : "\\u00e4",\n"b":[1 , 2.50] }'
    assert hidden_json(Vault(), text) == text


def test_values_in_arguments_are_hidden_and_stay_json() -> None:
    sent = hidden_json(Vault(), '{"password": "hunter2", "to": "a@example.org", "card": 4111111111111111, "n": 1}')
    assert json.loads(sent) == {"password": "[PASSWORD_1]", "to": "[MAIL_1]", "card": "[CARD_1]", "n": 1}


@pytest.mark.parametrize("written", ["a%40example.org", "https://b.example/?q=a%40example.org&x"])
def test_a_value_is_hidden_however_it_is_written(written: str) -> None:
    vault = Vault()
    _, sent = hidden(vault, "a@example.org", written)
    assert "example.org" not in sent
    assert vault.restore(sent) == written


def test_own_words_are_hidden_in_addresses_and_json_too() -> None:
    vault = Vault()
    detection = Detection(own=["Zoë Blau"])
    vault.learn("Zoë Blau", detection.find)
    text = 'https://a.example/Zo%C3%AB%20Blau {"for": "Zo\\u00eb Blau"}'
    sent = vault.hide(text, detection.find(text))
    assert "Zo" not in sent
    assert vault.restore(sent) == text


def test_values_can_be_kept_and_taken_up_again() -> None:
    vault = Vault()
    hidden(vault, "a@example.org")
    again = Vault(vault.values)
    assert hidden(again, "b@example.org a@example.org") == ["[MAIL_2] [MAIL_1]"]


SECRETS = st.builds(
    lambda maker, seed: maker(random.Random(seed)),
    st.sampled_from([*made.KEYS.values(), made.card, made.iban, made.mail, made.person, made.private_key, made.phone]),
    st.integers(0, 30),
)
PIECES = st.one_of(
    SECRETS,
    st.text(max_size=12),
    st.sampled_from(
        ["[MAIL_1]", "[MAIL_2]", "[KEY_1]", "[", "]", "\\", "\\[MAIL\\_1\\]", "[MAIL_", "Heron", '"', "\n", "["]
    ),
    st.builds("password={}x9!".format, st.text("abcdefgh", min_size=4, max_size=9)),
)
TEXTS = st.lists(PIECES, max_size=8).map(" ".join)


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


def streamed(restorer: Restorer, pieces: list[str]) -> str:
    return "".join(map(restorer.feed, pieces)) + restorer.flush()


@given(st.lists(TEXTS, min_size=1, max_size=3), st.lists(st.integers(0, 2000), max_size=12))
@settings(max_examples=300)
def test_no_value_leaves_and_all_come_back_however_the_answer_is_cut(texts: list[str], places: list[int]) -> None:
    vault = Vault()
    for text, sent in zip(texts, hidden(vault, *texts), strict=True):
        assert not vault.holds(sent)
        assert DETECTION.find(sent) == () or all(one.what == "own word" for one in DETECTION.find(sent))
        assert streamed(vault.restorer(), cut(sent, places)) == text


@given(st.lists(TEXTS, min_size=1, max_size=3), st.lists(st.integers(0, 2000), max_size=12))
def test_arguments_hold_no_value_and_come_back_however_they_are_cut(texts: list[str], places: list[int]) -> None:
    vault = Vault()
    arguments = json.dumps({"a": texts, "b": {"c": texts[0]}, "d": 1.5})
    sent = hidden_json(vault, arguments)
    assert not vault.holds("\n".join(_strings(json.loads(sent))))
    assert json.loads(streamed(vault.json_restorer(), cut(sent, places))) == json.loads(arguments)


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.items() for one in item for text in _strings(one)]
    return [text for one in value for text in _strings(one)] if isinstance(value, list) else []


@given(
    st.lists(st.sampled_from(["[", "MAIL", "_", "1", "]", "\\", "KEY", " ", "PRIVATE", "0"]), max_size=30), st.data()
)
def test_a_stream_gives_what_the_whole_gives(pieces: list[str], data: st.DataObject) -> None:
    vault = Vault({"[MAIL_1]": "a@example.org", "[KEY_1]": "[MAIL_1", "[PRIVATE_KEY_1]": "\\"})
    text = "".join(pieces)
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=10))
    assert streamed(vault.restorer(), cut(text, places)) == vault.restore(text)
    assert streamed(vault.json_restorer(), cut(text, places)) == vault.restore_json(text)


@pytest.mark.parametrize("bad", ["MAIL_1", "[MAIL_0]", "[FOO_1]"])
def test_what_is_no_placeholder_is_not_taken_up(bad: str) -> None:
    with pytest.raises(ValueError):
        Vault({bad: "x"})
