"""What model servers on a person's own computers say about their models. Pure: nothing is asked here.

Every server of the OpenAI shape lists its models; what they can do is only in each server's own interface.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from kireji.core.models import Effort, ModelInfo
from kireji.core.words import mark, say

PROVIDER = "local"
DEFAULT_ADDRESSES = ("http://127.0.0.1:11434/v1", "http://127.0.0.1:8080/v1", "http://127.0.0.1:1234/v1")
"""Where Ollama, llama.cpp and LM Studio listen unless told otherwise."""

UNKNOWN_SIGHT = mark("It is not known whether this model can see.")
_CUT = mark("Unless Ollama is set up for more, it may read only the last few thousand tokens of a conversation.")
_ELSEWHERE = mark("It runs on another computer, to which Ollama passes everything on.")
_LEVELS = (Effort.LOW, Effort.MEDIUM, Effort.HIGH)


class Kind(enum.Enum):
    """Which server answers; the value is its name for people."""

    OLLAMA = "Ollama"
    LLAMA_CPP = "llama.cpp"
    LM_STUDIO = "LM Studio"
    OTHER = "Local server"


class _Architecture(msgspec.Struct):
    input_modalities: list[str] | None = None


class Listed(msgspec.Struct):
    """An entry of `GET /v1/models`; `architecture` is llama.cpp's, when it serves several."""

    id: str
    owned_by: str | None = None
    architecture: _Architecture | None = None


class Listing(msgspec.Struct):
    """The answer of `GET /v1/models`; Ollama without models says null."""

    data: list[Listed] | None

    @property
    def kind(self) -> Kind:
        """Which server this is, as far as the list tells: Ollama's people may own their models by any name."""
        owners = {listed.owned_by for listed in self.data or []}
        if "llamacpp" in owners:
            return Kind.LLAMA_CPP
        if "organization_owner" in owners:
            return Kind.LM_STUDIO
        return Kind.OLLAMA if "library" in owners else Kind.OTHER


class Shown(msgspec.Struct):
    """Ollama's answer to `POST /api/show`."""

    capabilities: list[str] | None = None
    parameters: str | None = None
    model_info: dict[str, Any] | None = None
    remote_host: str | None = None


class _Modalities(msgspec.Struct):
    vision: bool = False


class _Generation(msgspec.Struct):
    n_ctx: int = 0


class Props(msgspec.Struct):
    """llama.cpp's answer to `GET /props`."""

    default_generation_settings: _Generation | None = None
    modalities: _Modalities | None = None
    chat_template_caps: dict[str, Any] | None = None


class _Abilities(msgspec.Struct):
    vision: bool = False
    trained_for_tool_use: bool = False
    reasoning: Any = None


class _Instance(msgspec.Struct):
    config: dict[str, Any] | None = None


class _StudioModel(msgspec.Struct):
    key: str
    type: str = "llm"
    display_name: str | None = None
    max_context_length: int | None = None
    loaded_instances: list[_Instance] | None = None
    capabilities: _Abilities | None = None


class StudioListing(msgspec.Struct):
    """LM Studio's answer to `GET /api/v1/models`."""

    models: list[_StudioModel]


def plain_models(listed: Sequence[Listed], base_url: str) -> dict[str, ModelInfo]:
    """Models by id as far as the common list tells.

    Whether they see is not in it. A server that was found by chance on a usual port gets no pictures then; one that
    the person named does.
    """
    sees = base_url not in DEFAULT_ADDRESSES
    return {model.id: _plain(model, base_url, sees) for model in listed if "embed" not in model.id.lower()}


def _plain(listed: Listed, base_url: str, sees: bool) -> ModelInfo:
    base = ModelInfo(
        PROVIDER,
        listed.id,
        listed.id,
        sees_images=sees,
        free=is_near(base_url),
        address=base_url,
        note=say(UNKNOWN_SIGHT),
    )
    takes = listed.architecture.input_modalities if listed.architecture else None
    return base if takes is None else msgspec.structs.replace(base, sees_images="image" in takes, note="")


def from_ollama(base: ModelInfo, shown: Shown) -> ModelInfo | None:
    """`base` with what Ollama says of it; None for a model that answers no questions."""
    able = shown.capabilities
    if able is None:
        return base
    if "completion" not in able:
        return None
    window = _window(shown.parameters or "")
    thinks = "thinking" in able
    # Only this family takes levels; others refuse every word but "none".
    levels = _LEVELS if thinks and str((shown.model_info or {}).get("general.architecture")) == "gptoss" else ()
    notes = [say(_ELSEWHERE) if shown.remote_host else "", "" if window or shown.remote_host else say(_CUT)]
    return msgspec.structs.replace(
        base,
        context_tokens=window or _length(shown.model_info or {}),
        sees_images="vision" in able,
        uses_tools="tools" in able,
        structured=True,
        thinking=("enabled", "disabled") if thinks and not levels else ("enabled",) if thinks else (),
        efforts=levels,
        note=" ".join(filter(None, notes)),
    )


def from_llama_cpp(base: ModelInfo, props: Props) -> ModelInfo:
    """`base` with what llama.cpp says of the one model that it runs."""
    settings = props.default_generation_settings
    tools = (props.chat_template_caps or {}).get("supports_tools", True)  # without such a template it asks in words
    return msgspec.structs.replace(
        base,
        context_tokens=settings.n_ctx if settings else 0,
        sees_images=props.modalities is not None and props.modalities.vision,
        uses_tools=tools is not False,
        structured=True,
        note="",
    )


def from_lm_studio(models: dict[str, ModelInfo], listing: StudioListing) -> dict[str, ModelInfo]:
    """`models` with what LM Studio says of them, without those that answer no questions."""
    known = {model.key: model for model in listing.models}
    return {
        id: _of_studio(base, known[id]) if id in known else base
        for id, base in models.items()
        if id not in known or known[id].type in ("llm", "vlm")
    }


def _of_studio(base: ModelInfo, model: _StudioModel) -> ModelInfo:
    able = model.capabilities or _Abilities()
    options = able.reasoning.get("allowed_options") if isinstance(able.reasoning, dict) else None
    levels = tuple(effort for effort in Effort if effort.value in options) if isinstance(options, list) else ()
    return msgspec.structs.replace(
        base,
        name=model.display_name or base.name,
        context_tokens=_loaded(model) or model.max_context_length or 0,
        sees_images=able.vision,
        uses_tools=able.trained_for_tool_use,
        structured=True,
        efforts=levels,
        thinking=("enabled",) if levels else (),
        note="",
    )


def _loaded(model: _StudioModel) -> int:
    """The context with which it runs now; 0 when it does not run."""
    sizes = [(instance.config or {}).get("context_length") for instance in model.loaded_instances or []]
    return next((size for size in sizes if isinstance(size, int)), 0)


def _window(parameters: str) -> int:
    """`num_ctx` among a model's parameters, which stand one on a line; 0 if it is not there."""
    for line in parameters.split("\n"):
        name, _, value = line.strip().partition(" ")
        if name == "num_ctx" and value.strip().isdecimal():
            return int(value)
    return 0


def _length(info: dict[str, Any]) -> int:
    sizes = [value for name, value in info.items() if name.endswith(".context_length")]
    return next((size for size in sizes if isinstance(size, int)), 0)


def is_loopback(base_url: str) -> bool:
    """Whether an address leads to this computer and nowhere else."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_near(base_url: str) -> bool:
    """Whether an address leads to this computer or the person's own network, where nobody charges for answers."""
    host = urlsplit(base_url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa"))
    return address.is_private or address.is_loopback
