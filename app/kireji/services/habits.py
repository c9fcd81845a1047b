"""What the assistant is trained to do besides answering, as one value."""

from __future__ import annotations

import msgspec

from kireji.services.comparison import ComparisonService
from kireji.services.extraction import ExtractionService
from kireji.services.moderation.checking import PolicyChecking
from kireji.services.moderation.service import Moderation
from kireji.services.translation import TranslationService


class Habits(msgspec.Struct, frozen=True):
    """Made when the first of them is wanted."""

    moderation: Moderation
    extraction: ExtractionService
    translation: TranslationService
    comparison: ComparisonService
    policy_checks: PolicyChecking
