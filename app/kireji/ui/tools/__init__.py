"""What the windows say of tools: their sources, permissions, and what was decided."""
