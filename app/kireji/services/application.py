"""Everything a front end works with, as one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from kireji.core.desktop_ports import Autostart, Clipboard, Notifier
from kireji.core.history_ports import ConversationStore, DraftStore
from kireji.core.ports import Clock, Ledger, Reader
from kireji.core.prompt_ports import PromptStore
from kireji.services.capture import CaptureService
from kireji.services.catalog import Catalog
from kireji.services.chat import ChatService
from kireji.services.counting import Counting
from kireji.services.credentials import Credentials
from kireji.services.doctor import Doctor
from kireji.services.local_servers import LocalServers
from kireji.services.outbox import Outbox
from kireji.services.packing import Packing
from kireji.services.preferences import Preferences
from kireji.services.prompt_values import PromptValues
from kireji.services.queue import QuestionQueue
from kireji.services.receipts import Receipts
from kireji.services.sign_in import SignInService
from kireji.services.spending import Spending
from kireji.services.tools.service import ToolService
from kireji.services.watch import WatchService
from kireji.services.web_pictures import PicturesByUrl

if TYPE_CHECKING:  # loaded when one of them is first wanted
    from kireji.core.structured.results import ResultStore
    from kireji.services.about import About
    from kireji.services.backup import BackupService
    from kireji.services.habits import Habits
    from kireji.services.jobs.service import JobService
    from kireji.services.personal_data import PersonalData
    from kireji.services.summaries import Summaries
    from kireji.services.transfer import TransferService
    from kireji.services.updates import Updates


class WorksJobs(Protocol):
    """Works the queue of jobs."""

    async def run(self, job: int | None = None, *, until_done: bool = False) -> None:
        """Work it, for ever or until nothing is left to do; see `services.jobs.runner`.

        Raises:
            StoreError: The queue cannot be used, and nobody wants to wait until it can.
        """


class Services(msgspec.Struct, frozen=True):
    """The use cases, wired once by `bootstrap`; the windows and the command line know nothing else.

    `proxy_in_force` and `proxy_problem` ask the system and may block for a second, so call them in a thread: the
    address of the proxy that requests go through, without its password, empty for none; and why a proxy that the system
    names is not followed, with the next step, empty when nothing is wrong or the settings do not follow the system.
    Exports, imports, backups and updates are made when they are first asked for, and jobs open their queue then: nobody
    needs them at the start. `told_at_start` is a sentence for the person about this start; mostly empty.
    """

    preferences: Preferences
    credentials: Credentials
    catalog: Catalog
    local_servers: LocalServers
    sign_in: SignInService
    outbox: Outbox
    spending: Spending
    counting: Counting
    summaries: Callable[[], Summaries]
    packing: Packing
    chat: ChatService
    queue: QuestionQueue
    capture: CaptureService
    pictures_by_url: PicturesByUrl
    conversations: ConversationStore
    drafts: DraftStore
    ledger: Ledger
    receipts: Receipts
    reader: Reader
    doctor: Doctor
    clock: Clock
    prompts: PromptStore
    prompt_values: PromptValues
    clipboard: Clipboard
    notifier: Notifier
    autostart: Autostart
    watches: WatchService
    tools: ToolService
    transfer: Callable[[], TransferService]
    backups: Callable[[], BackupService]
    personal: Callable[[], PersonalData]
    about: Callable[[], About]
    habits: Callable[[], Habits]
    results: Callable[[], ResultStore]
    jobs: JobService
    job_runner: Callable[[], WorksJobs]
    proxy_in_force: Callable[[], str]
    proxy_problem: Callable[[], str]
    updates: Callable[[], Updates]
    told_at_start: str = ""
