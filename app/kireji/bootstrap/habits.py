"""What the assistant is trained to do besides answering; made when the first of it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from kireji.bootstrap.stores import Stores
    from kireji.core.extraction.ports import SheetFiles, SpreadsheetWriter
    from kireji.core.history import Origin
    from kireji.core.history_ports import ConversationStore
    from kireji.core.moderation.policy_checks import PolicyCheckStore
    from kireji.core.moderation.ports import PolicyStore
    from kireji.core.ports import CaptureStore, Clock, PictureComparer, Reader
    from kireji.core.structured.results import ResultStore
    from kireji.core.tool_ports import SchemaValidator
    from kireji.desktop.paths import Paths
    from kireji.services.catalog import Catalog
    from kireji.services.chat import ChatService
    from kireji.services.credentials import Credentials
    from kireji.services.habits import Habits
    from kireji.services.outbox import Outbox
    from kireji.services.preferences import Preferences
    from kireji.services.request_builder import RequestBuilder


class HabitNeeds(NamedTuple):
    """What they are made of.

    Args:
        catalog: Who can answer.
        credentials: With which key.
        outbox: The gate.
        preferences: The settings.
        requests: Makes pictures fit for models that cannot see.
        clock: Time.
        conversations: The history.
        captures: The bytes of pictures.
        reader: Where words stand in pictures.
        results: What is kept beside answers.
        policies: Makes what keeps policies.
        policy_checks: Makes what keeps checks of them.
        comparer: Makes what compares pixels.
        validator: Makes what holds answers to their schema.
        spreadsheets: Makes what writes spreadsheets.
        files: Makes what writes files that the person names.
        origin: This process.
        chat: Whose running turns these are among, and who asks the person before something leaves.
    """

    catalog: Catalog
    credentials: Credentials
    outbox: Outbox
    preferences: Preferences
    requests: RequestBuilder
    clock: Clock
    conversations: ConversationStore
    captures: CaptureStore
    reader: Reader
    results: Callable[[], ResultStore]
    policies: Callable[[], PolicyStore]
    policy_checks: Callable[[], PolicyCheckStore]
    comparer: Callable[[], PictureComparer]
    validator: Callable[[], SchemaValidator]
    spreadsheets: Callable[[], SpreadsheetWriter]
    files: Callable[[], SheetFiles]
    origin: Origin
    chat: ChatService


class LateHabits:
    """Makes them once.

    Args:
        needs: What they are made of.
    """

    def __init__(self, needs: HabitNeeds) -> None:
        self._needs = needs
        self._habits: Habits | None = None
        self._results: ResultStore | None = None

    def results(self) -> ResultStore:
        """What is kept beside answers."""
        if self._results is None:
            self._results = self._needs.results()
        return self._results

    def get(self) -> Habits:
        """All of them."""
        if self._habits is None:
            self._habits = self._made()
        return self._habits

    def _made(self) -> Habits:
        from kireji.services.comparison import ComparisonService
        from kireji.services.extraction import ExtractionService
        from kireji.services.habits import Habits
        from kireji.services.moderation.checking import PolicyChecking
        from kireji.services.moderation.service import Moderation
        from kireji.services.structured.asking import StructuredAsking
        from kireji.services.structured.keeping import AnswerKeeping
        from kireji.services.structured.turn import StructuredTurns
        from kireji.services.translation import TranslationService

        needs = self._needs
        validator = needs.validator()
        asking = StructuredAsking(
            needs.catalog,
            needs.credentials,
            needs.outbox,
            needs.preferences,
            needs.requests,
            validator,
            needs.clock,
        )
        turns = StructuredTurns(
            asking,
            AnswerKeeping(needs.conversations, self.results(), needs.origin),
            needs.chat.live,
            needs.chat.consents,
            needs.outbox.redaction,
        )
        moderation = Moderation(needs.policies(), turns, needs.reader, needs.captures)
        checking = PolicyChecking(moderation, needs.policy_checks(), needs.catalog, needs.preferences, needs.clock)
        return Habits(
            moderation,
            ExtractionService(turns, needs.reader, needs.captures, validator, needs.spreadsheets(), needs.files()),
            TranslationService(turns, needs.reader, needs.captures),
            ComparisonService(turns, needs.comparer(), needs.captures),
            checking,
        )


def comparer() -> PictureComparer:
    """Compares pixels."""
    from kireji.imaging.differences import PillowComparer

    return PillowComparer()


def spreadsheets() -> SpreadsheetWriter:
    """What makes XLSX files; loaded with the first."""
    from kireji.storage.spreadsheets import XlsxSpreadsheets

    return XlsxSpreadsheets()


def late_habits(
    paths: Paths,
    stores: Stores,
    catalog: Catalog,
    credentials: Credentials,
    outbox: Outbox,
    preferences: Preferences,
    requests: RequestBuilder,
    clock: Clock,
    reader: Reader,
    chat: ChatService,
) -> LateHabits:
    """Over what is kept in the data folder; nothing of it is loaded yet."""
    from kireji.desktop.processes import process_origin

    def results() -> ResultStore:
        from kireji.storage.results import SqliteResultStore

        return SqliteResultStore(stores.database)

    def policies() -> PolicyStore:
        from kireji.resources import resource
        from kireji.storage.policies import FilePolicyStore

        return FilePolicyStore(resource("policies"), paths.policies)

    def policy_checks() -> PolicyCheckStore:
        from kireji.storage.policy_checks import SqlitePolicyCheckStore

        return SqlitePolicyCheckStore(stores.database)

    def validator() -> SchemaValidator:
        from kireji.tools.validation import JsonSchemaValidator

        return JsonSchemaValidator()

    def files() -> SheetFiles:
        from kireji.storage.chosen_file import ChosenFiles

        return ChosenFiles()

    return LateHabits(
        HabitNeeds(
            catalog,
            credentials,
            outbox,
            preferences,
            requests,
            clock,
            stores.conversations,
            stores.captures,
            reader,
            results,
            policies,
            policy_checks,
            comparer,
            validator,
            spreadsheets,
            files,
            process_origin(),
            chat,
        )
    )
