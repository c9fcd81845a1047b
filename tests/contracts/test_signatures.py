"""What everything that checks signatures promises: the fake of the tests, and the real Ed25519."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.update_ports import SignatureChecker
from kireji.desktop.signatures import Ed25519Checker
from tests.fakes.updates import FakeSignatures

MESSAGE = b"a list of versions"


class Kind(NamedTuple):
    checker: SignatureChecker
    key: bytes
    other_key: bytes
    sign: Callable[[bytes], bytes]


def real() -> Kind:
    private, other = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
    keys = [each.public_key().public_bytes_raw() for each in (private, other)]
    return Kind(Ed25519Checker(), *keys, private.sign)


def fake() -> Kind:
    key, other = b"a" * 32, b"b" * 32
    return Kind(FakeSignatures(), key, other, lambda message: FakeSignatures.sign(key, message))


KINDS = {"real": real(), "fake": fake()}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def test_a_signature_by_the_key_is_valid(kind: Kind) -> None:
    assert kind.checker.valid(kind.key, MESSAGE, kind.sign(MESSAGE))


def test_it_says_nothing_about_another_message(kind: Kind) -> None:
    assert not kind.checker.valid(kind.key, MESSAGE + b" ", kind.sign(MESSAGE))


def test_it_is_none_by_another_key(kind: Kind) -> None:
    assert not kind.checker.valid(kind.other_key, MESSAGE, kind.sign(MESSAGE))


def test_a_changed_signature_is_none(kind: Kind) -> None:
    good = bytearray(kind.sign(MESSAGE))
    good[0] ^= 1
    assert not kind.checker.valid(kind.key, MESSAGE, bytes(good))


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_whatever_the_bytes_it_answers(name: str, key: bytes, message: bytes, signature: bytes) -> None:
    assert not KINDS[name].checker.valid(key, message, signature)


def test_the_real_one_agrees_with_the_standard() -> None:
    # RFC 8032, section 7.1, test 2.
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert Ed25519Checker().valid(key, b"\x72", signature)
