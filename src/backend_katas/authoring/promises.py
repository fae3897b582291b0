"""Which rule of BRIEF.md each check proves, and which rules no check names."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from backend_katas.catalogue import read_clauses
from backend_katas.errors import KatasError
from backend_katas.inventory import Entry, Flaw, Inventory
from backend_katas.model import Kata, Level
from backend_katas.runner import collect

_WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """The checks of a kata and the rules of its brief, by id."""

    kata: Kata
    checks: tuple[Entry, ...]
    rules: Mapping[str, str]

    @property
    def unproved(self) -> Mapping[str, str]:
        """The rules that no check names."""
        named = {check.clause for check in self.checks}
        return {name: rule for name, rule in self.rules.items() if name not in named}

    def of_level(self, level: Level) -> tuple[Entry, ...]:
        """Return the checks of one level in the order a run has them."""
        return tuple(check for check in self.checks if check.level == level.id)


def read_promises(kata: Kata) -> Promises:
    """Return which rule each check proves; KatasError with file and line for each that proves none of the brief's."""
    inventory = collect(kata)
    rules = read_clauses(kata)
    flaws = [*inventory.flaws, *unpromised(inventory, rules)]
    if flaws:
        listed = "\n".join(f"  {flaw}" for flaw in flaws)
        raise KatasError(
            f"not every check of `{kata.id}` proves a rule of its brief:\n{listed}",
            'give it the id of its rule, `@points(5, clause="LEVEL-1")`; `BRIEF.md` has the rules',
        )
    return Promises(kata=kata, checks=inventory.entries, rules=rules)


def unpromised(inventory: Inventory, rules: Mapping[str, str]) -> Iterator[Flaw]:
    """Give the checks that name no rule, or none of the brief's."""
    for check in inventory.entries:
        name = check.id.partition("::")[2]
        if not check.clause:
            yield Flaw(file=check.file, line=check.line, problem=f"`{name}` names no rule of the brief (`clause=`)")
        elif check.clause not in rules:
            problem = f"`{name}` names the rule `{check.clause}`, which BRIEF.md does not have"
            yield Flaw(file=check.file, line=check.line, problem=problem)


def promises_document(promises: Promises) -> dict[str, Any]:
    """Return the promises as plain JSON types (`docs/formats.md`)."""
    root = promises.kata.pack.root
    return {
        "schema": 1,
        "kata": promises.kata.id,
        "checks": [
            {
                "id": check.id,
                "level": check.level,
                "title": check.title,
                "points": check.points,
                "clause": check.clause,
                "rule": promises.rules[check.clause],
                "file": check.file.relative_to(root).as_posix(),
                "line": check.line,
            }
            for check in promises.checks
        ],
        "not_proved": [{"clause": name, "rule": rule} for name, rule in promises.unproved.items()],
    }


def promises_table(promises: Promises) -> str:
    """Return for each level its checks with their points, and below each the rule that promises it."""
    kata, rules = promises.kata, promises.rules
    head = f"{click.style(kata.id, bold=True)}: {len(promises.checks)} checks, {len(rules)} rules, {kata.points} points"
    blocks = [_level(promises, level) for level in kata.levels]
    if unproved := promises.unproved:
        title = click.style("not proved by a check of its own", bold=True)
        blocks.append("\n".join([title, *(_rule(name, rule) for name, rule in unproved.items())]))
    return "\n\n".join([head, *blocks])


def _level(promises: Promises, level: Level) -> str:
    title = click.style(f"level {level.id}", bold=True) + f", {level.points} points"
    rows = [_check(check, promises.rules[check.clause]) for check in promises.of_level(level)]
    return "\n".join([title, *rows])


def _check(check: Entry, rule: str) -> str:
    return f"{check.points:>4}  {click.style(check.id.partition('::')[2], fg='green')}\n{_rule(check.clause, rule)}"


def _rule(name: str, rule: str) -> str:
    indent = " " * 6
    return textwrap.fill(f"{name}  {rule}", _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
