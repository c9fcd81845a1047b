"""Where the tool bar, the card, the label and the magnifier go: arithmetic over rectangles, no Qt.

All in the window's own coordinates. The rule is the same for each: beside the selection where there is room, never
outside the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kireji.core.geometry import Rect

Size = tuple[int, int]
"""Width and height."""


_CARD_WIDTHS = (420, 340)
_CARD_HEIGHTS = (560, 510, 460, 410, 360)
_LOW_CARD_HEIGHTS = (330, 300, 270, 240, 210)


def card_sizes(scale: float, most: Size) -> tuple[Size, ...]:
    """What the card may grow to, best first: rather narrow than so low that little can be read.

    Args:
        scale: Size of text; 1.0 is normal.
        most: The room there is, in logical pixels.
    """
    factor = min(1.6, max(1.0, scale))
    return tuple(
        (min(round(width * factor), most[0]), min(round(height * factor), most[1]))
        for heights in (_CARD_HEIGHTS, _LOW_CARD_HEIGHTS)
        for width in _CARD_WIDTHS
        for height in heights
    )


def within(rect: Rect, screen: Rect) -> Rect:
    """`rect` moved, and shrunk if it must be, so that it lies inside `screen`."""
    width, height = min(rect.width, screen.width), min(rect.height, screen.height)
    x = min(max(rect.x, screen.x), screen.right - width)
    y = min(max(rect.y, screen.y), screen.bottom - height)
    return Rect(x, y, width, height)


def inset(rect: Rect, margin: int) -> Rect:
    """`rect` without a margin on each side; unchanged where it is too small for that."""
    if rect.width <= 2 * margin or rect.height <= 2 * margin:
        return rect
    return Rect(rect.x + margin, rect.y + margin, rect.width - 2 * margin, rect.height - 2 * margin)


def place_bar(size: Size, selection: Rect, screen: Rect, gap: int, *, label: int = 0, rtl: bool = False) -> Rect:
    """The tool bar: below the selection, else above it, else over its lower edge.

    Args:
        size: What it would like to be.
        selection: What it belongs to.
        screen: Where it must stay.
        gap: Distance kept from selection and edges.
        label: Height of the size label, which stays free above the selection where there is room for both.
        rtl: It begins at the selection's right edge, as text does.
    """
    room = inset(screen, gap)
    width, height = min(size[0], room.width), min(size[1], room.height)
    x = selection.right - width if rtl else selection.x
    below, above = selection.bottom + gap, selection.y - gap - height
    if below + height <= room.bottom:
        y = below
    elif above >= room.y:
        y = max(room.y, above - label)
    else:
        y = selection.bottom - gap - height
    return within(Rect(x, y, width, height), room)


def place_card(
    size: Size, selection: Rect, screen: Rect, gap: int, *, avoid: Sequence[Rect] = (), rtl: bool = False
) -> Rect:
    """The card: right of the selection, left, below, above, else where it covers least of it.

    Args:
        size: What it would like to be.
        selection: What it should not cover.
        screen: Where it must stay.
        gap: Distance kept from selection and edges.
        avoid: What else it should not cover if that can be helped (the tool bar).
        rtl: Left before right.
    """
    room = inset(screen, gap)
    width, height = min(size[0], room.width), min(size[1], room.height)
    top = min(max(selection.y, room.y), room.bottom - height)
    start = selection.right - width if rtl else selection.x
    right = Rect(selection.right + gap, top, width, height)
    left = Rect(selection.x - gap - width, top, width, height)
    lowest = max([selection.bottom, *(rect.bottom for rect in avoid if _near(rect, selection, gap))])
    highest = min([selection.y, *(rect.y for rect in avoid if _near(rect, selection, gap))])
    stacked = [
        Rect(start, y, width, height)
        for y in (lowest + gap, selection.bottom + gap, highest - gap - height, selection.y - gap - height)
    ]
    beside = [left, right] if rtl else [right, left]
    next_to = [
        Rect(x, selection.bottom + gap if rect.y >= selection.bottom else selection.y - gap - height, width, height)
        for rect in avoid
        for x in (rect.right + gap, rect.x - gap - width)
    ]
    for obstacles in ((selection, *avoid), (selection,)):
        for wanted in (*beside, *stacked, *next_to):
            placed = within(wanted, room)
            fits = placed.y == wanted.y and (wanted in stacked or placed.x == wanted.x)
            if fits and not _covers(placed, obstacles):
                return placed
    return _least_covering(width, height, selection, room, avoid)


def reserve_card(
    sizes: Sequence[Size],
    selection: Rect,
    screen: Rect,
    gap: int,
    *,
    avoid: Sequence[Rect] = (),
    rtl: bool = False,
) -> Rect:
    """Room for a card that grows while its answer arrives, so that it need not change sides.

    Args:
        sizes: What it may grow to, best first; a smaller one is taken before anything is covered.
        selection: As for `place_card`; it is covered before the tool bar is, whose buttons would lie below the card.
        screen: The same.
        gap: The same.
        avoid: The same.
        rtl: The same.
    """
    placed = [place_card(size, selection, screen, gap, avoid=avoid, rtl=rtl) for size in sizes]
    for obstacles in ((selection, *avoid), avoid, (selection,)):
        for rect in placed:
            if not _covers(rect, obstacles):
                return rect
    return placed[0]


def place_label(size: Size, selection: Rect, screen: Rect, gap: int, *, rtl: bool = False) -> Rect:
    """The size label: above the selection's beginning, else inside its upper corner."""
    width, height = size
    x = selection.right - width if rtl else selection.x
    y = selection.y - gap - height
    if y < screen.y:
        y = selection.y + gap
        x += -gap if rtl else gap
    return within(Rect(x, y, width, height), screen)


def place_magnifier(size: Size, pointer: tuple[int, int], screen: Rect, gap: int) -> Rect:
    """The magnifier: right and below the pointer, on the other side where the screen ends; never under the pointer."""
    width, height = size
    x = pointer[0] + gap
    if x + width > screen.right:
        x = pointer[0] - gap - width
    y = pointer[1] + gap
    if y + height > screen.bottom:
        y = pointer[1] - gap - height
    return within(Rect(x, y, width, height), screen)


def _near(rect: Rect, selection: Rect, gap: int) -> bool:
    """Whether a bar hangs on the selection, so that what is stacked must clear it too."""
    grown = Rect(selection.x, selection.y - rect.height - gap, selection.width, selection.height + 2 * rect.height)
    return not rect.intersection(Rect(grown.x, grown.y, grown.width, grown.height + 2 * gap)).empty


def _covers(rect: Rect, obstacles: Iterable[Rect]) -> bool:
    return any(not rect.intersection(obstacle).empty for obstacle in obstacles)


def _least_covering(width: int, height: int, selection: Rect, room: Rect, avoid: Sequence[Rect]) -> Rect:
    corners = [Rect(x, y, width, height) for x in (room.right - width, room.x) for y in (room.bottom - height, room.y)]

    def covered(rect: Rect) -> tuple[int, int]:
        return sum(_area(rect.intersection(other)) for other in avoid), _area(rect.intersection(selection))

    return min(corners, key=covered)


def _area(rect: Rect) -> int:
    return rect.width * rect.height
