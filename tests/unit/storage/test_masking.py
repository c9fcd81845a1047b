"""What an export leaves out of the settings and of the list of servers."""

from __future__ import annotations

import json

import pytest

from kireji.storage.personal.masking import servers_without_secrets, settings_without_passwords


def masked(**server: object) -> dict[str, object]:
    found = json.loads(servers_without_secrets(json.dumps({"mcpServers": {"one": server}})))
    return dict(found["mcpServers"]["one"])


def test_values_of_variables_and_headers_are_left_out() -> None:
    found = masked(command="x", env={"TOKEN": "s3cret", "LANG": "de"}, headers={"Authorization": "Bearer s3cret"})
    assert found["env"] == {"TOKEN": "(left out)", "LANG": "(left out)"}
    assert found["headers"] == {"Authorization": "(left out)"}


def test_references_stay() -> None:
    found = masked(command="x", env={"TOKEN": "${keychain:one/TOKEN}", "HOME": "${HOME}", "MIXED": "a${HOME}"})
    assert found["env"] == {"TOKEN": "${keychain:one/TOKEN}", "HOME": "${HOME}", "MIXED": "(left out)"}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (["--api-key", "s3cret", "--port", "80"], ["--api-key", "(left out)", "--port", "80"]),
        (["--token=s3cret"], ["--token=(left out)"]),
        (["https://u:s3cret@host/x?key=s3cret"], ["https://u:(left out)@host/x?(left out)"]),
        (["-y", "@scope/server"], ["-y", "@scope/server"]),
        ([7], ["7"]),
    ],
)
def test_of_arguments_only_what_looks_secret_is_left_out(given: list[object], left: list[object]) -> None:
    assert masked(command="x", args=given)["args"] == left


def test_of_an_address_password_and_query_are_left_out() -> None:
    assert masked(url="https://ada:s3cret@host/mcp?key=s3cret")["url"] == "https://ada:(left out)@host/mcp?(left out)"


def test_of_fields_that_are_not_known_values_are_left_out() -> None:
    assert masked(command="x", oauth={"clientSecret": "s3cret"})["oauth"] == {"clientSecret": "(left out)"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"mcpServers": 7}', "[" * 100_000])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises((ValueError, RecursionError)):
        servers_without_secrets(text)


def test_a_password_in_the_proxys_address_is_left_out() -> None:
    text = '[network]\nproxy = "http://ada:s3cret@proxy:8080" # ours\n'
    assert settings_without_passwords(text) == '[network]\nproxy = "http://ada:(left out)@proxy:8080" # ours\n'


def test_other_settings_stay_as_they_are() -> None:
    text = '[local]\naddress = "http://localhost:8080/v1"\n[general]\nhidden = ["a@b.example:1"]\n'
    assert settings_without_passwords(text) == text
