"""Long work: many questions of one kind, sent through a service's batch interface or one by one."""
