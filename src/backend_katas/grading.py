"""One submission graded: run by the runner, and refused as an error unless every check was judged."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from backend_katas.catalogue import as_meant, find_kata
from backend_katas.errors import KatasError
from backend_katas.intake import LeftOut, take_in
from backend_katas.manifest import read_submission, require_commands
from backend_katas.model import Level, Pack, Result, Status
from backend_katas.runner import OPEN, Isolation, Request, run
from backend_katas.supervisor import Supervisor
from backend_katas.unpacking import folder_of, stem

_TOLD = 5


def grade_copy(
    path: Path,
    packs: Iterable[Pack],
    *,
    seed: int | None = None,
    variant: int | None = None,
    services: str = "auto",
    isolation: Isolation = OPEN,
    time_limit: float | None = None,
    tell: Callable[[str], object],
) -> Result:
    """Grade a copy of the submission at `path`, a folder or an archive, officially.

    Nothing is written there, and nothing built there counts. `tell` is given what did not come along, in a sentence.
    Raises what `grade`, `take_in` and `unpack` raise.
    """
    with Supervisor() as supervisor, supervisor.folder("katas-intake-") as place:
        copy = place / "copy" / (stem(path.resolve()) or "submission")
        copy.parent.mkdir()
        with _named(path, copy):
            if left_out := take_in(folder_of(path, place / "unpacked"), copy):
                tell(_sentence(left_out))
            return grade(
                copy,
                packs,
                seed=seed,
                variant=variant,
                services=services,
                isolation=isolation,
                traceless=True,
                time_limit=time_limit,
            )


def grade(
    folder: Path,
    packs: Iterable[Pack],
    *,
    seed: int | None = None,
    variant: int | None = None,
    services: str = "auto",
    isolation: Isolation = OPEN,
    traceless: bool = False,
    confirm: bool = True,
    time_limit: float | None = None,
    levels: tuple[str, ...] = (),
    first_failure: bool = False,
    start_timeout: float | None = None,
    stop: Event | None = None,
) -> Result:
    """Grade the submission in `folder`, where it is built once; KatasError when it cannot be, never a wrong mark.

    `variant` is the learner's by the word of whoever grades; without it that of `kata.yaml` is taken. `traceless`,
    `confirm`, `time_limit`, `levels`, `first_failure` and `start_timeout` are those of `runner.Request`. `stop` is how
    another thread interrupts it (see `runner.run`).
    """
    submission = read_submission(folder)
    kata = as_meant(find_kata(submission.kata, tuple(packs)), submission, variant)
    require_commands(submission, kata)
    request = Request(
        kata=kata,
        submission=submission,
        seed=seed,
        services=services,
        isolation=isolation,
        traceless=traceless,
        confirm=confirm,
        time_limit=time_limit,
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


@contextmanager
def _named(path: Path, copy: Path) -> Generator[None]:
    """Have errors name what was given: nobody has ever seen the copy."""
    try:
        yield
    except KatasError as error:
        error.message = error.message.replace(str(copy), str(path.resolve()))
        error.hint = error.hint.replace(str(copy), str(path.resolve()))
        raise


def _sentence(left_out: Sequence[LeftOut]) -> str:
    told = [f"`{entry.path}` ({entry.why})" for entry in left_out[:_TOLD]]
    more = len(left_out) - len(told)
    return f"not graded: {', '.join(told)}{f' and {more} more' if more else ''}"
