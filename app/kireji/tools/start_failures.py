"""Why a program of a tool did not start, in sentences."""

from __future__ import annotations

import errno
import os

from kireji.core.errors import ToolSourceError
from kireji.core.words import say
from kireji.tools.supervisor import wire


class StartRefused(Exception):
    """A program was not started.

    Args:
        stage: Of `wire`.
        number: The system's error.
    """

    def __init__(self, stage: str, number: int) -> None:
        super().__init__(stage, number)
        self.stage, self.number = stage, number


def not_started(program: str, folder: str, refusal: StartRefused) -> ToolSourceError:
    """Why a program did not start, for a person."""
    return ToolSourceError(
        say("“{program}” could not be started: {reason}.", program=program, reason=_reason(program, folder, refusal)),
        _next_step(refusal),
        detail=os.strerror(refusal.number) if refusal.number else "",
    )


def _reason(program: str, folder: str, refusal: StartRefused) -> str:
    match refusal.stage, refusal.number:
        case wire.FOLDER, errno.ENOENT:
            return say("its working folder {folder} is not there", folder=folder)
        case wire.FOLDER, errno.ENOTDIR:
            return say("its working folder {folder} is not a folder", folder=folder)
        case wire.FOLDER, errno.EACCES:
            return say("its working folder {folder} may not be entered", folder=folder)
        case wire.PROGRAM, errno.ENOENT if os.path.exists(program):
            return say("the program named in its first line is not there")
        case wire.PROGRAM, errno.ENOENT | errno.ENOTDIR:
            return say("there is no such file")
        case wire.PROGRAM, errno.EACCES if os.path.isdir(program):
            return say("that is a folder")
        case wire.PROGRAM, errno.EACCES:
            return say("the file is not executable")
        case wire.PROGRAM, errno.ENOEXEC:
            return say("the file is not a program that this computer can run")
        case wire.PROGRAM, errno.E2BIG:
            return say("its arguments and variables are too long")
        case wire.PROGRAM, errno.EINVAL:
            return say("an argument or a variable holds a character that cannot be passed")
        case _, (errno.EMFILE | errno.ENFILE | errno.EAGAIN | errno.ENOMEM):
            return say("this computer has no room for another program")
    return os.strerror(refusal.number)


def _next_step(refusal: StartRefused) -> str:
    if refusal.stage == wire.PROCESS:
        return say("End some programs and try again.")
    if refusal.stage == wire.FOLDER:
        return say("Make the folder, or name another one.")
    return say("Check the command and that the program is installed.")
