"""Everything a front end works with, as one value."""

from __future__ import annotations

import msgspec

from kireji.core.ports import Clock, ConversationStore, Ledger, Reader
from kireji.services.capture import CaptureService
from kireji.services.catalog import Catalog
from kireji.services.chat import ChatService
from kireji.services.credentials import Credentials
from kireji.services.doctor import Doctor
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences


class Services(msgspec.Struct, frozen=True):
    """The use cases, wired once by `bootstrap`; the windows and the command line know nothing else."""

    preferences: Preferences
    credentials: Credentials
    catalog: Catalog
    outbox: Outbox
    chat: ChatService
    capture: CaptureService
    conversations: ConversationStore
    ledger: Ledger
    reader: Reader
    doctor: Doctor
    clock: Clock
