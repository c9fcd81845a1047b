"""The models of the routing service, on purpose not taken from the program's own table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from tests.service.refusal import Refusal, invalid

_SAMPLING = ("temperature", "top_p", "stop", "seed", "max_tokens")
_TOOLS = ("tools", "tool_choice", "parallel_tool_calls")
_THINKS = ("reasoning", "include_reasoning", "reasoning_effort")
_FORMATS = ("response_format", "structured_outputs")
_LEVELS = ("max", "xhigh", "high", "medium", "low")


@dataclass(frozen=True)
class Model:
    """What a model takes.

    Args:
        prices: USD per token as decimal strings: prompt, completion; "-1" for a router.
        step: Prices above so many tokens of the prompt.
        output: Most tokens of an answer; None is not told.
        least: Fewest tokens that may be asked for.
        pricing: All that is listed of its prices, whatever it is; "" for what the others say.
        trains: Its only provider keeps what it is sent.
        mandatory: It cannot be kept from thinking.
        batch: It has a `:batch` variant.
    """

    id: str
    name: str
    context: int | None
    output: int | None
    prices: tuple[str, str]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...] = ("text", "image", "file")
    extra_prices: dict[str, str] = field(default_factory=dict)
    step: tuple[int, dict[str, str]] | None = None
    expires: str | None = None
    efforts: tuple[str, ...] = ()
    default_effort: str | None = None
    mandatory: bool = False
    trains: bool = False
    least: int = 1
    pricing: Any = ""
    batch: bool = False

    def variants(self) -> list[dict[str, Any]]:
        """The entries in GET /models."""
        if not self.batch:
            return [self.listed()]
        half = [format(Decimal(price) / 2, "f") for price in self.prices]
        variant = replace(self, id=f"{self.id}:batch", name=f"{self.name} (batch)", prices=(half[0], half[1]))
        return [self.listed(), variant.listed()]

    def listed(self) -> dict[str, Any]:
        """One entry in GET /models."""
        zero = {"request": "0", "image": "0", "web_search": "0", "internal_reasoning": "0"}
        pricing: dict[str, Any] = {"prompt": self.prices[0], "completion": self.prices[1]} | zero | self.extra_prices
        if self.step is not None:
            pricing["overrides"] = [{"min_prompt_tokens": self.step[0], **self.step[1]}]
        entry = {
            "id": self.id,
            "canonical_slug": f"{self.id}-20261007",
            "hugging_face_id": "",
            "name": self.name,
            "created": 1_791_331_200,
            "description": f"{self.name}, for tests.",
            "context_length": self.context,
            "architecture": {
                "modality": f"{'+'.join(self.inputs)}->text",
                "input_modalities": list(self.inputs),
                "output_modalities": ["text"],
                "tokenizer": "Other",
                "instruct_type": None,
            },
            "pricing": pricing if self.pricing == "" else self.pricing,
            "top_provider": {
                "context_length": self.context,
                "max_completion_tokens": self.output,
                "is_moderated": self.id.startswith("openai/"),
            },
            "per_request_limits": None,
            "supported_parameters": list(self.parameters),
            "default_parameters": {},
            "expiration_date": self.expires,
            "knowledge_cutoff": "2026-06-30",
        }
        if self.efforts:
            entry["reasoning"] = {
                "mandatory": self.mandatory,
                "default_enabled": True,
                "default_effort": self.default_effort,
                "supported_efforts": list(self.efforts),
            }
        return entry


_HAIKU = {"input_cache_read": "0.00000001", "input_cache_write": "0.000000125", "input_cache_write_1h": "0.0000002"}
_HAIKU_ABOVE = {
    "prompt": "0.0000005",
    "completion": "0.0000025",
    "input_cache_read": "0.00000005",
    "input_cache_write": "0.000000625",
}

ODD_PRICES: dict[str, Any] = {
    "none": None,
    "empty": {},
    "negative": {"prompt": "-0.000001", "completion": "-0.000002"},
    "half": {"prompt": "0.000001"},
    "words": {"prompt": "a little", "completion": "0.000002"},
    "endless": {"prompt": "Infinity", "completion": "NaN"},
    "numbers": {"prompt": [1], "completion": {"usd": 1}},
    "negative-above": {
        "prompt": "0.000001",
        "completion": "0.000002",
        "overrides": [{"min_prompt_tokens": 5, "prompt": "-1", "completion": "-1"}],
    },
    "no-table": ["0.000001", "0.000002"],
    "negative-fee": {"prompt": "0.000001", "completion": "0.000002", "request": "-1"},
}
"""Price tables of which no price can be told, as a list might hold them by mistake."""

MODELS = (
    Model(
        "anthropic/claude-haiku-5.5",
        "Anthropic: Claude Haiku 5.5",
        1_000_000,
        128_000,
        ("0.0000001", "0.0000005"),
        ("stop", "max_tokens", *_TOOLS, *_THINKS, *_FORMATS),
        extra_prices=_HAIKU,
        step=(100_000, _HAIKU_ABOVE),
        efforts=_LEVELS,
        default_effort="medium",
    ),
    Model(
        "anthropic/claude-sonnet-5.5",
        "Anthropic: Claude Sonnet 5.5",
        1_000_000,
        128_000,
        ("0.000002", "0.00001"),
        ("stop", "max_tokens", *_TOOLS, *_THINKS, *_FORMATS),
        extra_prices={"input_cache_read": "0.0000001", "input_cache_write": "0.0000025"},
        efforts=_LEVELS,
        default_effort="medium",
    ),
    Model(
        "openai/gpt-test",
        "OpenAI: GPT Test",
        400_000,
        128_000,
        ("0.00000125", "0.00001"),
        ("seed", "max_tokens", *_TOOLS, *_THINKS, *_FORMATS),
        efforts=("high", "medium", "low", "minimal"),
        default_effort="medium",
        mandatory=True,
        least=16,
        batch=True,
    ),
    Model(
        "mistral/words-only",
        "Mistral: Words Only",
        32_768,
        8_192,
        ("0.0000002", "0.0000006"),
        _SAMPLING,
        ("text",),
        batch=True,
    ),
    Model(
        "qwen/sees-free:free",
        "Qwen: Sees (free)",
        131_072,
        None,
        ("0", "0"),
        (*_SAMPLING, *_TOOLS),
        ("text", "image"),
        trains=True,
    ),
    Model("openrouter/auto", "Auto Router", None, None, ("-1", "-1"), (*_SAMPLING, *_TOOLS)),
    Model(
        "google/expired-vision",
        "Google: Expired Vision",
        65_536,
        8_192,
        ("0.0000001", "0.0000004"),
        _SAMPLING,
        ("text", "image"),
        expires="2026-06-30",
    ),
    *(
        Model(f"odd/{name}", f"Odd: {name}", 65_536, 8_192, ("0", "0"), _SAMPLING, pricing=pricing)
        for name, pricing in ODD_PRICES.items()
    ),
)
_QUERY = {"supported_parameters", "input_modalities", "q", "sort", "offset", "limit"}
_VARIANTS = (":nitro", ":floor", ":online")


def find(id: str) -> Model | None:
    """The model behind an id; None for unknown and expired ones."""
    plain = next((id.removesuffix(variant) for variant in _VARIANTS if id.endswith(variant)), id)
    return next((model for model in MODELS if model.id == plain and model.expires is None), None)


def listing(query: str) -> dict[str, Any]:
    """GET /models; without offset and limit the whole list."""
    wanted = {name: values[0] for name, values in parse_qs(query).items()}
    for name in wanted:
        if name not in _QUERY:
            raise invalid(name, "unknown query parameter")
    parameters = {item for item in wanted.get("supported_parameters", "").split(",") if item}
    inputs = {item for item in wanted.get("input_modalities", "").split(",") if item}
    found = [
        entry
        for model in MODELS
        for entry in model.variants()
        if parameters <= set(model.parameters)
        and inputs <= set(model.inputs)
        and wanted.get("q", "").lower() in model.name.lower()
    ]
    start, most = _number(wanted, "offset", 0), _number(wanted, "limit", 1000)
    if not 1 <= most <= 1000:
        raise invalid("limit", "expected a number from 1 to 1000")
    return {"data": found[start : start + most]}


def _number(wanted: dict[str, str], name: str, otherwise: int) -> int:
    value = wanted.get(name, str(otherwise))
    if not value.isdecimal():
        raise invalid(name, "expected a whole number")
    return int(value)


def choose(body: dict[str, Any]) -> Model:
    """The model that will answer: the first one asked that exists."""
    asked = [*([body["model"]] if "model" in body else []), *body.get("models", [])]
    found = next((model for model in map(find, asked) if model is not None), None)
    if found is None:
        raise Refusal(404, "not_found", f"No endpoints found for {asked[0]}.")
    return found


def check_fits(body: dict[str, Any], model: Model, *, pictures: int, effort: str | None) -> None:
    """Refuse what the model or its provider cannot do."""
    routing = body.get("provider", {})
    if routing.get("data_collection") == "deny" and model.trains:
        raise Refusal(404, "not_found", "No endpoints found matching your data policy (data_collection: deny).")
    if pictures and "image" not in model.inputs:
        raise Refusal(404, "not_found", "No endpoints found that support image input")
    if body.get("tools") and "tools" not in model.parameters:
        raise Refusal(404, "not_found", "No endpoints found that support tool use.")
    if routing.get("require_parameters"):
        # `max_completion_tokens` is the newer name of what is listed as `max_tokens`
        known = {*model.parameters, "model", "models", "messages", "stream", "provider", "plugins", "usage"}
        known |= {"max_completion_tokens", "stream_options", "session_id", "metadata", "user", "cache_control"}
        if unknown := sorted(set(body) - known):
            raise Refusal(404, "not_found", f"No endpoints found that can handle: {', '.join(unknown)}")
    most = body.get("max_completion_tokens", body.get("max_tokens"))
    if most is not None and model.output is not None and most > model.output:
        raise invalid("max_tokens", f"{most} is more than {model.output}, the most that {model.id} gives")
    if most is not None and most < model.least:
        raise invalid("max_output_tokens", f"expected a value of {model.least} or more")
    if effort == "none" and model.mandatory:
        raise invalid("reasoning", "Reasoning is mandatory for this endpoint and cannot be disabled.")
