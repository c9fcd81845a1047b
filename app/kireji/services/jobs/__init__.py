"""Long work: jobs are added, run, watched and read here."""
