"""A main window in which prompts are asked whose answers are more than words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.ui.chat.sources import BytesSource, Given
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.result_row import ResultRow
from kireji.ui.results.page import ResultPage
from kireji.ui.results.pages import RESULT
from tests.fakes.services import FakeSurroundings
from tests.support.pictures import png
from tests.ui.window.support import Stand, window_over

PROMPTS = (
    Prompt("table", "As a table", "", form=AnswerForm.TABLE),
    Prompt("moderate", "Check against a policy", "", form=AnswerForm.VERDICT),
    Prompt("compare", "Compare two captures", "", form=AnswerForm.COMPARISON),
)
BILL = json.dumps(
    {
        "tables": [
            {
                "title": "Bill",
                "columns": [
                    {"name": "Item", "type": "text", "unit": "", "choices": []},
                    {"name": "Price", "type": "currency", "unit": "EUR", "choices": []},
                ],
                "rows": [["Tea", "3.50"], ["Cake", "4.20"]],
            }
        ]
    }
)


class Forms:
    """The window, and what the person does in it.

    Args:
        stand: The window with everything below it.
    """

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.window = stand.window
        self.below = stand.below

    @property
    def page(self) -> ResultPage:
        """The page of the result that is open."""
        return self.stand.presenter.results.page

    @property
    def notice(self) -> str:
        """What is said above the composer."""
        return self.window.chat.notice.sentence()

    async def attach(self, count: int = 1) -> None:
        """Let pictures go along."""
        drafts = self.stand.presenter.chat.drafts
        drafts.give(Given(tuple(BytesSource(f"{number}.png", png(60 + number, 40)) for number in range(count))))
        await self.stand.until(
            lambda: len(drafts.draft.attachments) == count and all(each.picture for each in drafts.draft.attachments)
        )

    def ask(self, name: str) -> None:
        """Take a prompt as the menu does."""
        prompt = next(each for each in self.below.prompts.found if each.name == name)
        self.stand.presenter.chat.forms.ask(prompt)

    def row(self) -> ResultRow | None:
        """The buttons below the last answer."""
        item = self.window.chat.transcript.last_answer()
        rows = item.rows if isinstance(item, AnswerItem) else ()
        return next((row.widget for row in rows if isinstance(row.widget, ResultRow)), None)

    def waiting(self) -> str:
        """What is said where the answer will stand."""
        item = self.window.chat.transcript.last_answer()
        return item.waiting.sentence if item is not None and item.waiting is not None else ""

    async def opened(self) -> ResultPage:
        """The page, once its content stands there."""
        await self.stand.until(lambda: self.window.page() == RESULT and self.page.content is not None)
        return self.page

    async def answered(self) -> ResultRow:
        """The row below the answer, once it is there."""
        await self.stand.until(lambda: self.row() is not None)
        row = self.row()
        assert row is not None
        return row


@asynccontextmanager
async def forms(size: tuple[int, int] = (1200, 800)) -> AsyncIterator[Forms]:
    """Open a window with prompts of every form."""
    around = FakeSurroundings().with_key()
    around.prompts.found = (*around.prompts.found, *PROMPTS)
    async with window_over(around, size=size) as stand:
        yield Forms(stand)
