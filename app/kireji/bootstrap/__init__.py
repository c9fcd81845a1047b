"""Builds the object graph: the only place that knows every name.

`app` starts the windows, `services` wires the use cases; `desktop` chooses what fits the system it runs on.
"""
