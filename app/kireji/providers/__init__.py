"""Model services, one wire format per file; `http` is the only network module."""
