"""The durable queue of jobs, in a database of its own."""
