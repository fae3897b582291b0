"""What became of the faults that a machine has made, for a person and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from backend_katas.authoring.alteration import Alteration
from backend_katas.authoring.survivors import Sort
from backend_katas.authoring.trial import LOWEST_RATE, Survivor, Trial

_WIDTH = 120
_EXPLAINED = (Sort.EQUIVALENT, Sort.FREE, Sort.UNJUDGED)


def trial_rows(trial: Trial, *, good: str, bad: str) -> Iterator[str]:
    """Give the lines of a trial: its figures, then what is to be explained or mended; the marks come from outside."""
    yield f"  {good if trial.holds else bad} {trial.reference.name}: {_figures(trial)}"
    if trial.rate < LOWEST_RATE:
        yield f"    at least {LOWEST_RATE:.0f} % have to be killed"
    for survivor in trial.survivors:
        yield from _survivor(survivor, bad)
    for alteration, problem in trial.not_judged:
        yield f"    {bad} {_place(alteration)}  was not judged: {problem}"
        yield from _difference(alteration)


def trial_document(trial: Trial) -> dict[str, Any]:
    """Return a trial as plain JSON types (`docs/formats.md`)."""
    return {
        "reference": trial.reference.name,
        "holds": trial.holds,
        "made": trial.made,
        "killed": len(trial.killed),
        **{sort.value: trial.sorts[sort] for sort in _EXPLAINED},
        "unexplained": trial.sorts[None],
        "rate": round(trial.rate, 2),
        "survivors": [_survivor_document(survivor) for survivor in trial.survivors],
        "not_judged": [{**_alteration(alteration), "problem": problem} for alteration, problem in trial.not_judged],
    }


def _figures(trial: Trial) -> str:
    parts = [f"{trial.sorts[sort]} {sort}" for sort in _EXPLAINED if trial.sorts[sort]]
    parts += [f"{trial.sorts[None]} unexplained"] if trial.sorts[None] else []
    survived = f"{len(trial.survivors)} survived" + (f" ({', '.join(parts)})" if parts else "")
    counts = f"{trial.made} faults made, {len(trial.killed)} killed, {survived}"
    counts += f", {len(trial.not_judged)} not judged" if trial.not_judged else ""
    return f"{counts}; {trial.rate:.1f} % of {trial.noticeable}"


def _survivor(survivor: Survivor, bad: str) -> Iterator[str]:
    """Show what has to be explained, and what was promised and is not judged; what need not be noticed is counted."""
    match survivor.explanation:
        case None:
            yield f"    {bad} {_place(survivor.alteration)}  survived, and nothing explains it"
        case explanation if explanation.sort is Sort.UNJUDGED:
            yield f"    - {_place(survivor.alteration)}  survived, and is promised"
            yield from textwrap.wrap(
                explanation.why, _WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8, break_on_hyphens=False
            )
        case _:
            return
    yield from _difference(survivor.alteration)


def _difference(alteration: Alteration) -> Iterator[str]:
    yield f"        - {alteration.before}"
    yield f"        + {alteration.after}".rstrip()


def _place(alteration: Alteration) -> str:
    return f"{alteration.file}:{alteration.line}"


def _alteration(alteration: Alteration) -> Mapping[str, Any]:
    return {name: getattr(alteration, name) for name in ("file", "line", "before", "after")}


def _survivor_document(survivor: Survivor) -> dict[str, Any]:
    explanation = survivor.explanation
    return {
        **_alteration(survivor.alteration),
        "kind": explanation.sort.value if explanation else None,
        "why": explanation.why if explanation else "",
    }
