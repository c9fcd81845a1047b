"""Keys and tokens of services, by the shapes that the services give them.

Shapes as the services and the scanners of code hosts document them. A shape is found by the piece of text that it
always begins with, so that nothing else is looked at more closely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kireji.core.secrets.kinds import Found, Kind
from kireji.core.secrets.values import is_varied

_LONGEST = 4000


class Shape(NamedTuple):
    """What the keys of a service look like.

    Args:
        what: Whose.
        anchor: What they begin with.
        body: What follows, as a pattern.
        mixed: Whether it must hold a digit and a letter: the anchor also begins ordinary words.
    """

    what: str
    anchor: str
    body: str
    mixed: bool = False


_W = "[A-Za-z0-9_-]"
_A = "[A-Za-z0-9]"

SHAPES = (
    Shape("Anthropic key", "sk-ant-", _W + "{16,256}"),
    Shape("OpenRouter key", "sk-or-", _W + "{20,256}"),
    Shape("OpenAI key", "sk-proj-", _W + "{20,300}"),
    Shape("OpenAI key", "sk-svcacct-", _W + "{20,300}"),
    Shape("OpenAI key", "sk-admin-", _W + "{20,300}"),
    Shape("OpenAI key", "sk-", _W + "{20,300}", mixed=True),
    *(Shape("AWS access key", begin, "[A-Z0-9]{16}(?![A-Za-z0-9])") for begin in ("AKIA", "ASIA", "ABIA", "ACCA")),
    *(Shape("GitHub token", f"gh{letter}_", _A + "{30,255}") for letter in "pousr"),
    Shape("GitHub token", "github_pat_", "[A-Za-z0-9_]{22,255}"),
    *(
        Shape("GitLab token", f"{begin}-", _W + "{20,300}")
        for begin in ("glpat", "gldt", "glrt", "glptt", "glsoat", "glcbt", "glimt", "glagent", "glft")
    ),
    *(Shape("Slack token", f"xox{letter}-", "[A-Za-z0-9-]{10,250}", mixed=True) for letter in "abcdeposr"),
    Shape("Slack token", "xapp-", "[A-Za-z0-9-]{20,250}", mixed=True),
    Shape("Slack webhook", "hooks.slack.com/services/", "[A-Za-z0-9/]{20,100}"),
    *(
        Shape("Stripe key", f"{begin}_{mode}_", _A + "{10,250}")
        for begin in ("sk", "rk", "pk")
        for mode in ("live", "test")
    ),
    Shape("Stripe secret", "whsec_", "[A-Za-z0-9+/=]{20,100}"),
    Shape("Google key", "AIza", _W + "{35}(?![A-Za-z0-9_-])"),
    Shape("Google token", "ya29.", _W + "{20,1000}"),
    Shape("Google secret", "GOCSPX-", _W + "{20,40}"),
    Shape("Google token", "1//0", _W + "{30,200}"),
    Shape("Azure key", "AccountKey=", "[A-Za-z0-9+/]{40,100}={0,2}"),
    Shape("Azure key", "SharedAccessKey=", "[A-Za-z0-9+/]{30,100}={0,2}"),
    Shape("Azure signature", "sig=", "[A-Za-z0-9%+/]{40,120}={0,2}"),
    Shape("npm token", "npm_", _A + "{30,60}"),
    Shape("PyPI token", "pypi-", _W + "{40,300}"),
    Shape("token", "eyJ", r"[\w-]{8,2000}\.[\w-]{8,3000}(?:\.[\w-]{0,1000})?"),
    Shape("Hugging Face token", "hf_", _A + "{30,60}"),
    Shape("SendGrid key", "SG.", r"[\w-]{16,32}\.[\w-]{16,64}"),
    Shape("DigitalOcean token", "dop_v1_", "[a-f0-9]{40,80}"),
    Shape("Groq key", "gsk_", _A + "{30,80}"),
    Shape("xAI key", "xai-", _A + "{40,120}"),
    Shape("Perplexity key", "pplx-", _A + "{30,80}"),
    Shape("Replicate token", "r8_", _A + "{30,60}"),
    Shape("Notion token", "ntn_", _A + "{30,80}"),
    Shape("Notion token", "secret_", _A + "{40,50}", mixed=True),
    Shape("Linear key", "lin_api_", _A + "{30,60}"),
    *(Shape("Shopify token", f"shp{kind}_", "[a-fA-F0-9]{32}") for kind in ("at", "ca", "pa", "ss")),
    Shape("Databricks token", "dapi", "[a-f0-9]{32}(?:-[0-9])?"),
    Shape("Vault token", "hvs.", _W + "{24,200}"),
    Shape("Doppler token", "dp.pt.", _A + "{30,60}"),
    Shape("Postman key", "PMAK-", "[a-f0-9-]{40,80}"),
    Shape("age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{50,70}"),
    Shape("Supabase token", "sbp_", "[a-f0-9]{40}"),
    Shape("Tailscale key", "tskey-", _W + "{20,100}"),
    Shape("Atlassian token", "ATATT3", r"[\w=-]{50,300}"),
    Shape("Docker token", "dckr_pat_", _W + "{20,60}"),
    Shape("New Relic key", "NRAK-", "[A-Z0-9]{20,40}"),
    Shape("Grafana token", "glsa_", "[A-Za-z0-9_]{32,60}"),
    Shape("Mailchimp key", "mc_", "[a-f0-9]{32}-us[0-9]{1,2}"),
    Shape("Telegram token", ":AA", _W + "{33}(?![A-Za-z0-9_-])"),
)

_COMPILED = tuple((shape, re.compile(shape.body)) for shape in SHAPES)
_AFTER_ACCESS_KEY = 600
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_ANCHORS = tuple(shape.anchor for shape in SHAPES)
_NEXT_LINE = re.compile(r"\r?\n[ \t>|]{0,8}(?P<code>[A-Za-z0-9_-]{4,300})[\"'`,;)]{0,2}[ \t]{0,8}(?=\r?\n|\Z)")
_LONG_LINE = 40
_MOST_LINES = 8
_ESCAPES = ("\\n", "\\t", "\\r")


def keys(text: str) -> Iterator[Found]:
    """Keys and tokens of known services."""
    for shape, body in _COMPILED:
        at = text.find(shape.anchor)
        while at >= 0:
            behind = at + len(shape.anchor)
            match = body.match(text, behind, behind + _LONGEST) if _may_begin(text, at, shape) else None
            if match is not None:
                behind = match.end()  # no part of it is a key of this shape if the whole is none
            if match is not None and _is_real(match[0], shape):
                start, end = _whole(text, at, _over_lines(text, match.end()), shape)
                yield Found(start, end, Kind.KEY, shape.what)
                if shape.what == "AWS access key":
                    yield from _aws_secrets(text, end)
            at = text.find(shape.anchor, behind)


def _may_begin(text: str, at: int, shape: Shape) -> bool:
    """Whether the anchor is not the inside of a longer word."""
    if not shape.anchor[0].isalnum() or at == 0 or not text[at - 1].isalnum():
        return True
    return text[max(0, at - 2) : at] in _ESCAPES


def _is_real(body: str, shape: Shape) -> bool:
    if shape.mixed and not (any(map(str.isdigit, body)) and any(map(str.isalpha, body))):
        return False
    return is_varied(body)


def _over_lines(text: str, end: int) -> int:
    """Where a key ends that a terminal or a mail has broken: at the end of a long line, with only code in the next."""
    for _ in range(_MOST_LINES):
        following = _NEXT_LINE.match(text, end)
        long = "\n" not in text[max(0, end - _LONG_LINE) : end] and end >= _LONG_LINE
        if following is None or not long or not _mixes(following["code"]) or following["code"].startswith(_ANCHORS):
            return end
        end = following.end("code")
    return end


def _whole(text: str, start: int, end: int, shape: Shape) -> tuple[int, int]:
    """The key without the name that leads to it, with the number that stands before it."""
    if shape.anchor.endswith("="):
        return start + len(shape.anchor), end
    if shape.anchor == ":AA":
        while start > 0 and text[start - 1].isdigit():
            start -= 1
    return start, end


def _aws_secrets(text: str, behind: int) -> Iterator[Found]:
    """The secret that belongs to an access key stands near it, and has no beginning of its own."""
    for match in _AWS_SECRET.finditer(text, behind, behind + _AFTER_ACCESS_KEY):
        if _mixes(match[0]):
            yield Found(match.start(), match.end(), Kind.KEY, "AWS secret key")


def _mixes(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isupper, text)) and any(map(str.islower, text))
