"""A key does not show by accident."""

from __future__ import annotations

import pickle

import pytest

from kireji.core.secret import Secret, SecretName

KEY = "sk-ant-canary-000000"


def test_no_way_of_printing_shows_it() -> None:
    secret = Secret(KEY)
    assert KEY not in f"{secret} {secret!r} {[secret]} {vars(SecretName)}"


def test_it_is_not_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(KEY))


def test_equal_keys_are_equal() -> None:
    assert Secret(KEY) == Secret(KEY) != Secret("other")
    assert hash(Secret(KEY)) == hash(Secret(KEY))


def test_each_provider_has_its_own_service_in_the_keychain() -> None:
    assert SecretName("anthropic", "https://api.anthropic.com").service == "kireji/anthropic"
