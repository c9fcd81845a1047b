"""Between the page "Prompts" and the services."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject

from kireji.core.capturing import PromptKey
from kireji.core.errors import KirejiError
from kireji.core.prompt_bundles import Clash, PromptBundle, placed
from kireji.core.prompt_files import name_from
from kireji.core.prompts import Prompt
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import provider_name
from kireji.ui.models.lookup import model_name
from kireji.ui.prompt_shortcuts import hold_prompts, refusal
from kireji.ui.settings.opening import open_folder
from kireji.ui.settings.prompts.library import DOWN, DUPLICATE, EDIT, EXPORT, REMOVE, UP
from kireji.ui.settings.prompts.ordering import moved
from kireji.ui.settings.prompts.page import PromptsPage
from kireji.ui.settings.shortcuts import ShortcutControl
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.theme import Theme
from kireji.ui.translation import plural, tr

if TYPE_CHECKING:
    from kireji.ui.models.presenter import ModelPicking

_NEW_ORDER = 100


class PromptsPresenter(QObject):
    """Fills the page while it is shown, and saves what is written.

    Args:
        page: The page.
        services: The use cases.
        shortcuts: Holds the keys.
        theme: For the picker of models.
        folder: Of the person's own prompts.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self,
        page: PromptsPage,
        services: Services,
        shortcuts: ShortcutControl,
        theme: Theme,
        folder: Path,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._shortcuts = shortcuts
        self._theme = theme
        self._folder = folder
        self._scope = TaskScope("prompts page", failed)
        self._prompts: dict[str, Prompt] = {}
        self._shipped: Mapping[str, Prompt] = {}
        self._replacing = ""
        self._bundle = PromptBundle()
        self._picking: ModelPicking | None = None
        page.new.clicked.connect(self._new)
        page.folder.clicked.connect(self._open_folder)
        page.export.clicked.connect(self._export_all)
        page.library.wanted.connect(self._wanted)
        page.editor.saved.connect(self._save)
        page.editor.left.connect(self._leave_editor)
        page.editor.answer.model_clicked.connect(self._choose_model)
        page.import_chosen.connect(self._look_into)
        page.importing.confirmed.connect(self._import)
        page.export_chosen.connect(self._export)

    def show(self) -> None:
        """The page comes onto the screen; what is being written stays."""
        self._scope.restart(self._load(), name="load")

    def leave(self) -> None:
        """It goes away."""
        self._page.editor.use.recorder.stop()

    async def aclose(self) -> None:
        """End what runs."""
        if self._picking is not None:
            await self._picking.aclose()
        await self._scope.aclose()

    async def _load(self) -> None:
        services = self._services.prompts
        found, self._shipped = await services.prompts(), await services.shipped()
        self._prompts = {prompt.name: prompt for prompt in found}
        self._page.library.show_prompts(found, self._shipped)
        self._page.show_problems(await services.problems())

    # The editor.

    def _new(self) -> None:
        order = max((prompt.order for prompt in self._prompts.values()), default=0) + 10
        self._edit(Prompt("", "", "", order=max(order, _NEW_ORDER), own=True), new=True)

    def _edit(self, prompt: Prompt, *, new: bool = False) -> None:
        self._replacing = "" if new else prompt.name
        taken = {name for name, each in self._prompts.items() if each.own and name != self._replacing}
        state = self._shortcuts.state(PromptKey(prompt.name, prompt.title))
        self._page.say("")
        self._page.show_editor(on=True)
        self._page.editor.open(
            prompt,
            new=new,
            taken=taken,
            shipped=set(self._shipped),
            today=self._services.clock.now().astimezone().date().isoformat(),
            model=self._called(prompt.provider, prompt.model),
            keys=state.trouble if state.chord and not new else "",
        )
        self._scope.restart(self._offer_policies(), name="policies")

    async def _offer_policies(self) -> None:
        try:
            policies = await self._services.habits().moderation.policies()
        except KirejiError:
            return  # the page of policies says what is wrong with them
        titles = {name: each.policy.title for name, each in policies.items() if each.policy is not None}
        self._page.editor.show_policies(tuple(titles.items()))

    def _called(self, provider: str, model: str) -> str:
        if not model:
            return provider_name(provider) if provider else ""
        called = model_name(self._services, provider, model)
        return tr("{model} · {provider}", model=called, provider=provider_name(provider)) if provider else called

    def _choose_model(self) -> None:
        from kireji.ui.models.presenter import ModelPicking
        from kireji.ui.models.words import Pick

        if self._picking is None:
            self._picking = ModelPicking(self._services, self._theme, self, with_effort=False, with_default=False)
            self._picking.picked.connect(self._model_chosen)
        answer = self._page.editor.answer
        self._picking.open(answer.model.button, Pick(*answer.pick))

    def _model_chosen(self, pick: object) -> None:
        from kireji.ui.models.words import Pick

        assert isinstance(pick, Pick)
        answer = self._page.editor.answer
        answer.show_model(pick.provider, pick.model, self._called(pick.provider, pick.model))
        answer.changed.emit()

    def _leave_editor(self) -> None:
        self._page.show_editor(on=False)
        row = self._page.library.row(self._replacing)
        (row.edit if row is not None else self._page.new).setFocus()
        if row is not None:
            bring_into_view(row)

    def _save(self, prompt: object) -> None:
        assert isinstance(prompt, Prompt)
        self._scope.restart(self._keep(prompt), name="save")

    async def _keep(self, prompt: Prompt) -> None:
        if clash := refusal(self._shortcuts, prompt, self._replacing):
            self._page.editor.use.say(clash, "error")
            self._page.editor.refuse(clash)
            return
        try:
            await self._services.prompts.save(prompt, replacing=self._replacing)
        except KirejiError as error:
            self._page.editor.refuse(error.sentence)
            return
        self._replacing = prompt.name
        await self._load()
        await hold_prompts(self._services, self._shortcuts)
        self._leave_editor()
        state = self._shortcuts.state(PromptKey(prompt.name, prompt.title))
        if prompt.shortcut and state.trouble:
            self._page.say(tr("“{title}” is saved. {trouble}", title=prompt.title, trouble=state.trouble), "warn")
            bring_into_view(self._page.sentence)
        else:
            self._page.say(tr("“{title}” is saved.", title=prompt.title))

    # The list.

    def _wanted(self, what: object, name: object) -> None:
        prompt = self._prompts.get(str(name))
        if prompt is None:
            return
        if what == EDIT:
            self._edit(prompt)
        elif what == DUPLICATE:
            copied = tr("Copy of {title}", title=prompt.title)[:60]
            named = name_from(copied, tuple(self._prompts))
            self._edit(msgspec.structs.replace(prompt, name=named, title=copied, shortcut="", own=True), new=True)
        elif what == EXPORT:
            self._page.ask_where((prompt.name,), f"{prompt.name}.md")
        elif what == REMOVE:
            self._scope.restart(self._remove(prompt), name="save")
        elif what in (UP, DOWN):
            self._scope.restart(self._move(prompt, -1 if what == UP else 1), name="save")

    async def _remove(self, prompt: Prompt) -> None:
        try:
            await self._services.prompts.remove(prompt.name)
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        await self._load()
        await hold_prompts(self._services, self._shortcuts)
        restored = prompt.name in self._shipped
        self._page.say(
            tr("The prompt “{title}” that came with Kireji holds again.", title=self._shipped[prompt.name].title)
            if restored
            else tr("“{title}” is removed.", title=prompt.title)
        )

    async def _move(self, prompt: Prompt, step: int) -> None:
        try:
            for each in moved(tuple(self._prompts.values()), prompt.name, step):
                await self._services.prompts.save(each, replacing=each.name)
        except KirejiError as error:
            self._page.say(error.sentence, "error")
        await self._load()

    # Files.

    def _look_into(self, path: object) -> None:
        self._scope.restart(self._show_bundle(Path(str(path))), name="import")

    async def _show_bundle(self, path: Path) -> None:
        self._page.say("")
        try:
            self._bundle = await self._services.prompts.bundle(path)
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        self._page.importing.open(self._bundle, self._prompts)

    def _import(self, answers: object) -> None:
        assert isinstance(answers, dict)
        self._scope.restart(self._take_in(answers), name="import")

    async def _take_in(self, answers: Mapping[str, Clash]) -> None:
        self._page.importing.hide()
        saved = 0
        try:
            for each in placed(self._bundle, self._prompts, answers):
                await self._services.prompts.save(each.prompt, source=each.source)
                saved += 1
        except KirejiError as error:
            self._page.say(error.sentence, "error")
        else:
            self._page.say(
                plural(saved, "1 prompt is imported.", "{n} prompts are imported.")
                if saved
                else tr("There was nothing new in the file.")
            )
        await self._load()

    def _export_all(self) -> None:
        self._page.ask_where(tuple(self._prompts), "prompts.zip")

    def _export(self, names: object, path: object) -> None:
        assert isinstance(names, tuple)
        self._scope.restart(self._write(names, Path(str(path))), name="export")

    async def _write(self, names: Sequence[str], path: Path) -> None:
        if not path.suffix:
            path = path.with_suffix(".zip" if len(names) > 1 else ".md")
        try:
            await self._services.prompts.export(names, path)
        except KirejiError as error:
            self._page.say(error.sentence, "error")
        else:
            self._page.say(tr("Exported to {path}.", path=path))

    def _open_folder(self) -> None:
        self._scope.restart(self._show_folder(), name="folder")

    async def _show_folder(self) -> None:
        with suppress(OSError):  # then the one around it is shown
            await asyncio.to_thread(os.makedirs, self._folder, 0o700, True)
        open_folder(self._folder)
