"""Going back through earlier questions, as a shell does."""

from __future__ import annotations

from collections.abc import Iterable


class Recall:
    """The questions of before, newest first, and where the person stands in them.

    What they had typed themselves is kept while they look, and comes back when they go on past the newest. A recalled
    question that they change becomes their own text: looking further starts from it.
    """

    def __init__(self) -> None:
        self._earlier: tuple[str, ...] = ()
        self._at = -1
        self._draft = ""

    @property
    def earlier(self) -> tuple[str, ...]:
        """Newest first, each once."""
        return self._earlier

    def shows(self, text: str) -> bool:
        """Whether a text is the question of before that was recalled last, unchanged."""
        return self._at >= 0 and text == self._earlier[self._at]

    def fill(self, questions: Iterable[str]) -> None:
        """Replace what can be recalled; newest first, repetitions are left out."""
        self._earlier = tuple(dict.fromkeys(text for text in questions if text.strip()))
        self.reset()

    def reset(self) -> None:
        """Back to the person's own text, which is forgotten."""
        self._at, self._draft = -1, ""

    def older(self, text: str) -> str | None:
        """The question before the one that is shown; None when there is none.

        Args:
            text: What the field holds now.
        """
        self._keep(text)
        after = next((at for at in range(self._at + 1, len(self._earlier)) if self._earlier[at] != text), None)
        if after is None:
            return None
        self._at = after
        return self._earlier[after]

    def newer(self, text: str) -> str | None:
        """The question after the one that is shown, at last the person's own text; None when that is shown already.

        Args:
            text: What the field holds now.
        """
        self._keep(text)
        if self._at < 0:
            return None
        self._at -= 1
        return self._draft if self._at < 0 else self._earlier[self._at]

    def _keep(self, text: str) -> None:
        if not self.shows(text):
            self._at, self._draft = -1, text
