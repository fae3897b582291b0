"""The catalogue as `katas list` and `katas show` tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from backend_katas.catalogue import Catalogue, Stage, name_of
from backend_katas.model import Kata


def listing(catalogue: Catalogue) -> str:
    """Return the roadmap as text: each stage in order, with its katas; a stage without katas says so.

    Drafts are left out; those of folders, which somebody works on, are named at the end.
    """
    katas, stages = _finished(catalogue), catalogue.stages
    known = {stage.id for stage in stages}
    blocks = [_stage(number, stage, katas) for number, stage in enumerate(stages, start=1)]
    loose = [kata for kata in katas if kata.stage not in known]
    blocks += [f"{'':>3} not on the roadmap\n" + "\n".join(_row(kata) for kata in loose)] if loose else []
    drafts = [name_of(kata) for kata in catalogue.katas if kata.draft and not kata.pack.distribution]
    blocks += [click.style(f"left out as drafts: {', '.join(drafts)}", dim=True)] if drafts else []
    return "\n".join(blocks)


def _finished(catalogue: Catalogue) -> list[Kata]:
    return [kata for kata in catalogue.katas if not kata.draft]


def problems_of(catalogue: Catalogue) -> Iterator[str]:
    """Give a sentence for each pack and each kata that the list lacks."""
    for found in catalogue.problems:
        what = f"`{found.pack}/{found.kata}` cannot be read" if found.kata else f"`{found.pack}` cannot be used"
        yield f"{what}: {found.problem}"


def catalogue_document(catalogue: Catalogue) -> dict[str, Any]:
    """Return the catalogue as plain JSON types (`docs/formats.md`)."""
    return {
        "schema": 1,
        "stages": [
            {"id": stage.id, "title": stage.title, "difficulty": stage.difficulty, "needs": list(stage.needs)}
            for stage in catalogue.stages
        ],
        "katas": [kata_document(kata) for kata in _finished(catalogue)],
        "problems": [asdict(problem) for problem in catalogue.problems],
    }


def describe(kata: Kata) -> str:
    """Return one kata in full, for somebody who decides whether to start it."""
    width = max(len(level.id) for level in kata.levels)
    levels = [f"  {level.points:>6}  {level.id:<{width}}  {level.title}" for level in kata.levels]
    facts = [
        ("pack", "" if name_of(kata) == kata.id else kata.pack.name),
        ("draft", "`katas list` leaves it out" if kata.draft else ""),
        ("kind", kata.kind),
        ("stage", kata.stage),
        ("services", ", ".join(kata.services) or "none"),
        ("starters", ", ".join(kata.stacks) or "none"),
        ("better after", ", ".join(kata.prerequisites)),
        ("variants in", ", ".join(choice.key for choice in kata.choices)),
    ]
    head = f"{click.style(kata.id, bold=True)}  {kata.title}\n{kata.summary}\n"
    lines = [f"  {name:<12}  {value}" for name, value in facts if value]
    return "\n".join([head, *lines, "", "  points  level", *levels, "", f"next: katas start {name_of(kata)}"])


def _stage(number: int, stage: Stage, katas: Sequence[Kata]) -> str:
    rows = [_row(kata) for kata in katas if kata.stage == stage.id]
    if not rows:
        return click.style(f"{number:>3} {stage.title}  ({stage.difficulty}, no kata yet)", dim=True)
    return "\n".join([click.style(f"{number:>3} {stage.title}", bold=True) + f"  ({stage.difficulty})", *rows])


def _row(kata: Kata) -> str:
    return f"      {click.style(f'{name_of(kata):<20}', fg='green')}  {kata.points} points  {kata.summary}"


def kata_document(kata: Kata) -> dict[str, Any]:
    """Return one kata of the catalogue as plain JSON types."""
    levels = [{"id": level.id, "title": level.title, "points": level.points} for level in kata.levels]
    return {
        "id": kata.id,
        "pack": kata.pack.name,
        "title": kata.title,
        "stage": kata.stage,
        "kind": kata.kind,
        "summary": kata.summary,
        "points": kata.points,
        "services": list(kata.services),
        "stacks": list(kata.stacks),
        "prerequisites": list(kata.prerequisites),
        "levels": levels,
    }
