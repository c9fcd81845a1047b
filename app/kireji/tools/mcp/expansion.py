"""`${VAR}`, `${VAR:-default}` and `${keychain:NAME}` in the texts of an entry. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kireji.core.errors import ToolSourceError
from kireji.core.words import say

_REFERENCE = re.compile(r"\$\{([^}:]*)(?:(:-|:)([^}]*))?\}")
_KEYCHAIN = "keychain"


def keychain_names(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the secrets that texts refer to, each once."""
    found = (match[3] or "" for text in texts for match in _REFERENCE.finditer(text) if _is_secret(match))
    return tuple(dict.fromkeys(found))


def expand(text: str, environ: Mapping[str, str], secrets: Callable[[str], str]) -> str:
    """Put values in the place of references; what is put in is not looked at again.

    Args:
        text: From the file.
        environ: Variables. `${env:VAR}` is the same as `${VAR}`, as other programs write it.
        secrets: The value of a secret.

    Raises:
        ToolSourceError: A variable without a default is not set, or the reference is of an unknown kind.
    """

    def value(match: re.Match[str]) -> str:
        name, sign, rest = match[1], match[2], match[3] or ""
        if _is_secret(match):
            return secrets(rest)
        if sign == ":" and name == "env":
            name, sign = rest, None
        if sign == ":":
            raise ToolSourceError(
                say("{reference} cannot be filled in here.", reference=match[0]),
                say(
                    "Write the value itself, {variable} or {kept} in its place.",
                    variable="${VARIABLE}",
                    kept="${keychain:NAME}",
                ),
            )
        found = environ.get(name, "")
        if found or (sign is None and name in environ):
            return found
        if sign == ":-":
            return rest
        raise ToolSourceError(
            say("The variable {name} is not set.", name=name or match[0]),
            say("Set it before Kireji starts, or write ${{{name}:-default}}.", name=name or "NAME"),
        )

    return _REFERENCE.sub(value, text)


def _is_secret(match: re.Match[str]) -> bool:
    return match[1] == _KEYCHAIN and match[2] == ":"
