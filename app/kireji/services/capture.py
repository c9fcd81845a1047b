"""From the screen to a stored picture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from kireji.core.capture_places import CapturePlaces, Placed
from kireji.core.desktop_ports import AreaPicker, CaptureBackend, Curtain, LastRegionStore, WindowLister
from kireji.core.errors import CaptureError, NoCaptureBackend, RegionInvalid
from kireji.core.geometry import DesktopWindow, Rect, Region, ScreenImage
from kireji.core.messages import DocumentPart, ImagePart, Sha256
from kireji.core.ports import Availability, CaptureStore, EncodedDocument, EncodedPicture, ImageCodec
from kireji.core.publisher import Publisher
from kireji.core.words import say
from kireji.services.virtual_screen import part_of_desktop


class CaptureService:
    """Freezes the screens with the first backend that can work, cuts, encodes and stores.

    Args:
        backends: In order of preference.
        codec: The picture pipeline.
        captures: Where encoded pictures are kept.
        lister: Knows where windows lie.
        last: Keeps the region of the last capture.
        picker: The desktop's own dialog, for where the screens cannot be frozen; None where there is none.
        pointer: Where the pointer is, in the desktop's own pixels; may block for a moment. None where that is not told.
        places: Where pictures were cut out; None remembers nothing.
    """

    def __init__(
        self,
        backends: Sequence[CaptureBackend],
        codec: ImageCodec,
        captures: CaptureStore,
        lister: WindowLister,
        last: LastRegionStore,
        picker: AreaPicker | None = None,
        pointer: Callable[[], tuple[int, int] | None] = lambda: None,
        places: CapturePlaces | None = None,
    ) -> None:
        self._backends = tuple(backends)
        self._lister = lister
        self._last = last
        self._picker = picker
        self._pointer = pointer
        self._codec = codec
        self._captures = captures
        self._places = places
        self._working: CaptureBackend | None = None
        self._curtain: Curtain | None = None
        self.stored: Publisher[ImagePart] = Publisher()
        """A picture that was stored for a question that may come."""
        self.discarded: Publisher[ImagePart] = Publisher()
        """One that nobody will ask about after all."""

    async def availability(self) -> Sequence[tuple[str, Availability]]:
        """Every backend with whether it can work."""
        return [(backend.name, await backend.availability()) for backend in self._backends]

    async def warm(self) -> None:
        """Find the backend that can work and connect it, so that the first capture is as quick as the next."""
        for backend in self._backends:
            if (await backend.availability()).ok:
                self._working = backend
                return

    async def grab(self) -> Sequence[ScreenImage]:
        """Copy all screens now.

        Raises:
            NoCaptureBackend: None can work; the sentence says what the best one lacks.
            CaptureError: The one that should work failed.
        """
        if self._working is not None:
            return await self._working.grab()
        reasons: list[Availability] = []
        for backend in self._backends:
            availability = await backend.availability()
            if availability.ok:
                screens = await backend.grab()
                self._working = backend
                return screens
            reasons.append(availability)
        first = reasons[0] if reasons else Availability(False, say("No way of capturing is built in."))
        raise NoCaptureBackend(first.reason or say("The screen cannot be captured here."), first.hint)

    async def encode(self, region: Region) -> EncodedPicture:
        """Cut out and encode, off the loop.

        Raises:
            RegionInvalid: Nothing of the screen is in the region.
        """
        return await asyncio.to_thread(self._codec.encode_region, region.screen, region.rect)

    async def windows(self) -> Sequence[DesktopWindow]:
        """The windows of other programs, topmost first; empty where this cannot be known."""
        return await self._lister.windows()

    async def pick(self) -> EncodedPicture | None:
        """Let the desktop's own dialog cut out a region; None when the person left it.

        Raises:
            NoCaptureBackend: This desktop has no such dialog.
            CaptureError: It did not work, or never answered.
            PictureError: What it gave is no picture.
        """
        if self._picker is None:
            raise NoCaptureBackend(
                say("This desktop has no dialog for cutting out a region."), say("Give Kireji a picture.")
            )
        data = await self._picker.pick()
        return None if data is None else await self.encode_file(data)

    @property
    def can_pick(self) -> bool:
        """Whether the desktop has such a dialog."""
        return self._picker is not None

    async def signature(self, region: Region) -> bytes:
        """What a region looks like, for `core.changes.difference`, off the loop."""
        return await asyncio.to_thread(self._codec.signature, region.screen, region.rect)

    def last_region(self) -> Rect | None:
        """Where the last capture was, in the desktop's own pixels."""
        return self._last.read()

    async def remember(self, rect: Rect) -> None:
        """Keep where this capture was, for the next one of the same region."""
        await asyncio.to_thread(self._last.write, rect)

    async def encode_file(self, data: bytes) -> EncodedPicture:
        """Bring a picture file into the pipeline's limits, off the loop.

        Raises:
            PictureError: It is not a picture that can be used.
        """
        return await asyncio.to_thread(self._codec.encode_file, data)

    async def store(self, picture: EncodedPicture, place: Rect | None = None) -> ImagePart:
        """Keep an encoded picture.

        Args:
            picture: What `encode` gave.
            place: Where it was cut out (`Region.place`), so that the same can be looked at again; nobody waits for that
                to be written.

        Raises:
            StoreError: It cannot be written.
        """
        part = await self._captures.put(picture)
        if place is not None and self._places is not None:
            self._places.note(part.blob, place)
        self.stored.publish(part)
        return part

    async def region_of(self, blob: Sha256) -> Rect | None:
        """Where a stored picture was cut out, in the desktop's own pixels; None when nobody knows.

        `region_of_desktop` cuts out what is there now.

        Raises:
            StoreError: It could not be read.
        """
        return None if self._places is None else await self._places.place_of(blob)

    async def earlier(self, place: Rect | None = None) -> Placed | None:
        """The last picture in the history that was cut out there or nearly there, with its own place; None without.

        It may hold the same bytes as the picture of now. To compare what is nearly the same place, cut out
        `Placed.place`.

        Args:
            place: In the desktop's own pixels; None for the last picture of any place.

        Raises:
            StoreError: It could not be read.
        """
        return None if self._places is None else await self._places.last(place)

    async def store_document(self, document: EncodedDocument) -> DocumentPart:
        """Keep a document; raises StoreError when it cannot be written."""
        return await self._captures.put_document(document)

    async def discard(self, part: ImagePart | DocumentPart) -> None:
        """Take back what `store` gave, as nobody has asked about it."""
        if isinstance(part, ImagePart):
            self.discarded.publish(part)
        await self._captures.discard(part)

    async def fetch(self, part: ImagePart | DocumentPart) -> bytes:
        """The bytes of a stored picture or document."""
        return await self._captures.get(part.blob)

    async def latest(self, number: int) -> Sequence[str]:
        """Files of the last pictures that were kept, oldest first: what was captured, attached or pasted.

        Args:
            number: At most so many.

        Raises:
            StoreError: They cannot be read.
        """
        return await self._captures.latest(number)

    async def region_of_desktop(self, rect: Rect) -> Region:
        """Freeze the screens and cut out a rectangle given in the desktop's own pixels.

        Several screens that it lies on are joined; what reaches over the screens' edges is left out.

        Raises:
            RegionInvalid: It lies on no screen.
        """
        screens = await self.grab()
        region = await asyncio.to_thread(part_of_desktop, screens, rect)
        if region is None:
            shown = "; ".join(str(screen.native) for screen in screens)
            raise RegionInvalid(
                say("The region {rect} lies outside every screen.", rect=rect),
                say("Screens are at (x,y,width,height): {shown}.", shown=shown),
            )
        return region

    async def screen_under_pointer(self) -> ScreenImage:
        """Freeze the screens; the one that the pointer is on.

        Raises:
            CaptureError: It did not work, or where the pointer is cannot be known here.
        """
        x, y = await self._pointed()
        screens = await self.grab()
        found = part_of_desktop(screens, Rect(x, y, 1, 1))
        if found is None:
            raise RegionInvalid(say("The pointer is on no screen."), say("Name the screen: --screen N."))
        return found.screen

    async def window_under_pointer(self) -> Rect:
        """Where the topmost window under the pointer lies, in the desktop's own pixels.

        Raises:
            CaptureError: There is none, or it cannot be known here.
        """
        x, y = await self._pointed()
        windows = await self.windows()
        for window in windows:
            if not window.rect.intersection(Rect(x, y, 1, 1)).empty:
                return window.rect
        if windows:
            raise RegionInvalid(say("There is no window under the pointer."), say("Move the pointer over one."))
        raise CaptureError(
            say("The windows of other programs are not told here."), say("Cut one out by its place: --region.")
        )

    def set_curtain(self, curtain: Curtain) -> None:
        """Where there are windows of ours: what keeps them out of the pictures that tools take.

        Args:
            curtain: Hides them and brings them back.
        """
        self._curtain = curtain

    async def seen(self) -> EncodedPicture:
        """What is on the screen that the pointer is on, or on the first where that is not told; without our windows.

        Raises:
            CaptureError: It did not work.
        """
        place = await asyncio.to_thread(self._pointer)
        screens = await self._without_ours()
        if not screens:
            raise RegionInvalid(say("There is no screen."))
        found = None if place is None else part_of_desktop(screens, Rect(*place, 1, 1))
        screen = screens[0] if found is None else found.screen
        return await self.encode(Region(screen, Rect(0, 0, screen.width, screen.height)))

    async def seen_at(self, rect: Rect) -> EncodedPicture:
        """What is at a place of the desktop now, without our windows.

        Args:
            rect: In the desktop's own pixels.

        Raises:
            CaptureError: It did not work.
            RegionInvalid: It lies on no screen any more.
        """
        screens = await self._without_ours()
        region = await asyncio.to_thread(part_of_desktop, screens, rect)
        if region is None:
            raise RegionInvalid(
                say("The place where this was captured lies on no screen any more."), say("Capture it anew.")
            )
        return await self.encode(region)

    async def _without_ours(self) -> Sequence[ScreenImage]:
        if self._curtain is None:
            return await self.grab()
        try:
            await self._curtain.hide()
            return await self.grab()
        finally:
            self._curtain.restore()

    async def _pointed(self) -> tuple[int, int]:
        place = await asyncio.to_thread(self._pointer)
        if place is None:
            raise CaptureError(
                say("This desktop does not tell where the pointer is."),
                say("Use --screen N or --region, or leave out -o."),
            )
        return place
