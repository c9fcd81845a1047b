"""A service that speaks Anthropic's Messages API over real sockets, as strict as the real one, with fault modes."""

from tests.service.answers import (
    Answer,
    Blocks,
    Body,
    Call,
    Delivery,
    Echo,
    Event,
    Hangup,
    Raw,
    Reasoning,
    Redacted,
    Replay,
    Rule,
    Silence,
    Status,
    Text,
    Words,
)
from tests.service.batches import BatchDesk, Orders
from tests.service.outside import ServiceProcess, ServiceThread
from tests.service.rates import RateRule
from tests.service.received import Request
from tests.service.server import KEY, TestService

__all__ = [
    "KEY",
    "Answer",
    "BatchDesk",
    "Blocks",
    "Body",
    "Call",
    "Delivery",
    "Echo",
    "Event",
    "Hangup",
    "Orders",
    "RateRule",
    "Raw",
    "Reasoning",
    "Redacted",
    "Replay",
    "Request",
    "Rule",
    "ServiceProcess",
    "ServiceThread",
    "Silence",
    "Status",
    "TestService",
    "Text",
    "Words",
]
