"""The page "Policies" over fakes, without a window around it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from kireji.core.models import ModelInfo, Price
from kireji.services.application import Services
from kireji.tools.validation import JsonSchemaValidator
from kireji.ui.settings.policies.editor import PolicyEditor
from kireji.ui.settings.policies.page import PoliciesPage
from kireji.ui.settings.policies.presenter import PoliciesPresenter
from kireji.ui.theme import Theme
from tests.fakes.provider import FakeProvider, Step, answer
from tests.fakes.world import World

HOUSE = """# Ours, with care.
title = "House"
version = 3
description = "What our forum takes down."

[[categories]]
name = "spam"
title = "Spam"
definition = "Unasked advertising."
examples = ["Cheap watches, only today!"]
counterexamples = ["I sell my old bike."]

[[categories.levels]]
name = "once"
definition = "A single message."
action = "review"               # a person looks

[[categories.levels]]
name = "flood"
definition = "The same many times."
action = "block"
"""


def verdict(*levels: str, category: str = "spam") -> list[Step]:
    """An answer that finds these levels; none finds nothing."""
    findings = [
        {"category": category, "evidence": [], "reason": "It sells.", "level": level, "confidence": 0.9}
        for level in levels
    ]
    return answer(json.dumps({"findings": findings, "reason": "Because.", "rewrite": None}))


def world(*turns: list[Step], house: str = HOUSE) -> World:
    """One with a policy from the program, and answers."""
    priced = ModelInfo("anthropic", "fake-model", "Fake", prices=(Price(1.0, 5.0, 0.1, 1.25),), max_output_tokens=1000)
    made = World(remote=FakeProvider(*turns, models=(priced,)), validator=JsonSchemaValidator())
    made.policies.came["house"] = house.encode()
    return made


@dataclass
class Shown:
    """The page and what is behind it."""

    world: World
    services: Services
    page: PoliciesPage
    presenter: PoliciesPresenter
    theme: Theme
    failures: list[BaseException] = field(default_factory=list)

    @property
    def editor(self) -> PolicyEditor:
        return self.page.editor

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)

    async def open(self, name: str = "house") -> PolicyEditor:
        """Open a policy in the editor, and wait until it was read."""
        row = self.page.list.row(name)
        assert row is not None
        row.edit.click()
        await self.until(lambda: self.page.editing)
        await self.read()
        return self.editor

    async def write(self, text: str) -> None:
        """Write a text in the place of all others, and wait until it was read."""
        self.editor.code.field.setPlainText(text)
        await self.read()

    async def read(self) -> None:
        """Wait until the policy as it stands there was read."""
        await self.presenter.policy()


@asynccontextmanager
async def page_over(made: World) -> AsyncIterator[Shown]:
    """Show the page."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    services, theme = made.services(), Theme(app)
    page = PoliciesPage(theme)
    owner = QObject()
    failures: list[BaseException] = []
    presenter = PoliciesPresenter(page, services, Path("/nowhere"), failures.append, owner)
    presenter.show()
    page.resize(600, 900)
    page.show()
    shown = Shown(made, services, page, presenter, theme, failures)
    await shown.until(lambda: page.list.rows)
    try:
        yield shown
    finally:
        presenter.leave()
        await presenter.aclose()
        page.close()
        page.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
    assert failures == []
