"""Numbers that hold for every job."""

ROWS_PER_BATCH = 1_000
"""So that progress, cost and results advance: a service tells nothing of a batch before it has ended."""
MAX_TOKENS = 1_024
"""Of one row's answer; every row counts with its longest answer against the budgets."""
ROWS_IN_FLIGHT = 100_000
"""Of one job: as many as a service takes in one batch, and half of what it lets wait at all."""
BATCHES_IN_FLIGHT = 100
"""Of one job."""
LONGEST_WAIT = 900.0
"""Seconds until a batch is looked at again, at most. One that is due later than that is due: the clock was set back."""
LONGEST_DELIVERY_WAIT = 28_800.0
"""The same for what the person's address is told."""
