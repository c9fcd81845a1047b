"""Services of structured answers that give what a test has said, asked and kept as the real ones do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart
from kireji.core.moderation.policies import Policy
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker, StructuredAnswer, StructuredQuestion
from kireji.core.structured.results import Result
from kireji.services.application import Services
from kireji.services.habits import Habits
from kireji.services.structured.turn import Made, Outcome, StructuredTurns
from tests.fakes.provider import Hold

SCHEMA = b'{"type":"object","properties":{},"additionalProperties":false}'


class Scripted:
    """All four services at once.

    Attributes:
        result: What comes of the next question.
        steps: What is told while it comes, one with each piece of the answer.
        early: What is told before it is asked.
        reading: Holds it before anything is told or asked, as while a picture is read.
        failure: Raised before it is asked.
        asked: What was wanted, in order: the form, and what the service was given.
    """

    def __init__(self, turns: StructuredTurns) -> None:
        self._turns = turns
        self.result: Result | None = None
        self.steps: list[Any] = []
        self.early: list[Any] = []
        self.reading: Hold | None = None
        self.failure: KirejiError | None = None
        self.asked: list[tuple[AnswerForm, Mapping[str, Any]]] = []

    async def extract(
        self,
        wanted: Any,
        asker: Asker,
        images: Sequence[ImagePart],
        pictures: object = None,
        names: Sequence[str] = (),
        *,
        observe: Callable[[Any], None],
        began: Callable[[int], None],
    ) -> Outcome:
        form = AnswerForm.FIELDS if wanted.fields else AnswerForm.TABLE
        return await self._run(form, asker, images, observe, began, wish=wanted.wish, schema=wanted.schema)

    async def translate(
        self,
        image: ImagePart,
        language: str,
        asker: Asker,
        pictures: object = None,
        *,
        observe: Callable[[Any], None],
        began: Callable[[int], None],
    ) -> Outcome:
        return await self._run(AnswerForm.TRANSLATION, asker, (image,), observe, began, language=language)

    async def policy(self, name: str) -> Policy:
        return Policy(name, name.capitalize(), 1, "", ())

    async def judge(
        self,
        policy: Policy,
        text: str,
        asker: Asker,
        images: Sequence[ImagePart] = (),
        pictures: object = None,
        *,
        observe: Callable[[Any], None],
        began: Callable[[int], None],
    ) -> Outcome:
        return await self._run(AnswerForm.VERDICT, asker, images, observe, began, policy=policy.name, text=text)

    async def compare(
        self,
        before: ImagePart,
        after: ImagePart,
        asker: Asker,
        pictures: object = None,
        *,
        seen: Callable[[Any], None],
        began: Callable[[int], None],
    ) -> Outcome:
        return await self._run(AnswerForm.COMPARISON, asker, (before, after), seen, began)

    async def _run(
        self,
        form: AnswerForm,
        asker: Asker,
        images: Sequence[ImagePart],
        observe: Callable[[Any], None],
        began: Callable[[int], None],
        **given: Any,
    ) -> Outcome:
        self.asked.append((form, {**given, "images": tuple(images), "asker": asker}))
        if self.failure is not None:
            raise self.failure
        if self.reading is not None:
            self.reading.reached.set()
            await self.reading.wait()
        for early in self.early:
            observe(early)
        steps = list(self.steps)

        def step(_text: str) -> None:
            if steps:
                observe(steps.pop(0))

        async def make(answer: StructuredAnswer) -> Made:
            assert self.result is not None
            return Made("Words of it.", self.result)

        text = str(given.get("wish") or given.get("text") or "")
        asked = AskedForm(form, text, policy=str(given.get("policy", "")), language=str(given.get("language", "")))
        question = StructuredQuestion(form, f"Asked: {form.value}", "", "Do it.", SCHEMA, tuple(images), asked=asked)
        return await self._turns.run(question, asker, make, observe=step, began=began)


def scripted(services: Services) -> Scripted:
    """Put scripted services in the place of the real ones."""
    late = services.habits.__self__  # type: ignore[attr-defined] # the method of a `LateHabits`
    made = Scripted(late.get().extraction._turns)
    late._habits = Habits(made, made, made, made, late.get().policy_checks)  # type: ignore[arg-type] # one for all
    return made
