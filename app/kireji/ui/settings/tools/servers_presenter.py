"""Between the page's part for servers and the services: added, imported, tested, removed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from PySide6.QtCore import QObject

from kireji.core.errors import KeyStoreError, KirejiError
from kireji.core.tool_servers import Imported, SecretPlace, Stage, TestStep
from kireji.core.tools import SourceKind
from kireji.services.tools.service import ToolService
from kireji.ui.aio import TaskScope
from kireji.ui.settings.tools.draft import ServerDraft
from kireji.ui.settings.tools.page import ToolsPage
from kireji.ui.settings.tools.source_card import OFF, ON, SourceCard
from kireji.ui.settings.tools.sources_presenter import SourcesPresenter
from kireji.ui.settings.tools.steps import DONE, FAILED, RUNNING, Step
from kireji.ui.translation import plural, tr

_STAGES = tuple(Stage)


class ServersPresenter(QObject):
    """Owns the form and the import; what a server's card offers beyond other sources.

    Args:
        page: The page.
        tools: The use cases.
        sources: Has the cards.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self,
        page: ToolsPage,
        tools: ToolService,
        sources: SourcesPresenter,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._part = page.servers
        self._tools = tools
        self._sources = sources
        self._scope = TaskScope("tool servers", failed)
        part = self._part
        part.add.clicked.connect(self._open_form)
        part.bring.clicked.connect(self._open_import)
        part.form.submitted.connect(self._add)
        part.form.submitted_to_file.connect(self._add_to_file)
        part.form.cancelled.connect(self._close_form)
        part.importing.submitted.connect(self._import)
        part.importing.file_chosen.connect(self._look_into)
        part.importing.cancelled.connect(self._close_import)
        part.list.made.connect(self._connect)

    def leave(self) -> None:
        """The settings go away: what was written and not added is forgotten."""
        self._part.form.clear()
        self._part.form.hide()
        self._part.importing.hide()
        self._part.say("")

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    def _connect(self, card: object) -> None:
        assert isinstance(card, SourceCard)
        card.test_clicked.connect(self._test)
        card.chosen.connect(self._switch)
        card.removal_confirmed.connect(self._remove)

    # Adding.

    def _names(self) -> tuple[str, ...]:
        return tuple(source.partition(":")[2] for source in self._part.list.ids())

    def _open_form(self) -> None:
        self._close_import()
        self._part.say("")
        self._part.form.open(self._names())

    def _close_form(self) -> None:
        if not self._part.form.isHidden():
            self._part.form.clear()
            self._part.form.hide()
            self._part.add.setFocus()

    def _add(self, draft: object) -> None:
        assert isinstance(draft, ServerDraft)
        self._scope.restart(self._run_add(draft, SecretPlace.KEYCHAIN), name="add")

    def _add_to_file(self, draft: object) -> None:
        assert isinstance(draft, ServerDraft)
        self._scope.restart(self._run_add(draft, SecretPlace.FILE), name="add")

    async def _run_add(self, draft: ServerDraft, place: SecretPlace) -> None:
        form = self._part.form
        try:
            entry = await self._tools.servers.add(draft.entry, secrets=place, secret_names=draft.secrets)
        except KeyStoreError as error:
            form.refuse(error.sentence, keychain=True)
            return
        except KirejiError as error:
            form.refuse(error.sentence)
            return
        form.clear()
        form.hide()
        card = await self._new_card(entry.source)
        if card is not None:
            card.test.setFocus()
            self._test(entry.source)

    async def _new_card(self, source: str) -> SourceCard | None:
        self._part.list.show_sources(
            [status for status in await self._sources.statuses() if status.kind is SourceKind.MCP]
        )
        self._part.show_empty(not self._part.list.ids())
        return self._part.list.card(source)

    # Importing.

    def _open_import(self) -> None:
        self._close_form()
        self._part.say("")
        self._part.importing.open()
        self._scope.restart(self._find(), name="find")

    def _close_import(self) -> None:
        if not self._part.importing.isHidden():
            self._scope.cancel("find")
            self._part.importing.hide()
            self._part.bring.setFocus()

    async def _find(self) -> None:
        try:
            found = await self._tools.servers.importable()
        except KirejiError as error:
            self._part.importing.refuse(error.sentence)
            return
        self._part.importing.show_found(found, self._names())

    def _look_into(self, path: object) -> None:
        self._scope.restart(self._read(str(path)), name="find")

    async def _read(self, path: str) -> None:
        try:
            found = await self._tools.servers.read_import(path)
        except KirejiError as error:
            self._part.importing.refuse(error.sentence)
            return
        self._part.importing.add_found(found, self._names())

    def _import(self, chosen: object) -> None:
        assert isinstance(chosen, Mapping)
        self._part.importing.set_busy(True)
        self._scope.restart(self._run_import(chosen), name="import")

    async def _run_import(self, chosen: Mapping[str, tuple[str, ...]]) -> None:
        done: list[Imported] = []
        problem = ""
        try:
            for path, names in chosen.items():
                done.append(await self._tools.servers.import_from(path, names))
        except KirejiError as error:
            problem = error.sentence
        self._part.importing.set_busy(False)
        self._sources.refresh()
        if problem:
            self._part.importing.refuse(problem)
            return
        self._part.importing.hide()
        self._part.bring.setFocus()
        sentence, well = imported_words(done)
        self._part.say(sentence, "ok" if well else "warn")

    # What is there.

    def _test(self, source: object) -> None:
        self._scope.restart(self._run_test(str(source)), name=f"test {source}")

    async def _run_test(self, source: str) -> None:
        card = self._part.list.card(source)
        if card is None:
            return
        card.steps.clear()
        card.steps.show_step(Step(_STAGES[0].title, RUNNING))
        card.show_starting()

        def tell(found: TestStep) -> None:
            card.steps.show_step(_shown(found))
            following = _STAGES[_STAGES.index(found.stage) + 1 :]
            if found.passed and following:
                card.steps.show_step(Step(following[0].title, RUNNING))

        try:
            steps = await self._tools.servers.test(source.partition(":")[2], tell)
        except KirejiError as error:
            card.steps.show_step(Step(_STAGES[0].title, FAILED, error.sentence))
        else:
            card.steps.show_steps([_shown(found) for found in steps])
        self._sources.refresh()

    def _switch(self, source: object, what: object) -> None:
        if what in (ON, OFF):
            self._run(self._run_switch(str(source), on=what == ON), f"switch {source}")

    async def _run_switch(self, source: str, *, on: bool) -> None:
        await self._tools.servers.set_disabled(source.partition(":")[2], not on)
        if on:
            await self._tools.toolbox.set_on(source, True)

    def _remove(self, source: object) -> None:
        name = str(source).partition(":")[2]
        self._run(self._tools.servers.remove(name), f"remove {source}", tr("{name} is removed.", name=name))

    def _run(self, work: Coroutine[Any, Any, object], name: str, sentence: str = "") -> None:
        self._scope.restart(self._then_refresh(work, sentence), name=name)

    async def _then_refresh(self, work: Coroutine[Any, Any, object], sentence: str) -> None:
        try:
            await work
        except KirejiError as error:
            self._part.say(error.sentence, "error")
        else:
            self._part.say(sentence, "muted")
        finally:
            work.close()
        self._sources.refresh()


def imported_words(done: list[Imported]) -> tuple[str, bool]:
    """What imports did, in sentences, and whether all went well."""
    added = [name for one in done for name in one.added]
    present = [name for one in done for name in one.present]
    problems = {name: why for one in done for name, why in one.problems.items()}
    sentences = [
        plural(len(added), "{names} is added; nothing was started.", "{names} are added; nothing was started.",
               names=tr(", ").join(added))
    ] if added else []  # fmt: skip
    if present:
        sentences.append(tr("There already: {names}.", names=tr(", ").join(present)))
    sentences += [f"{name}: {why}" for name, why in problems.items()]
    return " ".join(sentences) or tr("Nothing was added."), not problems


def _shown(found: TestStep) -> Step:
    detail = " ".join(part for part in (found.sentence, found.hint) if part)
    if found.lines:
        detail = "\n".join((detail, tr("What it wrote last:"), *found.lines))
    return Step(found.stage.title, DONE if found.passed else FAILED, detail)
