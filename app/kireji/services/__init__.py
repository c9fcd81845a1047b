"""Use cases: asyncio over the ports of `kireji.core.ports`. No Qt, no adapter."""
