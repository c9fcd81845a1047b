"""What programs that this one starts get to see."""

from __future__ import annotations

from kireji.core.child_environment import LEAST, USUAL, clean


def test_keys_tokens_and_proxies_are_left_out() -> None:
    parent = {"OPENAI_API_KEY": "k", "GITHUB_TOKEN": "t", "HTTPS_PROXY": "p", "SSH_AUTH_SOCK": "s", "PATH": "/bin"}
    assert clean(parent, USUAL) == {"PATH": "/bin"}


def test_programs_that_need_little_see_less() -> None:
    parent = {"DISPLAY": ":0", "HOME": "/home/me"}
    assert clean(parent) == {"HOME": "/home/me"}
    assert clean(parent, USUAL) == parent


def test_what_a_program_needs_is_among_what_is_usual() -> None:
    assert LEAST <= USUAL


def test_names_are_matched_as_windows_writes_them() -> None:
    assert clean({"SystemRoot": "C:\\Windows"}) == {"SystemRoot": "C:\\Windows"}


def test_a_frozen_build_gives_back_the_persons_library_path() -> None:
    parent = {"LD_LIBRARY_PATH": "/app/_internal", "LD_LIBRARY_PATH_ORIG": "/opt"}
    assert clean(parent, frozen=True) == {"LD_LIBRARY_PATH": "/opt"}


def test_a_frozen_build_hides_its_own_library_path() -> None:
    assert clean({"LD_LIBRARY_PATH": "/app/_internal"}, frozen=True) == {}
