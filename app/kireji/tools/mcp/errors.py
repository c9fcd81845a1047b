"""Failures of a connection; apart from what raises them, so that nothing heavy is loaded to catch them."""

from __future__ import annotations

from kireji.core.errors import ToolSourceError


class SessionLost(ToolSourceError):
    """The server does not know the connection any more, and has done nothing; the call may be made over a new one."""


class Unreached(ToolSourceError):
    """No answer came over the network."""


class ConnectionEnded(ToolSourceError):
    """The server went away in the middle of a call."""
