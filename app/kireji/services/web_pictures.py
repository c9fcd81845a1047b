"""Pictures that the person names by their address."""

from __future__ import annotations

from collections.abc import Callable

from kireji.core.ports import EncodedPicture
from kireji.core.provider_ports import WebPictures
from kireji.services.capture import CaptureService
from kireji.services.outbox import Outbox


class PicturesByUrl:
    """Fetches a picture and brings it into the pipeline's limits.

    Args:
        web: Makes what fetches bytes.
        outbox: Records each request.
        capture: Encodes what came.
    """

    def __init__(self, web: Callable[[], WebPictures], outbox: Outbox, capture: CaptureService) -> None:
        self._web = web
        self._outbox = outbox
        self._capture = capture

    async def fetch(self, url: str) -> EncodedPicture:
        """The picture at an address.

        Raises:
            ProviderError: It was not reached, the address is none, or what is there is too large or no picture.
            PictureError: What came cannot be used.
        """
        return await self._capture.encode_file(await self._web().fetch(self._outbox.gate, url))
