"""Keys while they are in memory."""

from __future__ import annotations

from dataclasses import dataclass


class Secret:
    """A key that cannot be printed, logged, compared in messages or pickled by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself: for the keychain and the one request header, nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not stored")


@dataclass(frozen=True, slots=True)
class SecretName:
    """Where a key stands in the keychain.

    One service name per provider, because Windows keeps one entry per service; the base URL is the account, so that a
    key is only ever found for the address it was saved for.

    Args:
        provider: anthropic, openrouter, ...
        base_url: The address the key may be sent to.
    """

    provider: str
    base_url: str

    @property
    def service(self) -> str:
        """The keychain's service field."""
        return f"kireji/{self.provider}"
