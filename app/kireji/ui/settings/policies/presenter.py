"""Between the page "Policies" and the services."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from kireji.core.errors import KirejiError
from kireji.core.moderation.labelled import LabelledItem
from kireji.core.moderation.policies import ParsedPolicy, Policy
from kireji.core.moderation.policy_file import LONGEST_FILE
from kireji.core.moderation.policy_text import LONGEST_LINE, copied
from kireji.core.prompt_files import name_from
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.opening import open_folder
from kireji.ui.settings.policies import files
from kireji.ui.settings.policies.checks.presenter import CheckPresenter
from kireji.ui.settings.policies.editor import TRIAL
from kireji.ui.settings.policies.new_part import TEMPLATE
from kireji.ui.settings.policies.page import PoliciesPage
from kireji.ui.settings.policies.policy_list import DUPLICATE, EDIT, EXPORT, REMOVE
from kireji.ui.settings.policies.template import TEMPLATE_TEXT
from kireji.ui.settings.policies.trial_presenter import TrialPresenter
from kireji.ui.settings.policies.words import first_fatal
from kireji.ui.translation import tr

_LOOK_MS = 2_000
"""So often it is looked whether the file that is open was changed elsewhere."""
_BOM = b"\xef\xbb\xbf"
_NO_NAME = re.compile(r"[^a-z0-9]+")


class PoliciesPresenter(QObject):
    """Fills the page while it is shown, and saves what is written.

    Args:
        page: The page.
        services: The use cases.
        folder: Of the person's own policies.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self,
        page: PoliciesPage,
        services: Services,
        folder: Path,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._folder = folder
        self._scope = TaskScope("policies page", failed)
        self._policies: Mapping[str, ParsedPolicy] = {}
        self._shipped: frozenset[str] = frozenset()
        self._file = b""
        """What the file that is open held when it was read."""
        self._look = QTimer(self, interval=_LOOK_MS)
        self.trial = TrialPresenter(page.editor.trial, services, self.policy, self._scope, self)
        self.check = CheckPresenter(page.editor.check, services, self.policy, self._scope, self)
        self._connect()

    def _connect(self) -> None:
        page, editor = self._page, self._page.editor
        page.new.clicked.connect(self._new)
        page.folder.clicked.connect(self._open_folder)
        page.beginning.begun.connect(self._begin)
        page.list.wanted.connect(self._wanted)
        page.import_chosen.connect(self._import)
        page.export_chosen.connect(self._export)
        page.set_chosen.connect(self._set_chosen)
        page.picture_chosen.connect(self.trial.take_file)
        editor.edited.connect(self._edited)
        editor.saved.connect(self._save)
        editor.left.connect(self._leave_editor)
        editor.reload_wanted.connect(self._reload)
        editor.overwrite_wanted.connect(self._overwrite)
        editor.paste.wanted.connect(self._paste)
        editor.overview.example_chosen.connect(self._try_example)
        editor.check.report.item_wanted.connect(self._try_item)
        self._look.timeout.connect(self._look_at_file)

    def show(self) -> None:
        """The page comes onto the screen; what is being written stays."""
        self._scope.restart(self._load(), name="load")
        self._look.start()
        self._look_at_file()

    def leave(self) -> None:
        """It goes away."""
        self._look.stop()

    async def aclose(self) -> None:
        """End what runs."""
        self._look.stop()
        self._page.editor.edited.disconnect(self._edited)  # its timer may be running
        await self._scope.aclose()

    async def policy(self) -> Policy | None:
        """The policy as it is written now; None where it cannot be used, which the editor then shows."""
        editor = self._page.editor
        parsed = await self._services.habits().moderation.parsed(
            editor.written_name(), editor.text().encode("utf-8", "replace")
        )
        editor.show_parsed(parsed)
        return parsed.policy

    async def _load(self) -> None:
        moderation = self._services.habits().moderation
        try:
            self._policies = await moderation.policies()
            self._shipped = frozenset(await moderation.store.shipped())
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        self._page.list.show_policies(self._policies, self._shipped)

    def _own(self) -> set[str]:
        return {name for name, each in self._policies.items() if each.policy is None or each.policy.own}

    # The list.

    def _new(self) -> None:
        self._ask_new(TEMPLATE)

    def _ask_new(self, source: str) -> None:
        usable = [(name, each.policy.title) for name, each in self._policies.items() if each.policy is not None]
        title = next((tr("Copy of {title}", title=each) for name, each in usable if name == source), "")
        self._page.say("")
        self._page.beginning.open(usable, source, title)

    def _begin(self, title: object, source: object) -> None:
        self._scope.restart(self._begun(str(title), str(source)), name="open")

    async def _begun(self, title: str, source: str) -> None:
        text = TEMPLATE_TEXT
        try:
            if source != TEMPLATE:
                text, _ = _decoded(await self._services.habits().moderation.store.read(source))
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        self._page.beginning.hide()
        self._edit(name_from(title, tuple(self._policies)), copied(text, title), new=True)

    def _wanted(self, what: object, name: object) -> None:
        policy = str(name)
        if what == EDIT:
            self._scope.restart(self._open(policy), name="open")
        elif what == DUPLICATE:
            broken = self._policies[policy].policy is None
            if broken:
                self._page.say(tr("{name} cannot be used, so it cannot be copied. Correct it first.", name=policy),
                               "warn")  # fmt: skip
                return
            self._ask_new(policy)
        elif what == EXPORT:
            self._page.ask_where(policy)
        elif what == REMOVE:
            self._scope.restart(self._remove(policy), name="save")

    async def _remove(self, name: str) -> None:
        before = self._policies[name].policy
        try:
            await self._services.habits().moderation.store.remove(name)
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        await self._load()
        now = self._policies.get(name)
        if now is not None and now.policy is not None:
            self._page.say(tr("The policy “{title}” that came with Kireji holds again.", title=now.policy.title))
        else:
            self._page.say(tr("“{title}” is removed.", title=before.title if before is not None else name))
        self._page.new.setFocus()

    # The editor.

    async def _open(self, name: str) -> None:
        try:
            self._file = await self._services.habits().moderation.store.read(name)
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        text, whole = _decoded(self._file)
        self._edit(name, text, new=False)
        if not whole:
            self._page.editor.refuse(tr("The file is not UTF-8 text: what could not be read is shown as �."))

    def _edit(self, name: str, text: str, *, new: bool) -> None:
        if any(len(line) > LONGEST_LINE for line in text.split("\n")):
            self._page.say(tr("A line of {name} is too long to be shown here. Break it, or use another editor.",
                              name=name), "error")  # fmt: skip
            return
        self.trial.forget()
        self.check.forget()
        known = self._policies.get(name)
        self._page.say("")
        self._page.editor.say("")
        self._page.show_editor(on=True)
        self._page.editor.open(
            name,
            text,
            new=new,
            saved=None if new or known is None else known.policy,
            taken=self._own(),
            shipped=self._shipped,
        )

    def _edited(self) -> None:
        self._scope.restart(self.policy(), name="parse")

    def _leave_editor(self) -> None:
        self.trial.forget()
        self.check.forget()
        name = self._page.editor.name
        self._page.show_editor(on=False)
        row = self._page.list.row(name)
        (row.edit if row is not None else self._page.new).setFocus()

    def _save(self) -> None:
        self._scope.restart(self._keep(), name="save")

    def _overwrite(self) -> None:
        self._scope.restart(self._keep(whatever=True), name="save")

    async def _keep(self, *, whatever: bool = False) -> None:
        editor, store = self._page.editor, self._services.habits().moderation.store
        name, text = editor.written_name(), editor.text()
        policy = await self.policy()
        if policy is None:
            if (problem := first_fatal(editor.parsed.problems)) is not None:
                editor.refuse_broken(problem)
            return
        data = text.replace("\n", "\r\n").encode() if b"\r\n" in self._file and not editor.new else text.encode()
        try:
            if not editor.new and not whatever and await store.read(name) != self._file:
                editor.show_changed_elsewhere()
                return
            await store.save(name, data)
        except KirejiError as error:
            editor.refuse(error.sentence)
            return
        self._file = data
        await self._load()
        saved = self._policies.get(name)
        editor.saved_as(name, text, saved.policy if saved is not None else None)
        editor.say(tr("“{title}”, version {version}, is saved.", title=policy.title, version=policy.version))

    def _look_at_file(self) -> None:
        if self._page.editing and not self._page.editor.new and not self._scope.running("save"):
            self._scope.restart(self._compare(), name="compare")

    async def _compare(self) -> None:
        editor = self._page.editor
        try:
            now = await self._services.habits().moderation.store.read(editor.name)
        except KirejiError:
            return  # it is told when it is saved
        if now == self._file or not self._page.editing or editor.new or self._scope.running("save"):
            return
        if editor.touched:
            editor.show_changed_elsewhere()
        else:
            await self._show_file(now)

    def _reload(self) -> None:
        self._scope.restart(self._reloading(), name="save")

    async def _reloading(self) -> None:
        editor = self._page.editor
        try:
            await self._show_file(await self._services.habits().moderation.store.read(editor.name))
        except KirejiError as error:
            editor.refuse(error.sentence)

    async def _show_file(self, data: bytes) -> None:
        editor = self._page.editor
        text, _ = _decoded(data)
        if any(len(line) > LONGEST_LINE for line in text.split("\n")):
            return
        self._file = data
        await self._load()
        known = self._policies.get(editor.name)
        editor.take_over(text, known.policy if known is not None else None)
        await self.policy()
        editor.say(tr("The file was changed elsewhere; this is what stands in it now."))

    def _paste(self) -> None:
        self._scope.restart(self._read_clipboard(), name="paste text")

    async def _read_clipboard(self) -> None:
        editor = self._page.editor
        try:
            content = await self._services.clipboard.read()
        except KirejiError as error:
            editor.refuse(error.sentence)
            return
        text = (content.text or "\n".join(content.files)).replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > LONGEST_FILE or any(len(line) > LONGEST_LINE for line in text.split("\n")):
            editor.refuse(tr("What was copied is too long for a policy."))
            return
        editor.paste.put(text)

    # Trying.

    def _try_example(self, text: object, category: object, belongs: object) -> None:
        self._page.editor.show_part(TRIAL)
        self.trial.try_text(str(text), str(category), belongs=bool(belongs))

    def _try_item(self, item: object) -> None:
        assert isinstance(item, LabelledItem)
        self._page.editor.show_part(TRIAL)
        self.trial.try_text(item.text)

    def _set_chosen(self, path: object) -> None:
        self._page.editor.check.show_file(str(path))

    # Files.

    def _import(self, path: object) -> None:
        self._scope.restart(self._bring(Path(str(path))), name="open")

    async def _bring(self, path: Path) -> None:
        self._page.say("")
        try:
            data = await files.read(path, LONGEST_FILE)
        except KirejiError as error:
            self._page.say(error.sentence, "error")
            return
        text, whole = _decoded(data)
        if not whole:
            self._page.say(tr("{name} is not UTF-8 text.", name=path.name), "error")
            return
        plain = _NO_NAME.sub("-", path.stem.lower()).strip("-") or "policy"
        self._edit(name_from(plain, tuple(self._own())), text, new=True)

    def _export(self, name: object, path: object) -> None:
        self._scope.restart(self._write(str(name), Path(str(path))), name="export")

    async def _write(self, name: str, path: Path) -> None:
        try:
            await files.write(path, await self._services.habits().moderation.store.read(name))
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


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text of a file with newlines at its line ends, and whether all of it could be read."""
    data = data.removeprefix(_BOM)
    try:
        text, whole = data.decode(), True
    except UnicodeDecodeError:
        text, whole = data.decode("utf-8", "replace"), False
    return text.replace("\r\n", "\n").replace("\r", "\n"), whole
