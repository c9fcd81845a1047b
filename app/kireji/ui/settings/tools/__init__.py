"""The page "Tools": what models may act through, what they may do without asking, and what was decided."""
