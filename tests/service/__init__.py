"""A service that speaks Anthropic's Messages API over real sockets, as strict as the real one, with fault modes."""

from tests.service.answers import (
    Answer,
    Body,
    Delivery,
    Echo,
    Hangup,
    Replay,
    Rule,
    Silence,
    Status,
    Text,
)
from tests.service.outside import ServiceProcess, ServiceThread
from tests.service.received import Request
from tests.service.server import KEY, TestService

__all__ = [
    "KEY",
    "Answer",
    "Body",
    "Delivery",
    "Echo",
    "Hangup",
    "Replay",
    "Request",
    "Rule",
    "ServiceProcess",
    "ServiceThread",
    "Silence",
    "Status",
    "TestService",
    "Text",
]
