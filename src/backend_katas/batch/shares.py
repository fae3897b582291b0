"""What a share of a class has in its journal, read so that it can be merged with the others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend_katas.batch.assignment import held
from backend_katas.batch.journal import Journal, Standing, State
from backend_katas.errors import ExitCode, KatasError

TABLE = "table of variants"
_MEANT = "meant"
_SHOWN = 40  # characters of a value
_NAMED = {
    "kata": "name one OUT for each kata",
    "version of the kata": "grade that share again with the kata of the others, into a new folder",
    TABLE: "give all shares the same `--variants`, and grade that one again into a new folder",
    "seed": "give all shares the same `--seed`, and grade that one again into a new folder",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The marks in one place: how they were made, where each submission stands, and the keys of all that was graded.

    `meant` are the names of all that it was to grade, None where the journal does not say; `index` is which share it
    is of how many.
    """

    place: Path
    made: Mapping[str, str]
    course: str
    meant: frozenset[str] | None
    index: tuple[int, int]
    standings: Mapping[str, Standing]
    keys: Mapping[str, frozenset[str]]

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of those who were to be graded and have not been yet."""
        return tuple(sorted((self.meant or frozenset()) - self.standings.keys()))


def note_share(journal: Journal, names: Sequence[str], index: tuple[int, int]) -> None:
    """Write down what a batch is to grade, for whoever merges it with others."""
    journal.note(_MEANT, json.dumps({"names": list(names), "index": index}))


def share_of(journal: Journal, *, course: str) -> Share | None:
    """Return what is in a journal; None where nothing was ever graded."""
    grading = journal.grading(State.CURRENT)
    if grading is None:
        return None
    noted = json.loads(journal.noted(_MEANT) or "null")
    meant = frozenset(noted["names"]) if noted else None
    number, of = noted["index"] if noted else (1, 1)
    standings = {found.submission: found for found in journal.standings(grading)}
    return Share(
        place=journal.path.parent,
        made={
            "kata": journal.noted("kata"),
            "version of the kata": grading.version,
            TABLE: held(journal, grading),
            "seed": str(grading.seed),
        },
        course=course,
        meant=meant,
        index=(number, of),
        # Who is not meant any more has gone, or is in another share now.
        standings={name: found for name, found in standings.items() if meant is None or name in meant},
        keys=journal.keys(grading),
    )


def require_alike(shares: Sequence[Share]) -> None:
    """Raise KatasError (exit code 2) that names the odd share unless all marks are of one kata, version and seed."""
    for what, hint in _NAMED.items():
        usual = Counter(share.made[what] for share in shares).most_common(1)[0][0]
        for share in shares:
            if share.made[what] != usual:
                found, others = share.made[what][:_SHOWN], usual[:_SHOWN]
                problem = f"`{share.place}` has the marks of another {what}: `{found}`, and the others of `{others}`"
                raise KatasError(problem, hint, exit_code=ExitCode.USAGE)


def tell_of_gaps(shares: Sequence[Share], tell: Callable[[str], object]) -> bool:
    """Tell which shares, and who of a share, are missing; return whether the class is whole."""
    numbers = {share.index for share in shares}
    of = max((of for _, of in numbers), default=1)
    gone = [f"{number}/{of}" for number in range(1, of + 1) if (number, of) not in numbers]
    if gone:
        tell(f"not all shares are there: `--index {gone[0]}` is missing" + _more(gone))
    for share in shares:
        if share.missing:
            tell(f"`{share.place}` is not whole: `{share.missing[0]}` has not been graded yet" + _more(share.missing))
    return not gone and not any(share.missing for share in shares)


def _more(things: Sequence[str]) -> str:
    return f", nor are {len(things) - 1} more" if len(things) > 1 else ""
