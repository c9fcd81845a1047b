"""What is asked of a model, and what therefore leaves this computer."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.messages import Message, Sha256
from kireji.core.models import Effort, ModelInfo

if TYPE_CHECKING:
    from kireji.core.placeholders import Vault
    from kireji.core.redaction import Hidden


class Delivery(enum.Enum):
    """How an answer is to come."""

    STREAM = "stream"
    WHOLE = "whole"


class Thinking(enum.Enum):
    """Whether a model may reason before it answers, where that can be chosen."""

    DEFAULT = "default"
    """As the model does by itself; what it thinks is not shown."""
    SHOWN = "shown"
    """Its summary is streamed too, which delays the first word."""
    OFF = "off"


class Purpose(enum.Enum):
    """Why something was sent; stands in the ledger."""

    ANSWER = "answer"
    COUNT = "token count"
    """The service counts what a question would hold; it answers nothing and costs nothing."""
    KEY_TEST = "key test"
    MODEL_LIST = "model list"
    CONNECTION = "connection"
    """A request without a key or content, so that the next question finds its connection made."""
    LOCAL_SERVER = "local server"
    """A look at a port of this computer."""
    BALANCE = "balance"
    SIGN_IN = "sign-in"
    PICTURE = "picture"
    """A picture that the person named by its address."""
    PAGE = "page"
    """A page that a tool fetches, allowed by the person."""
    JOB = "job"
    """Many questions at once, through a service's batch interface."""
    JOB_STATE = "job state"
    """Where a batch stands, which ones there are, or that one is to be cancelled."""
    JOB_RESULTS = "job results"
    WEBHOOK = "webhook"
    """The address that the person wants told when a job ends."""
    TOOL_SERVER = "tool server"
    """A call of a tool on a server that is reached over the network."""
    UPDATE = "update check"
    """A look for newer versions of this program, which the person has allowed."""


class ToolSpec(msgspec.Struct, frozen=True):
    """A tool as it is offered to a model.

    Args:
        name: Unique in the request; letters, digits, _ and -, at most 64.
        description: For the model: what it does and when to use it.
        input_schema: JSON schema of the arguments, an object, as JSON text.
        strict: Whether the provider must hold the model to the schema.
        eager: Whether arguments are streamed character by character, unchecked.
    """

    name: str
    description: str
    input_schema: bytes
    strict: bool = False
    eager: bool = False


class ToolUse(enum.Enum):
    """Whether the model may, must or must not ask for tools."""

    AUTO = "auto"
    ANY = "any"
    ONE = "one"
    """The one named in `ToolChoice.name`."""
    NONE = "none"


class ToolChoice(msgspec.Struct, frozen=True):
    """How tools may be used.

    Args:
        use: Whether they may, must or must not.
        name: The tool that must be used, with `ToolUse.ONE`.
        parallel: Whether one answer may ask for several.
    """

    use: ToolUse = ToolUse.AUTO
    name: str = ""
    parallel: bool = True


class Routing(msgspec.Struct, frozen=True):
    """Where a service that passes requests on may pass them.

    Args:
        data_collection: Whether those may be used that keep or train on what they are sent.
        zero_retention: Whether only those may be used that keep nothing.
        order: Names of those to try, first to last.
        only: Names of the only ones that may be used.
        ignore: Names of those that must not be used.
        allow_fallbacks: Whether others than those in `order` may be used.
        sort: price, throughput or latency; empty leaves it to the service.
        fallback_models: Models to try when the one asked for fails.
    """

    data_collection: bool = False
    zero_retention: bool = False
    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    allow_fallbacks: bool = True
    sort: str = ""
    fallback_models: tuple[str, ...] = ()


class ModelRequest(msgspec.Struct, frozen=True):
    """One question with all that goes with it, before it takes any provider's form.

    Args:
        model: The provider's id of the model.
        messages: The conversation, oldest first; the last is the person's.
        blobs: The bytes of every picture and document that `messages` names.
        system: Instructions for the model.
        max_tokens: Upper bound of the answer, thinking included.
        effort: None leaves it to the model; left out for models that know none.
        stop_sequences: Texts at which the answer ends.
        info: What is known about the model; None leaves that to the provider's built-in table.
        thinking: Whether the model may reason first.
        tools: What the model may ask for, in an order that stays the same through a conversation.
        tool_choice: How it may use them.
        output_schema: JSON schema that the answer must fit, as JSON text; empty for none.
        routing: Where the request may be passed on to.
        alone: Nothing will follow it, as with a row of a job: only the instructions, which rows share, are worth
            keeping by the service. To keep its own words, too, would cost a quarter more, and nobody would read them.
    """

    model: str
    messages: tuple[Message, ...]
    blobs: Mapping[Sha256, bytes] = {}
    system: str = ""
    max_tokens: int = 8192
    effort: Effort | None = None
    stop_sequences: tuple[str, ...] = ()
    info: ModelInfo | None = None
    thinking: Thinking = Thinking.DEFAULT
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    output_schema: bytes = b""
    routing: Routing = Routing()
    alone: bool = False


class BodyFile(msgspec.Struct, frozen=True):
    """A body that stands in a file, because it is too large for the memory.

    Args:
        path: The file.
        size: Bytes.
        digest: SHA-256 of them, hexadecimal.
    """

    path: str
    size: int
    digest: Sha256


class OutgoingRequest(msgspec.Struct, frozen=True):
    """The exact bytes that would leave this computer, without the key.

    Args:
        provider: Whose format it is.
        method: GET, HEAD or POST.
        url: The whole address.
        headers: All headers but the one that carries the key.
        body: The body as it will be sent; empty for GET.
        model: For the ledger; empty where no model is concerned.
        purpose: For the ledger.
        delivery: How the answer comes.
        silence: Seconds without a byte after which the answer counts as lost.
        connect: Seconds until a connection must stand.
        total: Seconds until all must have come; None sets no such limit.
        file: The body, when it is not in `body`.
    """

    provider: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    model: str
    purpose: Purpose
    delivery: Delivery = Delivery.WHOLE
    silence: float = 120.0
    connect: float = 5.0
    total: float | None = None
    file: BodyFile | None = None

    @property
    def host(self) -> str:
        """Host and port that the bytes go to."""
        return self.url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body) if self.file is None else self.file.size


_CLEARANCE = object()


class ClearedRequest:
    """A request that has passed the outbox; the only thing a provider accepts.

    Made by `services.outbox` alone, which calls `issue`; a test over the syntax tree of the whole program holds every
    other module to that.

    Attributes:
        outgoing: The bytes that leave; None when nothing does, because the provider works on this computer.
        request: The question behind it; None for calls that ask nothing (key test, model list).
        ledger_id: Row of the ledger that recorded it; None when nothing leaves.
        reservation: What is kept free for it in the budgets; None when it costs nothing.
        vault: What the placeholders in it stand for; None when nothing was looked for.
        hidden: What of the question stays here; None when nothing was looked for.
        attempts: How often its bytes were sent so far; counted by whoever sends them.
    """

    __slots__ = ("attempts", "hidden", "ledger_id", "outgoing", "request", "reservation", "vault")

    def __init__(
        self,
        clearance: Any,
        outgoing: OutgoingRequest | None,
        request: ModelRequest | None,
        ledger_id: int | None,
        reservation: int | None = None,
        vault: Vault | None = None,
        hidden: Hidden | None = None,
    ) -> None:
        if clearance is not _CLEARANCE:
            raise TypeError("only services.outbox clears a request")
        self.outgoing = outgoing
        self.request = request
        self.ledger_id = ledger_id
        self.reservation = reservation
        self.vault = vault
        self.hidden = hidden
        self.attempts = 0

    @classmethod
    def issue(
        cls,
        outgoing: OutgoingRequest | None,
        request: ModelRequest | None,
        ledger_id: int | None,
        reservation: int | None = None,
        vault: Vault | None = None,
        hidden: Hidden | None = None,
    ) -> ClearedRequest:
        """Clear a request. For `services.outbox` only."""
        return cls(_CLEARANCE, outgoing, request, ledger_id, reservation, vault, hidden)
