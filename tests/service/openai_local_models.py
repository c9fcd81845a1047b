"""The models that the local services have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LocalModel:
    """A model on this computer.

    Args:
        id: The name by which it is asked.
        abilities: Of completion, vision, tools, thinking, embedding.
        context: Tokens that it was made for.
        window: Tokens that it is run with; None leaves that to the server.
        family: Its architecture.
        parameters: Its size as people say it.
        loaded: Whether it is in memory.
    """

    id: str
    abilities: tuple[str, ...]
    context: int
    window: int | None = None
    family: str = "gemma3"
    parameters: str = "4.3B"
    loaded: bool = False

    def tag(self) -> dict[str, Any]:
        """The entry in Ollama's /api/tags."""
        return {
            "name": self.id,
            "model": self.id,
            "modified_at": "2026-11-01T10:00:00.123456789+01:00",
            "size": 3_338_801_804,
            "digest": "a2af6cc3eb7fa8be8504abaf9b04e88f17a119ec3f04a3addf55f92841195f5a",
            "details": self._details(),
        }

    def shown(self) -> dict[str, Any]:
        """What Ollama's /api/show says."""
        return {
            "modelfile": f"FROM {self.id}",
            "parameters": f"num_ctx {self.window}" if self.window else "",
            "template": "{{ .Prompt }}",
            "details": self._details(),
            "model_info": {
                "general.architecture": self.family,
                "general.parameter_count": 4_300_000_000,
                f"{self.family}.context_length": self.context,
            },
            "capabilities": list(self.abilities),
            "modified_at": "2026-11-01T10:00:00.123456789+01:00",
        }

    def native(self) -> dict[str, Any]:
        """The entry in LM Studio's own listing."""
        entry: dict[str, Any] = {
            "type": "embedding" if "embedding" in self.abilities else "llm",
            "publisher": self.id.partition("/")[0],
            "key": self.id,
            "display_name": self.id.rpartition("/")[2],
            "architecture": self.family,
            "quantization": {"name": "Q4_K_M", "bits_per_weight": 4},
            "size_bytes": 3_338_801_804,
            "params_string": self.parameters,
            "loaded_instances": [{"id": self.id, "config": {"context_length": self.window}}] if self.loaded else [],
            "max_context_length": self.context,
            "format": "gguf",
        }
        if "embedding" not in self.abilities:
            tools = "tools" in self.abilities
            entry["capabilities"] = {"vision": "vision" in self.abilities, "trained_for_tool_use": tools}
        return entry

    def _details(self) -> dict[str, Any]:
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": self.parameters,
            "quantization_level": "Q4_K_M",
        }


OLLAMA_MODELS = (
    LocalModel("gemma3:4b", ("completion", "vision"), 131_072),
    LocalModel("qwen3-vl:8b", ("completion", "vision", "tools", "thinking"), 262_144, 32_768, "qwen3vl", "8.8B"),
    LocalModel("llama3.2:3b", ("completion", "tools"), 131_072, 4_096, "llama", "3.2B"),
    LocalModel("nomic-embed-text:latest", ("embedding",), 2_048, None, "nomic-bert", "137M"),
)
STUDIO_MODELS = (
    LocalModel("qwen/qwen3-vl-4b", ("vision", "tools"), 262_144, 16_384, "qwen3vl", "4B", loaded=True),
    LocalModel("google/gemma-3-4b", ("vision",), 131_072),
    LocalModel("mistralai/ministral-3b", ("tools",), 131_072, None, "mistral3", "3B"),
    LocalModel("text-embedding-nomic-embed-text-v1.5", ("embedding",), 2_048, None, "nomic-bert", "137M"),
)


def find(models: tuple[LocalModel, ...], name: str) -> LocalModel | None:
    """The model of that name; a name without a tag stands for `latest`."""
    return next((model for model in models if model.id in (name, f"{name}:latest")), None)


def listed_openai(models: tuple[LocalModel, ...], owner: str) -> dict[str, Any]:
    """GET /v1/models."""
    entries = [{"id": model.id, "object": "model", "created": 1_790_000_000, "owned_by": owner} for model in models]
    return {"object": "list", "data": entries}
