"""What can be said of a kata without grading anything: its cases, its checks, and what is missing or wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.authoring.case import Case, mutant, patches, references, starters
from backend_katas.authoring.promises import unpromised
from backend_katas.authoring.survivors import outdated, read_survivors, survivors_file
from backend_katas.authoring.tailoring import flaws_of_places, variants, variants_file
from backend_katas.catalogue import read_clauses, read_hints, read_roadmap
from backend_katas.documents import DocumentError
from backend_katas.errors import KatasError
from backend_katas.inventory import Entry, Flaw, Inventory
from backend_katas.model import Kata, Pack
from backend_katas.runner import collect

FEWEST_HINTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A kata's checks, the cases that can be judged, and its flaws.

    `judgeable` says that the engine would grade by these checks: all modules can be read and the points add up.
    """

    kata: Kata
    checks: tuple[Entry, ...]
    cases: tuple[Case, ...]
    flaws: tuple[Flaw, ...]
    judgeable: bool

    def level_of(self, check_id: str) -> str:
        """Return the level of a check, or an empty text when there is no such check."""
        return next((check.level for check in self.checks if check.id == check_id), "")


def survey(kata: Kata, needs: Mapping[str, Sequence[str]], packs: Sequence[Pack]) -> Survey:
    """Look a kata through; `needs` are the prerequisites of all katas by their ids, `packs` have the roadmap."""
    inventory = _collect(kata)
    hindrances = [*inventory.flaws, *_wrong_points(kata, inventory.entries)]
    mutants, spoilt = _mutants(kata, inventory)
    tailored, untailored = _variants(kata)
    flaws = [
        *_of_manifest(kata, needs, packs),
        *hindrances,
        *_of_checks(kata, inventory),
        *_of_hints(kata),
        *_of_solutions(kata),
        *_of_survivors(kata),
        *spoilt,
        *untailored,
        *flaws_of_places(kata),
        *_of_levels_without(mutants, kata, inventory),
    ]
    return Survey(
        kata=kata,
        checks=inventory.entries,
        cases=(*references(kata), *starters(kata), *mutants, *tailored),
        flaws=tuple(flaws),
        judgeable=not hindrances,
    )


def flaw_of(problem: KatasError, file: Path) -> Flaw:
    """Return a problem met while a file was read as a flaw of that file."""
    if isinstance(problem, DocumentError):
        return Flaw(file=problem.path, line=problem.line, problem=_with_hint(problem.problem, problem.hint))
    return Flaw(file=file, problem=_with_hint(problem.message, problem.hint))


def _with_hint(problem: str, hint: str) -> str:
    return f"{problem} ({hint})" if hint else problem


def _collect(kata: Kata) -> Inventory:
    try:
        return collect(kata)
    except KatasError as problem:
        return Inventory(entries=(), flaws=(flaw_of(problem, kata.graders),))


def _of_manifest(kata: Kata, needs: Mapping[str, Sequence[str]], packs: Sequence[Pack]) -> Iterator[Flaw]:
    file = kata.folder / "exercise.yaml"
    stages = [stage.id for stage in read_roadmap(packs)]
    if stages and kata.stage not in stages:
        yield Flaw(file=file, problem=f"the roadmap has no stage `{kata.stage}`")
    for name in sorted(set(kata.prerequisites) - set(needs)):
        yield Flaw(file=file, problem=f"`prerequisites` names `{name}`, which is no kata")
    if circle := _circle(kata.id, needs):
        yield Flaw(file=file, problem=f"`prerequisites` lead in a circle: {' needs '.join(circle)}")
    if not (kata.folder / "BRIEF.md").is_file():
        yield Flaw(file=kata.folder / "BRIEF.md", problem="the brief is missing")


def _circle(name: str, needs: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the way from a kata over its prerequisites back to itself, or nothing when there is none."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for needed in needs.get(way[-1], ()):
            if needed == name:
                return (*way, name)
            if needed not in seen:
                seen.add(needed)
                ways.append((*way, needed))
    return ()


def _wrong_points(kata: Kata, checks: Sequence[Entry]) -> Iterator[Flaw]:
    for level in kata.levels:
        found = [check.points for check in checks if check.level == level.id]
        file = kata.graders / level.module
        if not found:
            yield Flaw(file=file, problem=f"the level `{level.id}` has no checks")
        elif sum(found) != level.points:
            problem = f"the points of its checks add up to {sum(found)}, the level `{level.id}` has {level.points}"
            yield Flaw(file=file, problem=problem)
    known = {level.id for level in kata.levels}
    for file in sorted({check.file for check in checks if check.level not in known}):
        yield Flaw(file=file, problem=f"`{kata.id}` has no level of this name")


def _of_checks(kata: Kata, inventory: Inventory) -> Iterator[Flaw]:
    rules = read_clauses(kata)
    for check in inventory.entries:
        name = check.id.partition("::")[2]
        if check.points <= 0:
            yield Flaw(file=check.file, line=check.line, problem=f"`{name}` has no points")
        if not check.title:
            yield Flaw(file=check.file, line=check.line, problem=f"`{name}` has no docstring, which learners read")
        if check.clause in rules and check.clause.rpartition("-")[0] != check.level:
            problem = f"`{name}` of the level `{check.level}` names `{check.clause}`, a rule of another level"
            yield Flaw(file=check.file, line=check.line, problem=problem)
    yield from unpromised(inventory, rules)


def _of_hints(kata: Kata) -> Iterator[Flaw]:
    hints = read_hints(kata)
    for level in kata.levels:
        if (found := len(hints.get(level.id, ()))) < FEWEST_HINTS:
            problem = f"the level `{level.id}` has {found} of at least {FEWEST_HINTS} hints"
            yield Flaw(file=kata.folder / "HINTS.md", problem=problem)


def _of_solutions(kata: Kata) -> Iterator[Flaw]:
    if not references(kata):
        yield Flaw(file=kata.pack.root / "solutions" / kata.id, problem="there is no reference")
    if not kata.stacks:
        yield Flaw(file=kata.folder / "starters", problem="there is no starter")
    elif kata.stack and kata.stack not in kata.stacks:
        problem = f"`stack` names `{kata.stack}`, which has no starter"
        yield Flaw(file=kata.folder / "exercise.yaml", problem=problem)


def _of_survivors(kata: Kata) -> list[Flaw]:
    try:
        return list(outdated(kata, read_survivors(kata)))
    except KatasError as problem:
        return [flaw_of(problem, survivors_file(kata))]


def _mutants(kata: Kata, inventory: Inventory) -> tuple[list[Case], list[Flaw]]:
    """Return the mutants that can be judged, and what is wrong with the others."""
    cases: list[Case] = []
    flaws: list[Flaw] = []
    # What a module holds that cannot be read is not known.
    known: set[str] = set() if inventory.flaws else {check.id for check in inventory.entries}
    for patch in patches(kata):
        try:
            case = mutant(kata, patch)
        except KatasError as problem:
            flaws.append(flaw_of(problem, patch))
            continue
        if unknown := sorted(case.named - known) if known else []:
            flaws += [Flaw(file=patch, problem=f"names `{name}`, which is no check of `{kata.id}`") for name in unknown]
        else:
            cases.append(case)
    return cases, flaws


def _variants(kata: Kata) -> tuple[list[Case], list[Flaw]]:
    try:
        return variants(kata), []
    except KatasError as problem:
        return [], [flaw_of(problem, variants_file(kata))]


def _of_levels_without(mutants: Sequence[Case], kata: Kata, inventory: Inventory) -> Iterator[Flaw]:
    levels = {} if inventory.flaws else {check.id: check.level for check in inventory.entries}
    caught = {levels.get(name) for case in mutants for name in case.named}
    place = kata.pack.root / "solutions" / kata.id / "mutants"
    for level in kata.levels:
        if levels and level.id not in caught:
            yield Flaw(file=place, problem=f"the level `{level.id}` has no mutant, so nobody knows if it can say no")
