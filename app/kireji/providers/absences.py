"""Batches that a service does not find: now and then it finds them again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from kireji.core.errors import ProviderError
from kireji.core.jobs.ports import RemoteBatch, RemoteState
from kireji.core.words import say

ABSENT = frozenset({404, 410})
_BELIEVED = 3
"""So many times in a row."""
_DELETED = 410
_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Absences:
    """Counts how often in a row something was not found.

    Args:
        provider: Whose.
        name: As people know it.
    """

    def __init__(self, provider: str, name: str) -> None:
        self._provider = provider
        self._name = name
        self._times: Counter[str] = Counter()

    def over(self, key: str) -> None:
        """It was found."""
        self._times.pop(key, None)

    def believed(self, key: str, error: ProviderError) -> bool:
        """Count one more; whether it is certain that it is not there."""
        self._times[key] += 1
        if error.status != _DELETED and self._times[key] < _BELIEVED:
            return False
        self.over(key)
        return True

    def met(self, key: str, error: ProviderError) -> ProviderError:
        """What is raised for something that may be found again."""
        del key
        return ProviderError(
            say("{name} does not find the batch at the moment.", name=self._name),
            say("Look again in a minute."),
            provider=self._provider,
            request_id=error.request_id,
            retryable=True,
            detail=error.detail,
            status=error.status,
        )

    def gone(self, remote: str, error: ProviderError) -> RemoteBatch:
        """A batch that is not there.

        Raises:
            ProviderError: It may be found again.
        """
        if not self.believed(remote, error):
            raise self.met(remote, error) from error
        sentence = say("{name} does not know this batch; another account's key may have made it.", name=self._name)
        return RemoteBatch(remote, RemoteState.GONE, 0, _UNKNOWN_TIME, sentence=sentence)
