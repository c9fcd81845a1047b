"""Between what goes along as context and the services: what is in it, what of it fits, and what the person chooses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from kireji.core.errors import KirejiError
from kireji.core.sources import LeftOut, Packed, Source, Took
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.attachment_row import ICONS_BY_TYPE
from kireji.ui.chat.context.lines import Shown, place_of
from kireji.ui.chat.context.looking import Found, Looking
from kireji.ui.chat.context.panel import ContextPanel, Summary
from kireji.ui.chat.context.switching import pinned, switched
from kireji.ui.chat.context.table import Node, Reckoning
from kireji.ui.chat.context.tile import SourceTile
from kireji.ui.chat.context.words import ICONS, progress, stays_out
from kireji.ui.chat.draft import Attachment
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.preview import Preview
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.models.popup import Popup
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_AFTER_MILLISECONDS = 250
"""Without another key: what is relevant follows the words when the person pauses."""


class ContextPresenter(QObject):
    """Fills the tiles of sources and the panel behind them, and writes what is chosen there into the draft.

    Args:
        services: What looks into sources and packs them.
        pane: Where it shows.
        drafts: What has been prepared.
        preview: The question as it would be asked.
        setup: Who answers.
        theme: For the panel.
    """

    planned = Signal()
    """Something else goes along than before."""
    add_wanted = Signal(object)
    """More shall go along: the button that was pressed."""

    def __init__(
        self,
        services: Services,
        pane: ChatPane,
        drafts: Drafts,
        preview: Preview,
        setup: SetupPresenter,
        theme: Theme,
    ) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._drafts = drafts
        self._preview = preview
        self._setup = setup
        self._theme = theme
        self._scope = TaskScope("context", self._failed)
        self._looking = Looking(services.packing, self._scope)
        self._packed: Packed | None = None
        self._left_out = ""
        self._attached: dict[int, int] = {}
        self._price = ""
        self._panel: ContextPanel | None = None
        self._popup: Popup | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._begin)
        self._connect()

    def _connect(self) -> None:
        composer = self._pane.composer
        composer.drafted.connect(self._drafted)
        composer.edited.connect(self._plan_later)
        composer.attachments.source_removed.connect(self._remove_source)
        composer.attachments.source_opened.connect(self._open_tile)
        self._looking.found.connect(self._show)
        self._looking.completed.connect(self._completed)
        self._setup.named.connect(self._plan_later)
        self._unsubscribe = self._services.preferences.changed.subscribe(self._settings_changed)

    async def aclose(self) -> None:
        """Show nothing more."""
        self._unsubscribe()
        composer = self._pane.composer
        composer.drafted.disconnect(self._drafted)
        composer.edited.disconnect(self._plan_later)
        self._setup.named.disconnect(self._plan_later)
        self._timer.stop()
        await self._scope.aclose()

    @property
    def documents(self) -> tuple[int, ...]:
        """How many tokens each document has that is made of a source, as far as that is known."""
        sums: dict[tuple[str, str], int] = {}
        for going in self._packed.took if self._packed is not None else ():
            key = place_of(going.source)
            sums[key] = sums.get(key, 0) + going.tokens
        return tuple(sums.values())

    def show_price(self, words: str) -> None:
        """What the whole question costs, as words; empty when nobody knows."""
        if words != self._price:
            self._price = words
            self._show_panel()

    def open(self, anchor: QWidget, source: Source | None = None) -> None:
        """Show what goes along.

        Args:
            anchor: What was pressed.
            source: What to go to.
        """
        if self._panel is None or self._popup is None:
            self._panel = panel = ContextPanel(self._theme)
            panel.tree.switched.connect(self._switched)
            panel.tree.pinned.connect(self._pinned)
            panel.tree.removed.connect(self._removed)
            panel.add_clicked.connect(self.add_wanted)
            panel.most_entered.connect(self._most_entered)
            self._popup = Popup(self._theme, panel)
        self._looking.look(self._drafts.draft.sources, self._setup.pick.model, again=True)
        self._show_panel(even_hidden=True)
        self._popup.open_at(anchor)
        if source is not None:
            self._panel.open_at(place_of(source))
        self._scope.restart(self._count_attached(), name="attached")

    def close(self) -> None:
        """Put the panel away."""
        if self._popup is not None:
            self._popup.close_panel()

    # What is known.

    def _drafted(self) -> None:
        """Another draft is shown, or the same with other things that go along."""
        self._looking.look(self._drafts.draft.sources, self._setup.pick.model)
        self._show()
        self._plan_later()
        if self._panel_is_open():
            self._scope.restart(self._count_attached(), name="attached")

    def _completed(self) -> None:
        self._show()
        self._timer.start(0)

    def _settings_changed(self, _settings: object) -> None:
        self._plan_later()

    def _plan_later(self) -> None:
        if self._drafts.draft.sources or self._packed is not None:
            self._timer.start(_AFTER_MILLISECONDS)

    def _begin(self) -> None:
        self._scope.restart(self._plan(), name="plan")

    async def _plan(self) -> None:
        if self._preview.opening:
            return
        draft = self._drafts.draft
        sources = [each for each in draft.sources if each.on and self._looking.of(each).known]
        if not sources:
            self._take(None)
            return
        packing = self._services.packing
        room = await self._room()
        packed = await packing.plan(sources, draft.question, room, self._setup.pick.model)
        found = {place_of(each): self._looking.of(each) for each in sources}
        reckoned, left_out = await asyncio.to_thread(_reckoned, found, packed)
        for key, reckoning in reckoned.items():
            found[key].table.take(reckoning)
        self._take(packed, left_out)

    async def _room(self) -> int:
        try:
            return await self._services.packing.room(self._preview.question())
        except KirejiError as error:  # who answers is said elsewhere
            log.info("the room for context is not known: %s", error)
            return self._services.preferences.settings.context.most_tokens

    def _take(self, packed: Packed | None, left_out: str = "") -> None:
        self._packed, self._left_out = packed, left_out
        self._show()
        self.planned.emit()

    async def _count_attached(self) -> None:
        """How many tokens each attachment takes."""
        parts = {each.number: part for each in self._drafts.draft.attachments if (part := self._preview.part(each))}
        counted = await self._services.counting.parts(
            tuple(parts.values()), self._preview.question(), self._setup.pick.model
        )
        self._attached = dict(zip(parts, counted, strict=True))
        self._show_panel()

    # What is shown.

    def _show(self) -> None:
        self._pane.composer.show_sources([self._shown(each) for each in self._drafts.draft.sources])
        self._show_panel()

    def _shown(self, source: Source) -> Shown:
        found = self._looking.of(source)
        return Shown(
            source.name or source.place,
            ICONS[source.kind],
            on=source.on,
            source=source,
            table=found.table,
            looking="" if found.done else progress(found.listing, source.kind),
            problem=found.problem,
        )

    def _attachment(self, attachment: Attachment) -> Shown:
        return Shown(
            attachment.name,
            ICONS_BY_TYPE.get(attachment.media_type, "image"),
            on=not attachment.off,
            tokens=self._attached.get(attachment.number),
            number=attachment.number,
        )

    def _panel_is_open(self) -> bool:
        return self._popup is not None and not self._popup.isHidden()

    def _show_panel(self, *, even_hidden: bool = False) -> None:
        if self._panel is None or not (even_hidden or self._panel_is_open()):
            return
        draft = self._drafts.draft
        shown = [self._shown(each) for each in draft.sources] + [self._attachment(each) for each in draft.attachments]
        self._panel.show_context(shown, self._summary())

    def _summary(self) -> Summary:
        draft = self._drafts.draft
        attached = sum(self._attached.get(each.number, 0) for each in draft.attachments if not each.off)
        summary = Summary(
            attached=attached, price=self._price, most=self._services.preferences.settings.context.most_tokens
        )
        if self._packed is None:
            return summary
        return replace(summary, tokens=self._packed.tokens, room=self._packed.room, left_out=self._left_out)

    # What is chosen.

    def _open_tile(self, tile: object) -> None:
        assert isinstance(tile, SourceTile)
        self.open(tile, tile.shown.source)

    def _switched(self, shown: object, node: object, on: object) -> None:
        assert isinstance(shown, Shown)
        if shown.source is None:
            self._drafts.keep(self._drafts.draft.with_switched(shown.number, on=bool(on)))
        elif node is None:
            self._change(shown, lambda source: msgspec.structs.replace(source, on=bool(on)))
        else:
            assert isinstance(node, Node)
            self._change(shown, lambda source: switched(source, shown.table, node, on=bool(on)))

    def _pinned(self, shown: object, node: object, on: object) -> None:
        assert isinstance(shown, Shown)
        name = node.name if isinstance(node, Node) else ""
        self._change(shown, lambda source: pinned(source, name, on=bool(on)))

    def _change(self, shown: Shown, change: Callable[[Source], Source | None]) -> None:
        draft = self._drafts.draft
        source = next((each for each in draft.sources if place_of(each) == shown.key), None)
        if source is None:
            return
        changed = change(source)
        if changed is None:
            self._pane.show_notice(tr("That would leave too many files out one by one. Switch whole folders instead."))
            return
        self._drafts.keep(draft.with_source(changed))
        self._timer.start(0)

    def _removed(self, shown: object) -> None:
        assert isinstance(shown, Shown)
        if shown.source is None:
            self._drafts.remove(shown.number)
        else:
            self._remove_source(shown.source)

    def _remove_source(self, source: object) -> None:
        assert isinstance(source, Source)
        self._drafts.keep(self._drafts.draft.without_source(source))
        if not self._panel_is_open() and not self._pane.composer.attachments.has_tiles():
            self._pane.composer.setFocus()

    def _most_entered(self, number: object) -> None:
        assert isinstance(number, int)
        self._scope.restart(self._services.preferences.set("context.most_tokens", number), name="most")

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            log.info("what goes along is not known: %s", error)
            return
        log.error("a task of the context failed", exc_info=error)


def _reckoned(
    found: Mapping[tuple[str, str], Found], packed: Packed
) -> tuple[Mapping[tuple[str, str], Reckoning], str]:
    """What becomes of what is in sources, and what stays here in words; runs in a thread."""
    took: dict[tuple[str, str], dict[str, Took]] = {key: {} for key in found}
    left: dict[tuple[str, str], dict[str, LeftOut]] = {key: {} for key in found}
    for going in packed.took:
        took[place_of(going.source)][going.name] = going
    for out in packed.left_out:
        left[place_of(out.source)][out.name] = out
    reckoned = {key: one.table.reckoning(took[key], left[key]) for key, one in found.items()}
    ignored = sum(one.listing.ignored for one in found.values() if one.listing is not None)
    problems = [one.problem for one in found.values() if one.problem]
    return reckoned, stays_out(packed, ignored, problems)
