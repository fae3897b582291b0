"""The one error a user sees, and the exit codes of every command."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status means; scripts and CI may rely on these numbers."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    OUR_FAULT = 3
    DID_NOT_START = 4
    NOTHING_TO_GRADE = 5
    INTERRUPTED = 130


class KatasError(Exception):
    """A problem that a person can act on: what happened and why, then what to do about it.

    `message` is lower case without a full stop; it may run over several lines. `hint` is a sentence with the command
    or the change that helps, or empty. `exit_code` is what a command ends with when it stops for this reason.
    """

    def __init__(self, message: str, hint: str = "", *, exit_code: ExitCode = ExitCode.OUR_FAULT) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message

    def in_a_line(self) -> str:
        """Return message and hint as one sentence, for a list of what is wrong."""
        return " ".join([*self.message.split(), *([f"({self.hint})"] if self.hint else [])])


class NotConfined(KatasError):  # noqa: N818 - it says what happened
    """There is no cell such as was asked for, so nothing of the submission was run."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean `x`?" for the nearest known words, or an empty string."""
    near = difflib.get_close_matches(word.lower(), list(known), n=3, cutoff=0.55)
    return f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""


class ProgramFault(AssertionError):  # noqa: N818 - it is no error of ours
    """The learner's program misbehaved: inside a check it is a failed check, never an error of ours.

    Its text is one sentence in plain words whose subject is the program or its answer, lower case, no full stop.
    """
