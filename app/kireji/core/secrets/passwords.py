"""Passwords and tokens that stand beside a word for them, in addresses of services, and in headers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kireji.core.secrets.gates import lowered, word_spans
from kireji.core.secrets.kinds import Found, Kind
from kireji.core.secrets.values import PLACEHOLDER, is_password, is_stand_in, is_token

_STRONG = (
    r"password|passwd|passwort|kennwort|passphrase|passwd|pwd|contraseña|mot[ _]de[ _]passe|motdepasse|senha|"
    r"wachtwoord|hasło|пароль|密码|密碼|口令|パスワード|비밀번호|كلمة المرور|db_pass|dbpass|_pass|userpass"
)
_WEAK = (
    r"secret|token|api[_ -]?key|apikey|access[_ -]?key|auth[_-]?key|private[_-]?key|signing[_-]?key|"
    r"encryption[_-]?key|account[_-]?key|master[_-]?key|secret[_-]?key|credential|webhook[_-]?key|license[_-]?key|"
    r"x-auth|bearer"
)
_NAME = re.compile(
    rf"(?P<strong>{_STRONG})|(?P<weak>{_WEAK})",
    re.IGNORECASE,
)
_STEMS = (
    *("pass", "pwd", "secret", "token", "key", "credential", "x-auth", "bearer", "kennwort", "contraseña", "mot de"),
    *(
        "mot_de",
        "motde",
        "senha",
        "wachtwoord",
        "hasło",
        "пароль",
        "密码",
        "密碼",
        "口令",
        "パスワード",
        "비밀번호",
        "كلمة",
    ),
)
"""One of these is in every name above."""
_SCHEMES = ("bearer ", "basic ", "token ")
_LEADS = re.compile(
    r"(?P<rest>[A-Za-z0-9_.-]{0,30})(?P<quote>\\?[\"'`]|\])?[ \t]{0,16}"
    r"(?:(?P<sign>:=|=>|==?|:|：|=)[ \t]{0,16}|(?:is|ist|est|es|lautet)[ \t:]{1,4})",
    re.IGNORECASE,
)
_OPTION = re.compile(r"[a-z-]{0,20}[ \t]{1,2}")
"""Between an option of a command and its value."""
_QUOTED = re.compile(
    r"[rbuf]{0,2}(?P<quote>[\"'`])(?P<value>[^\r\n\"'`\\]{1,400}(?:\\[^n\r\n][^\r\n\"'`\\]{0,400}){0,9})"
    r"|\\[\"'](?P<inner>[^\r\n\"'`\\]{1,400})"
)
_PLAIN = re.compile(r"(?:(?:Bearer|Basic|Token) )?(?P<value>[^\s\"'`;<>,(\[{)\]}][^\s\"'`;<>]{3,400})", re.IGNORECASE)
_PLAIN_IN_QUERY = re.compile(r"(?P<value>[^\s\"'`;<>&#,(\[{)\]}][^\s\"'`;<>&#]{3,400})")
_BEARER = re.compile(r"\b(?:Bearer|Basic|Token)[ \t]{1,4}(?P<value>[A-Za-z0-9._~+/=-]{12,4000})", re.IGNORECASE)
_USER_INFO = re.compile(r"(?P<user>[^\s:/@?#\"'<>`]{0,100}):(?P<value>[^\s/@\"'<>`]{2,200})@[\w\[]")
_CURL = re.compile(r"(?:-u|--user)[ =]{1,2}[\"']?(?P<user>[^\s:\"']{1,100}):(?P<value>[^\s\"']{3,200})")


def passwords(text: str) -> Iterator[Found]:
    """Values beside the words for them, passwords in addresses, tokens in headers."""
    lower = lowered(text)
    for start, end in word_spans(lower, _STEMS, before=16, behind=16):
        for name in _NAME.finditer(text, start, end):
            yield from _assigned(text, name)
    yield from _in_addresses(text)
    for start, end in word_spans(lower, _SCHEMES, before=1, behind=4100):
        for match in _BEARER.finditer(text, start, end):
            if is_token(match["value"]):
                yield _value(match, Kind.KEY, "token")
    if "-u" in text:
        for match in _CURL.finditer(text):
            if is_password(match["value"]):
                yield _value(match, Kind.PASSWORD, "password")


def _value(match: re.Match[str], kind: Kind, what: str) -> Found:
    return Found(*match.span("value"), kind, what)


def _assigned(text: str, name: re.Match[str]) -> Iterator[Found]:
    opened = text.rfind("[", max(0, name.start() - 16), name.start())
    if opened >= 0 and (ours := PLACEHOLDER.match(text, opened)) is not None and ours.end() > name.start():
        return  # [PASSWORD_1]: what is behind it is not its value
    leads = _LEADS.match(text, name.end())
    if leads is None:
        before = text[max(0, name.start() - 30) : name.start()].rsplit(None, 1)
        option = (bool(before) and before[-1].startswith("--")) or text.endswith("--", 0, name.start())
        leads = _OPTION.match(text, name.end()) if option else None
        if leads is None:
            return
    strong = name["strong"] is not None
    value = _QUOTED.match(text, leads.end())
    if value is None:
        asked = text[max(0, name.start() - 40) : name.start()]
        in_query = "?" in asked or "&" in asked
        value = (_PLAIN_IN_QUERY if in_query else _PLAIN).match(text, leads.end())
    if value is None:
        return
    group = "inner" if "quote" in value.re.groupindex and value["quote"] is None else "value"
    start, end = value.span(group)
    said = value[group]
    if "quote" not in value.re.groupindex:
        end -= len(said) - len(said.rstrip(".,:)]}\\"))
    if is_stand_in(said) or said[0] in ",)":  # the quote was the end of another text
        return
    if strong and is_password(text[start:end]):
        yield Found(start, end, Kind.PASSWORD, "password")
    elif is_token(text[start:end]):
        yield Found(start, end, Kind.KEY, "token")


def _in_addresses(text: str) -> Iterator[Found]:
    """scheme://user:password@host"""
    at = text.find("://")
    while at >= 0:
        match = _USER_INFO.match(text, at + 3)
        if match is not None and not is_stand_in(match["value"]) and match["value"] != match["user"]:
            yield _value(match, Kind.PASSWORD, "password")
        at = text.find("://", at + 3)
