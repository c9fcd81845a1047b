"""Where two pictures differ."""

from __future__ import annotations

from kireji.core.structured.comparison import Difference


class PillowComparer:
    """Satisfies `core.ports.PictureComparer`."""

    def difference(self, before: bytes, after: bytes) -> Difference:
        """As in PictureComparer."""
        raise NotImplementedError
