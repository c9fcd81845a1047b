"""What can go wrong between this program and another one on the message bus."""

from __future__ import annotations

ERROR = "org.freedesktop.DBus.Error"
_NOBODY = (f"{ERROR}.ServiceUnknown", f"{ERROR}.NameHasNoOwner")
LEFT = (f"{ERROR}.NoReply", f"{ERROR}.Disconnected", f"{ERROR}.TimedOut")
"""What the bus answers for a service that went away in the middle."""
_NOTHING = tuple(
    f"{ERROR}.{name}"
    for name in ("UnknownMethod", "UnknownInterface", "UnknownObject", "UnknownProperty", "InvalidArgs")
)


class BusError(Exception):
    """Something on the bus did not work; the adapters turn it into a sentence."""


class BusUnavailable(BusError):
    """There is no bus, or the connection to it was lost."""


class CallRefused(BusError):
    """A call was answered with an error.

    Args:
        name: The error's name, such as org.freedesktop.DBus.Error.ServiceUnknown.
        text: What the service said.
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text

    @property
    def nobody_there(self) -> bool:
        """Nobody has the name that was called, and nobody can be started for it."""
        return self.name in _NOBODY

    @property
    def nothing_there(self) -> bool:
        """Whoever has the name lacks what was called, or nobody has it."""
        return self.name in _NOBODY or self.name in _NOTHING


class CallUnanswered(BusError):
    """A call was not answered in time."""


class WrongAnswer(BusError):
    """An answer has other types than its interface says."""
