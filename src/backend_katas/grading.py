"""One submission graded officially: run by the runner, and refused as an error unless every check was judged."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from threading import Event

from backend_katas.catalogue import find_kata
from backend_katas.errors import KatasError
from backend_katas.manifest import read_submission, require_commands
from backend_katas.model import Level, Pack, Result, Status
from backend_katas.runner import Request, run


def grade(
    folder: Path,
    packs: Iterable[Pack],
    *,
    seed: int | None = None,
    services: str = "auto",
    isolation: str = "none",
    levels: tuple[str, ...] = (),
    first_failure: bool = False,
    start_timeout: float | None = None,
    stop: Event | None = None,
) -> Result:
    """Grade the submission in `folder`; KatasError when it cannot be graded, never a wrong mark.

    `levels`, `first_failure` and `start_timeout` are those of `runner.Request`. `stop` is how another thread interrupts
    it (see `runner.run`).
    """
    submission = read_submission(folder)
    kata = find_kata(submission.kata, tuple(packs))
    require_commands(submission, kata)
    request = Request(
        kata=kata,
        submission=submission,
        seed=seed,
        services=services,
        isolation=isolation,
        levels=levels,
        first_failure=first_failure,
        start_timeout=start_timeout,
    )
    result = run(request, stop=stop)
    if first_failure and result.status in {Status.FAILED, Status.ERROR}:
        return result
    require_complete(result, [level for level in kata.levels if not levels or level.id in levels])
    return result


def require_complete(result: Result, levels: Iterable[Level]) -> None:
    """Raise KatasError unless the checks of each level add up to its points: a missing check is no mark."""
    for level in levels:
        found = sum(check.points for check in result.of_level(level))
        if found != level.points:
            raise KatasError(
                f"level `{level.id}` was judged on {found} of {level.points} points, so there is no mark",
                "this is a fault of the grader or of its installation; please report it",
            )
