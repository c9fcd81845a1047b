"""What plugin authors import. Everything else of this program may change without notice.

A plugin is a Python file in the folder `plugins` of the data folder (or a package there, or an installed distribution
with the entry-point group `kireji.tools`). Each function in it that is marked with `@tool` can be called by a model:

    from typing import Annotated, Literal

    from kireji.plugins import Context, Field, Image, ToolError, tool

    @tool(read_only=True, open_world=False)
    def word_count(text: str, unique: bool = False) -> int:
        '''Count the words of a text.

        Args:
            text: What to count.
            unique: Count each different word once.
        '''
        words = text.split()
        return len(set(words)) if unique else len(words)

    @tool
    async def page_title(url: Annotated[str, Field(format="uri")], context: Context) -> str:
        '''The title of a web page.'''
        context.progress("Fetching the page")
        page = await context.fetch(url)
        ...
        raise ToolError("The page has no title.")

What the model is told comes from the types and the docstring (Google's, NumPy's or reST's form): `bool`, `int`,
`float`, `str`, `Literal`, `Enum`, `list`, `set`, `tuple`, `dict[str, ...]`, `Optional` and unions, `datetime`, `date`,
`time`, `timedelta`, `UUID`, `Decimal`, `Path`, dataclasses, `TypedDict`, `NamedTuple` and `msgspec.Struct`, nested as
you like, with defaults, and bounded with `Annotated[..., Field(...)]`. Arguments are checked before the function is
called and arrive as these types. What it returns may be text, anything that JSON can hold, an `Image`, a `File`, or a
list of these; None is no result.

The docstring is written by you and read by the model: the first paragraphs say what the tool does and when to use it.

Plugins run in a process of their own, with your rights but without keys and in an empty folder: what they print goes
into their log, and a crash or a hang is an error of that call. `Context` is the way back into the program: a parameter
of this type is not shown to the model. In an `async def` tool its methods are awaited; annotate it `AsyncContext` there
and the type checker knows. What a plugin sends or reads by itself, past the context, is outside the program's ledger.
"""  # noqa: D214 - the example's own docstring

from __future__ import annotations

import inspect
import io
import os
import types
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, overload

import msgspec

from kireji.core.tool_ports import ClippedContent, FetchedPage

__all__ = [
    "AsyncContext",
    "ClippedContent",
    "Context",
    "FetchedPage",
    "Field",
    "File",
    "Image",
    "Refused",
    "ToolError",
    "tool",
]

_F = TypeVar("_F", bound=Callable[..., Any])
_OPTIONS = "__kireji_tool__"


class ToolError(Exception):
    """Raise it to tell the model what went wrong: the words are the result of the call, marked as an error.

    Anything else that is raised is an error result too, but with the type of the exception and the line in front.
    """


class Refused(ToolError):
    """The person, a rule or the system said no to something that was asked for through the context."""


def Field(
    *,
    description: str | None = None,
    ge: int | float | None = None,
    gt: int | float | None = None,
    le: int | float | None = None,
    lt: int | float | None = None,
    multiple_of: int | float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    format: str | None = None,
) -> msgspec.Meta:
    """Bounds and words for one value, beside its type.

    `count: Annotated[int, Field(ge=1, le=10)] = 3`

    Args:
        description: For the model; instead of what the docstring says of a parameter.
        ge: Smallest number that is allowed.
        gt: Number that it must be above.
        le: Largest number that is allowed.
        lt: Number that it must be below.
        multiple_of: Number that it must be a multiple of.
        min_length: Fewest characters of a text, or items of a list or dict.
        max_length: Most of them.
        pattern: Regular expression that is found in the text; write `^` and `$` for the whole of it.
        format: What a text is. `path` and `uri` let the person allow a folder or a host; `date-time`, `date`, `time`,
            `duration`, `email`, `hostname`, `ipv4`, `ipv6` and `uuid` are told to the model.

    Raises:
        TypeError: A bound is of the wrong type.
        ValueError: Two bounds exclude each other.
        re.error: The pattern is none.
    """
    bounds: dict[str, Any] = {"ge": ge, "gt": gt, "le": le, "lt": lt, "multiple_of": multiple_of, "pattern": pattern}
    bounds |= {"min_length": min_length, "max_length": max_length, "description": description}
    return msgspec.Meta(**bounds, extra_json_schema=None if format is None else {"format": format})


class Image:
    """A picture that a tool gives back, or gets from the screen: PNG, JPEG, WebP or GIF.

    Args:
        source: The bytes of a picture file, or the path of one, which is read at once.

    Raises:
        OSError: The file cannot be read.

    Attributes:
        data: The bytes.
    """

    def __init__(self, source: bytes | str | os.PathLike[str]) -> None:
        self.data = _bytes_of(source)


class File:
    """A file that a tool gives back.

    Args:
        source: Its bytes, or its path, which is read at once.
        media_type: What it is: `application/pdf`, `text/csv`.
        name: As people know it; the name of the path when there is one.

    Raises:
        OSError: The file cannot be read.

    Attributes:
        data: The bytes.
        media_type: As given.
        name: As given, or of the path.
    """

    def __init__(
        self, source: bytes | str | os.PathLike[str], media_type: str = "application/octet-stream", name: str = ""
    ) -> None:
        self.data = _bytes_of(source)
        self.media_type = media_type
        self.name = name or ("" if isinstance(source, bytes | bytearray | memoryview) else Path(source).name)


def _bytes_of(source: bytes | str | os.PathLike[str]) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    return Path(source).read_bytes()


class Context(ABC):
    """The way back into the program for a plain function; in an `async def` tool see `AsyncContext`.

    Each method but `progress` waits for its answer, which may be the person's: they see what is asked for and may say
    no.
    """

    @abstractmethod
    def progress(self, text: str, fraction: float | None = None) -> None:
        """Say how far the call is; shown beside it.

        Args:
            text: What is being done now.
            fraction: How much is done, from 0 to 1.
        """

    @abstractmethod
    def clipboard(self) -> ClippedContent:
        """What the clipboard holds: `text`, and `picture` as bytes; empty where there is none.

        Raises:
            Refused: The person said no.
            ToolError: It cannot be read.
        """

    @abstractmethod
    def capture(self) -> Image:
        """A picture of the screen under the pointer.

        Raises:
            Refused: The person said no.
            ToolError: It cannot be captured.
        """

    @abstractmethod
    def fetch(self, url: str) -> FetchedPage:
        """What an address gives: `status`, `media_type`, `body` as bytes, and `text`. No cookies and no keys are sent.

        Args:
            url: `https://...` or `http://...`.

        Raises:
            Refused: The person said no.
            ToolError: It was not reached.
        """

    @abstractmethod
    def open(self, path: str | os.PathLike[str]) -> io.BytesIO:
        """The contents of a file of the person, to be read as if it had been opened with `open(path, "rb")`.

        Args:
            path: An absolute path.

        Raises:
            Refused: It lies in no folder that the person has granted, and they said no.
            ToolError: It cannot be read.
        """


class AsyncContext(ABC):
    """The way back into the program for an `async def` tool: as `Context`, but awaited, except for `progress`."""

    @abstractmethod
    def progress(self, text: str, fraction: float | None = None) -> None:
        """As `Context.progress`; not awaited."""

    @abstractmethod
    async def clipboard(self) -> ClippedContent:
        """As `Context.clipboard`."""

    @abstractmethod
    async def capture(self) -> Image:
        """As `Context.capture`."""

    @abstractmethod
    async def fetch(self, url: str) -> FetchedPage:
        """As `Context.fetch`."""

    @abstractmethod
    async def open(self, path: str | os.PathLike[str]) -> io.BytesIO:
        """As `Context.open`."""


class ToolOptions(msgspec.Struct, frozen=True):
    """What `@tool` was given; for the program, not for authors."""

    name: str = ""
    title: str = ""
    description: str = ""
    read_only: bool = False
    open_world: bool = True
    asks_always: bool = False
    seconds: float = 60.0


@overload
def tool(function: _F, /) -> _F: ...
@overload
def tool(
    *,
    name: str = "",
    title: str = "",
    description: str = "",
    read_only: bool = False,
    open_world: bool = True,
    asks_always: bool = False,
    seconds: float = 60.0,
) -> Callable[[_F], _F]: ...
def tool(function: Any = None, /, **options: Any) -> Any:  # noqa: D417 - the options are those of the overload
    """Mark a function as a tool: `@tool`, or `@tool(read_only=True)`. The function itself stays as it is.

    Args:
        function: The function; not written when there are options.
        name: What the model calls it; the function's name when empty.
        title: What people read; made from the name when empty.
        description: For the model; the docstring's text when empty.
        read_only: It changes nothing. Believed once the person trusts the plugin.
        open_world: It talks to something outside this computer, so it could send data out. Believed like `read_only`.
        asks_always: The person is asked before every call, whatever they have allowed.
        seconds: How long a call may take, up to 3,600.

    Raises:
        TypeError: What is marked is not a function, or an option does not exist or is of the wrong type.
    """
    if options or function is None:
        chosen = _checked(options)
        return lambda marked: _mark(marked, chosen)
    return _mark(function, ToolOptions())


def _checked(options: dict[str, Any]) -> ToolOptions:
    if unknown := options.keys() - set(ToolOptions.__struct_fields__):
        known = ", ".join(ToolOptions.__struct_fields__)
        raise TypeError(f"@tool has no option {', '.join(sorted(unknown))}; there are {known}")
    try:
        chosen = msgspec.convert(options, ToolOptions)
    except msgspec.ValidationError as problem:
        raise TypeError(f"@tool: {problem}") from None
    if not 0 < chosen.seconds <= 3600:
        raise TypeError("@tool: seconds must be above 0 and at most 3600")
    return chosen


def _mark(function: Any, options: ToolOptions) -> Any:
    if isinstance(function, str):
        raise TypeError(f"@tool marks functions; a name is an option: @tool(name={function!r})")
    if isinstance(function, types.MethodType):
        raise TypeError(f"@tool marks functions; {function.__name__!r} is a method: mark a function that calls it")
    if isinstance(function, type) or not hasattr(_written(function), "__code__"):
        raise TypeError(f"@tool marks functions; {getattr(function, '__name__', function)!r} is none")
    setattr(function, _OPTIONS, options)
    return function


def _written(function: Any) -> Any:
    """The function below what wraps it, as `functools.cache` does."""
    try:
        return inspect.unwrap(function)
    except ValueError:  # it wraps itself
        return None


def options_of(value: object) -> ToolOptions | None:
    """What a function was marked with; None for everything else. For the program, not for authors."""
    found = getattr(value, _OPTIONS, None) if callable(value) and not isinstance(value, type) else None
    return found if isinstance(found, ToolOptions) else None
