"""A comparison on the page: both pictures, where they differ, and what that means."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout

from kireji.core.structured.comparison import Change, ChangeKind, Comparison, Difference
from kireji.ui.chat.words import decimal
from kireji.ui.parts import label, spread
from kireji.ui.results.box_marks import PlacedBox
from kireji.ui.results.content import Copy, ResultContent
from kireji.ui.results.entry_list import Entry, EntryList, Line
from kireji.ui.results.kinds import ShownResult
from kireji.ui.results.page import ResultPage
from kireji.ui.results.words import comparison_text
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

_CHOICES = (("both", mark("Side by side")), ("before", mark("Before")), ("after", mark("After")))
_KINDS = {
    ChangeKind.ADDED: mark("Added"),
    ChangeKind.REMOVED: mark("Removed"),
    ChangeKind.CHANGED: mark("Changed"),
    ChangeKind.MOVED: mark("Moved"),
}
_LEAST_SHARE = 0.001


class ShownComparison(ShownResult):
    """Two pictures, side by side or one in the place of the other.

    Args:
        page: Where.
        comparison: What is shown.
        theme: Colours and text size.
    """

    def __init__(self, page: ResultPage, comparison: Comparison, theme: Theme) -> None:
        self._content = ComparisonContent(theme)
        super().__init__(page, self._content, scrolls=False)
        self._value = "both"
        self._content.show_comparison(comparison)
        # Gone with the content, so that a key of this result means nothing on the next one.
        blink = QShortcut(QKeySequence("B"), self._content)
        blink.setContext(Qt.ShortcutContext.WindowShortcut)
        blink.activated.connect(self._blink)

    def take_pictures(self, pictures: Sequence[QImage]) -> None:
        self.pictures = list(pictures)
        if len(self.pictures) > 1:
            self.page.stage.show_choices([(value, tr(words)) for value, words in _CHOICES], self._value)
        self._show()

    def choose(self, value: str) -> None:
        self._value = value
        self._show()

    def show_picture(self, number: int) -> None:
        """Both are shown, or one that the person has chosen."""

    def _blink(self) -> None:
        """One picture in the place of the other, so that what differs jumps to the eye."""
        if len(self.pictures) > 1:
            self.page.stage.choices.press("after" if self._value == "before" else "before")

    def _show(self) -> None:
        both = self._value == "both" or len(self.pictures) < 2
        self.page.picture = 1 if self._value == "after" and not both else 0
        self.page.second_picture = 1
        said = (tr("Before"), tr("After"))
        shown = self.pictures[:2] if both else [self.pictures[self.page.picture]]
        self.page.stage.show_pictures(shown, said if both else (said[self.page.picture],))
        self.page.draw_boxes()


class ComparisonContent(ResultContent):
    """What changed, in words.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._comparison = Comparison("", (), Difference(True, 0.0, ()))
        self._chosen: frozenset[int] = frozenset()
        self.summary = label("", "lead", wrap=True)
        self.about = label("", "muted", wrap=True)
        self.list = EntryList(theme, tr("Changes"))
        self.summary.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for part in (self.summary, self.about):
            layout.addWidget(part)
        layout.addWidget(self.list, 1)
        self.list.went.connect(self._went)
        self.list.copied.connect(self._copy_one)

    def show_comparison(self, comparison: Comparison) -> None:
        """Show one."""
        self._comparison = comparison
        self.summary.setText(comparison.summary[:1_000])
        self.about.setText(_about(comparison.difference))
        entries = [_entry(number, change) for number, change in enumerate(comparison.changes)]
        entries += [
            Entry(("region", region), (Line(tr("Something differs here; the model says nothing about it."), "muted"),),
                  str(region + 1))
            for region in comparison.unexplained
        ]  # fmt: skip
        self.list.show_entries(entries)

    def boxes(self, picture: int) -> Sequence[PlacedBox]:
        difference = self._comparison.difference
        told = {region: change.words for change in self._comparison.changes for region in change.regions}
        found = []
        for region, box in enumerate(difference.boxes):
            there = difference.on_second(box) if picture else box
            tone = (
                "trouble" if region in self._chosen else "doubt" if region in self._comparison.unexplained else "plain"
            )
            found.append(PlacedBox(region, there, tone, region + 1, told.get(region, tr("Not explained"))))
        return found

    def picture_of(self, key: Hashable) -> int:
        return 0

    def choose(self, key: Hashable | None) -> None:
        for entry, regions in self._regions():
            if key in regions:
                self._mark(regions)
                self.list.go_to(entry)
                return
        self._mark(())
        self.list.go_to(None)

    def focus(self) -> None:
        self.list.setFocus()

    def _copy_one(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def copies(self) -> Sequence[Copy]:
        return [Copy("text", tr("Copy what changed"))]

    def copied(self, form: str) -> str:
        return comparison_text(self._comparison)

    def _regions(self) -> list[tuple[Hashable, tuple[int, ...]]]:
        changes: list[tuple[Hashable, tuple[int, ...]]] = [
            (("change", number), change.regions) for number, change in enumerate(self._comparison.changes)
        ]
        return changes + [(("region", region), (region,)) for region in self._comparison.unexplained]

    def _went(self, key: object) -> None:
        regions = next((regions for entry, regions in self._regions() if entry == key), ())
        self._mark(regions)
        self.went.emit(regions[0] if regions else None)

    def _mark(self, regions: Sequence[int]) -> None:
        self._chosen = frozenset(regions)
        self.boxes_changed.emit()


def _entry(number: int, change: Change) -> Entry:
    lines = [Line(change.words), Line(tr(_KINDS[change.kind]), "small")]
    if change.before and change.after:
        lines.append(Line(tr("{before} → {after}", before=change.before, after=change.after), "muted"))
    elif change.before or change.after:
        lines.append(Line(change.before or change.after, "muted"))
    if not change.regions:
        lines.append(Line(tr("Nothing differs on the pictures where this could be."), "warn"))
    plate = tr(", ").join(str(region + 1) for region in change.regions[:3])
    return Entry(("change", number), tuple(lines), plate)


def _about(difference: Difference) -> str:
    if difference.identical:
        return tr("The pictures are identical.")
    regions = len(difference.boxes) + difference.more
    share = decimal(100 * difference.share, 1) if difference.share >= _LEAST_SHARE else f"< {decimal(0.1, 1)}"
    told = plural(regions, "1 region differs", "{n} regions differ")
    lines = [tr("{regions}, {share} % of the picture", regions=told, share=share)]
    if difference.more:
        lines.append(plural(difference.more, "1 more is not marked.", "{n} more are not marked."))
    if difference.offset is not None:
        lines.append(tr("The second picture shows a part of the first, or the same scrolled."))
    elif not difference.same_size:
        lines.append(tr("The pictures have different sizes."))
    return "\n".join(lines)
