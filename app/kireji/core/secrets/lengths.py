"""How long the keys of services are: where one ends that was read in a picture, with blanks and line ends inside."""

from __future__ import annotations

from kireji.core.secrets.keys import SHAPES


def _counts(*lines: str) -> dict[str, int]:
    return {begin: int(count) for line in lines for each in line.split(",") for begin, count in [each.rsplit(" ", 1)]}


FIXED = _counts(
    "sk-ant- 101,sk-or- 67,AKIA 16,ASIA 16,ghp_ 36,gho_ 36,ghu_ 36,ghs_ 36,ghr_ 36,github_pat_ 82,AIza 35,npm_ 36",
    "hf_ 34,SG. 66,GOCSPX- 28,AccountKey= 88,dop_v1_ 64,dapi 32,shpat_ 32,shpca_ 32,shppa_ 32,shpss_ 32,gsk_ 52",
    "AGE-SECRET-KEY-1 58,sbp_ 40,lin_api_ 40,PMAK- 59,r8_ 37,pplx- 48,whsec_ 32,dckr_pat_ 27,glsa_ 41",
)
"""Signs behind the beginning of keys that all have as many."""

USUAL = FIXED | _counts(
    "sk-ant- 95,sk-or- 64,sk-proj- 120,sk-svcacct- 120,sk-admin- 120,sk- 40,github_pat_ 80,glpat- 20,sk_live_ 24",
    "sk_test_ 24,rk_live_ 24,rk_test_ 24,pypi- 110,eyJ 90,xoxb- 48,xoxp- 60,xapp- 92,SG. 60,xai- 80,hvs. 90,ntn_ 43",
    "AccountKey= 86,GOCSPX- 26,ya29. 100",
)
"""About as many follow: until then, what stands behind a blank still belongs to the key."""

_BEGINNINGS = sorted({shape.anchor for shape in SHAPES}, key=len, reverse=True)


def signs_lacking(key: str) -> int | None:
    """How many signs a key lacks that may have been cut; None where nobody knows how many it should have."""
    begin = next((begin for begin in _BEGINNINGS if key.startswith(begin)), "")
    return max(0, FIXED[begin] - (len(key) - len(begin))) if begin in FIXED else None
