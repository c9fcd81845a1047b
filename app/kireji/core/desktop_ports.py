"""What the services need from the desktop around the program: screens, windows, keys, clipboard, notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from kireji.core.ports import Availability

if TYPE_CHECKING:  # only for annotations: whoever holds the shortcut at start-up must not load the whole core for it
    from collections.abc import Callable, Mapping, Sequence

    from kireji.core.capturing import Target
    from kireji.core.errors import HotkeyError
    from kireji.core.geometry import DesktopWindow, Rect, ScreenImage
    from kireji.core.shortcuts import Shortcut


class CaptureBackend(Protocol):
    """A way to copy the screens' pixels."""

    @property
    def name(self) -> str: ...
    async def availability(self) -> Availability: ...
    async def grab(self) -> Sequence[ScreenImage]:
        """Copy all screens now.

        Raises:
            CaptureError: It did not work.
        """


class Curtain(Protocol):
    """Keeps our own windows out of the picture."""

    async def hide(self) -> None:
        """Hide what is visible; returns when the desktop has repainted, at once when nothing was visible."""

    def restore(self) -> None:
        """Bring back what was hidden."""


class AreaPicker(Protocol):
    """The desktop's own way to cut out a piece of the screen, for where programs cannot freeze it themselves."""

    @property
    def name(self) -> str: ...
    async def availability(self) -> Availability: ...
    async def pick(self) -> bytes | None:
        """Let the person choose in the desktop's own dialog; the bytes of a picture file, or None when they left it.

        Raises:
            CaptureError: It did not work, or never answered.
        """


class WindowLister(Protocol):
    """Where the windows of other programs lie."""

    async def windows(self) -> Sequence[DesktopWindow]:
        """The visible ones without our own, topmost first; empty where this cannot be known. Never raises."""


class ClipboardContent(NamedTuple):
    """What the clipboard held.

    Args:
        picture: Bytes of a picture file; empty when there is none.
        files: Addresses of files and pages that were copied, as written (file:///…, https://…).
        text: Plain text; empty when there is none.
    """

    picture: bytes = b""
    files: tuple[str, ...] = ()
    text: str = ""

    @property
    def empty(self) -> bool:
        return not (self.picture or self.files or self.text.strip())


class Clipboard(Protocol):
    """What other programs have copied and selected. Read only when the person asks for it."""

    async def read(self) -> ClipboardContent:
        """What was copied.

        Raises:
            ClipboardError: Its owner does not answer, or it cannot be read here.
        """

    def selection_availability(self) -> Availability:
        """Whether the selected text of other programs can be read here, and what to do if not."""

    async def read_selection(self) -> str:
        """The text that is selected in another program; empty when there is none. The clipboard stays as it is.

        Raises:
            ClipboardError: Its owner does not answer, or it cannot be read here.
        """


class KeySender(Protocol):
    """Presses the system's keys for Copy, for where the selected text cannot be read otherwise."""

    def availability(self) -> Availability:
        """Whether keys can be sent here, and what to do if not."""

    def press_copy(self) -> None:
        """Let go of the modifiers that are still down, then press the keys for Copy in the program that has them.

        Returns at once; the other program copies when it gets to it.

        Raises:
            ClipboardError: The program is a terminal, where these keys interrupt, or it takes no keys from others.
        """


class Notice(NamedTuple):
    """One notification.

    Args:
        title: One line, our own words.
        body: One sentence; may quote the person's own words, never a model's.
        key: A later notice with the same key takes this one's place; empty for none.
    """

    title: str
    body: str = ""
    key: str = ""


class Notifier(Protocol):
    """The desktop's notifications."""

    async def availability(self) -> Availability: ...
    async def notify(self, notice: Notice, clicked: Callable[[str], None] | None = None) -> bool:
        """Show one; False when nothing could show it. Never raises.

        Args:
            notice: What to say.
            clicked: Called on the loop when the person clicks it, with Wayland's activation token or "".
        """

    async def aclose(self) -> None: ...


class Autostart(Protocol):
    """Starting with the person's session."""

    def availability(self) -> Availability: ...
    def enabled(self) -> bool:
        """Whether the system says that it will start; asks the system itself, not a setting."""

    def set(self, on: bool) -> None:
        """Switch it.

        Raises:
            KirejiError: It could not be written.
        """


class Registration(Protocol):
    """A held shortcut."""

    def release(self) -> None:
        """Give it back; harmless a second time."""


class HotkeyBackend(Protocol):
    """A way to hold a key combination everywhere, without seeing any other key."""

    @property
    def name(self) -> str: ...
    def availability(self) -> Availability: ...
    def register(
        self, shortcut: Shortcut, pressed: Callable[[], None], lost: Callable[[HotkeyError], None] | None = None
    ) -> Registration:
        """Hold `shortcut`.

        Args:
            shortcut: The chord.
            pressed: Runs on the GUI thread, once per press.
            lost: Runs on the GUI thread, at most once, when the chord is no longer held though nobody gave it back:
                the keyboard's layout changed and another program has it there, or the display went away. The
                registration is over then.

        Raises:
            HotkeyTaken: Another program has it.
            HotkeyUnavailable: No such key here, or no way to hold it.
        """

    def free(self, candidates: Sequence[Shortcut]) -> Sequence[Shortcut]:
        """Those of `candidates` that could be held now, in their order; found by holding each for a moment.

        Empty where chords cannot be held at all.
        """


class BoundShortcut(NamedTuple):
    """What the desktop made of a chord that was asked for.

    Args:
        bound: Whether it is held.
        trigger: How the desktop describes the keys; may differ from what was asked. Empty when it does not say.
        sentence: Why not, with the next step, where it is not bound.
    """

    bound: bool
    trigger: str = ""
    sentence: str = ""


class ShortcutPortal(Protocol):
    """A desktop that hands out chords itself and may ask the person first."""

    @property
    def name(self) -> str: ...
    async def availability(self) -> Availability: ...
    async def bind(
        self,
        wanted: Mapping[Target, Shortcut],
        pressed: Callable[[Target, str], None],
        changed: Callable[[Mapping[Target, BoundShortcut]], None],
    ) -> Mapping[Target, BoundShortcut]:
        """Ask for all chords at once; replaces what was bound before. An empty mapping gives all back.

        Args:
            wanted: The chord for each action.
            pressed: Called on the loop with Wayland's activation token or "".
            changed: Called when the desktop changes what is bound, or has been restarted and was asked again.

        Raises:
            HotkeyUnavailable: The desktop cannot do it, refused, or never answered; the hint says what to do.
        """

    async def aclose(self) -> None: ...


class LastRegionStore(Protocol):
    """The region of the last capture, kept over restarts."""

    def read(self) -> Rect | None:
        """In the desktop's own pixels; None when there is none."""

    def write(self, rect: Rect) -> None:
        """Keep it; a failure is logged and forgotten, since nothing of value is lost."""
