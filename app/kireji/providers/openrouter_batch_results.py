"""The results of one of OpenRouter's batches: how each row ended and what it used; the answer stays as it came."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from kireji.core.errors import ProtocolViolation
from kireji.core.jobs.ports import BatchResult
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Usage
from kireji.core.models import ModelInfo
from kireji.core.words import say
from kireji.providers.error_objects import ErrorObject
from kireji.providers.failures import Answerer, capitalised, error_from_event, parse_error
from kireji.providers.openai_chunks import WireUsage, counted

_NOTHING = msgspec.Raw(b"")
_NO_USAGE = Usage()
_OUTCOMES: Mapping[str, Outcome] = MappingProxyType(
    {
        "batch_expired": Outcome.EXPIRED,
        "expired": Outcome.EXPIRED,
        "batch_cancelled": Outcome.CANCELED,
        "cancelled": Outcome.CANCELED,
        "canceled": Outcome.CANCELED,
    }
)
"""By the code of an error; what the codes are is not in the service's reference."""


class _Response(msgspec.Struct):
    status_code: int = 0
    body: msgspec.Raw = _NOTHING


class _Line(msgspec.Struct):
    custom_id: str
    response: _Response | None = None
    error: msgspec.Raw = _NOTHING


class _Body(msgspec.Struct):
    usage: WireUsage | None = None
    error: object = None


class ResultReader:
    """Reads results.

    Args:
        who: Who answers.
        known: What is known of the model, for the price of answers whose cost the service does not tell.
    """

    def __init__(self, who: Answerer, known: ModelInfo | None) -> None:
        self._who = who
        self._known = known
        self._broken = b""

    def read(self, line: bytes) -> BatchResult | None:
        """The result; None when it is none, which `check` tells of."""
        try:
            found = msgspec.json.decode(line, type=_Line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            self._broken = self._broken or line
            return None
        response = found.response
        if response is None:
            return self._failed(found.custom_id, bytes(found.error))
        payload = bytes(response.body)
        try:
            body = msgspec.json.decode(payload, type=_Body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            body = _Body(error=error)
        if not 200 <= response.status_code < 300 or body.error is not None:
            return BatchResult(found.custom_id, Outcome.ERRORED, payload, _NO_USAGE, self._why(payload))
        return BatchResult(found.custom_id, Outcome.SUCCEEDED, payload, self._counted(body.usage))

    def check(self) -> None:
        """Raises ProtocolViolation: there was something that is no result."""
        if self._broken:
            raise ProtocolViolation(
                say("{name} sent lines that are not results of a batch.", name=capitalised(self._who.name)),
                say("Check the address in Settings, Keys & models, and the proxy settings."),
                provider=self._who.provider,
                detail=self._broken[:200].decode("utf-8", "replace"),
            )

    def _failed(self, custom_id: str, error: bytes) -> BatchResult:
        payload = b'{"error":%b}' % (error or b"null")
        said = parse_error(payload)
        names = said.names if said is not None else ()
        outcome = next((_OUTCOMES[name] for name in names if name in _OUTCOMES), Outcome.ERRORED)
        return BatchResult(custom_id, outcome, payload, _NO_USAGE, self._worded(outcome, said))

    def _why(self, payload: bytes) -> str:
        return self._worded(Outcome.ERRORED, parse_error(payload))

    def _worded(self, outcome: Outcome, said: ErrorObject | None) -> str:
        match outcome:
            case Outcome.EXPIRED:
                return say("{name} did not get to it within a day.", name=capitalised(self._who.name))
            case Outcome.CANCELED:
                return say("It was called back before it was answered.")
        if said is None:
            return say("{name} ended it in a way that is not known here.", name=capitalised(self._who.name))
        return error_from_event(said, "", self._who).message

    def _counted(self, reported: WireUsage | None) -> Usage:
        if reported is None:
            return _NO_USAGE
        usage = counted(reported)
        if usage.cost is not None or self._known is None:
            return usage
        full = self._known.cost(usage)
        return usage if full is None else msgspec.structs.replace(usage, cost=full * self._known.batch_share)
