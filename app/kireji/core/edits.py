"""A history of edits that can be undone and redone: a value, bounded, for any kind of state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_STEPS = 200
"""How many steps can be taken back."""


@dataclass(frozen=True, slots=True)
class Edits(Generic[T]):
    """What is, what was before it, and what was undone.

    Args:
        present: The state as it is.
        past: States before it, oldest first.
        future: States that were undone, the next one to come back first.
        most: How many states of the past are kept; the oldest are forgotten.
    """

    present: T
    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()
    most: int = MOST_STEPS

    @property
    def can_undo(self) -> bool:
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        return bool(self.future)

    def changed(self, state: T, *, merge: bool = False) -> Edits[T]:
        """Go on to `state`; what was undone before cannot come back then.

        Args:
            state: The new present; the same as the present one is no step.
            merge: It belongs to the step before (a key that is held down), so that one undoing takes both back.
        """
        if state == self.present:
            return self
        if merge and self.past:
            return replace(self, present=state, future=())
        past = (*self.past, self.present)[-self.most :] if self.most > 0 else ()
        return replace(self, present=state, past=past, future=())

    def undone(self) -> Edits[T]:
        """One step back; the same when there is none."""
        if not self.past:
            return self
        return replace(self, present=self.past[-1], past=self.past[:-1], future=(self.present, *self.future))

    def redone(self) -> Edits[T]:
        """One step forward again; the same when there is none."""
        if not self.future:
            return self
        return replace(self, present=self.future[0], past=(*self.past, self.present), future=self.future[1:])
