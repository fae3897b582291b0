"""One submission graded officially: run by the runner, and refused as an error unless every check was judged."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import Event

from backend_katas.catalogue import find_kata
from backend_katas.errors import KatasError
from backend_katas.manifest import read_submission, require_commands
from backend_katas.model import Kata, Pack, Result
from backend_katas.runner import Request, run


def grade(
    folder: Path,
    packs: Iterable[Pack],
    *,
    seed: int | None = None,
    services: str = "auto",
    isolation: str = "none",
    stop: Event | None = None,
) -> Result:
    """Grade the submission in `folder`; KatasError when it cannot be graded, never a wrong mark.

    `stop` is how another thread interrupts it (see `runner.run`).
    """
    submission = read_submission(folder)
    kata = find_kata(submission.kata, tuple(packs))
    require_commands(submission, kata)
    request = Request(kata=kata, submission=submission, seed=seed, services=services, isolation=isolation)
    result = run(request, stop=stop)
    require_complete(result, kata)
    return result


def require_complete(result: Result, kata: Kata) -> None:
    """Raise KatasError unless the checks of each level add up to its points: a missing check is no mark."""
    for level in kata.levels:
        found = sum(check.points for check in result.of_level(level))
        if found != level.points:
            raise KatasError(
                f"level `{level.id}` was judged on {found} of {level.points} points, so there is no mark",
                "this is a fault of the grader or of its installation; please report it",
            )
