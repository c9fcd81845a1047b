"""Measurements: each prints goal, floor and what was measured, as ratios in one run. `python -m tests.benchmarks`."""
