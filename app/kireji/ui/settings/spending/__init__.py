"""The page "Spending": what answers cost, and what they may cost."""
