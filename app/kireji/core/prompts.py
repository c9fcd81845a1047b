"""Quick prompts: a name, a title, and the words that are asked, with places that are filled in.

    +++
    title = "Translate"
    order = 40
    [variables.language]
    description = "Language of the translation"
    default = "English"
    +++
    Translate all text into {{language}}. Keep the layout where it carries meaning.

The file's name without its ending is the prompt's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from kireji.core.errors import KirejiError

_PLACE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")


class Variable(msgspec.Struct, frozen=True):
    """A place in a prompt.

    Args:
        description: What belongs there.
        default: Taken when nothing is given; None makes it required.
    """

    description: str = ""
    default: str | None = None


class Prompt(msgspec.Struct, frozen=True):
    """One quick prompt.

    Args:
        name: Lower case letters, digits and hyphens; how the command line and the tray address it.
        title: What buttons and menus show.
        text: What is asked, with `{{variable}}` places.
        variables: The places by name.
        order: Smaller stands first.
        own: It is the person's, not one that came with the program.
    """

    name: str
    title: str
    text: str
    variables: Mapping[str, Variable] = {}
    order: int = 100
    own: bool = False

    def filled(self, values: Mapping[str, str]) -> str:
        """The words to ask.

        Args:
            values: By variable; what is not given takes its default.

        Raises:
            KirejiError: A variable has no value, or a value belongs to no variable.
        """
        unknown = sorted(set(values) - set(self.variables))
        if unknown:
            known = ", ".join(self.variables) or "none"
            raise KirejiError(f"The prompt {self.name} has no variable {unknown[0]}.", f"It has: {known}.")

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            variable = self.variables.get(name)
            if variable is None:
                return match.group(0)
            given = values.get(name, variable.default)
            if given is None:
                raise KirejiError(f"The prompt {self.name} needs a value for {name}.", f"Give one with --var {name}=….")
            return given

        return _PLACE.sub(value, self.text)
