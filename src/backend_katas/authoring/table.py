"""The proofs of katas as a table for a person and as a document for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from backend_katas.authoring.case import Kind
from backend_katas.authoring.proof import Proof, Verdict
from backend_katas.authoring.trial_table import trial_document, trial_rows
from backend_katas.inventory import Flaw

_GOOD, _UNKNOWN, _BAD = click.style("✓", fg="green"), click.style("–", fg="yellow"), click.style("✗", fg="red")  # noqa: RUF001 - a dash
_WIDTH = 120
_NARROWEST = 60


def proofs_table(proofs: Sequence[Proof], folder: Path) -> str:
    """Return a block for each kata: its cases, what is to be mended, and at the end whether everything holds.

    Paths below `folder` are shown from there.
    """
    return "\n\n".join([*(_kata(proof, folder) for proof in proofs), _verdict(proofs)])


def proofs_document(proofs: Sequence[Proof]) -> dict[str, Any]:
    """Return the proofs as plain JSON types (`docs/formats.md`)."""
    katas = [
        {
            "id": proof.kata,
            "draft": proof.draft,
            "holds": proof.holds,
            "judged": proof.judged,
            "cases": [_case_document(verdict) for verdict in proof.verdicts],
            "trials": [trial_document(trial) for trial in proof.trials],
            "untried": dict(proof.untried),
            "flaws": [{"file": str(flaw.file), "line": flaw.line, "problem": flaw.problem} for flaw in proof.flaws],
        }
        for proof in proofs
    ]
    return {"schema": 1, "holds": all(proof.holds for proof in proofs), "katas": katas}


def _case_document(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.case.kind.value,
        "name": verdict.case.name,
        "runs": len(verdict.runs),
        "good": verdict.good,
        "named": sorted(verdict.case.named),
        "failed": verdict.failed,
        "faults": verdict.faults,
        "gaps": verdict.gaps,
        "seconds": [run.seconds for run in verdict.runs],
    }


def _kata(proof: Proof, folder: Path) -> str:
    title = click.style(proof.kata, bold=True) + ("  (draft: `katas list` leaves it out)" if proof.draft else "")
    width = max((len(verdict.case.name) for verdict in proof.verdicts), default=0)
    rows = [_row(verdict, width) for verdict in proof.verdicts]
    if not proof.judged:
        rows.append("  nothing was graded: its checks or its manifest have to be mended first")
    rows += [f"  {_UNKNOWN} {name}: {reason}" for name, reason in proof.untried.items()]
    rows += [row for trial in proof.trials for row in trial_rows(trial, good=_GOOD, bad=_BAD)]
    flaws = [f"  {_BAD} {_line(flaw, folder)}" for flaw in proof.flaws]
    return "\n".join([title, *rows, *(["", "  to mend", *flaws] if flaws else [])])


def _row(verdict: Verdict, width: int) -> str:
    case, good, runs = verdict.case, verdict.good, len(verdict.runs)
    head = f"  {_mark(verdict)} {case.kind:<9}  {case.name:<{width}}  {good:>2} of {runs:<2}  "
    indent = " " * len(click.unstyle(head))
    return head + f"\n{indent}".join(_told(verdict, max(_WIDTH - len(indent), _NARROWEST)))


def _told(verdict: Verdict, width: int) -> Iterator[str]:
    """Say what a case had to do and did; then each fault, with how often it was seen."""
    runs = len(verdict.runs)
    if verdict.good:
        yield from _as_it_should(verdict)
    for fault, times in [*verdict.faults.items(), *verdict.gaps.items()]:
        often = f"{times} of {runs}: " if runs > 1 else ""
        yield from textwrap.wrap(f"{often}{fault}", width, subsequent_indent="  ", break_on_hyphens=False)


def _as_it_should(verdict: Verdict) -> Iterator[str]:
    match verdict.case.kind:
        case Kind.REFERENCE:
            levels = dict.fromkeys(level for run in verdict.runs for level in run.levels)
            whole = any(not run.levels for run in verdict.runs)
            yield "earns 100 points" if whole else f"passes {', '.join(f'`{level}`' for level in levels)}"
        case Kind.VARIANT:
            yield from (f"fails {name}" for name in verdict.failed)
            yield from () if verdict.failed else ("earns 100 points",)
        case Kind.STARTER:
            yield f"starts, and fails all {len(verdict.failed)} checks"
        case Kind.MUTANT:
            yield from (f"fails {name}" for name in sorted(verdict.case.named))
        case Kind.ALTERED:
            raise TypeError("of faults made by machine there is one row for all")


def _mark(verdict: Verdict) -> str:
    return _BAD if verdict.faults else _UNKNOWN if verdict.gaps else _GOOD


def _line(flaw: Flaw, folder: Path) -> str:
    inside = flaw.file.is_relative_to(folder)
    place = flaw.file.relative_to(folder) if inside else flaw.file
    return f"{place}:{flaw.line}: {flaw.problem}" if flaw.line else f"{place}: {flaw.problem}"


def _verdict(proofs: Sequence[Proof]) -> str:
    if not proofs:
        return "nothing to verify: the change touches no kata"
    holding = sum(proof.holds for proof in proofs)
    cases = [verdict for proof in proofs for verdict in proof.verdicts]
    good = sum(verdict.good == len(verdict.runs) for verdict in cases)
    flaws = sum(len(proof.flaws) for proof in proofs)
    katas = "kata" if len(proofs) == 1 else "katas"
    text = f"{holding} of {len(proofs)} {katas} proved: {good} of {len(cases)} cases as they have to be, {flaws} flaws"
    if trials := [trial for proof in proofs for trial in proof.trials]:
        killed = sum(len(trial.killed) for trial in trials)
        text += f", {killed} of {sum(trial.made for trial in trials)} faults killed"
    if gaps := sum(bool(verdict.gaps) for verdict in cases):
        text += f"; this machine could not judge {gaps} of them"
    return click.style(text, fg="green" if holding == len(proofs) else "red", bold=True)
