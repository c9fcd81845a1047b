"""What reaches the network: the providers, and what looks for them; each is loaded when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.bootstrap.late import Late

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kireji.core.jobs.ports import BatchProvider
    from kireji.core.models import ModelInfo
    from kireji.core.ports import Reader
    from kireji.core.provider_ports import (
        CallbackListener,
        JobFormat,
        LocalServerFinder,
        Provider,
        WebPages,
        WebPictures,
    )
    from kireji.desktop.system_proxy import SystemProxies
    from kireji.providers.http import HttpClient
    from kireji.providers.openrouter import OpenRouterProvider
    from kireji.services.jobs.webhook import Sender


def system_proxies(environ: Mapping[str, str]) -> SystemProxies:
    from kireji.desktop import system_proxy
    from kireji.providers.connection_settings import native_proxies

    return system_proxy.read(environ, native_proxies)


def holds_certificates(path: str) -> bool:
    from kireji.providers.certificates import holds_certificates

    return holds_certificates(path)


def providers(http: HttpClient, reader: Reader, accounts: Mapping[str, OpenRouterProvider]) -> Mapping[str, Provider]:
    """All providers, in order of preference."""

    def anthropic() -> Provider:
        from kireji.providers.anthropic import AnthropicProvider

        return AnthropicProvider(http)

    def local() -> Provider:
        from kireji.providers.local import LocalProvider

        return LocalProvider(http)

    def device() -> Provider:
        from kireji.providers.device import DeviceProvider

        return DeviceProvider(reader)

    makers: Mapping[str, Callable[[], Provider]] = {
        "anthropic": anthropic,
        "openrouter": lambda: accounts["openrouter"],
        "local": local,
        "device": device,
    }
    return Late(makers)


def batch_providers(http: HttpClient, find: Callable[[str, str], ModelInfo | None]) -> Mapping[str, BatchProvider]:
    """Batch interfaces, by the name of the provider.

    Args:
        http: Sends the requests.
        find: What is known of a provider's model.
    """

    def anthropic() -> BatchProvider:
        from kireji.providers.anthropic_batches import AnthropicBatches

        return AnthropicBatches(http)

    def openrouter() -> BatchProvider:
        from kireji.providers.openrouter_batches import OpenRouterBatches

        return OpenRouterBatches(http, lambda model: find("openrouter", model))

    return Late({"anthropic": anthropic, "openrouter": openrouter})


def job_formats(http: HttpClient, accounts: Mapping[str, OpenRouterProvider]) -> Mapping[str, JobFormat]:
    """How questions stand in batches, by the name of the provider."""

    def anthropic() -> JobFormat:
        from kireji.providers.anthropic import AnthropicProvider

        return AnthropicProvider(http)

    makers: Mapping[str, Callable[[], JobFormat]] = {
        "anthropic": anthropic,
        "openrouter": lambda: accounts["openrouter"],
    }
    return Late(makers)


def job_wires(
    http: HttpClient, accounts: Mapping[str, OpenRouterProvider], find: Callable[[str, str], ModelInfo | None]
) -> tuple[Mapping[str, JobFormat], Mapping[str, BatchProvider]]:
    """How questions stand in batches, and the batch interfaces, by the name of the provider."""
    return job_formats(http, accounts), batch_providers(http, find)


def webhook_sender(http: HttpClient) -> Sender:
    from kireji.providers.webhook import WebhookSender

    return WebhookSender(http)


def openrouter(http: HttpClient) -> OpenRouterProvider:
    from kireji.providers.openrouter import OpenRouterProvider

    return OpenRouterProvider(http)


def local_finder(http: HttpClient) -> LocalServerFinder:
    from kireji.providers.local import LocalFinder

    return LocalFinder(http)


def usual_addresses() -> Sequence[str]:
    from kireji.providers.local import DEFAULT_ADDRESSES

    return DEFAULT_ADDRESSES


def callback_listener() -> CallbackListener:
    from kireji.providers.loopback import LoopbackListener

    return LoopbackListener()


def web_pictures(http: HttpClient) -> WebPictures:
    from kireji.providers.web import PictureFetcher

    return PictureFetcher(http)


def web_pages(http: HttpClient) -> WebPages:
    from kireji.providers.pages import PageFetcher

    return PageFetcher(http)
