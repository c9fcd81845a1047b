"""Between a form for a key and the services: tests what was pasted, and keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from kireji.core.desktop_ports import Clipboard
from kireji.core.errors import KirejiError
from kireji.ui.aio import TaskScope
from kireji.ui.pasting import Pasting
from kireji.ui.settings.key_check import KeyCheck
from kireji.ui.settings.key_form import KeyForm


class Place(NamedTuple):
    """Where a key belongs.

    Args:
        provider: Whose key it is.
        address: The only address it may go to; empty for the provider's own.
    """

    provider: str
    address: str = ""


class KeyEntry(QObject):
    """Carries out what the person does in a form.

    Args:
        form: Where the key is pasted.
        keys: Tests and keeps it.
        clipboard: Where a key is pasted from.
        scope: Owns the task, under the name "add".
        place: Where a pasted text belongs; raises KirejiError when that cannot be said.
        parent: Owns this.
    """

    tried = Signal(object, object)
    """The provider and the `KeyResult`; the form shows it already."""

    def __init__(
        self,
        form: KeyForm,
        keys: KeyCheck,
        clipboard: Clipboard,
        scope: TaskScope,
        place: Callable[[str], Place],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._form = form
        self._keys = keys
        self._scope = scope
        self._place = place
        self._pasting = Pasting(clipboard, scope, self._say)
        self._pasting.serve(form.field)
        form.entered.connect(self._entered)
        form.keep_untested.connect(self._keep_untested)
        form.keep_for_session.connect(self._keep_for_session)

    def _say(self, sentence: str) -> None:
        self._form.say(sentence, "error")

    def _entered(self, text: object) -> None:
        self._add(str(text))

    def _keep_untested(self, text: object) -> None:
        self._add(str(text), keep_untested=True)

    def _keep_for_session(self, text: object) -> None:
        self._add(str(text), session_only=True)

    def _add(self, text: str, *, keep_untested: bool = False, session_only: bool = False) -> None:
        try:
            place = self._place(text)
        except KirejiError as error:
            self._form.say(error.sentence, "error")
            return
        self._form.show_busy()
        work = self._try(place, text, keep_untested=keep_untested, session_only=session_only)
        self._scope.restart(work, name="add")

    async def _try(self, place: Place, text: str, *, keep_untested: bool, session_only: bool) -> None:
        result = await self._keys.add(
            place.provider, text, keep_untested=keep_untested, session_only=session_only, address=place.address
        )
        self._form.show_result(result)
        self.tried.emit(place.provider, result)
