"""Numbers that hold for every job."""

ROWS_PER_BATCH = 1_000
"""So that progress, cost and results advance: a service tells nothing of a batch before it has ended."""
MAX_TOKENS = 1_024
"""Of one row's answer; every row counts with its longest answer against the budgets."""
