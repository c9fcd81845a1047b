"""One-to-many notification without Qt."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class Publisher(Generic[T]):
    """Calls its subscribers at once, in order of subscription; what one raises is logged and stops no other."""

    def __init__(self) -> None:
        self._subscribers: list[Callable[[T], None]] = []

    def subscribe(self, receiver: Callable[[T], None]) -> Callable[[], None]:
        """Call `receiver` with every value published from now on; returns what ends that."""
        self._subscribers.append(receiver)

        def unsubscribe() -> None:
            if receiver in self._subscribers:
                self._subscribers.remove(receiver)

        return unsubscribe

    def publish(self, value: T) -> None:
        for receiver in tuple(self._subscribers):
            try:
                receiver(value)
            except Exception:  # a subscriber's fault must not reach the publisher
                log.exception("a subscriber failed")
