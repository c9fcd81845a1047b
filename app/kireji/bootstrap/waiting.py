"""Adapters that are loaded when they are first used: the first press after the start does not wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kireji.core.desktop_ports import (
        Autostart,
        CaptureBackend,
        Clipboard,
        ClipboardContent,
        Notice,
        Notifier,
        WindowLister,
    )
    from kireji.core.geometry import DesktopWindow, ScreenImage
    from kireji.core.ports import Availability
    from kireji.core.prompt_bundles import PromptBundle
    from kireji.core.prompt_ports import PromptStore
    from kireji.core.prompts import Prompt

_T = TypeVar("_T")


class Once(Generic[_T]):
    """Something that is made at its first use.

    Args:
        make: Makes it.
    """

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make = make
        self.made: _T | None = None

    def get(self) -> _T:
        """The thing itself."""
        if self.made is None:
            self.made = self._make()
        return self.made

    def close(self) -> None:
        """Give back what it keeps open, if it was ever used."""
        close = getattr(self.made, "close", None)
        if close is not None:
            close()


class WaitingCapture:
    """A way to copy the screens' pixels.

    Args:
        name: What it is called.
        make: Makes it.
    """

    def __init__(self, name: str, make: Callable[[], CaptureBackend]) -> None:
        self._name = name
        self._once = Once(make)

    @property
    def name(self) -> str:
        return self._name

    async def availability(self) -> Availability:
        return await self._once.get().availability()

    async def grab(self) -> Sequence[ScreenImage]:
        return await self._once.get().grab()


class WaitingWindows:
    """Where windows lie.

    Args:
        make: Makes what knows it.
    """

    def __init__(self, make: Callable[[], WindowLister]) -> None:
        self._once = Once(make)
        self.close = self._once.close

    async def windows(self) -> Sequence[DesktopWindow]:
        return await self._once.get().windows()


class WaitingClipboard:
    """What other programs have copied and selected.

    Args:
        make: Makes what reads it.
    """

    def __init__(self, make: Callable[[], Clipboard]) -> None:
        self._once = Once(make)
        self.close = self._once.close

    async def read(self) -> ClipboardContent:
        return await self._once.get().read()

    def selection_availability(self) -> Availability:
        return self._once.get().selection_availability()

    async def read_selection(self) -> str:
        return await self._once.get().read_selection()


class WaitingNotifier:
    """The desktop's notifications.

    Args:
        make: Makes what shows them.
    """

    def __init__(self, make: Callable[[], Notifier]) -> None:
        self._once = Once(make)

    async def availability(self) -> Availability:
        return await self._once.get().availability()

    async def notify(self, notice: Notice, clicked: Callable[[str], None] | None = None) -> bool:
        return await self._once.get().notify(notice, clicked)

    async def aclose(self) -> None:
        if self._once.made is not None:
            await self._once.made.aclose()


class WaitingAutostart:
    """Starting with the session.

    Args:
        make: Makes what knows and switches it.
    """

    def __init__(self, make: Callable[[], Autostart]) -> None:
        self._once = Once(make)

    def availability(self) -> Availability:
        return self._once.get().availability()

    def enabled(self) -> bool:
        return self._once.get().enabled()

    def set(self, on: bool) -> None:
        self._once.get().set(on)


class WaitingPrompts:
    """The quick prompts.

    Args:
        make: Makes what reads them.
    """

    def __init__(self, make: Callable[[], PromptStore]) -> None:
        self._once = Once(make)

    async def prompts(self) -> Sequence[Prompt]:
        return await self._once.get().prompts()

    async def problems(self) -> Sequence[str]:
        return await self._once.get().problems()

    async def shipped(self) -> Mapping[str, Prompt]:
        return await self._once.get().shipped()

    async def source(self, name: str) -> bytes:
        return await self._once.get().source(name)

    async def save(self, prompt: Prompt, *, replacing: str = "", source: bytes = b"") -> Prompt:
        return await self._once.get().save(prompt, replacing=replacing, source=source)

    async def remove(self, name: str) -> bool:
        return await self._once.get().remove(name)

    async def export(self, names: Sequence[str], path: Path) -> None:
        await self._once.get().export(names, path)

    async def bundle(self, path: Path) -> PromptBundle:
        return await self._once.get().bundle(path)
