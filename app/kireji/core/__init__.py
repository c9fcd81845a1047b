"""Values, rules and protocols. No I/O: standard library and msgspec only."""
