"""What each learner of a class is given: a folder with a brief and a starter of the learner's own variant."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas import workspace
from backend_katas.batch.assignment import COLUMNS, Assignment, read_assignment
from backend_katas.catalogue import as_variant
from backend_katas.errors import ExitCode, KatasError
from backend_katas.exchange import readable
from backend_katas.model import Kata
from backend_katas.reports.csv import table
from backend_katas.variants import Value, drawn

TABLE = "variants.csv"
_SEEDS = 1_000_000
_DRAWS = 100
_LONGEST = 100  # characters of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """What was made in a folder, and what was there already, by the learners' names."""

    made: tuple[str, ...]
    there: tuple[str, ...]


def hand_out(
    kata: Kata, names: Iterable[str], out: Path, *, stack: str = "", called: str = "", archived: bool = False
) -> Handout:
    """Make a folder, or an archive, for each learner, and the table by which they are graded.

    Who is in the table keeps their variant, and what is there already is left as it is: a class may grow. No two get
    the same values while there are enough. `called` is how `kata.yaml` has to call the kata. KatasError (exit code 2)
    for a name that cannot be a folder's, and for a kata without variants.
    """
    as_variant(kata, 0)
    wanted = [_name(name) for name in names]
    for name in wanted:
        if wanted.count(name) > 1:
            raise _wrong(name, "is there twice")
    seeds = _with_new(kata, read_assignment(out / TABLE) if (out / TABLE).is_file() else dict[str, int](), wanted)
    try:
        out.mkdir(parents=True, exist_ok=True)
        # First of all: what nobody knows the variant of cannot be graded.
        _write_table(kata, seeds, out)
        own = {name: as_variant(kata, seeds[name]) for name in wanted}
        made = [name for name in wanted if _make(own[name], out, name, stack, called, zipped=archived)]
    except OSError as problem:
        raise KatasError(f"cannot write `{problem.filename or out}`: {problem.strerror}") from None
    return Handout(made=tuple(made), there=tuple(name for name in wanted if name not in made))


def _name(name: str) -> str:
    if not name or name.startswith(".") or name != name.strip():
        raise _wrong(name, "is empty, or begins or ends with what a folder's name should not")
    if "/" in name or "\\" in name or readable(name, keep="") != name or len(name) > _LONGEST or name == TABLE:
        raise _wrong(name, "cannot be the name of a folder")
    return name


def _wrong(name: str, why: str) -> KatasError:
    return KatasError(
        f"the name `{readable(name, limit=80, keep='')}` {why}",
        "each submission is handed in as a folder or an archive of the learner's name",
        exit_code=ExitCode.USAGE,
    )


def _with_new(kata: Kata, before: Assignment, names: Sequence[str]) -> Assignment:
    """Return the table with those in it who are new."""
    seeds = dict(before)
    taken = [_values(kata, seed) for seed in seeds.values()]
    for name in names:
        if name not in seeds:
            draws = (secrets.randbelow(_SEEDS) for _ in range(_DRAWS))
            seeds[name] = next((seed for seed in draws if _values(kata, seed) not in taken), secrets.randbelow(_SEEDS))
            taken.append(_values(kata, seeds[name]))
    return seeds


def _values(kata: Kata, seed: int) -> Mapping[str, Value]:
    return drawn(kata.id, kata.choices, seed).values


def _write_table(kata: Kata, seeds: Assignment, out: Path) -> None:
    keys = [choice.key for choice in kata.choices]
    rows = [(name, seed, *_values(kata, seed).values()) for name, seed in seeds.items()]
    part = out / f"{TABLE}.part"
    part.write_text(table([(*COLUMNS, *keys), *rows]), encoding="utf-8", newline="")
    part.replace(out / TABLE)


def _make(kata: Kata, out: Path, name: str, stack: str, called: str, *, zipped: bool) -> bool:
    """Make what one learner is given; False where it is there already."""
    target = out / (f"{name}.zip" if zipped else name)
    if target.exists():
        return False
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out) as place:
        workspace.start(kata, Path(place) / name, stack=stack, name=called)
        if zipped:
            shutil.make_archive(str(Path(place) / "made"), "zip", root_dir=place, base_dir=name)
        (Path(place) / ("made.zip" if zipped else name)).rename(target)
    return True
