"""What will be painted over in the pictures of a question, shown where they were cut out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from kireji.core.covering import Cover
from kireji.core.geometry import Rect, Region
from kireji.core.messages import ImagePart, Sha256
from kireji.core.redaction import Policy
from kireji.ui.looking_ahead import Looked, LookingAhead
from kireji.ui.overlay.frame import qrect
from kireji.ui.overlay.picture import Pictures
from kireji.ui.overlay.places import in_region
from kireji.ui.overlay.stage import Stage

if TYPE_CHECKING:  # loaded when something is hidden
    from kireji.ui.covers.boxes import Placed
    from kireji.ui.overlay.window import OverlayWindow

_CALM_MILLISECONDS = 250
"""A picture that is looked through more quickly is not worth a word."""
_SAME = 0.7
"""Of two boxes that is common where both are about the same words."""


class Covering(QObject):
    """Keeps the boxes and the bar's line about them those of the pictures that would be sent now.

    Args:
        looking: Looks through the pictures.
        stage: Where they were cut out.
        pictures: What would be sent.
        provider: Who would be asked.
        open_to_change: Whether the person can still undo a box: nothing has left.
    """

    def __init__(
        self,
        looking: LookingAhead,
        stage: Stage,
        pictures: Pictures,
        provider: Callable[[], str],
        open_to_change: Callable[[], bool],
    ) -> None:
        super().__init__(stage)
        self._looking = looking
        self._stage = stage
        self._pictures = pictures
        self._provider = provider
        self._open_to_change = open_to_change
        self._wanted: list[tuple[OverlayWindow, Cover, Rect]] = []
        """Boxes that the person has undone, where they lie on the screen: a mark more makes another picture."""
        self._known: set[Sha256] = set()
        self._patience = QTimer(self, singleShot=True, interval=_CALM_MILLISECONDS)
        self._patience.timeout.connect(self._say)
        self._ends = (
            looking.changed.subscribe(self._picture_changed),
            pictures.changed.subscribe(self._pictures_changed),
        )
        stage.settled.connect(self.refresh)
        stage.kept_changed.connect(self.refresh)
        stage.box_toggled.connect(self._toggled)

    def close(self) -> None:
        """Show nothing any more; at the end of the program."""
        for end in self._ends:
            end()
        self.put_away()

    def put_away(self) -> None:
        """The overlay is closed; its windows have let their boxes go."""
        self._patience.stop()
        self._wanted.clear()
        self._known.clear()

    def _picture_changed(self, picture: Sha256) -> None:
        if any(part.blob == picture for _, part in self._pictures.stored):
            self.refresh()

    def _pictures_changed(self, _nothing: None) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""
        if not self._stage.is_open:
            return
        stored = self._pictures.stored if self._hides else ()
        placed: dict[OverlayWindow, list[Placed]] = {}
        for region, part in stored:
            self._undo_again(region, part)
            for window, each in self._placed(region, part):
                placed.setdefault(window, []).append(each)
        for window in self._stage.windows:
            if window in placed or window.has_boxes:
                window.boxes.show(placed.get(window, ()), enabled=self._open_to_change())
        if self._is_looking and not self._patience.isActive():
            self._patience.start()
        elif not self._is_looking:
            self._patience.stop()
            self._say()

    @property
    def _hides(self) -> bool:
        redaction = self._looking.redaction
        return redaction is not None and redaction.policy(self._provider()) is not Policy.NEVER

    @property
    def _is_looking(self) -> bool:
        stored = self._pictures.stored if self._hides else ()
        return any(self._looking.how_far(part.blob) is Looked.NOW for _, part in stored)

    @property
    def hidden(self) -> int:
        """How much will be painted over."""
        redaction = self._looking.redaction
        if redaction is None or not self._hides:
            return 0
        return sum(hidden for _, part in self._pictures.stored for _, hidden in redaction.boxes(part.blob) or ())

    def _say(self) -> None:
        """Let the bar say how far it is."""
        if self._stage.is_open and self._stage.has_bar:
            self._stage.bar.show_hidden(self.hidden, looking=self._is_looking)

    def step_in(self) -> None:
        """Put the keyboard on the first box."""
        for window in self._stage.windows:
            if window.has_boxes:
                window.boxes.focus()
                return

    # Where they lie.

    def _placed(self, region: Region, part: ImagePart) -> Sequence[tuple[OverlayWindow, Placed]]:
        from kireji.ui.covers.boxes import Placed

        assert self._looking.redaction is not None
        result = []
        for cover, hidden in self._looking.redaction.boxes(part.blob) or ():
            for window, rect in self._lies(region, part, cover):
                logical = qrect(window.outer(rect))
                result.append((window, Placed(part.blob, cover, hidden, logical)))
        return result

    def _lies(self, region: Region, part: ImagePart, cover: Cover) -> list[tuple[OverlayWindow, Rect]]:
        """Where a box of the picture that is sent lies, in pixels of the screens."""
        rect = in_region(cover.rect, region, part)
        lying = [(laid.window, laid.place(rect)) for laid in self._stage.lies(region)]
        return [(window, where) for window, where in lying if not where.empty]

    # What the person does.

    def _toggled(self, toggled: object) -> None:
        assert isinstance(toggled, tuple)
        picture, cover, hidden = toggled
        redaction = self._looking.redaction
        assert redaction is not None
        for region, part in self._pictures.stored:
            if part.blob == picture:
                for window, rect in self._lies(region, part, cover):
                    self._wanted = [one for one in self._wanted if not _alike(one, (window, cover, rect))]
                    if not hidden:
                        self._wanted.append((window, cover, rect))
        (redaction.hide if hidden else redaction.show)(picture, cover)

    def _undo_again(self, region: Region, part: ImagePart) -> None:
        """What the person has undone stays undone where the picture was made anew for a mark or another edge.

        And nothing else is: not what they undid when they captured the same before.
        """
        redaction = self._looking.redaction
        if redaction is None or part.blob in self._known or (boxes := redaction.boxes(part.blob)) is None:
            return
        self._known.add(part.blob)
        for cover, hidden in boxes:
            lying = self._lies(region, part, cover)
            undone = any(_alike(one, (window, cover, rect)) for one in self._wanted for window, rect in lying)
            if hidden == undone:
                (redaction.show if undone else redaction.hide)(part.blob, cover)


def _alike(one: tuple[OverlayWindow, Cover, Rect], other: tuple[OverlayWindow, Cover, Rect]) -> bool:
    """Whether two boxes on the screen are about the same words."""
    if one[0] is not other[0] or one[1].kind is not other[1].kind:
        return False
    common = one[2].intersection(other[2])
    larger = max(one[2].width * one[2].height, other[2].width * other[2].height)
    return not common.empty and common.width * common.height >= _SAME * larger
