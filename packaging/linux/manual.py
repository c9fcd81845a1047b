"""The manual page kireji(1), made from the parser: every command and every option, in the order of the help.

Written with man(7)'s macros, which man-db, mandoc and groff all read.
"""

from __future__ import annotations

import re
import textwrap
from datetime import UTC, datetime

from usage import Argument, Command

_ENVIRONMENT = (
    ("ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL", "Key and address of Anthropic's models; the address without /v1."),
    ("OPENROUTER_API_KEY, OPENROUTER_BASE_URL", "The same for OpenRouter; the address with /api/v1."),
    ("OPENAI_BASE_URL, OPENAI_API_KEY", "Address and key of a server of OpenAI's shape, for the provider local."),
    ("HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE", "As other programs read them."),
    ("KIREJI_HOME", "One folder for all data and settings, instead of those below."),
)
_KEYS = (
    "A key in the environment wins over the keychain and is never stored. An address from the environment takes only a "
    "key from the environment."
)
_FILES = (
    ("~/.config/kireji/settings.toml", "Settings; comments in it survive."),
    ("~/.config/kireji/mcp.json", "Servers of the Model Context Protocol, in the form that other programs use."),
    ("~/.local/share/kireji/", "Conversations (kireji.db), jobs, captures, prompts, policies, plugins, backups."),
    ("~/.local/state/kireji/log/", "The log: no content of conversations, no keys."),
)
_EXIT = (
    ("0", "Done."),
    ("1", "Failed; one line on standard error says what, why, and what to do."),
    ("2", "Wrong usage."),
    ("130", "Interrupted."),
)
_EXAMPLES = (
    ("The frozen screen, as the shortcut opens it:", "kireji capture"),
    ("A question about a picture:", 'kireji ask -i error.png "what went wrong?"'),
    ("What works on this machine, and what does not:", "kireji doctor"),
)


def manual(program: Command, version: str, epoch: int) -> str:
    """The page.

    Args:
        program: What can be typed.
        version: Of the program.
        epoch: Seconds, for the date in its foot.
    """
    day = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d")
    lines = [f'.TH KIREJI 1 "{day}" "Kireji {plain(version)}" "User Commands"', ".SH NAME"]
    lines.append(f"kireji \\- {plain(_lower(program.description.rstrip('.')))}")
    lines += [".SH SYNOPSIS", ".B kireji", ".RI [ OPTION ...]", ".RI [ COMMAND", ".IR ARGUMENT \\&...]"]
    lines += [".SH DESCRIPTION", prose(program.description), *_epilog(program.epilog)]
    lines += [".SH OPTIONS", *_arguments(program.options), ".SH COMMANDS"]
    for command in program.walk():
        if command.path:
            lines += _command(command)
    lines += [".SH ENVIRONMENT", *_pairs(_ENVIRONMENT), ".PP", prose(_KEYS), ".SH FILES", *_pairs(_FILES)]
    lines += [".SH EXIT STATUS", *_pairs(_EXIT), ".SH EXAMPLES"]
    for text, typed in _EXAMPLES:
        lines += [plain(text), *_verbatim(typed), ".PP"]
    return "\n".join(lines[:-1]) + "\n"


def prose(text: str) -> str:
    """A paragraph, in lines that can be read in the file, too."""
    return plain(textwrap.fill(text, 78, break_long_words=False, break_on_hyphens=False))


def plain(text: str) -> str:
    """Text in which nothing is an order to the typesetter, and dashes are those that can be typed."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _command(command: Command) -> list[str]:
    lines = [f'.SS "kireji {plain(" ".join(command.path))}"', prose(command.description)]
    takes = [option for option in command.options if option.names != ("-h", "--help")]
    if takes or command.places:
        lines += [".PP", *_italic(command.synopsis), *_arguments((*command.places, *takes))]
    if command.commands:
        lines += [".PP", prose("Actions: " + ", ".join(below.path[-1] for below in command.commands) + ".")]
    return lines + _epilog(command.epilog)


def _arguments(arguments: tuple[Argument, ...]) -> list[str]:
    lines = []
    for argument in arguments:
        value = f"\\fI{plain(argument.value)}\\fR" if argument.value else ""
        names = ", ".join(f"\\fB{plain(name)}\\fR" for name in argument.names)
        lines += [".TP", " ".join(filter(None, (names, value)))]
        lines.append(prose(argument.text[:1].upper() + argument.text[1:] + ".") if argument.text else "\\&")
    return lines


def _italic(text: str) -> list[str]:
    return ["\\fI" + prose(text) + "\\fR"]


def _pairs(pairs: tuple[tuple[str, str], ...]) -> list[str]:
    return [line for name, text in pairs for line in (".TP", f".B {plain(name)}", prose(text))]


def _epilog(text: str) -> list[str]:
    """Paragraphs; what is indented stays as it is."""
    lines = []
    for paragraph in filter(None, text.strip("\n").split("\n\n")):
        parts = re.split(r"(?m)^((?: {2}.*(?:\n|$))+)", paragraph)
        for part in filter(None, parts):
            lines += _verbatim(part.rstrip("\n")) if part.startswith("  ") else [".PP", prose(part)]
    return lines


def _verbatim(text: str) -> list[str]:
    width = min(len(line) - len(line.lstrip()) for line in text.split("\n"))
    return [".PP", ".RS", ".nf", plain("\n".join(line[width:] for line in text.split("\n"))), ".fi", ".RE"]
