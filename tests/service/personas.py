"""`python -m tests.service.personas`: OpenRouter or a local server as a process; its first line is its address."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tests.service.answers import Answer, Rule
from tests.service.base import ScriptedService
from tests.service.batches import Orders
from tests.service.local import LlamaCppService, LMStudioService, OllamaService
from tests.service.openai_answers import ChatAnswer, plain, read_chat_script
from tests.service.openrouter import KEY, OpenRouterService
from tests.service.outside import ServiceProcess, ServiceThread

PERSONAS: dict[str, Callable[..., ScriptedService]] = {
    "openrouter": OpenRouterService,
    "ollama": OllamaService,
    "llamacpp": LlamaCppService,
    "lmstudio": LMStudioService,
}


class PersonaThread(ServiceThread):
    """A service on a loop and thread of its own.

    Args:
        persona: One of `PERSONAS`.
        script: What is answered.
        options: Of the service's constructor.
    """

    def __init__(self, persona: str, *script: ChatAnswer | Rule, **options: Any) -> None:
        super().__init__(*(item if isinstance(item, Rule) else plain(item) for item in script), **options)
        self._persona = persona

    def make(self, *script: Answer | Rule, **options: Any) -> ScriptedService:
        return PERSONAS[self._persona](*script, **options)


class PersonaProcess(ServiceProcess):
    """`python -m tests.service.personas` as a child process.

    Args:
        persona: One of `PERSONAS`.
        script: What is answered.
        key: The key that is accepted, by those that want one; empty lets llama.cpp and LM Studio want none.
        options: More of the command line, such as "--consent", "deny".
        batches: What goes wrong with batches from the start; OpenRouter's alone.
    """

    def __init__(
        self,
        persona: str,
        *script: ChatAnswer | Rule,
        key: str = "",
        options: tuple[str, ...] = (),
        batches: Orders | None = None,
    ) -> None:
        rules = (item if isinstance(item, Rule) else plain(item) for item in script)
        super().__init__(*rules, key=key, batches=batches)
        self._persona = persona
        self._more = options

    def module(self) -> list[str]:
        return ["tests.service.personas", "--persona", self._persona, *self._more]


def main() -> None:
    """Run until terminated."""
    parser = argparse.ArgumentParser(prog="python -m tests.service.personas", description=__doc__)
    parser.add_argument("--persona", choices=sorted(PERSONAS), required=True)
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--script", type=Path, help="a JSON list of rules, see tests/service/openai_answers.py")
    parser.add_argument("--log", type=Path, help="write each request here as a line of JSON")
    parser.add_argument("--key", action="append", default=[], help="a key that is accepted; several may be given")
    parser.add_argument("--batches", default="{}", help="OpenRouter's: orders as JSON, see tests/service/batches.py")
    parser.add_argument("--consent", choices=("allow", "deny", "never"), default="allow", help="at sign-in")
    asyncio.run(_run(parser.parse_args()))


async def _run(options: argparse.Namespace) -> None:
    rules = read_chat_script(options.script.read_bytes()) if options.script else []
    keys = [key for key in options.key if key]
    more: dict[str, Any] = {} if options.persona == "ollama" else {"keys": keys}
    if options.persona == "openrouter":
        more = {"keys": keys or [KEY], "consent": options.consent}
        more["batches"] = msgspec.json.decode(options.batches, type=Orders)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with PERSONAS[options.persona](*rules, port=options.port, log=options.log, **more) as service:
        print(service.base_url, flush=True)
        await stop.wait()


if __name__ == "__main__":
    main()
