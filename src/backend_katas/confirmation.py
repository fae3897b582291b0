"""Failed checks that depend on the clock or on who comes first: which are run once more, and what two runs say."""

from __future__ import annotations

from dataclasses import replace

from backend_katas.errors import KatasError
from backend_katas.model import Check, Earlier, Reason, Result, Status, TimeLimit

_ADVICE = "grade it again; if it happens each time, please report it"


def doubtful(result: Result) -> tuple[str, ...]:
    """Return the ids of the checks whose failure does not count before they have failed once more.

    None where the run has come to no mark, or to its end before its time, and none of a level that is not there: where
    nothing else passes, nothing fails by chance.
    """
    if result.status is Status.ERROR or result.time_limit:
        return ()
    return tuple(check.id for check in result.checks if _is_doubtful(check) and _is_begun(result, check.level))


def confirmed(first: Result, second: Result) -> Result:
    """Return the result of a run together with that of a second one, which was only of what is doubtful.

    Raises KatasError where the second has not judged a check that it was asked for.
    """
    asked, again = doubtful(first), {check.id: check for check in second.checks}
    checks = tuple(
        _of_both(check, _found(check, again), second.time_limit) if check.id in asked else check
        for check in first.checks
    )
    return replace(
        first,
        checks=checks,
        time_limit=second.time_limit,
        services={**first.services, **second.services},
        limits={**first.limits, **second.limits},
        seconds=round(first.seconds + second.seconds, 3),
    )


def unconfirmed(result: Result, limit: TimeLimit) -> Result:
    """Return a result for whose doubtful checks there was no time left; their failures stand."""
    asked = doubtful(result)
    checks = tuple(_of_one(check, limit) if check.id in asked else check for check in result.checks)
    return replace(result, checks=checks, time_limit=limit)


def _is_doubtful(check: Check) -> bool:
    return check.chancy and check.status is Status.FAILED and check.reason is None


def _is_begun(result: Result, level: str) -> bool:
    """Say whether a check of the level passed that depends on nothing; if it has none such, whether any at all did."""
    certain = [check for check in result.checks if not check.chancy]
    of_level = [check for check in certain if check.level == level] or certain
    return not of_level or any(check.status is Status.PASSED for check in of_level)


def _found(check: Check, again: dict[str, Check]) -> Check:
    if check.id not in again:
        raise KatasError(f"`{check.id}` failed, and was not judged when it was run once more", _ADVICE)
    return again[check.id]


def _of_both(before: Check, after: Check, limit: TimeLimit | None) -> Check:
    """Let the second run count: with whatever it says of the program, and of us."""
    if limit and after.reason is Reason.TIME and after.status is not Status.ERROR:
        return _of_one(before, limit)
    if after.reason is Reason.BUILD:
        # It has built before, from the same files: what a package index does is nobody's race.
        told = f"the program was built, but when it was to be run once more it could not be: {after.message}"
        after = replace(after, status=Status.ERROR, message=told)
    elif after.reason is Reason.START:
        told = after.message if after.status is Status.FAILED else "the program did not start"
        after = replace(after, status=Status.FAILED, message=f"when it was run once more: {told}")
    elif after.status is Status.SKIPPED:
        told = f"it was judged at first, but when it was run once more it could not be: {after.message}"
        after = replace(after, status=Status.ERROR, message=told)
    earned = after.points if after.status is Status.PASSED else 0
    return replace(after, reason=None, earned=earned, chancy=True, earlier=_earlier(before))


def _of_one(check: Check, limit: TimeLimit) -> Check:
    return replace(check, message=f"{check.message}\nit was to be run once more, but {limit}")


def _earlier(check: Check) -> Earlier:
    return Earlier(
        status=check.status,
        message=check.message,
        exchanges=check.exchanges,
        commands=check.commands,
        log=check.log,
        statements=check.statements,
        seconds=check.seconds,
    )
