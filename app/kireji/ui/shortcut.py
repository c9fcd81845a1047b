"""Global shortcuts: the capture chord is held from the first moment, the others once the settings are read."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from PySide6.QtCore import QObject, QSocketNotifier

from kireji.core.capturing import Action, PromptKey, Target
from kireji.core.desktop_ports import BoundShortcut, HotkeyBackend, Registration
from kireji.core.errors import HotkeyError, HotkeyTaken
from kireji.core.publisher import Publisher
from kireji.core.shortcuts import Shortcut, alternatives
from kireji.ui.translation import mark, tr

_OFFERED = 3
"""Free alternatives that are offered for a chord that is taken."""

_NOT_GIVEN = mark("The desktop gave no keys for this. Choose them in its keyboard settings, or bind the command.")


class ShortcutStatus(enum.Enum):
    """What became of a chord."""

    NONE = "none"
    ASKED = "asked"
    """The desktop has not answered yet."""
    HELD = "held"
    TAKEN = "taken"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    PAUSED = "paused"


_WITHOUT_SENTENCE = {
    ShortcutStatus.NONE: mark("No shortcut is set. Choose one in Settings, Shortcuts."),
    ShortcutStatus.ASKED: mark("The desktop has not answered yet whether it gives the shortcut; it may be asking you."),
    ShortcutStatus.TAKEN: mark("Another program uses the shortcut. Choose another in Settings, Shortcuts."),
    ShortcutStatus.REFUSED: _NOT_GIVEN,
    ShortcutStatus.UNAVAILABLE: mark("The shortcut cannot be held here."),
    ShortcutStatus.PAUSED: mark("Shortcuts are paused. Resume them from the tray menu."),
}


class ShortcutState(NamedTuple):
    """The truth about one chord.

    Args:
        chord: As people write it; empty when none is wanted.
        status: What became of it.
        sentence: What happened and what to do, when it is not held.
        trigger: The keys as the desktop names them, where it chose them itself; empty otherwise.
        seen: It was pressed, and arrived here, since it is held.
    """

    chord: str = ""
    status: ShortcutStatus = ShortcutStatus.NONE
    sentence: str = ""
    trigger: str = ""
    seen: bool = False

    @property
    def keys(self) -> str:
        """What to press now; empty while nothing is held."""
        return (self.trigger or self.chord) if self.status is ShortcutStatus.HELD else ""

    @property
    def trouble(self) -> str:
        """Why nothing is held; empty when something is."""
        return "" if self.status is ShortcutStatus.HELD else self.sentence or tr(_WITHOUT_SENTENCE[self.status])


class DesktopChords(Protocol):
    """Asks a desktop that hands out chords itself; answers come to `GlobalShortcuts.answered` and `.refused`."""

    def ask(self, wanted: Mapping[Target, Shortcut]) -> None:
        """Ask for all chords at once; an empty mapping gives all back."""


class GlobalShortcuts:
    """Owns the registration of every chord.

    Presses before there is a receiver are kept as one press and delivered when the receiver is set.

    Args:
        backend: How chords are held here.
        chord: The capture chord, as in the settings; empty holds none.
        paused: Begin released.

    Attributes:
        pressed: Publishes the action whose chord was pressed, before it is carried out.
        changed: Publishes the action whose state is another.
        lost: Publishes the sentence that tells of a chord which was held and no longer is.
    """

    def __init__(self, backend: HotkeyBackend, chord: str, *, paused: bool = False) -> None:
        self._backend = backend
        self._desktop: DesktopChords | None = None
        self._paused = paused
        self._registrations: dict[Target, Registration] = {}
        self._states: dict[Target, ShortcutState] = {}
        self._receiver: Callable[[Target, str], None] | None = None
        self._waiting: Target | None = None
        self.pressed: Publisher[Target] = Publisher()
        self.changed: Publisher[Target] = Publisher()
        self.lost: Publisher[str] = Publisher()
        self._take(Action.CAPTURE, chord)

    @property
    def asks_desktop(self) -> bool:
        """Whether the desktop hands out the chords, and may give others than were asked for."""
        return self._desktop is not None

    def state(self, action: Target = Action.CAPTURE) -> ShortcutState:
        """What holds now."""
        return self._states.get(action, ShortcutState())

    @property
    def taken(self) -> str:
        """The sentence about chords that other programs have; empty when there are none."""
        taken = [state for state in self._states.values() if state.status is ShortcutStatus.TAKEN]
        if len(taken) < 2:
            return "".join(state.sentence for state in taken)
        *chords, last = (state.chord for state in taken)
        return tr(
            "{chords} and {last} are already used by other programs. Choose others in Settings.",
            chords=tr(", ").join(chords),
            last=last,
        )

    def receive(self, receiver: Callable[[Target, str], None]) -> None:
        """Deliver presses to `receiver` from now on, and the one that waited.

        Args:
            receiver: Gets the action and Wayland's activation token, or "".
        """
        self._receiver = receiver
        if self._waiting is not None:
            action, self._waiting = self._waiting, None
            receiver(action, "")

    def hold(self, chords: Mapping[Target, str]) -> None:
        """Hold what the settings name beside what is held already; once, when they have been read."""
        for action, chord in chords.items():
            if chord != self.state(action).chord:
                self._release(action)
                self._take(action, chord)

    def hold_prompts(self, chords: Mapping[PromptKey, str]) -> None:
        """Hold the keys of these prompts, and give back those of all others.

        Args:
            chords: By prompt; what is held already stays held.
        """
        gone = [target for target in self._states if isinstance(target, PromptKey) and target not in chords]
        changed = {prompt: chord for prompt, chord in chords.items() if chord != self.state(prompt).chord}
        if not gone and not changed:
            return
        for prompt in (*gone, *changed):
            self._release(prompt)
            self._states.pop(prompt, None)
        for prompt, chord in changed.items():
            self._take(prompt, chord)
        self._ask()
        for prompt in (*gone, *changed):
            self.changed.publish(prompt)

    def user_of(self, chord: str, but: Target | None = None) -> Target | None:
        """What of ours has a chord already.

        Args:
            chord: As people write it.
            but: This one does not count.
        """
        shortcut = Shortcut.parse(chord)
        return None if shortcut is None else self._user_of(shortcut, but)

    def ask_desktop(self, desktop: DesktopChords) -> None:
        """From now on let the desktop hand out the chords, and ask for all of them."""
        self.release()
        self._desktop = desktop
        self.ask_again()

    def ask_again(self) -> None:
        """Ask the desktop once more for all chords; without such a desktop, try all that are not held."""
        for action, state in tuple(self._states.items()):
            if self._desktop is not None or state.status is not ShortcutStatus.HELD:
                self._release(action)
                self._take(action, state.chord)
        self._ask()
        self._publish_all()

    def change(self, action: Target, chord: str) -> str:
        """Hold another chord; the old one stays when the new one cannot be held.

        Returns:
            Empty when it is held or the desktop was asked, else the sentence that says why not.
        """
        before = self.state(action)
        if chord == before.chord and before.status is ShortcutStatus.HELD:
            return ""
        self._release(action)
        self._take(action, chord)
        problem = self.state(action).sentence
        if problem and before.chord != chord:
            self._take(action, before.chord)
        for other, state in tuple(self._states.items()):
            if state.status is ShortcutStatus.REFUSED and self._desktop is None and other != action:
                self._take(other, state.chord)  # the chord that stood in its way may be free now
        self._ask()
        self._publish_all()
        return problem

    def pause(self, paused: bool) -> None:
        """Release all chords for other programs, or hold them again."""
        self._paused = paused
        self.release()
        for action, state in tuple(self._states.items()):
            self._take(action, state.chord)
        self._ask()
        self._publish_all()

    def release(self) -> None:
        """Give all chords back."""
        for action in tuple(self._registrations):
            self._release(action)

    def free(self, chord: str) -> Sequence[str]:
        """Chords like this one that nobody holds, best first; empty where that cannot be known.

        Args:
            chord: One that is taken.
        """
        wanted = Shortcut.parse(chord)
        if wanted is None or self._desktop is not None:
            return ()
        used = {Shortcut.parse(state.chord) for state in self._states.values() if state.chord}
        candidates = [each for each in alternatives(wanted) if each not in used]
        return tuple(str(each) for each in self._backend.free(candidates)[:_OFFERED])

    def answered(self, bound: Mapping[Target, BoundShortcut]) -> None:
        """What the desktop made of the chords."""
        for action, state in tuple(self._states.items()):
            if state.status in (ShortcutStatus.NONE, ShortcutStatus.PAUSED) or not self._asked(action):
                continue
            given = bound.get(action, BoundShortcut(False))
            if given.bound:
                new = ShortcutState(state.chord, ShortcutStatus.HELD, "", given.trigger, state.seen)
            else:
                new = ShortcutState(state.chord, ShortcutStatus.REFUSED, given.sentence or tr(_NOT_GIVEN))
            self._states[action] = new
        self._publish_all()

    def refused(self, error: HotkeyError) -> None:
        """The desktop hands out no chords at all."""
        for action, state in tuple(self._states.items()):
            if state.status in (ShortcutStatus.ASKED, ShortcutStatus.HELD):
                self._states[action] = ShortcutState(state.chord, ShortcutStatus.UNAVAILABLE, error.sentence)
        self._publish_all()

    def press(self, action: Target, token: str = "") -> None:
        """A chord arrived."""
        self._states[action] = self.state(action)._replace(seen=True)
        self.changed.publish(action)
        self.pressed.publish(action)
        if self._receiver is None:
            self._waiting = action
        else:
            self._receiver(action, token)

    def _take(self, action: Target, chord: str) -> None:
        """Hold a chord if that can be done at once, and note what became of it."""
        shortcut = Shortcut.parse(chord) if chord else None
        if shortcut is None:
            self._states[action] = ShortcutState(chord)
        elif (other := self._user_of(shortcut, action)) is not None:
            sentence = tr("{chord} is already used for “{title}”. Choose other keys.", chord=chord, title=other.title)
            self._states[action] = ShortcutState(chord, ShortcutStatus.REFUSED, sentence)
        elif self._paused:
            self._states[action] = ShortcutState(chord, ShortcutStatus.PAUSED)
        elif self._desktop is not None:
            self._states[action] = ShortcutState(chord, ShortcutStatus.ASKED)
        else:
            self._states[action] = self._register(action, chord, shortcut)

    def _register(self, action: Target, chord: str, shortcut: Shortcut) -> ShortcutState:
        try:
            self._registrations[action] = self._backend.register(
                shortcut, partial(self.press, action), partial(self._lost, action)
            )
        except HotkeyError as error:
            return ShortcutState(chord, _failed(error), error.sentence)
        return ShortcutState(chord, ShortcutStatus.HELD)

    def _lost(self, action: Target, error: HotkeyError) -> None:
        """The system took a chord away, as after a change of the keyboard's layout."""
        self._release(action)
        self._states[action] = ShortcutState(self.state(action).chord, _failed(error), error.sentence)
        self.changed.publish(action)
        self.lost.publish(error.sentence)

    def _user_of(self, shortcut: Shortcut, action: Target | None) -> Target | None:
        """The other action that has this chord."""
        inactive = (ShortcutStatus.NONE, ShortcutStatus.REFUSED)
        return next(
            (
                other
                for other, state in self._states.items()
                if other != action and state.status not in inactive and Shortcut.parse(state.chord) == shortcut
            ),
            None,
        )

    def _asked(self, action: Target) -> bool:
        """Whether the desktop was asked for it; a chord that another action has is never asked for."""
        shortcut = Shortcut.parse(self.state(action).chord)
        return shortcut is not None and self._user_of(shortcut, action) is None

    def _ask(self) -> None:
        if self._desktop is None:
            return
        wanted: dict[Target, Shortcut] = {}
        for action, state in self._states.items():
            shortcut = Shortcut.parse(state.chord)
            if shortcut is not None and state.status in (ShortcutStatus.ASKED, ShortcutStatus.HELD):
                wanted[action] = shortcut
        self._desktop.ask(wanted)

    def _release(self, action: Target) -> None:
        registration = self._registrations.pop(action, None)
        if registration is not None:
            registration.release()

    def _publish_all(self) -> None:
        for action in tuple(self._states):
            self.changed.publish(action)


def _failed(error: HotkeyError) -> ShortcutStatus:
    return ShortcutStatus.TAKEN if isinstance(error, HotkeyTaken) else ShortcutStatus.UNAVAILABLE


def watch_descriptor(parent: QObject) -> Callable[[int, Callable[[], None]], Callable[[], None]]:
    """A function that calls back when a file descriptor can be read, on Qt's loop; its result ends that."""

    def watch(descriptor: int, ready: Callable[[], None]) -> Callable[[], None]:
        notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read, parent)
        notifier.activated.connect(ready)

        def stop() -> None:
            notifier.setEnabled(False)
            notifier.deleteLater()

        return stop

    return watch
