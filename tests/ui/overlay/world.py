"""The real services over fakes, as the overlay uses them."""

from __future__ import annotations

from tests.fakes.world import World as OverlayWorld

__all__ = ["OverlayWorld"]
