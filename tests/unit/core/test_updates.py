from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kireji.core.errors import Doubt, UpdateError
from kireji.core.updates import (
    LARGEST,
    TYPE,
    Release,
    believed,
    envelope,
    id_of,
    in_force,
    is_newer,
    is_secure,
    key_of,
    opened,
    parse,
    signed_bytes,
)
from tests.support.releases import NOW, Signer, published, release

KEY = b"k" * 32
SIGNATURE = b"s" * 64


def yes(key: bytes, message: bytes, signature: bytes) -> bool:
    return True


def no(key: bytes, message: bytes, signature: bytes) -> bool:
    return False


def encoded(**fields: Any) -> bytes:
    return msgspec.json.encode(release(**fields))


def doubt_of(payload: bytes) -> Doubt:
    with pytest.raises(UpdateError) as caught:
        parse(payload)
    return caught.value.doubt


def test_what_is_signed_is_what_the_standard_says() -> None:
    # The example of the DSSE specification.
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert signed_bytes(b"hello world", "http://example.com/HelloWorld") == expected


def test_an_envelope_gives_back_the_very_bytes() -> None:
    payload = b'{"form": 1,   "odd":\n"spaces"}'
    assert opened(envelope(payload, [("one", SIGNATURE)])) == (payload, [("one", SIGNATURE)])


def test_a_list_by_a_key_that_is_trusted_is_believed() -> None:
    asked: list[bytes] = []

    def check(key: bytes, message: bytes, signature: bytes) -> bool:
        asked.append(message)
        return key == KEY and signature == SIGNATURE

    found = believed(envelope(encoded(), [(id_of(KEY), SIGNATURE)]), [KEY], check)
    assert found.version == "9.0.0"
    assert asked == [signed_bytes(encoded())]


def test_a_list_by_another_key_is_not_even_checked() -> None:
    with pytest.raises(UpdateError) as caught:
        believed(envelope(encoded(), [(id_of(b"x" * 32), SIGNATURE)]), [KEY], yes)
    assert caught.value.doubt is Doubt.FOREIGN


def test_without_keys_nothing_is_believed() -> None:
    with pytest.raises(UpdateError) as caught:
        believed(published(), [], yes)
    assert caught.value.doubt is Doubt.FOREIGN


def test_a_wrong_signature_is_said_to_be_one() -> None:
    with pytest.raises(UpdateError) as caught:
        believed(envelope(encoded(), [(id_of(KEY), SIGNATURE)]), [KEY], no)
    assert caught.value.doubt is Doubt.SIGNATURE


def test_one_good_signature_of_several_is_enough() -> None:
    old, new = Signer(1), Signer(2)

    def check(key: bytes, message: bytes, signature: bytes) -> bool:
        return key == new.public

    assert believed(published(old, new), [old.public, new.public], check).version == "9.0.0"
    assert believed(published(old, new), [new.public], check).version == "9.0.0"


@given(st.binary(max_size=400))
@example(b"[" * 100_000)
@example(b'{"payloadType": ' * 1000)
@example(b"{" + b" " * LARGEST + b"}")
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    for read in (lambda: believed(data, [KEY], yes), lambda: parse(data)):
        with pytest.raises(UpdateError):
            read()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(sorted(release())), json_values)
def test_any_value_in_any_field_is_taken_or_refused(name: str, value: object) -> None:
    try:
        found = parse(msgspec.json.encode(release() | {name: value}))
    except UpdateError:
        return
    assert isinstance(found, Release)


@given(st.sampled_from(("payloadType", "payload", "signatures")), json_values)
def test_any_value_in_an_envelope_is_taken_or_refused(name: str, value: object) -> None:
    whole = msgspec.json.decode(published()) | {name: value}
    with pytest.raises(UpdateError):
        believed(msgspec.json.encode(whole), [KEY], no)


@given(st.integers(0, 4000), st.integers(1, 255))
def test_no_changed_byte_reaches_what_is_believed(place: int, change: int) -> None:
    """With real signatures this is the whole point; here the check tells what it was asked about."""
    data = bytearray(published())
    data[place % len(data)] ^= change
    good = signed_bytes(msgspec.json.encode(release()))
    signer = Signer()
    try:
        found = believed(
            bytes(data), [signer.public], lambda key, message, signature: message == good and len(signature) == 64
        )
    except UpdateError:
        return
    assert found == parse(msgspec.json.encode(release()))


def test_unknown_fields_are_passed_over() -> None:
    assert parse(encoded(mood="good", files=[])).version == "9.0.0"


def test_a_form_of_later_versions_is_refused_as_that() -> None:
    assert doubt_of(encoded(form=2, version={"major": 9})) is Doubt.FORM


@pytest.mark.parametrize(
    "fields",
    [
        {"program": "another"},
        {"version": "nine"},
        {"version": "9.0.0\n"},
        {"date": "2026-12-01T12:00:00"},
        {"expires": NOW - timedelta(days=9)},
        {"page": "http://kireji.example/"},
        {"page": "javascript:alert(1)"},
        {"page": "https://user:secret@kireji.example/"},
        {"page": "https://kireji.example\\@evil.example/"},
        {"page": "https://"},
        {"notes": {"en": "x" * 30_001}},
        {"notes": {"en": "\x1b[2J"}},
        {"notes": ["a"]},
        {"files": [release()["files"][0] | {"name": "../../etc/passwd"}]},
        {"files": [release()["files"][0] | {"name": ".bashrc"}]},
        {"files": [release()["files"][0] | {"sha256": "5" * 63}]},
        {"files": [release()["files"][0] | {"size": -1}]},
        {"files": [release()["files"][0] | {"url": "http://kireji.example/x.deb"}]},
        {"files": [release()["files"][0]] * 101},
    ],
)
def test_what_a_list_may_not_hold_makes_it_damaged(fields: dict[str, Any]) -> None:
    assert doubt_of(encoded(**fields)) is Doubt.DAMAGED


def test_an_envelope_of_something_else_is_none() -> None:
    whole = msgspec.json.decode(published()) | {"payloadType": TYPE + ".other"}
    with pytest.raises(UpdateError) as caught:
        opened(msgspec.json.encode(whole))
    assert caught.value.doubt is Doubt.DAMAGED


def force(newest: Any = None, **fields: Any) -> Doubt | None:
    try:
        in_force(parse(encoded(**fields)), NOW, newest)
    except UpdateError as error:
        return error.doubt
    return None


def test_a_list_of_now_is_in_force() -> None:
    assert force() is None


def test_a_list_that_ended_is_told() -> None:
    assert force(date=NOW - timedelta(days=9), expires=NOW - timedelta(days=1)) is Doubt.EXPIRED


def test_an_older_list_never_follows_a_newer_one() -> None:
    assert force(newest=NOW - timedelta(hours=23)) is Doubt.REPLAY


def test_the_same_list_may_come_again() -> None:
    assert force(newest=NOW - timedelta(days=1)) is None


def test_a_list_from_the_future_is_told() -> None:
    assert force(date=NOW + timedelta(days=2)) is Doubt.FUTURE


def test_clocks_may_differ_by_hours() -> None:
    assert force(date=NOW + timedelta(hours=20)) is None


@pytest.mark.parametrize(
    ("offered", "running", "newer"),
    [
        ("0.2.0", "0.1.0", True),
        ("0.1.0", "0.1.0", False),
        ("0.1", "0.1.0", False),
        ("0.0.9", "0.1.0", False),
        ("0.2.0", "0.2.0.dev1", True),
        ("0.2.0", "no version at all", False),
    ],
)
def test_only_a_later_version_is_offered(offered: str, running: str, newer: bool) -> None:
    assert is_newer(parse(encoded(version=offered)), running) is newer


@pytest.mark.parametrize(
    ("system", "machine", "kinds", "name"),
    [
        ("linux", "x86_64", ("deb",), "kireji_9.0.0_amd64.deb"),
        ("linux", "x86_64", ("appimage", "deb"), "kireji-9.0.0-x86_64.AppImage"),
        ("linux", "x86_64", ("flatpak", "deb"), "kireji_9.0.0_amd64.deb"),
        ("linux", "arm64", ("deb",), None),
        ("macos", "arm64", ("dmg",), "kireji-9.0.0.dmg"),
        ("windows", "x86_64", ("setup",), "kireji-9.0.0-setup.exe"),
    ],
)
def test_the_file_for_an_installation_is_found(
    system: str, machine: str, kinds: tuple[str, ...], name: str | None
) -> None:
    found = parse(encoded()).file_for(system, machine, kinds)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("language", "begins"), [("de", "## Neu"), ("de_AT", "## Neu"), ("ar", "## What"), ("", "## What")]
)
def test_notes_come_in_the_persons_language_where_there_are_any(language: str, begins: str) -> None:
    assert parse(encoded()).notes_in(language).startswith(begins)


def test_a_list_without_notes_has_none() -> None:
    assert parse(encoded(notes={})).notes_in("de") == ""


def test_a_key_is_written_as_base64() -> None:
    assert key_of(f" {base64.b64encode(KEY).decode()}\n") == KEY


@pytest.mark.parametrize("text", ["", "x", "****", base64.b64encode(b"k" * 31).decode(), "é"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        key_of(text)


@pytest.mark.parametrize(
    ("address", "secure"),
    [
        ("https://kireji.example/list.json", True),
        ("https://kireji.example:8443/x?y=1", True),
        ("http://kireji.example/", False),
        ("https://a@kireji.example/", False),
        ("https:///x", False),
        ("https://[::1", False),
        ("https://kireji.example:99999/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_https_is_secure(address: str, secure: bool) -> None:
    assert is_secure(address) is secure
