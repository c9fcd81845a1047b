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


def test_the_persons_own_library_path_is_kept() -> None:
    assert clean({"LD_LIBRARY_PATH": "/opt"}) == {"LD_LIBRARY_PATH": "/opt"}
