"""Secrets that nobody has: made by rule, from a seed, with check digits that hold."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable

from kireji.core.secrets.checksums import ean13, luhn, mod11_10
from kireji.core.secrets.numbers import IBAN_LENGTHS

LETTERS = string.ascii_letters + string.digits
URL_SAFE = LETTERS + "-_"
HEX = "0123456789abcdef"


def signs(rng: random.Random, alphabet: str, count: int) -> str:
    """Random signs, with at least one digit and one letter of both cases where the alphabet has them."""
    while True:
        text = "".join(rng.choices(alphabet, k=count))
        wanted = (str.isdigit, str.isupper, str.islower)
        if all(any(map(kind, text)) for kind in wanted if any(map(kind, alphabet))) and text[-1].isalnum():
            return text


def jwt(rng: random.Random) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
    body = (
        base64.urlsafe_b64encode(f'{{"sub":"{rng.randrange(10**9)}","iat":1516239022}}'.encode()).rstrip(b"=").decode()
    )
    return f"{header}.{body}.{signs(rng, URL_SAFE, 43)}"


KEYS: dict[str, Callable[[random.Random], str]] = {
    "anthropic": lambda rng: "sk-ant-api03-" + signs(rng, URL_SAFE, 93) + "AA",
    "openai": lambda rng: "sk-proj-" + signs(rng, URL_SAFE, 74) + "T3BlbkFJ" + signs(rng, URL_SAFE, 74),
    "openai old": lambda rng: "sk-" + signs(rng, LETTERS, 48),
    "openrouter": lambda rng: "sk-or-v1-" + signs(rng, HEX, 64),
    "aws": lambda rng: "AKIA" + signs(rng, string.ascii_uppercase + "234567", 16),
    "github": lambda rng: "ghp_" + signs(rng, LETTERS, 36),
    "github fine": lambda rng: "github_pat_" + signs(rng, LETTERS, 22) + "_" + signs(rng, LETTERS, 59),
    "gitlab": lambda rng: "glpat-" + signs(rng, URL_SAFE, 20),
    "slack": lambda rng: (
        f"xoxb-{rng.randrange(10**11, 10**12)}-{rng.randrange(10**12, 10**13)}-" + signs(rng, LETTERS, 24)
    ),
    "stripe": lambda rng: "sk_live_" + signs(rng, LETTERS, 24),
    "google": lambda rng: "AIza" + signs(rng, URL_SAFE, 35),
    "npm": lambda rng: "npm_" + signs(rng, LETTERS, 36),
    "pypi": lambda rng: "pypi-AgEIcHlwaS5vcmc" + signs(rng, URL_SAFE, 100),
    "jwt": jwt,
    "hugging face": lambda rng: "hf_" + signs(rng, LETTERS, 34),
    "sendgrid": lambda rng: "SG." + signs(rng, URL_SAFE, 22) + "." + signs(rng, URL_SAFE, 43),
    "slack app": lambda rng: (
        f"xapp-1-A{signs(rng, string.ascii_uppercase + string.digits, 10)}-{rng.randrange(10**12, 10**13)}-"
        + signs(rng, HEX, 64)
    ),
    "stripe webhook": lambda rng: "whsec_" + signs(rng, LETTERS, 32),
    "google secret": lambda rng: "GOCSPX-" + signs(rng, URL_SAFE, 28),
    "digitalocean": lambda rng: "dop_v1_" + signs(rng, HEX, 64),
    "databricks": lambda rng: "dapi" + signs(rng, HEX, 32),
    "shopify": lambda rng: "shpat_" + signs(rng, HEX, 32),
    "groq": lambda rng: "gsk_" + signs(rng, LETTERS, 52),
    "vault": lambda rng: "hvs." + signs(rng, URL_SAFE, 90),
    "age": lambda rng: "AGE-SECRET-KEY-1" + signs(rng, string.ascii_uppercase + string.digits, 58),
    "docker": lambda rng: "dckr_pat_" + signs(rng, URL_SAFE, 27),
    "telegram": lambda rng: f"{rng.randrange(10**8, 10**10)}:AA" + signs(rng, URL_SAFE, 33),
}
"""By service; each makes another key at every call."""


def private_key(rng: random.Random, lines: int = 12) -> str:
    """A block as OpenSSL writes it."""
    kind = rng.choice(["RSA ", "EC ", "OPENSSH ", ""])
    code = [signs(rng, LETTERS + "+/", 64) for _ in range(lines - 1)] + [signs(rng, LETTERS + "+/", 42) + "=="]
    return "\n".join([f"-----BEGIN {kind}PRIVATE KEY-----", *code, f"-----END {kind}PRIVATE KEY-----"])


def _completed(digits: str, holds: Callable[[str], bool]) -> str | None:
    return next((digits + last for last in string.digits if holds(digits + last)), None)


def card(rng: random.Random, separator: str | None = None) -> str:
    begin, length, groups = rng.choice(
        [("4", 16, (4, 4, 4, 4)), ("53", 16, (4, 4, 4, 4)), ("37", 15, (4, 6, 5)), ("6011", 16, (4, 4, 4, 4))]
    )
    number = _completed(begin + "".join(rng.choices(string.digits, k=length - len(begin) - 1)), luhn)
    assert number is not None
    return grouped(number, groups, rng.choice([" ", "-", ""]) if separator is None else separator)


def grouped(text: str, groups: tuple[int, ...], separator: str) -> str:
    pieces, at = [], 0
    for size in groups:
        pieces.append(text[at : at + size])
        at += size
    return separator.join([*pieces, text[at:]] if text[at:] else pieces)


def iban(rng: random.Random, *, spaced: bool | None = None) -> str:
    country = rng.choice(["DE", "FR", "GB", "CH", "NL", "ES", "NO", "SE", "AT"])
    length = IBAN_LENGTHS[country] - 4
    body = "".join(rng.choices(string.digits, k=length))
    if country in ("GB", "NL"):
        body = "".join(rng.choices(string.ascii_uppercase, k=4)) + body[4:]
    number = "".join(str(int(sign, 36)) for sign in body + country)
    text = f"{country}{98 - int(number + '00') % 97:02d}{body}"
    spaced = rng.random() < 0.7 if spaced is None else spaced
    return grouped(text, (4,) * (len(text) // 4), " ") if spaced else text


def mail(rng: random.Random) -> str:
    first = rng.choice(["anna", "j.doe", "maria-lopez", "kenji", "support", "o_neill", "li.wei", "sven+lists"])
    domain = rng.choice(["example.com", "mail.example.org", "firma.example.de", "uni-example.ac.uk", "beispiel.ch"])
    return f"{first}{rng.randrange(1, 999)}@{domain}"


def phone(rng: random.Random) -> str:
    def digits(count: int) -> str:
        return "".join(rng.choices(string.digits, k=count))

    return rng.choice(
        [
            f"+49 30 {digits(4)} {digits(4)}",
            f"+1 ({rng.randrange(200, 999)}) {rng.randrange(200, 999)}-{digits(4)}",
            f"+44 20 {digits(4)} {digits(4)}",
            f"+33 6 {digits(2)} {digits(2)} {digits(2)} {digits(2)}",
            f"({rng.randrange(200, 999)}) {rng.randrange(200, 999)}-{digits(4)}",
            f"+4179{digits(7)}",
        ]
    )


def _german(rng: random.Random) -> str:
    while True:
        digits = rng.sample("123456789", 1) + rng.sample(string.digits, 9)
        body = list(digits)
        body[rng.randrange(1, 10)] = body[rng.randrange(0, 10)]
        number = _completed("".join(body), mod11_10)
        if number is not None and len(set(number[:10])) == 9:
            return grouped(number, (2, 3, 3, 3), " ")


def person(rng: random.Random) -> str:
    def digits(count: int) -> str:
        return "".join(rng.choices(string.digits, k=count))

    american = f"{rng.randrange(100, 665)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}"
    swiss = grouped(_completed("756" + digits(9), ean13) or "", (3, 4, 4, 2), ".")
    born = f"{rng.randrange(40, 99)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    swedish = grouped(_completed(born + digits(3), luhn) or "", (6, 4), "-")
    french = f"{rng.choice('12')}{rng.randrange(40, 99)}{rng.randrange(1, 13):02d}{rng.randrange(1, 96):02d}{digits(6)}"
    french += f"{97 - int(french) % 97:02d}"
    return rng.choice([american, swiss, swedish, grouped(french, (1, 2, 2, 2, 3, 3, 2), " "), _german(rng)])


def password(rng: random.Random) -> str:
    return signs(rng, LETTERS, rng.randrange(7, 16)) + rng.choice("!?#%") + rng.choice(string.digits)
