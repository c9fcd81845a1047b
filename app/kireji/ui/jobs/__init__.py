"""Long work in the window: the page of jobs, making one, and its results. Loaded when the page is first shown."""
