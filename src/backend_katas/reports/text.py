"""Results for a person at a terminal: where they stand, what went wrong first, and what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import click

from backend_katas.exchange import SCRATCH, shell_line
from backend_katas.model import Check, Earlier, Level, Reason, Result, Status, TimeLimit, verdict
from backend_katas.reports.failure import NEVER_UP, PORT, render_failure

WIDTH = 100
_SHOWN_IN_FULL = 3
_MARKS = {
    Status.PASSED: ("✓", "passed", "green"),
    Status.FAILED: ("✗", "failed", "red"),
    Status.SKIPPED: ("-", "not judged", "yellow"),
    Status.ERROR: ("!", "error", "magenta"),
}


def render(results: Sequence[Result]) -> str:
    """Return a report of each result, one after the other."""
    return "\n".join(render_result(result) for result in results)


def render_result(result: Result, *, everything: bool = False, hidden: Collection[str] = ()) -> str:
    """Return the failures of the first level that is not done, then the levels, and the next step at the end.

    `everything` tells the failures of all levels in full; of levels that are `hidden` none is told. The text is
    coloured by ANSI sequences, and reads the same without them. What matters most stands last, where a terminal's eye
    is.
    """
    shown = _shown(result, hidden)
    blocks = [
        *_problems(shown, everything=everything),
        _lucky(shown),
        _table(result),
        _next_step(shown, hidden=bool(hidden)),
    ]
    return "\n" + "\n".join(block for block in blocks if block) + "\n"


def _shown(result: Result, hidden: Collection[str]) -> Result:
    """Leave out the failures of hidden levels, but not that the program did not come up."""
    kept = (check for check in result.checks if check.level not in hidden or check.reason in NEVER_UP)
    return replace(result, checks=tuple(kept)) if hidden else result


def _table(result: Result) -> str:
    width = max(len(level.id) for level in result.levels)
    rows = [_row(result, level, width) for level in result.levels]
    score = click.style(f"{result.score} of {result.max_score} points", bold=True)
    variant = f", variant {result.variant.seed}" if result.variant else ""
    line = f"  {score}   {result.kata}{variant}, seed {result.seed}, {result.seconds:.1f} s"
    return "\n".join([*rows, "", line, f"  {_circumstances(result)}", ""])


def _circumstances(result: Result) -> str:
    """Return in a line what it takes to make the run again: isolation and limits, versions."""
    confined = "not confined" if result.isolation == "none" else f"confined by {result.isolation}"
    order = {"kernel": "{}", "python": "Python {}", "bwrap": "bubblewrap {}", "docker": "Docker {}"}
    known = [words.format(result.versions[name]) for name, words in order.items() if name in result.versions]
    servers = [f"{name} {version}" for name, version in result.services.items()]
    return "; ".join(part for part in (confined, ", ".join([*known, *servers])) if part)


def _row(result: Result, level: Level, width: int) -> str:
    checks = result.of_level(level)
    mark, word, colour = _MARKS[verdict(checks)]
    earned = sum(check.earned for check in checks)
    points = sum(check.points for check in checks if check.counts)
    passed = sum(check.status is Status.PASSED for check in checks)
    head = click.style(f"{mark} {level.id:<{width}}", fg=colour)
    return f"  {head}  {earned:>3} of {points:<3} {word:<10}  {passed} of {len(checks)} checks"


def _lucky(result: Result) -> str:
    """Say what passed only when it was run once more: by chance, or by a race that is still there."""
    lucky = [check for check in result.checks if check.earlier and check.status is Status.PASSED]
    if not lucky:
        return ""
    told = "\n".join(f"{_one_line(check)}\n{_at_first(check.earlier)}" for check in lucky if check.earlier)
    return f"failed at first, and passed when it was run once more\n{told}\n"


def _at_first(earlier: Earlier) -> str:
    return textwrap.indent(f"at first: {earlier.message}", "    ")


def _problems(result: Result, *, everything: bool) -> Iterator[str]:
    """Our own errors first, since they are nobody's work to mend but ours; then the learner's levels in order."""
    errors = [check for check in result.checks if check.status is Status.ERROR]
    yield from _errors(errors)
    failed = [level for level in result.levels if _failures(result, level)]
    for level in failed if everything else failed[:1]:
        yield from _level(result, level, everything=everything)


def _errors(checks: Sequence[Check]) -> Iterator[str]:
    by_message = groupby(sorted(checks, key=lambda check: check.message), key=lambda check: check.message)
    for message, group in by_message:
        ids = [check.id for check in group]
        others = {1: "", 2: ", and 1 more check"}.get(len(ids), f", and {len(ids) - 1} more checks")
        head = click.style("error (ours, not yours)", fg="magenta", bold=True)
        yield f"{head} in {ids[0]}{others}\n{textwrap.indent(message, '  ')}\n"


def _failures(result: Result, level: Level) -> list[Check]:
    return [check for check in result.of_level(level) if check.status is Status.FAILED]


def _level(result: Result, level: Level, *, everything: bool) -> Iterator[str]:
    failures = _failures(result, level)
    shown = failures if everything else failures[:_SHOWN_IN_FULL]
    if shown[0].reason not in NEVER_UP:
        head = click.style(f"level {level.id}: {level.title}", bold=True)
        yield f"{head}\n{textwrap.indent(textwrap.fill(level.summary, WIDTH - 2), '  ')}\n"
    for check in shown:
        yield render_failure(check)
    if rest := failures[len(shown) :]:
        lines = "\n".join(_one_line(check) for check in rest)
        yield f"  and {len(rest)} more in this level\n{lines}\n"


def _one_line(check: Check) -> str:
    mark, _, colour = _MARKS[check.status]
    return f"  {click.style(mark, fg=colour)} {check.title} ({_points(check.points)})"


def _points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"


def _next_step(result: Result, *, hidden: bool) -> str:
    if result.time_limit:
        return _out_of_time(result, result.time_limit)
    if result.status is Status.PASSED:
        if hidden:
            return "what is shown passed"
        if not result.whole:
            return f"what was judged passed; `katas test` judges all of {result.kata}"
        return click.style(f"{result.kata} is done: every check passed", fg="green", bold=True)
    if result.stopped_by() is Reason.BUILD:
        return "next: make the build succeed, then run the checks again"
    if result.stopped_by() is Reason.START:
        return "next: make the program start, then run the checks again"
    level = next((level for level in result.levels if _failures(result, level)), None)
    if level is None:
        return ""
    hint, test = (
        click.style(f"`{command} {level.id}`", fg="green") for command in ("katas hint", "katas test --level")
    )
    return (
        f"next: level {level.id}; {hint} gives a hint, {test} judges this level alone\n"
        f"      {_by_hand(_failures(result, level))}"
    )


def _out_of_time(result: Result, limit: TimeLimit) -> str:
    left = sum(check.status is Status.SKIPPED and check.reason is Reason.TIME for check in result.checks)
    lost = f"; {left} {'check was' if left == 1 else 'checks were'} not judged" if left else ""
    whose = "which is our error" if limit.ours else "next: find out what takes so long"
    return f"{limit}{lost}\n{whose}"


def _by_hand(checks: Sequence[Check]) -> str:
    """Say what makes the lines of the failures run again."""
    lines = [shell_line(command) for check in checks for command in check.commands]
    if not lines:
        run = click.style("`katas run`", fg="green")
        return f"{run} starts your program on port {PORT}, where the curl lines above can be run"
    made = click.style("`SCRATCH=$(mktemp -d)`", fg="green")
    after = f"after {made} " if any(SCRATCH in line for line in lines) else ""
    return f"{after}the commands above can be run in your folder"
