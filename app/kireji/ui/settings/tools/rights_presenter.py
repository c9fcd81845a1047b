"""Between the lists of permissions and decisions and the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.permissions import Decision, Grant
from kireji.core.tools import SourceKind, SourceStatus
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.tools.decision_log import MOST, Entry
from kireji.ui.settings.tools.page import ToolsPage
from kireji.ui.settings.tools.rights import Right
from kireji.ui.tools.words import decided, holds_for, is_void, lasts, shortened, source_name, time_words, tool_title
from kireji.ui.translation import tr


class RightsPresenter(QObject):
    """Shows what was given and what was decided, and takes permissions back.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self, page: ToolsPage, services: Services, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("tool permissions", failed)
        self._sources: Mapping[str, SourceStatus] = {}
        self._titles: dict[int, str] = {}
        page.rights.revoked.connect(self._revoke)

    def show_sources(self, sources: object) -> None:
        """The sources are these now; what was given to others is void."""
        assert isinstance(sources, Sequence)
        self._sources = {status.id: status for status in sources}
        self.refresh()

    def refresh(self) -> None:
        """Read both lists again."""
        self._scope.restart(self._show(), name="show")

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    async def _show(self) -> None:
        tools = self._services.tools
        now = self._services.clock.now().astimezone()
        names = {(tool.source, tool.own_name): tool_title(tool) for tool in await tools.toolbox.tools()}

        def called(source: str, tool: str) -> str:
            title = names.get((source, tool)) or tool or tr("All its tools")
            here = self._sources.get(source)
            if source == SourceKind.BUILT_IN.value:
                return title
            return f"{source_name(source, {source: here.title} if here else {})} · {title}"

        grants = await tools.permissions.grants()
        await self._learn_titles(grants)
        rights = []
        for grant in grants:
            source = self._sources.get(grant.source)
            void = is_void(grant, source.fingerprint if source is not None else None, now)
            word = void or (tr("allowed") if grant.allows else tr("denied"))
            kind = "idle" if void else "ok" if grant.allows else "warn"
            title = self._titles.get(grant.conversation or 0, "")
            what = holds_for(grant, title)
            rights.append(Right(grant.id, called(grant.source, grant.tool), word, kind, what, lasts(grant, now)))
        self._page.rights.show_rights(rights)
        decisions: Sequence[Decision] = await tools.permissions.decisions(MOST)
        self._page.log.show_entries(
            [
                Entry(
                    one.id,
                    time_words(one.time, now),
                    called(one.source, one.tool),
                    one.allowed,
                    shortened(one.arguments),
                    decided(one),
                )
                for one in decisions
            ]
        )

    async def _learn_titles(self, grants: Sequence[Grant]) -> None:
        """What the conversations are called for which something was given."""
        wanted = {grant.conversation for grant in grants if grant.conversation is not None}
        for number in wanted - self._titles.keys():
            found = await self._services.conversations.outline(number)
            self._titles[number] = found.summary.title if found is not None else ""

    def _revoke(self, number: object) -> None:
        assert isinstance(number, int)
        self._scope.restart(self._run_revoke(number), name=f"revoke {number}")

    async def _run_revoke(self, number: int) -> None:
        try:
            await self._services.tools.permissions.revoke(number)
        except KirejiError as error:
            self._page.say(error.sentence)
        self.refresh()
