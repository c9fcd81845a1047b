"""Every failure this program reports to a person.

    KirejiError                    message (what happened), hint (what to do next)
    ├── ProviderError              provider, request_id, retryable, retry_after
    │   ├── AuthenticationFailed   key missing, wrong, or without permission
    │   ├── PaymentRequired        the account has no credit left
    │   ├── RateLimited
    │   ├── Overloaded
    │   ├── RequestRejected        our request is wrong
    │   │   ├── ContextTooLong
    │   │   └── ReplayRefused      earlier reasoning no longer fits; the same without `raw` may succeed
    │   ├── ModelUnavailable       unknown or retired model
    │   ├── ResultsExpired         a batch's results are no longer to be had
    │   ├── ConnectionFailed       never reached, or lost
    │   │   └── ProviderTimeout
    │   └── ProtocolViolation      the answer is not what the protocol says
    ├── CaptureError
    │   ├── NoCaptureBackend
    │   ├── CaptureRefused         the desktop or the person said no, or never answered; its own picker may work
    │   └── RegionInvalid          outside every screen, or nothing in it
    ├── PictureError               bytes that are not a picture we can use
    ├── DocumentError              the same of documents
    ├── ReaderError                the text reader on this computer failed
    ├── RedactionFailed            what would leave could not be looked through, or must not leave; nothing did
    │   └── NotSent                the person does not want it sent
    ├── HotkeyError
    │   ├── HotkeyTaken
    │   └── HotkeyUnavailable
    ├── ClipboardError             its owner hangs, or it cannot be read here
    ├── KeyStoreError
    │   ├── KeyStoreLocked
    │   └── KeyStoreUnavailable
    ├── StoreError                 the environment's fault, never ours
    │   ├── StoreFull
    │   ├── StoreReadOnly
    │   ├── StoreCorrupt
    │   └── StoreTooNew
    ├── TransferError              an export that cannot be read or written
    ├── JobError                   a job's input, output or order that cannot be carried out
    │   └── JobConflict            it is not in a state for that, or another process was quicker
    ├── UpdateError                a list of new versions that is not believed
    ├── ToolSourceError            a plugin or a server of tools cannot be used, or broke off
    ├── ToolRefused                the person or a rule said no; the sentence is for the model
    └── SettingsError              option, value, did-you-mean

Anything else that is raised (KeyError, AssertionError, sqlite3.IntegrityError) is our own bug: it is logged with its
traceback and shown as an internal error. A cancel by the person is a value (`None`, `interrupted`), not an error.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable


class KirejiError(Exception):
    """A failure that a person can understand.

    Args:
        message: One sentence that says what happened, and why if known.
        hint: One sentence that says what to do next.
        detail: Technical text for the details view; never holds a secret.
    """

    def __init__(self, message: str, hint: str = "", *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail

    @property
    def sentence(self) -> str:
        """Message and hint, as shown on one line."""
        return f"{self.message} {self.hint}".strip()


class ProviderError(KirejiError):
    """A model service failed.

    Args:
        message: What happened.
        hint: What to do next.
        provider: Name of the provider.
        request_id: The service's own id of the request, for its support.
        retryable: Whether the same request may succeed later.
        retry_after: Seconds to wait, when the service said so.
        detail: What the service said, shortened.
        status: HTTP status of the answer; 0 when there was none.
        not_taken: Whether it is certain that the service has not taken the request up: it was never reached, or said
            no. Without that nobody knows, and what costs money is not sent again.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        provider: str = "",
        request_id: str = "",
        retryable: bool = False,
        retry_after: float | None = None,
        detail: str = "",
        status: int = 0,
        not_taken: bool = False,
    ) -> None:
        super().__init__(message, hint, detail=detail)
        self.provider = provider
        self.request_id = request_id
        self.retryable = retryable
        self.retry_after = retry_after
        self.status = status
        self.not_taken = not_taken


class AuthenticationFailed(ProviderError):
    """The key is missing, wrong, expired, or may not do this."""


class PaymentRequired(ProviderError):
    """The account has no credit left."""


class RateLimited(ProviderError):
    """Too many requests for now."""


class Overloaded(ProviderError):
    """The service is there but has no capacity."""


class RequestRejected(ProviderError):
    """The service refuses the request as it is; sending it again unchanged is pointless."""


class ContextTooLong(RequestRejected):
    """The conversation is longer than the model can read."""


class ReplayRefused(RequestRejected):
    """The service does not take its own earlier blocks back, for example because the instructions have changed since.

    The same request with messages that carry no `raw` may succeed.
    """


class ModelUnavailable(ProviderError):
    """The model is unknown, retired, or not open to this key."""


class ResultsExpired(ProviderError):
    """The service has deleted a batch's results, or never had the batch."""


class ConnectionFailed(ProviderError):
    """The service was never reached, or the connection was lost."""


class ProviderTimeout(ConnectionFailed):
    """The service stayed silent for too long."""


class ProtocolViolation(ProviderError):
    """The answer is not what the protocol says: HTML, JSON instead of a stream, broken events."""


class BudgetReached(KirejiError):
    """A question could pass a budget, so it was not sent."""


class PriceUnknown(KirejiError):
    """There is a budget, and nobody knows what a question costs, so it was not sent; the person may send it anyway."""


class CaptureError(KirejiError):
    """The screen could not be captured."""


class NoCaptureBackend(CaptureError):
    """No way of capturing works here."""


class CaptureRefused(CaptureError):
    """The desktop or the person refused, or never answered; the desktop's own picker may still work."""


class RegionInvalid(CaptureError):
    """The region is outside every screen or has nothing in it."""


class PictureError(KirejiError):
    """Bytes that are not a picture, or one that cannot be used."""


class DocumentError(KirejiError):
    """Bytes that are not a document a model can read, or one that cannot be sent."""


class SourceError(KirejiError):
    """Context that was to go along with a question is not there, or cannot be read."""


class ReaderError(KirejiError):
    """The text reader on this computer failed."""


class RedactionFailed(KirejiError):
    """What would leave could not be looked through for what should be hidden, or must not leave. Nothing was sent."""


class NotSent(RedactionFailed):
    """The person does not want it sent. Nothing was stored."""


class HotkeyError(KirejiError):
    """The shortcut could not be registered."""


class HotkeyTaken(HotkeyError):
    """Another program holds the shortcut."""


class HotkeyUnavailable(HotkeyError):
    """The desktop offers no way to hold a global shortcut."""


class ClipboardError(KirejiError):
    """The clipboard or the selected text could not be read."""


class KeyStoreError(KirejiError):
    """The keychain failed."""


class KeyStoreLocked(KeyStoreError):
    """The keychain is locked and was not unlocked."""


class KeyStoreUnavailable(KeyStoreError):
    """There is no keychain that may be trusted here."""


class StoreError(KirejiError):
    """The data folder or the database cannot be used; the environment's fault."""


class StoreFull(StoreError):
    """The disk is full."""


class StoreReadOnly(StoreError):
    """The data folder cannot be written."""


class StoreCorrupt(StoreError):
    """The database is damaged."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of this program."""


class TransferError(KirejiError):
    """An export or a backup cannot be read, or cannot be written where it should go."""


class Doubt(enum.Enum):
    """Why a list of new versions is not believed."""

    NO_ADDRESS = "no address"
    NO_KEY = "no key"
    NO_LIST = "no list"
    DAMAGED = "damaged"
    FOREIGN = "foreign key"
    SIGNATURE = "bad signature"
    FORM = "unknown form"
    FUTURE = "in the future"
    REPLAY = "older than one before"
    EXPIRED = "expired"
    FILE = "another file"


class UpdateError(KirejiError):
    """A list of new versions, or a file that claims to be one of them, is not believed.

    Args:
        doubt: Why, for programs.
    """

    def __init__(self, message: str, hint: str = "", *, detail: str = "", doubt: Doubt) -> None:
        super().__init__(message, hint, detail=detail)
        self.doubt = doubt


class ToolSourceError(KirejiError):
    """A plugin or a server of tools cannot be started, broke off, or says nonsense."""


class ToolRefused(KirejiError):
    """What a tool asked for was not allowed; the sentence is for the model."""


class JobError(KirejiError):
    """A job's input cannot be read, its output not written, or an order cannot be carried out."""


class JobConflict(JobError):
    """A job, batch or row is not in a state for that; another process may have been quicker."""


class SettingsError(KirejiError):
    """A setting has a value that cannot be used, or the settings cannot be read or written.

    Args:
        sections: Those that the person has written something in, and that do not hold because of it.
    """

    def __init__(self, message: str, hint: str = "", *, detail: str = "", sections: Iterable[str] = ()) -> None:
        super().__init__(message, hint, detail=detail)
        self.sections = frozenset(sections)
