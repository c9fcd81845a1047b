"""By which policy is judged where nobody names one."""

from __future__ import annotations

USUAL_POLICY = "community"
