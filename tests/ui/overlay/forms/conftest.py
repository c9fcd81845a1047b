"""An overlay with scripted services."""

from __future__ import annotations

import pytest

from tests.ui.overlay.forms.support import FormStand
from tests.ui.overlay.support import Overlay


@pytest.fixture
def forms(stand: Overlay) -> FormStand:
    """A capture whose answer is no words."""
    return FormStand(stand)
