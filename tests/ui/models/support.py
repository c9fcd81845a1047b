"""Models to choose from."""

from __future__ import annotations

from kireji.core.models import Effort, Lifecycle, ModelInfo, Price
from kireji.services.catalog import ProviderModels

OLLAMA = "http://127.0.0.1:11434/v1"
HAIKU = ModelInfo(
    "anthropic",
    "claude-haiku-5-5",
    "Claude Haiku 5.5",
    1_000_000,
    prices=(Price(1, 5, 1.25, 0.1),),
    efforts=(Effort.LOW, Effort.MEDIUM, Effort.HIGH),
    uses_tools=True,
    reads_documents=True,
)
OLD = ModelInfo(
    "anthropic",
    "claude-opus-4-8",
    "Claude Opus 4.8",
    200_000,
    prices=(Price(5, 25, 6.25, 0.5),),
    lifecycle=Lifecycle.DEPRECATED,
    ends="2026-11-30",
)
GONE = ModelInfo("anthropic", "claude-2", "Claude 2", lifecycle=Lifecycle.RETIRED)
BLIND = ModelInfo("local", "llama3.2:3b", "llama3.2:3b", 8192, free=True, sees_images=False, address=OLLAMA)
SEEING = ModelInfo("local", "qwen2.5vl:7b", "qwen2.5vl:7b", free=True, address=OLLAMA)
ELSEWHERE = ModelInfo("local", "phi", "phi", free=True, address="http://127.0.0.1:8080/v1")
READER = ModelInfo("device", "reader", "This computer", free=True)

ANTHROPIC = ProviderModels("anthropic", True, "", (HAIKU, OLD, GONE), HAIKU.id)
OPENROUTER = ProviderModels("openrouter", False, "No key is stored.", (), "x/y")
LOCAL = ProviderModels("local", True, "", (SEEING, BLIND, ELSEWHERE), SEEING.id)
DEVICE = ProviderModels("device", True, "", (READER,), READER.id)
ALL = (ANTHROPIC, OPENROUTER, LOCAL, DEVICE)
SERVERS = {OLLAMA: "Ollama"}
